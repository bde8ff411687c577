using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Jettae.Engine;

/// <summary>Makes one attempt: sends the message as it is stored, signed, and reports what came of it.</summary>
public sealed class Deliverer : IDisposable
{
    private const int MaxAnswer = 1024 * 1024;
    private const string TraceParent = "Traceparent";

    /// <summary>A pool connects apart from the attempt that asked for it; without a bound it would go on after that has ended.</summary>
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(60);

    private readonly HttpMessageInvoker http;

    /// <summary>Who may call what others may not has connections apart: one that is open is not judged again.</summary>
    private readonly Dictionary<string, HttpMessageInvoker> privileged;

    private readonly Keys keys;
    private readonly EngineOptions options;
    private readonly TimeProvider time;

    public Deliverer(Egress egress, Keys keys, EngineOptions options, TimeProvider time)
    {
        this.keys = keys;
        this.options = options;
        this.time = time;
        http = Invoker(egress);
        privileged = egress.Privileged.ToDictionary(tenant => tenant, _ => Invoker(egress));
    }

    private HttpMessageInvoker Invoker(Egress egress) =>
#pragma warning disable CA2000 // The invoker owns and disposes it.
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = egress.ConnectAsync,
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = false,
                AutomaticDecompression = System.Net.DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxConnectionsPerServer = options.MaxInFlight,
                MaxResponseHeadersLength = 128,
                ConnectTimeout = ConnectWithin,
                RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            }
        );
#pragma warning restore CA2000

    /// <summary>
    /// Whatever becomes of it is an outcome. Thrown are a cancellation by <paramref name="cancel"/>, and what the store says where
    /// it is asked for the tenant's key and cannot answer: that is not the destination's doing.
    /// </summary>
    public async Task<DeliveryOutcome> AttemptAsync(Message message, CancellationToken cancel)
    {
        using var span = Telemetry.Deliver(message);
        var began = time.GetTimestamp();
        var outcome = await SendAsync(message, span?.Id ?? message.Config.Trace, cancel);
        Telemetry.Delivered(span, outcome);
        Telemetry.Attempted(time.GetElapsedTime(began), outcome);
        return outcome;
    }

    private async Task<DeliveryOutcome> SendAsync(Message message, string? trace, CancellationToken cancel)
    {
        if (Destination.ToUri(message.Url) is not { } uri)
            return new DeliveryOutcome.Broken("the destination is not a URL that can be called");
        var signing = keys.Of(message.Tenant).Current;
        var limit = message.Config.TimeoutMs is { } asked ? TimeSpan.FromMilliseconds(asked) : options.DefaultTimeout;
        limit = limit < options.MaxTimeout ? limit : options.MaxTimeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            using var request = Request(message, uri, signing, trace);
            request.Options.Set(Egress.Tenant, message.Tenant);
            var invoker = privileged.GetValueOrDefault(message.Tenant, http);
            using var answer = await invoker.SendAsync(request, either.Token);
            var body = await BoundedAsync(answer.Content, either.Token);
            return new DeliveryOutcome.Answered((int)answer.StatusCode, Headers(answer), body);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return new DeliveryOutcome.TimedOut(limit);
        }
#pragma warning disable CA1031 // A message that cannot be sent, for whatever reason, has failed: it must not come back for ever.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Failed(failure);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        foreach (var own in privileged.Values)
            own.Dispose();
    }

    private HttpRequestMessage Request(Message message, Uri uri, string signing, string? trace)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var request = new HttpRequestMessage(new HttpMethod(message.Method), uri)
        {
            Content = new ReadOnlyMemoryContent(message.Body),
        };
        foreach (var (name, values) in message.Config.Headers)
        foreach (var value in values)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        Set("User-Agent", "Upstash-QStash");
        Set("Upstash-Message-Id", message.Id);
        Set("Upstash-Retried", message.Retried.ToString(CultureInfo.InvariantCulture));
        Set("Upstash-Max-Retries", message.MaxRetries.ToString(CultureInfo.InvariantCulture));
        Set("Upstash-Signature", Signature.Of(signing, message.Url, message.Body, now));
        Set("Upstash-Retries", message.Retried.ToString(CultureInfo.InvariantCulture));
        if (message.Config.CallerIp is { } ip)
            Set("Upstash-Caller-Ip", ip);
        if (message.Config.Topic is { } topic)
            Set("Upstash-Topic-Name", topic);
        if (message.Config.ScheduleId is { } schedule)
            Set("Upstash-Schedule-Id", schedule);
        if (message.Config.RetryDelay is { } expression)
            Set("Upstash-Retry-Delay", expression);
        if (message is { FlowKey: { } key, Config.Flow: { } limits })
        {
            Set("Upstash-Flow-Control-Key", key);
            Set("Upstash-Flow-Control-Value", limits.ToString());
        }
        if (options.Region is { } region)
            Set("Upstash-Region", region);
        if (message.Labels.Count > 0)
            Set("Upstash-Label", string.Join(',', message.Labels));
        // Who forwards a trace of their own means that one.
        if (trace is not null && IsTraced(uri) && !message.Config.Headers.ContainsKey(TraceParent))
            Set(TraceParent, trace);
        return request;

        void Set(string name, string value)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private bool IsTraced(Uri uri) => options.TraceTo.Contains(uri.GetLeftPart(UriPartial.Authority));

    private static async Task<byte[]> BoundedAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (kept.Length < MaxAnswer && await stream.ReadAsync(buffer, cancel) is > 0 and var read)
            kept.Write(buffer, 0, (int)Math.Min(read, MaxAnswer - kept.Length));
        return kept.ToArray();
    }

    private static Dictionary<string, string[]> Headers(HttpResponseMessage answer) =>
        answer
            .Headers.Concat(answer.Content.Headers)
            .GroupBy(header => MessageHeaders.Canonical(header.Key), StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => group.SelectMany(header => header.Value).ToArray(),
                StringComparer.Ordinal
            );

    private static DeliveryOutcome Failed(Exception failure)
    {
        for (Exception? inner = failure; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case EgressRefusedException refused:
                    return new DeliveryOutcome.Forbidden(refused.Message);
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return new DeliveryOutcome.Refused();
                case SocketException
                {
                    SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                }:
                    return new DeliveryOutcome.Unresolvable();
                case AuthenticationException tls:
                    return new DeliveryOutcome.TlsFailed(tls.Message);
                case SocketException socket:
                    // In the system's words alone: its own message may name the address.
                    return new DeliveryOutcome.Broken(
                        $"the attempt broke: {new SocketException((int)socket.SocketErrorCode).Message}"
                    );
            }
        }
        return new DeliveryOutcome.Broken($"the attempt broke: {failure.InnerException?.Message ?? failure.Message}");
    }
}
