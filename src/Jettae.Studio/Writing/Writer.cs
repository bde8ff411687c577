using System.Diagnostics;
using System.Text;
using Anthropic.Models.Messages;
using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>One call of the writer: streamed, watched by the clock, every way to fail named.</summary>
internal sealed class Writer(
    IChatClient chat,
    WriterInfo info,
    ProviderKind? kind,
    StudioOptions options,
    TimeProvider time
)
{
    /// <summary>Characters below which a provider would not cache a text anyway.</summary>
    internal const int WorthCaching = 4_000;

    /// <summary>As the SDK calls it.</summary>
    private const string CacheWrite = "CacheCreationInputTokens";

    public WriterInfo Info => info;

    public string ModelFor(Assignment assignment) =>
        info.IsSample ? info.Model
        : assignment.Settings.Model?.Trim() is { Length: > 0 } model ? model
        : info.Model;

    /// <summary>The rules as the conversation's first message.</summary>
    /// <param name="text">The rules.</param>
    /// <param name="isRepeated">
    /// They will likely be sent again within minutes. Long ones are then marked for Claude's cache of five minutes, where
    /// writing costs a quarter more and each reading a tenth or less.
    /// </param>
    public ChatMessage Rules(string text, bool isRepeated)
    {
        AIContent rules = new TextContent(text);
        if (isRepeated && text.Length >= WorthCaching && kind == ProviderKind.Anthropic)
            rules = rules.WithCacheControl(Ttl.Ttl5m);
        return new ChatMessage(ChatRole.System, [rules]);
    }

    /// <param name="messages">The conversation so far.</param>
    /// <param name="assignment">What is written; sets model, room and effort.</param>
    /// <param name="notes">Filled while the call goes on.</param>
    /// <param name="onText">Called for each bit of text.</param>
    /// <param name="cancel">The program stops.</param>
    public async Task<WritingOutcome> AskAsync(
        IReadOnlyList<ChatMessage> messages,
        Assignment assignment,
        CallNotes notes,
        Action<string> onText,
        CancellationToken cancel
    )
    {
        notes.Model = ModelFor(assignment);
        using var span = Telemetry.Part("provider call", ActivityKind.Client);
        var began = time.GetTimestamp();
        var outcome = await CallAsync(messages, assignment, notes, onText, cancel);
        Telemetry.Called(time.GetElapsedTime(began), info.IsSample ? null : kind, outcome, notes);
        span?.SetTag("gen_ai.request.model", notes.Model)
            .SetTag("gen_ai.usage.input_tokens", notes.InputTokens)
            .SetTag("gen_ai.usage.output_tokens", notes.OutputTokens);
        span.End(Telemetry.NameOf(outcome), outcome is WritingOutcome.Written);
        return outcome;
    }

    private async Task<WritingOutcome> CallAsync(
        IReadOnlyList<ChatMessage> messages,
        Assignment assignment,
        CallNotes notes,
        Action<string> onText,
        CancellationToken cancel
    )
    {
        using var deadline = new CancellationTokenSource(options.WritingTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        ResponseNotes.Current = notes;
        try
        {
            return await ReadAsync(messages, OptionsFor(assignment), notes, onText, both.Token);
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            return new WritingOutcome.Failed(
                Reasons.TimedOut,
                $"no end within {options.WritingTimeout}",
                Retryable: true
            );
        }
        catch (Exception failure)
        {
            return ProviderErrors.Classify(failure, notes);
        }
        finally
        {
            ResponseNotes.Current = null;
        }
    }

    private async Task<WritingOutcome> ReadAsync(
        IReadOnlyList<ChatMessage> messages,
        ChatOptions chatOptions,
        CallNotes notes,
        Action<string> onText,
        CancellationToken cancel
    )
    {
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var updates = chat.GetStreamingResponseAsync(messages, chatOptions, stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool>? move = null;
        try
        {
            while (true)
            {
                move = updates.MoveNextAsync().AsTask();
                if (!await move.WaitAsync(options.StallTimeout, time, cancel))
                    break;
                var update = updates.Current;
                finish = update.FinishReason ?? finish;
                notes.RequestId ??= update.ResponseId;
                Keep(notes, update.RawRepresentation as RawMessageStreamEvent);
                foreach (var usage in update.Contents.OfType<UsageContent>())
                    Keep(notes, usage.Details);
                if (update.Text.Length == 0)
                    continue;
                text.Append(update.Text);
                onText(update.Text);
            }
        }
        catch (TimeoutException) when (move is { IsCompleted: false })
        {
            return new WritingOutcome.Failed(Reasons.Stalled, $"silent for {options.StallTimeout}", Retryable: true);
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync(updates, move);
        }
        return Judge(text.ToString(), finish);
    }

    /// <summary>A stream without a finish reason was cut, whatever text came before: half a piece is no piece.</summary>
    private static WritingOutcome Judge(string text, ChatFinishReason? finish)
    {
        if (finish is null)
            return new WritingOutcome.Failed(
                Reasons.Stalled,
                "the answer ended without its closing event",
                Retryable: true
            );
        if (finish == ChatFinishReason.ContentFilter)
            return new WritingOutcome.Failed(Reasons.Refused, "stop reason: refusal", Retryable: false);
        return new WritingOutcome.Written(text, CutOff: finish == ChatFinishReason.Length);
    }

    private static async Task EndAsync(IAsyncEnumerator<ChatResponseUpdate> updates, Task<bool>? move)
    {
        try
        {
            if (move is not null)
                await move;
        }
        catch (Exception)
        {
            // Whatever ended the last read has been told already, or is our own cancellation.
        }
        await updates.DisposeAsync();
    }

    /// <summary>
    /// What Claude counts while it writes. The SDK sums it up when the stream has come to its end, and one that breaks off, stalls or
    /// is stopped is paid for too.
    /// </summary>
    private static void Keep(CallNotes notes, RawMessageStreamEvent? told)
    {
        if (told?.Value is RawMessageStartEvent { Message.Usage: var begun })
            Keep(
                notes,
                new UsageDetails
                {
                    InputTokenCount =
                        begun.InputTokens + (begun.CacheReadInputTokens ?? 0) + (begun.CacheCreationInputTokens ?? 0),
                    CachedInputTokenCount = begun.CacheReadInputTokens,
                    AdditionalCounts = new() { [CacheWrite] = begun.CacheCreationInputTokens ?? 0 },
                    OutputTokenCount = begun.OutputTokens,
                }
            );
        else if (told?.Value is RawMessageDeltaEvent { Usage: var soFar })
            Keep(
                notes,
                new UsageDetails
                {
                    OutputTokenCount = soFar.OutputTokens,
                    ReasoningTokenCount = soFar.OutputTokensDetails?.ThinkingTokens,
                }
            );
    }

    private static void Keep(CallNotes notes, UsageDetails usage)
    {
        notes.InputTokens = Math.Max(notes.InputTokens, usage.InputTokenCount ?? 0);
        notes.CachedInputTokens = Math.Max(notes.CachedInputTokens, usage.CachedInputTokenCount ?? 0);
        notes.CacheWriteTokens = Math.Max(
            notes.CacheWriteTokens,
            usage.AdditionalCounts?.GetValueOrDefault(CacheWrite) ?? 0
        );
        notes.OutputTokens = Math.Max(notes.OutputTokens, usage.OutputTokenCount ?? 0);
        notes.ThinkingTokens = Math.Max(notes.ThinkingTokens, usage.ReasoningTokenCount ?? 0);
    }

    private ChatOptions OptionsFor(Assignment assignment)
    {
        var model = ModelFor(assignment);
        var chatOptions = new ChatOptions
        {
            ModelId = model,
            MaxOutputTokens = ContentRules.For(assignment.Type).MaxOutputTokens,
        };
        if (info.IsSample)
            chatOptions.AdditionalProperties = new() { [SampleWriter.AssignmentKey] = assignment };
        else if (kind == ProviderKind.Anthropic && !model.Contains("-4-5", StringComparison.Ordinal))
            chatOptions.Reasoning = new ReasoningOptions { Effort = EffortFor(assignment.Settings.Creativity) };
        return chatOptions;
    }

    private static ReasoningEffort EffortFor(Creativity creativity) =>
        creativity switch
        {
            Creativity.Conservative => ReasoningEffort.Low,
            Creativity.Creative => ReasoningEffort.High,
            _ => ReasoningEffort.Medium,
        };
}
