using System.Net.Http.Headers;

namespace Jettae.Studio;

/// <summary>Notes what the SDK's exceptions do not carry: how long the provider asks to wait, and the request's id.</summary>
internal sealed class ResponseNotes(TimeProvider time) : DelegatingHandler
{
    private static readonly AsyncLocal<CallNotes?> Call = new();

    public static CallNotes? Current
    {
        get => Call.Value;
        set => Call.Value = value;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var notes = Current;
        var response = await base.SendAsync(request, cancellationToken);
        if (notes is not null)
        {
            notes.RetryAfter = Wait(response.Headers.RetryAfter, time.GetUtcNow());
            if (response.Headers.TryGetValues("request-id", out var ids))
                notes.RequestId = ids.First();
        }
        return response;
    }

    internal static TimeSpan? Wait(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        header switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > now => date - now,
            { Date: not null } => TimeSpan.Zero,
            _ => null,
        };
}
