using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// Who somebody is to their readers. Name and words never to use hold for every piece; with voice, readers, language and speech
/// level a new schedule begins.
/// </summary>
public sealed class Brand
{
    public Guid OwnerId { get; init; }
    public string Name { get; set; } = "";

    /// <summary>Sentences that describe the voice.</summary>
    public string Voice { get; set; } = "";
    public string Audience { get; set; } = "";

    /// <summary>The language of the pieces: <c>ko</c> or <c>en</c>; null for the language of the pages.</summary>
    public string? Language { get; set; }
    public SpeechLevel SpeechLevel { get; set; } = SpeechLevel.Haeyo;

    /// <summary>Words that no piece may use.</summary>
    public IReadOnlyList<string> BannedWords { get; set; } = [];

    /// <summary>The person's brand; null before anything was said.</summary>
    internal static Task<Brand?> OfAsync(StudioDb db, Guid owner, CancellationToken cancel) =>
        db.Brands.AsNoTracking().SingleOrDefaultAsync(each => each.OwnerId == owner, cancel);
}

/// <summary>What a person may say of their brand. Null means "not said": unchanged.</summary>
public sealed record BrandFields
{
    public string? Name { get; init; }
    public string? Voice { get; init; }
    public string? Audience { get; init; }

    /// <summary><c>ko</c>, <c>en</c>, or empty for the language of the pages.</summary>
    public string? Language { get; init; }
    public SpeechLevel? SpeechLevel { get; init; }
    public IReadOnlyList<string>? BannedWords { get; init; }
}

/// <summary>Reads and keeps each person's brand.</summary>
public sealed class Brands
{
    /// <summary>The longest name, in characters.</summary>
    public const int LongestName = 100;

    /// <summary>The longest description of a voice, in characters.</summary>
    public const int LongestVoice = 2000;

    /// <summary>The longest description of readers, in characters.</summary>
    public const int LongestAudience = 500;
    private const int MostWords = 100;
    private const int LongestWord = 50;

    private readonly StudioStore store;
    private readonly Changes changes;

    internal Brands(StudioStore store, Changes changes) => (this.store, this.changes) = (store, changes);

    /// <summary>The person's brand; an empty one before anything was said.</summary>
    public async Task<Brand> ReadAsync(Guid owner, CancellationToken cancel) =>
        await store.ReadAsync(db => Brand.OfAsync(db, owner, cancel), cancel) ?? new Brand { OwnerId = owner };

    /// <exception cref="RejectedException">A field breaks its rule; nothing is stored.</exception>
    public async Task<Brand> SaveAsync(Guid owner, BrandFields fields, CancellationToken cancel)
    {
        var stored = await store.WriteAsync(
            async db =>
            {
                var brand = await db.Brands.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel);
                if (brand is null)
                    db.Brands.Add(brand = new Brand { OwnerId = owner });
                brand.Name = Text("name", fields.Name, LongestName) ?? brand.Name;
                brand.Voice = Text("voice", fields.Voice, LongestVoice) ?? brand.Voice;
                brand.Audience = Text("audience", fields.Audience, LongestAudience) ?? brand.Audience;
                brand.Language = fields.Language switch
                {
                    null => brand.Language,
                    "" => null,
                    "ko" or "en" => fields.Language,
                    _ => throw Broken("language", new("ko나 en이어야 해요.", "It must be ko or en."), fields.Language),
                };
                if (fields.SpeechLevel is { } level)
                    brand.SpeechLevel = Enum.IsDefined(level)
                        ? level
                        : throw Broken(
                            "speech_level",
                            new("알 수 없는 값이에요.", "It is not a known value."),
                            $"{level}"
                        );
                brand.BannedWords = fields.BannedWords is { } words ? Banned(words) : brand.BannedWords;
                return brand;
            },
            cancel
        );
        changes.Tell(new Change(owner, null, null));
        return stored;
    }

    private static List<string> Banned(IReadOnlyList<string> words)
    {
        var kept = words.Select(word => (word ?? "").Trim()).Where(word => word.Length > 0).Distinct().ToList();
        if (kept.Count > MostWords)
            throw Broken(
                "banned_words",
                new($"{MostWords}개까지예요.", $"There may be at most {MostWords}."),
                $"{kept.Count}"
            );
        return kept.Find(word => word.Length > LongestWord) is { } tooLong
            ? throw Broken(
                "banned_words",
                new($"한 단어는 {LongestWord}자까지예요.", $"A word may have at most {LongestWord} characters."),
                tooLong[..LongestWord] + "…"
            )
            : kept;
    }

    private static string? Text(string field, string? text, int longest) =>
        text?.Trim() is not { } trimmed ? null
        : trimmed.Length <= longest ? trimmed
        : throw Broken(
            field,
            new($"{longest}자까지 쓸 수 있어요.", $"It may have at most {longest} characters."),
            $"{trimmed.Length}"
        );

    private static RejectedException Broken(string field, Word rule, string received) =>
        RejectedException.Broken(field, rule, $"'{received}'");
}
