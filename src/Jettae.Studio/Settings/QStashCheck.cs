using System.Net;
using Jettae.Client;

namespace Jettae.Studio;

/// <summary>What QStash answered.</summary>
/// <param name="Reachable">Somebody answered at its address.</param>
/// <param name="TokenAccepted">The token holds; null when that could not be asked.</param>
/// <param name="KeysKnown">Deliveries are signed with keys that we know; null when that could not be asked.</param>
/// <param name="What">In plain words.</param>
/// <param name="ToDo">What to do now; null when nothing is.</param>
public sealed record QStashAnswer(bool Reachable, bool? TokenAccepted, bool? KeysKnown, Word What, Word? ToDo)
{
    /// <summary>Slots can be booked and delivered.</summary>
    public bool Ok => TokenAccepted == true && KeysKnown == true;
}

/// <summary>Really asks the QStash that delivers the slots.</summary>
public sealed class QStashCheck
{
    private readonly QStashClient qstash;
    private readonly StudioOptions options;

    internal QStashCheck(QStashClient qstash, StudioOptions options) => (this.qstash, this.options) = (qstash, options);

    /// <summary>Its address.</summary>
    public string Url => options.QStash.Url.ToString().TrimEnd('/');

    /// <summary>It is this very program's.</summary>
    public bool IsBuiltIn => options.QStashIsBuiltIn;

    public async Task<QStashAnswer> AskAsync(CancellationToken cancel)
    {
        try
        {
            var keys = await qstash.GetKeysAsync(cancel);
            var ours = new[] { options.QStash.CurrentSigningKey, options.QStash.NextSigningKey };
            return ours.Contains(keys.Current)
                ? new(
                    true,
                    true,
                    true,
                    new("정상이에요. 토큰과 서명 키가 모두 맞아요.", "All is well: token and signing keys hold."),
                    null
                )
                : new(
                    true,
                    true,
                    false,
                    new("서명 키가 이 QStash의 것이 아니에요.", "The signing keys are not those of this QStash."),
                    new(
                        "QStash 콘솔의 두 서명 키를 QSTASH_CURRENT_SIGNING_KEY와 QSTASH_NEXT_SIGNING_KEY에 넣고 다시 시작해 주세요.",
                        "Copy both signing keys of its console to QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY, and start again."
                    )
                );
        }
        catch (QStashException refused) when (refused.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return new(
                true,
                false,
                null,
                new("QStash가 토큰을 거절했어요.", "QStash refuses the token."),
                new(
                    "QSTASH_TOKEN을 QStash 콘솔에서 다시 복사해 넣고 다시 시작해 주세요.",
                    "Copy QSTASH_TOKEN from the QStash console again, and start again."
                )
            );
        }
        catch (QStashException trouble)
        {
            return new(
                trouble.Status is not null,
                null,
                null,
                trouble.Status is { } status
                    ? new($"QStash가 {(int)status} 상태로 답했어요.", $"QStash answered {(int)status}.")
                    : new("QStash에 연결하지 못했어요.", "QStash could not be reached."),
                new(
                    "QSTASH_URL과 인터넷 연결을 확인해 주세요. 예약은 연결되면 자동으로 이어져요.",
                    "Check QSTASH_URL and the network. Bookings go on by themselves once it answers."
                )
            );
        }
    }
}
