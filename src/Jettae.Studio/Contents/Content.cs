using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>What kind of piece is written; each kind has its platform's rules.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContentType>))]
public enum ContentType
{
    [JsonStringEnumMemberName("x_post")]
    XPost,

    [JsonStringEnumMemberName("thread")]
    Thread,

    [JsonStringEnumMemberName("blog_post")]
    BlogPost,

    [JsonStringEnumMemberName("youtube_script")]
    YoutubeScript,

    [JsonStringEnumMemberName("instagram_reel_script")]
    InstagramReelScript,

    [JsonStringEnumMemberName("linkedin_post")]
    LinkedinPost,

    [JsonStringEnumMemberName("facebook_post")]
    FacebookPost,
}

/// <summary>Where a piece stands in a person's hands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContentStatus>))]
public enum ContentStatus
{
    [JsonStringEnumMemberName("draft")]
    Draft,

    [JsonStringEnumMemberName("approved")]
    Approved,

    [JsonStringEnumMemberName("archived")]
    Archived,

    [JsonStringEnumMemberName("rejected")]
    Rejected,
}

/// <summary>A written piece. Data, never markup.</summary>
public sealed class Content
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }

    /// <summary>The schedule that ordered it; null for a one-off piece, or after the schedule was deleted.</summary>
    public Guid? ScheduleId { get; set; }

    /// <summary>The run that wrote it; unique: a run writes one piece.</summary>
    public Guid? RunId { get; set; }

    public ContentType ContentType { get; init; }
    public string Title { get; set; } = "";
    public string Body { get; set; } = "";
    public string Language { get; set; } = "ko";
    public ContentStatus Status { get; set; }

    /// <summary>What a person wants remembered about it, such as why it was rejected; at most 1,000 characters.</summary>
    public string Note { get; set; } = "";

    public List<ContentTag> Tags { get; init; } = [];

    /// <summary>The number of the <see cref="ContentVersion"/> whose text this is.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Its row in the search index, rising with time; null only until a start has taken it in.</summary>
    internal long? SearchKey { get; set; }

    /// <summary>The length as the piece's platform counts it (X: weighted).</summary>
    public int Length { get; set; }

    /// <summary>The platform's limit for <see cref="Length"/>; null where there is none.</summary>
    public int? LengthLimit { get; set; }

    /// <summary>Written by the built-in sample writer, not by a model.</summary>
    public bool IsSample { get; set; }

    /// <summary>The model that wrote it.</summary>
    public string Model { get; set; } = "";

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }
}
