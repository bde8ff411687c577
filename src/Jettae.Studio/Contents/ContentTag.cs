namespace Jettae.Studio;

/// <summary>A word that a person has put on a piece.</summary>
public sealed class ContentTag
{
    public const int MostOfPiece = 20;
    public const int Longest = 40;

    public Guid OwnerId { get; init; }
    public Guid ContentId { get; init; }
    public string Tag { get; init; } = "";

    /// <summary>In one form: trimmed, without a leading #, blanks made one, none twice.</summary>
    /// <exception cref="RejectedException">Too many, too long, or empty.</exception>
    internal static IReadOnlyList<string> Clean(IReadOnlyList<string> tags)
    {
        var clean = tags.Select(One).Distinct(StringComparer.Ordinal).ToList();
        return clean.Count <= MostOfPiece
            ? clean
            : throw Broken(
                new($"{MostOfPiece}개까지 달 수 있어요.", $"There may be at most {MostOfPiece}."),
                $"{clean.Count}"
            );
    }

    private static string One(string? tag)
    {
        var words = (tag ?? "").Normalize().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var clean = string.Join(' ', words).TrimStart('#').TrimStart();
        return clean.Length is > 0 and <= Longest
            ? clean
            : throw Broken(new($"1~{Longest}자여야 해요.", $"Each must have 1 to {Longest} characters."), $"'{tag}'");
    }

    private static RejectedException Broken(Word rule, string received) =>
        RejectedException.Broken("tags", rule, received);
}
