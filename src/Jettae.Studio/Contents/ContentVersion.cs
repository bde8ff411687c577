using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>How a version of a piece came to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VersionKind>))]
public enum VersionKind
{
    /// <summary>As it was first written.</summary>
    [JsonStringEnumMemberName("written")]
    Written,

    /// <summary>Written beside the first one, as another choice.</summary>
    [JsonStringEnumMemberName("variant")]
    Variant,

    /// <summary>A person changed it.</summary>
    [JsonStringEnumMemberName("edited")]
    Edited,

    /// <summary>Written again as a person instructed.</summary>
    [JsonStringEnumMemberName("regenerated")]
    Regenerated,

    /// <summary>An earlier version, taken back.</summary>
    [JsonStringEnumMemberName("restored")]
    Restored,
}

/// <summary>One text that a piece has had, or might have; never changed afterwards.</summary>
public sealed class ContentVersion
{
    public Guid ContentId { get; init; }

    /// <summary>From 1, in the order they were made.</summary>
    public int Number { get; init; }

    public Guid OwnerId { get; init; }
    public VersionKind Kind { get; init; }
    public string Title { get; init; } = "";
    public string Body { get; init; } = "";

    /// <summary>As the platform counts it.</summary>
    public int Length { get; init; }

    /// <summary>What the writer was asked for, of a <see cref="VersionKind.Regenerated"/> one.</summary>
    public string? Instruction { get; init; }

    /// <summary>The model that wrote it; null when a person did.</summary>
    public string? Model { get; init; }

    public Guid? RunId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The versions that a piece is stored with: itself, and the other choices.</summary>
    internal static IEnumerable<ContentVersion> First(Content piece, IReadOnlyList<Draft> variants)
    {
        yield return Of(piece, VersionKind.Written, 1);
        for (var i = 0; i < variants.Count; i++)
            yield return new()
            {
                ContentId = piece.Id,
                Number = 2 + i,
                OwnerId = piece.OwnerId,
                Kind = VersionKind.Variant,
                Title = variants[i].Title,
                Body = variants[i].Body,
                Length = variants[i].Length,
                Model = piece.Model,
                RunId = piece.RunId,
                CreatedAt = piece.CreatedAt,
            };
    }

    /// <summary>The piece as it stands now, as its next version.</summary>
    internal static ContentVersion Of(
        Content piece,
        VersionKind kind,
        int number,
        Run? run = null,
        string? ask = null
    ) =>
        new()
        {
            ContentId = piece.Id,
            Number = number,
            OwnerId = piece.OwnerId,
            Kind = kind,
            Title = piece.Title,
            Body = piece.Body,
            Length = piece.Length,
            Instruction = ask,
            Model = kind is VersionKind.Written ? piece.Model : run?.Model,
            RunId = kind is VersionKind.Written ? piece.RunId : run?.Id,
            CreatedAt = piece.UpdatedAt,
        };
}
