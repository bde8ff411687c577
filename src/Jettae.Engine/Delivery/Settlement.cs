using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Engine;

/// <summary>
/// One attempt's outcome, written in one transaction: the message's state, the attempt, the dead letter, the callback
/// messages. It is written only while the message is pending at this very attempt: a repeat, or an attempt whose message was
/// cancelled meanwhile, changes nothing.
/// </summary>
public sealed class Settlement(
    Message message,
    long startedAt,
    long endedAt,
    DeliveryOutcome outcome,
    EngineOptions options
)
{
    /// <summary>The status of an attempt whose message was cancelled meanwhile: whatever it was, nobody asks.</summary>
    internal const int Ignored = -1;

    private readonly Verdict verdict = Verdict.Of(message, outcome, endedAt);

    /// <summary>What it brings to the store, roughly: the answer, and callbacks that tell of both.</summary>
    public long Bytes
    {
        get
        {
            var answer = outcome is DeliveryOutcome.Answered { Body: var body, Headers: var headers }
                ? body.Length + MessageConfig.SizeOf(headers)
                : 0;
            return answer + (Targets.Count() * (answer + message.Size));
        }
    }

    /// <summary>What it locks: the line in which its message gives up a place, and those of its callbacks.</summary>
    public IEnumerable<string> Locks =>
        Targets
            .Select(target => target.Queue)
            .OfType<string>()
            .Select(queue => Line.LockOf(message.Tenant, queue))
            .Concat(State == MessageState.Pending ? [] : Line.LocksOf(message));

    /// <summary>Those that are told of this attempt.</summary>
    private IEnumerable<CallbackTarget> Targets =>
        new[]
        {
            message.Config.Callback,
            DeadLetter is null ? null : message.Config.FailureCallback,
        }.OfType<CallbackTarget>();

    /// <summary>As many as there are go to the store at once, step by step. Answers what is to be told of each after the commit.</summary>
    public static IReadOnlyList<Effects> WriteAll(Db s, IReadOnlyList<Settlement> settlements)
    {
        var settled = s.ForEach(
                $$"""
                update messages set state = $0, due_at = $1, retried = $2, finished_at = $3 {from rows}
                where seq = $4 and {{Messages.IsPending}} and retried = $5
                returning seq
                """,
                settlements.Select(each => each.Outcome),
                row => row.GetInt64(0)
            )
            .ToHashSet();
        var valid = settlements
            .Where(each => settled.Contains(each.Seq))
            .Select(each => (Settlement: each, Callbacks: each.Callbacks()))
            .ToList();
        s.ForEach(InsertAttempt, valid.Select(each => each.Settlement.Attempt(each.Callbacks.Error)));
        s.ForEach(
            "insert into dead_letters (id, message_seq, tenant, created_at) select $0, $1, $2, $3 {from rows}",
            valid.Select(each => each.Settlement).Where(each => each.DeadLetter is not null).Select(each => each.Dead())
        );
        var told = Admission
            .All(s, [.. valid.Select(each => each.Callbacks.Admission)])
            .Zip(valid)
            .ToDictionary(each => each.Second.Settlement, each => each.First.Effects);
        var effects = settlements.Select(each => told.GetValueOrDefault(each) ?? new Effects()).ToList();
        foreach (var (each, its) in settlements.Zip(effects))
            if (!told.ContainsKey(each))
                each.Ignore(s, its);
            else if (each.State == MessageState.Pending)
                its.Offer(s, [each.Again]);
        Line.Leave(
            s,
            settlements
                .Zip(effects)
                .Where(each => each.First.State != MessageState.Pending || !told.ContainsKey(each.First))
                .Select(each => each.First.Leaving(each.Second))
        );
        return effects;
    }

    private long Seq => message.Seq;

    private MessageState State =>
        verdict switch
        {
            Verdict.Delivered => MessageState.Delivered,
            Verdict.RetryAt => MessageState.Pending,
            _ => MessageState.Failed,
        };

    private long DueAt => verdict is Verdict.RetryAt retry ? retry.Instant : message.DueAt;

    private string? DeadLetter => State == MessageState.Failed ? $"{endedAt}-{message.Seq}" : null;

    /// <summary>What its message is from now on, if it is still at this attempt.</summary>
    private object?[] Outcome =>
        [
            (int)State,
            DueAt,
            message.Retried + (State == MessageState.Pending ? 1 : 0),
            State == MessageState.Pending ? null : endedAt,
            message.Seq,
            message.Retried,
        ];

    /// <summary>Cancelled while it was under way: its attempt counts, what came of it does not.</summary>
    private void Ignore(Db s, Effects effects)
    {
        if (
            s.Any(
                "select 1 from messages where seq = $0 and state + 0 = 3 and retried = $1",
                message.Seq,
                message.Retried
            )
        )
            s.ForEach(InsertAttempt, [Attempt(Ignored, null, null, null)]);
        // Settled already, by a commit that was thought lost: its next attempt is to be told of again.
        effects.Offer(s, Messages.OffersOf(s, [message.Seq]));
    }

    private Offer Again =>
        new(
            message.Shard,
            new Due(
                DueAt,
                message.Seq,
                Messages.LaneOf(message.Tenant, message.Url, message.FlowKey),
                message.Body.Length
            )
        );

    private Leaving Leaving(Effects effects) => new(message.Seq, message.Place, endedAt, effects);

    private (Admission Admission, string? Error) Callbacks()
    {
        var error = Verdict.ErrorOf(outcome);
        List<Publication> publications =
        [
            .. Callback("callback", message.Config.Callback, null, ref error),
            .. Callback(
                "failure callback",
                DeadLetter is null ? null : message.Config.FailureCallback,
                DeadLetter,
                ref error
            ),
        ];
        // It was accepted once: a limit that came later must not keep it from being finished.
        return (new Admission(message.Tenant, publications, endedAt, options, Limits.None), error);
    }

    private object?[] Attempt(string? error)
    {
        var answer = outcome as DeliveryOutcome.Answered;
        return Attempt(answer?.Status ?? 0, answer, error, (verdict as Verdict.RetryAt)?.Instant);
    }

    private const string InsertAttempt = """
        insert into attempts (message_seq, retried, tenant, started_at, ended_at, status, error, headers, body, next_at, flow_key)
        select $0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 {from rows}
        """;

    private object?[] Attempt(int status, DeliveryOutcome.Answered? answer, string? error, long? nextAt) =>
        [
            message.Seq,
            message.Retried,
            message.Tenant,
            startedAt,
            endedAt,
            status,
            error,
            answer is null
                ? null
                : JsonSerializer.Serialize(answer.Headers, StoredJson.Default.IReadOnlyDictionaryStringStringArray),
            answer?.Body,
            nextAt,
            message.FlowKey,
        ];

    private object?[] Dead() => [DeadLetter, message.Seq, message.Tenant, endedAt];

    /// <summary>
    /// None, too, where its settings are refused by a rule that came after they were accepted: that must not keep the
    /// message from being finished. The attempt's error says so.
    /// </summary>
    private Publication[] Callback(string which, CallbackTarget? target, string? deadLetter, ref string? error)
    {
        if (target is null)
            return [];
        try
        {
            return [Callback(target, deadLetter)];
        }
        catch (RejectedException refused)
        {
            error = $"{(error is null ? "" : error + "; ")}the {which} could not be made: {refused.Message}";
            return [];
        }
    }

    /// <summary>A callback is a message like any other (contract §3.4).</summary>
    private Publication Callback(CallbackTarget target, string? deadLetter)
    {
        var answer = outcome as DeliveryOutcome.Answered;
        var body = new JsonObject
        {
            ["status"] = answer?.Status ?? 0,
            ["header"] = Map(answer?.Headers ?? new Dictionary<string, string[]>()),
            ["body"] = Convert.ToBase64String(answer?.Body ?? []),
            ["maxRetries"] = message.MaxRetries,
            ["sourceMessageId"] = message.Id,
            ["url"] = message.Url,
            ["method"] = message.Method,
            ["sourceHeader"] = Map(message.Config.Headers),
            ["sourceBody"] = Convert.ToBase64String(message.Body),
            ["notBefore"] = message.NotBefore,
            ["createdAt"] = message.CreatedAt,
        };
        if (message.Retried > 0)
            body["retried"] = message.Retried;
        if (message.Config.CallerIp is { } ip)
            body["callerIP"] = ip;
        if (message.Config.Topic is { } topic)
            body["topicName"] = topic;
        if (message.Config.Endpoint is { } endpoint)
            body["endpointName"] = endpoint;
        if (message.Config.ScheduleId is { } schedule)
            body["scheduleId"] = schedule;
        if (Verdict.ErrorOf(outcome) is { } error && answer is null)
            body["error"] = error;
        if (deadLetter is not null)
            body["dlqId"] = deadLetter;
        var publication = new MessageHeaders(target.Headers).Read(
            target.Url,
            JsonSerializer.SerializeToUtf8Bytes(body, WireJson.Unescaped.JsonObject),
            new Origin(message.Config.CallerIp),
            endedAt,
            // It was accepted once: a limit that came later must not keep it from being finished.
            Limits.None
        );
        var made = publication.Message;
        return publication with
        {
            Message = made with
            {
                // The queue that the message stands in waits for its callbacks too (contract §3.5), except for one that
                // stands in a queue itself: in the same one each would wait for the other for ever, and so across two.
                Holder = made.Queue is null ? message.Holder ?? (message.Queue is null ? null : message.Seq) : null,
                Config = made.Config with
                {
                    Trace = message.Config.Trace,
                    Redact = Redaction.OfCallback(made.Config.Redact, message.Config.Redact),
                },
            },
        };
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string[]> headers) => WireJson.Map(headers);
}
