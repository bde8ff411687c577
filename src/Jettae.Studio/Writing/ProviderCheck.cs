using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>What a provider answered to a first word.</summary>
/// <param name="Accepted">Key and model hold; it may still be busy.</param>
/// <param name="MayPass">It did not go well, but time may heal it: nothing is known of the key.</param>
/// <param name="What">In plain words.</param>
/// <param name="ToDo">What to do now; null when nothing is.</param>
/// <param name="Reason">The reason's key; null when all is well.</param>
/// <param name="Took">How long the answer took.</param>
public sealed record ProviderAnswer(bool Accepted, bool MayPass, Word What, Word? ToDo, string? Reason, TimeSpan Took);

/// <summary>Says one word to a provider, as a run would say more: the key, the model and the account are all asked.</summary>
public static class ProviderCheck
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hi")];

    /// <summary>Asks Claude with this key.</summary>
    public static Task<ProviderAnswer> AskClaudeAsync(
        string key,
        string? url,
        string model,
        TimeProvider time,
        CancellationToken cancel
    ) => AskAsync(new Provider(ProviderKind.Anthropic, key, url, model), time, cancel);

    internal static async Task<ProviderAnswer> AskAsync(Provider provider, TimeProvider time, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(Longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            using var chat = ChatClients.For(provider, Longest + Longest, time);
            var question = new ChatOptions { ModelId = provider.Model, MaxOutputTokens = 1 };
            await chat.GetResponseAsync(Hello, question, both.Token);
            var took = time.GetElapsedTime(began);
            return new ProviderAnswer(
                Accepted: true,
                MayPass: false,
                new(
                    $"연결됐어요. {provider.Model} 모델이 {took.TotalSeconds:0.0}초 만에 답했어요.",
                    $"Connected. The model {provider.Model} answered in {took.TotalSeconds:0.0} s."
                ),
                null,
                null,
                took
            );
        }
        catch (Exception) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception failure)
        {
            var took = time.GetElapsedTime(began);
            return deadline.IsCancellationRequested
                ? Of(Reasons.TimedOut, true, new("답을 기다리다 시간이 다 됐어요.", "No answer came in time."), took)
                : Of(ProviderErrors.Classify(failure, new CallNotes()), took);
        }
    }

    private static ProviderAnswer Of(WritingOutcome.Failed failed, TimeSpan took) =>
        // Who is counted is known: the key holds.
        failed.Reason == Reasons.RateLimited
            ? new(
                Accepted: true,
                MayPass: true,
                new(
                    "키는 맞아요. 지금은 사용 한도에 잠시 닿아 있어요.",
                    "The key holds. Its rate limit is reached for the moment."
                ),
                failed.Reason.ToDo,
                failed.Reason.Key,
                took
            )
            : Of(failed.Reason, failed.Retryable, failed.Reason.What, took);

    private static ProviderAnswer Of(Reason reason, bool mayPass, Word what, TimeSpan took) =>
        new(Accepted: false, mayPass, what, ToDo(reason, mayPass), reason.Key, took);

    /// <summary>A run is tried again by itself; a check is not.</summary>
    private static Word ToDo(Reason reason, bool mayPass) =>
        reason == Reasons.Unreachable || reason == Reasons.OddAnswer
            ? new(
                "인터넷 연결과 주소를 확인한 뒤 다시 눌러 주세요.",
                "Check the network and the address, then try again."
            )
        : reason == Reasons.BadKey
            ? new("키를 콘솔에서 다시 복사해 붙여 넣어 주세요.", "Copy the key from the console again and paste it.")
        : mayPass ? new("잠시 뒤 다시 확인해 주세요.", "Check again in a moment.")
        : reason.ToDo;
}
