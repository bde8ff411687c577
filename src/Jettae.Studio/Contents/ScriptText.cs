using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>A part of a script: what stands in brackets above it, and what is said.</summary>
internal sealed record ScriptPart(string? Label, string Text);

/// <summary>A script in its parts. Pure.</summary>
internal static partial class ScriptText
{
    public static IReadOnlyList<ScriptPart> Parts(string body)
    {
        var parts = new List<ScriptPart>();
        string? label = null;
        var lines = new List<string>();
        foreach (var line in body.Split('\n'))
        {
            if (Label().Match(line) is not { Success: true } match)
            {
                lines.Add(line);
                continue;
            }
            Close();
            label = match.Groups[1].Value.Trim();
            if (match.Groups[2].Value.Trim() is { Length: > 0 } rest)
                lines.Add(rest);
        }
        Close();
        return parts;

        void Close()
        {
            var text = string.Join('\n', lines).Trim();
            if (label is not null || text.Length > 0)
                parts.Add(new(label, text));
            lines.Clear();
        }
    }

    [GeneratedRegex(@"^\s*[\[【]([^\]】\n]{1,40})[\]】](.*)$")]
    private static partial Regex Label();
}
