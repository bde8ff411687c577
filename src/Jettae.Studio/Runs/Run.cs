using System.Globalization;
using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>
/// Where a run stands. Every slot of a schedule ends in one of the final states, so the ledger's sum equals the slots
/// that the cadence gives: <c>running → done | failed | cancelled</c>, <c>running ⇄ waiting → failed | cancelled</c>;
/// <c>skipped</c> and <c>tried</c> are final at birth. What is past its retention is deleted (<see cref="Retention"/>).
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>An attempt is being made.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>The last attempt failed in a way that passes; QStash will deliver again.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>Final: the content is stored.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Final: given up, with the reason.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Final: the slot was not run, with the reason (missed and not caught up, paused …).</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>Final: a person stopped it.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Final at birth: a draft was tried, and is stored for what it took; it is neither a piece nor a failure.</summary>
    [JsonStringEnumMemberName("tried")]
    Tried,
}

/// <summary>What started a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunTrigger>))]
public enum RunTrigger
{
    /// <summary>Its slot came and QStash called the webhook.</summary>
    [JsonStringEnumMemberName("schedule")]
    Schedule,

    /// <summary>A slot that passed while the system was down.</summary>
    [JsonStringEnumMemberName("catch_up")]
    CatchUp,

    /// <summary>A person pressed 지금 실행하기.</summary>
    [JsonStringEnumMemberName("manual")]
    Manual,

    /// <summary>A one-off piece without a schedule.</summary>
    [JsonStringEnumMemberName("one_off")]
    OneOff,

    /// <summary>A person had a run made once more.</summary>
    [JsonStringEnumMemberName("rerun")]
    Rerun,

    /// <summary>A person asked for a piece to be written again.</summary>
    [JsonStringEnumMemberName("regenerate")]
    Regenerate,

    /// <summary>A person tried a draft before a schedule writes.</summary>
    [JsonStringEnumMemberName("draft")]
    Draft,
}

/// <summary>One execution for one slot of a schedule (or by hand, without a slot): unique per (schedule, slot) in the store.</summary>
public sealed class Run
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public Guid? ScheduleId { get; set; }

    /// <summary>The schedule's name when the run was made: the log outlives the schedule.</summary>
    public string ScheduleName { get; init; } = "";

    /// <summary>The planned instant; null for a run by hand.</summary>
    public DateTimeOffset? SlotAt { get; init; }

    public RunTrigger Trigger { get; init; }

    /// <summary>The run that this one does once more; null for all others.</summary>
    public Guid? RerunOf { get; set; }

    public RunState State { get; set; }

    /// <summary>The node that makes it, or made it last.</summary>
    public Guid? NodeId { get; set; }

    /// <summary>Attempts made so far, 1 while the first is under way.</summary>
    public int Attempts { get; set; }

    public Guid? ContentId { get; set; }

    /// <summary>Why the run failed, waits or was skipped: a key of <see cref="Reasons"/>; null when all is well.</summary>
    public string? Reason { get; set; }

    /// <summary>The technical detail of <see cref="Reason"/> (status, provider's own message), bounded, secrets removed.</summary>
    public string? ReasonDetail { get; set; }

    public string? Model { get; set; }

    /// <summary>All input of all its calls: new, read from the provider's cache and written into it.</summary>
    public long InputTokens { get; set; }

    /// <summary>Of the input, read from the cache.</summary>
    public long CachedInputTokens { get; set; }

    /// <summary>Of the input, written into the cache.</summary>
    public long CacheWriteTokens { get; set; }

    /// <summary>All output of all its calls, thinking included.</summary>
    public long OutputTokens { get; set; }

    /// <summary>Of the output, thought and not shown; 0 where the provider does not tell it apart.</summary>
    public long ThinkingTokens { get; set; }

    public Tokens Tokens => new(InputTokens, CachedInputTokens, CacheWriteTokens, OutputTokens, ThinkingTokens);

    /// <summary>US dollars, from the dated price table; null when the model has no price there.</summary>
    public decimal? Cost { get; set; }

    /// <summary>The rules and the wish that the writer got, each under its heading.</summary>
    public string? Prompt { get; set; }

    /// <summary>The answer that the piece was made of, else the writer's last: as it came, at most 64 KB; never content by itself.</summary>
    public string? Answer { get; set; }

    /// <summary>Whether <see cref="Answer"/> is there to its end: half a text may pass every check. Asked of a run with its steps.</summary>
    internal bool IsAnswerWhole =>
        Answer is { Length: > 0 }
        && !Attempt.MayBeBounded(Answer)
        && (
            State == RunState.Done
            || (
                Reason != Reasons.CutOff.Key
                && Steps.LastOrDefault(step => step.Kind == StepKind.Checked)?.Reason != Reasons.CutOff.Key
            )
        );

    /// <summary>0 to 1: how much the piece is like the closest of the last 30; null when there was none.</summary>
    public double? Similarity { get; set; }
    public string? ProviderRequestId { get; set; }
    public string? QstashMessageId { get; set; }

    /// <summary>When the first attempt began.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When it reached a final state.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    public List<RunStep> Steps { get; init; } = [];

    /// <summary>The ledger's row for a slot that does not run.</summary>
    internal static Run Skipped(Schedule schedule, DateTimeOffset slot, Reason reason, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = schedule.OwnerId,
            ScheduleId = schedule.Id,
            ScheduleName = schedule.Name,
            SlotAt = slot,
            Trigger = RunTrigger.Schedule,
            State = RunState.Skipped,
            Reason = reason.Key,
            StartedAt = now,
            FinishedAt = now,
        };
}

/// <summary>The stations of a run, in the order of the way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepKind>))]
public enum StepKind
{
    [JsonStringEnumMemberName("due")]
    Due,

    [JsonStringEnumMemberName("delivered")]
    Delivered,

    [JsonStringEnumMemberName("verified")]
    Verified,

    [JsonStringEnumMemberName("prompt")]
    Prompt,

    /// <summary>One call of the writer; a row per attempt.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    [JsonStringEnumMemberName("checked")]
    Checked,

    /// <summary>The one repair ask after a failed check.</summary>
    [JsonStringEnumMemberName("repair")]
    Repair,

    /// <summary>Compared with the pieces before it.</summary>
    [JsonStringEnumMemberName("similarity")]
    Similarity,

    [JsonStringEnumMemberName("stored")]
    Stored,

    [JsonStringEnumMemberName("next_booked")]
    NextBooked,
}

/// <summary>One step of one attempt, with its times and what came of it.</summary>
public sealed class RunStep
{
    public Guid Id { get; init; }
    public Guid RunId { get; init; }
    public Guid OwnerId { get; init; }

    /// <summary>1-based attempt that the step belongs to.</summary>
    public int Attempt { get; init; }

    public StepKind Kind { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; set; }
    public bool Ok { get; set; }

    /// <summary>A key of <see cref="Reasons"/> when not <see cref="Ok"/>.</summary>
    public string? Reason { get; set; }

    /// <summary>Bounded technical detail: counts, status, request id, model, tokens; of <see cref="StepKind.NextBooked"/> the slot.</summary>
    public string? Detail { get; set; }

    /// <summary>The slot that was booked; null of any other step.</summary>
    internal DateTimeOffset? NextSlot =>
        Kind == StepKind.NextBooked && DateTimeOffset.TryParse(Detail, CultureInfo.InvariantCulture, out var slot)
            ? slot
            : null;
}
