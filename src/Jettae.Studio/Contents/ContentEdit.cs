namespace Jettae.Studio;

/// <summary>What a person changes of a piece; null leaves it as it is.</summary>
public sealed record ContentEdit
{
    private const int LongestTitle = 300;
    private const int LongestBody = 200_000;
    private const int LongestNote = 1_000;

    /// <summary>
    /// An empty one is the text's first words: a piece without a name cannot be opened from a list. So is, of a kind that has none,
    /// that of a changed text unless another title is said.
    /// </summary>
    public string? Title { get; init; }

    /// <summary>May be longer than the platform allows; the count tells.</summary>
    public string? Body { get; init; }
    public ContentStatus? Status { get; init; }

    /// <summary>At most 1,000 characters; empty takes it away.</summary>
    public string? Note { get; init; }

    /// <summary>All its tags from now on: at most 20, each of at most 40 characters.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The version that was changed; when the piece has gone on since, the change is refused (409).</summary>
    public int? IfVersion { get; init; }

    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    internal ContentEdit Checked()
    {
        Bounded("title", Title, LongestTitle);
        Bounded("body", Body, LongestBody);
        Bounded("note", Note, LongestNote);
        if (Body is not null && Body.Trim().Length == 0)
            throw RejectedException.Broken("body", new("비워 둘 수 없어요.", "It must not be empty."), "''");
        return Tags is null ? this : this with { Tags = ContentTag.Clean(Tags) };
    }

    /// <summary>Changes the piece; answers whether its text became another.</summary>
    internal bool Apply(Content piece, DateTimeOffset now)
    {
        if (IfVersion is { } seen && seen != piece.Version)
            throw Stale(seen, piece.Version);
        var isOther = Body is not null && Body != piece.Body;
        var isNamed = Title is null
            ? !isOther || ContentRules.For(piece.ContentType).HasTitle
            : Title.Trim().Length > 0;
        var title = isNamed ? Title ?? piece.Title : Draft.FirstWords(Body ?? piece.Body);
        var isNew = isOther || title != piece.Title;
        piece.Title = title;
        piece.Body = Body ?? piece.Body;
        piece.Status = Status ?? piece.Status;
        piece.Note = Note?.Trim() ?? piece.Note;
        piece.Length = Draft.Measure(piece.ContentType, piece.Body);
        piece.UpdatedAt = now;
        if (Tags is not null)
        {
            piece.Tags.RemoveAll(each => !Tags.Contains(each.Tag));
            foreach (var tag in Tags)
                Put(piece, tag);
        }
        return isNew;
    }

    /// <summary>Puts a tag on a piece; answers whether it was not there.</summary>
    internal static bool Put(Content piece, string tag)
    {
        if (piece.Tags.Exists(each => each.Tag == tag))
            return false;
        piece.Tags.Add(
            new()
            {
                OwnerId = piece.OwnerId,
                ContentId = piece.Id,
                Tag = tag,
            }
        );
        return true;
    }

    private static void Bounded(string field, string? text, int most)
    {
        if (text is not null && text.Length > most)
            throw RejectedException.Broken(
                field,
                new($"{most}자까지 쓸 수 있어요.", $"It may have at most {most} characters."),
                $"{text.Length}"
            );
    }

    private static RejectedException Stale(int seen, int now) =>
        new(
            409,
            "version_stale",
            "if_version",
            new("그 사이에 글이 바뀌었어요.", "The piece has changed meanwhile."),
            new(
                $"if_version: 그 사이에 글이 바뀌었어요. 지금 버전은 {now}번이에요. 받은 값: {seen}",
                $"if_version: The piece has changed meanwhile and is at version {now}. Received: {seen}."
            )
        );
}
