using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jettae.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio;

/// <summary>Where QStash calls: at a slot, and when it has given a slot up. The signature is the caller's proof.</summary>
internal static class Webhook
{
    private const int NotRetryable = 489;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder api, StudioOptions options)
    {
        api.MapPost("/content/generate-scheduled", SlotAsync)
            .RequireQStashSignature(_ => options.WebhookUrl)
            .Add(NoteRefusal);
        api.MapPost("/content/generation-failed", GivenUpAsync).RequireQStashSignature(_ => options.FailureUrl);
    }

    private static async Task<IResult> SlotAsync(HttpContext http, Runner runner, TimeProvider time)
    {
        using var span = Telemetry.Begin("slot", ActivityKind.Consumer, http.Request.Headers.TraceParent);
        var deliveredAt = time.GetUtcNow();
        var slot = Parse(await BodyAsync(http));
        var answer = await runner.RunSlotAsync(slot, MessageId(http), deliveredAt);
        return Answer(http, answer);
    }

    /// <summary>A delivery that is refused makes no run, so nobody would learn why their slot is late.</summary>
    private static void NoteRefusal(EndpointBuilder endpoint)
    {
        var guarded = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async http =>
        {
            await guarded(http);
            var isRefused = http.Response.StatusCode == StatusCodes.Status401Unauthorized;
            // The check of the signature has read the body into memory.
            if (isRefused && http.Request.Body is MemoryStream body && MessageId(http) is not null)
                await http.RequestServices.GetRequiredService<RefusedDeliveries>().NoteAsync(body.ToArray());
        };
    }

    private static async Task<IResult> GivenUpAsync(HttpContext http, Runner runner)
    {
        GivenUp? callback;
        try
        {
            callback = JsonSerializer.Deserialize<GivenUp>(await BodyAsync(http), JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            callback = null;
        }
        if (callback?.SourceBody is null)
            throw BadBody("sourceBody");
        var slot = Parse(Decoded(callback.SourceBody));
        var status = callback.Status?.ToString(CultureInfo.InvariantCulture) ?? "-";
        var detail = new Word($"마지막 응답 {status}", $"last status {status}").Kept;
        return await runner.GiveUpAsync(slot, callback.SourceMessageId, detail) switch
        {
            SlotAnswer.Unknown => ScheduleApi.Json(
                new
                {
                    Success = true,
                    Skipped = true,
                    Reason = "unknown_schedule",
                }
            ),
            SlotAnswer.Skipped skipped => ScheduleApi.Json(
                new
                {
                    Success = true,
                    Skipped = true,
                    skipped.Reason,
                    skipped.RunId,
                }
            ),
            SlotAnswer.Failed failed => ScheduleApi.Json(new { Success = true, failed.RunId }),
            _ => ScheduleApi.Json(new { Success = true }),
        };
    }

    private static IResult Answer(HttpContext http, SlotAnswer answer)
    {
        switch (answer)
        {
            case SlotAnswer.Done done:
                return ScheduleApi.Json(
                    new
                    {
                        Success = true,
                        done.RunId,
                        done.ContentId,
                        done.NextRunAt,
                    }
                );
            case SlotAnswer.Skipped skipped:
                return ScheduleApi.Json(
                    new
                    {
                        Success = false,
                        Skipped = true,
                        skipped.Reason,
                        skipped.RunId,
                    }
                );
            case SlotAnswer.Unknown:
                http.Response.Headers["Upstash-NonRetryable-Error"] = "true";
                return Problems.Of(
                    http,
                    NotRetryable,
                    "schedule_not_found",
                    "scheduleId",
                    new("이런 스케줄이 없어요.", "There is no such schedule.")
                );
            case SlotAnswer.TryAgain again:
                if (again.RetryAfter is { } wait)
                    http.Response.Headers.RetryAfter = Math.Ceiling(
                            Math.Clamp(wait.TotalSeconds, 0, LongestWait.TotalSeconds)
                        )
                        .ToString(CultureInfo.InvariantCulture);
                return Problems.Of(http, 503, again.Reason.Key, null, again.Reason.What);
            case SlotAnswer.Failed failed:
                http.Response.Headers["Upstash-NonRetryable-Error"] = "true";
                return Problems.Of(http, NotRetryable, failed.Reason.Key, null, failed.Reason.What);
            default:
                throw new InvalidOperationException($"No answer for {answer}.");
        }
    }

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    private static byte[] Decoded(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw BadBody("sourceBody");
        }
    }

    private static SlotMessage Parse(byte[] body)
    {
        try
        {
            return SlotMessage.Parse(body);
        }
        catch (JsonException odd)
        {
            throw BadBody((odd.Path ?? "").TrimStart('$', '.') is { Length: > 0 } field ? field : null);
        }
    }

    private static RejectedException BadBody(string? field) =>
        new(
            400,
            "body_invalid",
            field,
            new("QStash가 보내는 본문이 아니에요.", "This is not the body that a booking sends.")
        );

    private static string? MessageId(HttpContext http) => http.Request.Headers["Upstash-Message-Id"].FirstOrDefault();

    private sealed record GivenUp(int? Status, string? SourceBody, string? SourceMessageId);
}
