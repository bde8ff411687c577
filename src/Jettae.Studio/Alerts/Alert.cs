using System.Globalization;
using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>What an alert is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlertKind>))]
public enum AlertKind
{
    /// <summary>Too many of the runs of the last 24 hours were given up.</summary>
    [JsonStringEnumMemberName("failure_rate")]
    FailureRate,

    /// <summary>A slot began too late, or has not begun though it should have.</summary>
    [JsonStringEnumMemberName("late")]
    Late,

    /// <summary>An active schedule has no slot booked.</summary>
    [JsonStringEnumMemberName("chain_stalled")]
    ChainStalled,

    /// <summary>A slot of a schedule was given up, and none has been written since.</summary>
    [JsonStringEnumMemberName("gave_up")]
    GaveUp,

    /// <summary>The writer's provider refuses in a way that only a person can mend: key, payment, limit.</summary>
    [JsonStringEnumMemberName("provider")]
    Provider,

    /// <summary>QStash takes no bookings, or its deliveries are refused.</summary>
    [JsonStringEnumMemberName("qstash")]
    QStash,
}

/// <summary>Something that a person should know of, from when it began until it was over. One open row for each cause.</summary>
public sealed class Alert
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public AlertKind Kind { get; init; }

    /// <summary>The cause among those of its kind: a schedule's id, a reason; empty when there can be one only.</summary>
    public string Subject { get; init; } = "";

    public Guid? ScheduleId { get; init; }

    /// <summary>The schedule's name when it began.</summary>
    public string ScheduleName { get; init; } = "";

    /// <summary>A run that shows it.</summary>
    public Guid? RunId { get; set; }

    /// <summary>A key of <see cref="Reasons"/>; null when there is none.</summary>
    public string? Reason { get; set; }

    /// <summary>The figure: a rate, minutes.</summary>
    public double? Figure { get; set; }

    public DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it was over; null while it lasts.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>Its begin and its end were passed on over these channels: names, separated by blanks.</summary>
    public string Told { get; set; } = "";
}

/// <summary>When a person wants to be told, and where.</summary>
public sealed class AlertSettings
{
    /// <summary>As they are before anything was said: what is sent speaks the language of the one who reads.</summary>
    internal static AlertSettings For(Guid owner, CultureInfo reader) =>
        new() { OwnerId = owner, Language = reader.TwoLetterISOLanguageName == "ko" ? "ko" : "en" };

    public Guid OwnerId { get; init; }

    /// <summary>More of the finished runs of 24 hours than this were given up: 0 to 1.</summary>
    public double FailureRate { get; set; } = 0.05;

    /// <summary>A slot later than so many minutes.</summary>
    public int LateMinutes { get; set; } = 5;

    /// <summary>Gets a JSON body by POST, through QStash.</summary>
    public string? WebhookUrl { get; set; }

    /// <summary>Gets <c>{"text": …}</c> by POST, through QStash.</summary>
    public string? SlackUrl { get; set; }

    public string? SmtpHost { get; set; }
    public int SmtpPort { get; set; } = 587;
    public string? SmtpUser { get; set; }

    /// <summary>Encrypted; never shown again.</summary>
    public string? SmtpPassword { get; set; }
    public string? MailFrom { get; set; }
    public string? MailTo { get; set; }

    /// <summary>The language of what is sent: <c>ko</c> or <c>en</c>.</summary>
    public string Language { get; set; } = "ko";
}
