namespace Jettae.Studio;

/// <summary>What a writer gets to read.</summary>
/// <param name="System">Who it is and every rule; the same for all pieces of a schedule, so that a provider may cache it.</param>
/// <param name="User">What this one piece is about.</param>
internal sealed record Prompt(string System, string User)
{
    private const string SystemHead = "[System]\n";
    private const string UserHead = "\n\n[User]\n";

    /// <summary>Both parts from a text as a run keeps it, even after a person changed it; null when a heading is gone.</summary>
    public static Prompt? Of(string text)
    {
        var plain = text.ReplaceLineEndings("\n");
        var split = plain.IndexOf(UserHead, StringComparison.Ordinal);
        return plain.StartsWith(SystemHead, StringComparison.Ordinal) && split >= SystemHead.Length
            ? new Prompt(plain[SystemHead.Length..split], plain[(split + UserHead.Length)..])
            : null;
    }

    /// <summary>Both parts as a run keeps them.</summary>
    public override string ToString() => $"{SystemHead}{System}{UserHead}{User}";
}
