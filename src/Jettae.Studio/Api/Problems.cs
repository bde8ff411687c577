using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>The one place where a caller's mistake becomes problem details (RFC 9457), in the caller's language.</summary>
internal sealed class Problems(ILogger<Problems> logger) : IEndpointFilter
{
    private static readonly Action<ILogger, string, Exception?> Unexpected = LoggerMessage.Define<string>(
        LogLevel.Error,
        new EventId(1, "RequestFailed"),
        "{Path} failed unexpectedly."
    );

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        using var work = http.RequestServices.GetRequiredService<StudioActivity>().Enter();
        try
        {
            return await next(context);
        }
        catch (RejectedException rejected)
        {
            return Of(http, rejected);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
        catch (Exception away) when (PostgresStudioStore.IsAway(away) && !PostgresStudioStore.TakesNothing(away))
        {
            return Away(http);
        }
        catch (Exception failure) when (Reasons.Of(failure) == Reasons.StoreFailed)
        {
            Unexpected(logger, http.Request.Path, failure);
            return Full(http);
        }
        catch (Exception surprise)
        {
            Unexpected(logger, http.Request.Path, surprise);
            return Of(
                http,
                500,
                "internal_error",
                null,
                new(
                    "예상하지 못한 문제가 생겼어요. 서버 로그를 확인해 주세요.",
                    "Something unexpected went wrong; the server's log says what."
                )
            );
        }
    }

    /// <summary>The database is away.</summary>
    public static IResult Away(HttpContext http)
    {
        ComeAgain(http);
        return Of(
            http,
            503,
            "store_unavailable",
            null,
            new(
                "데이터베이스에 연결할 수 없어요. 잠시 뒤 다시 시도해 주세요.",
                "The database cannot be reached. Try again in a moment."
            )
        );
    }

    /// <summary>The store is there and takes nothing.</summary>
    private static IResult Full(HttpContext http)
    {
        ComeAgain(http);
        return Of(
            http,
            503,
            Reasons.StoreFailed.Key,
            null,
            new(
                "저장하지 못했어요. 데이터가 있는 곳의 남은 공간과 쓰기 권한을 확인해 주세요.",
                "It could not be stored: check the free space where the data is, and that it may be written to."
            )
        );
    }

    /// <summary>Soon, but for a delivery: its message says itself when it is tried again, and has no tries to waste.</summary>
    private static void ComeAgain(HttpContext http)
    {
        if (!http.Request.Headers.ContainsKey("Upstash-Message-Id"))
            http.Response.Headers.RetryAfter = "5";
    }

    public static IResult Of(HttpContext http, RejectedException rejected) =>
        Of(http, rejected.Status, rejected.Code, rejected.Field, rejected.Detail);

    public static IResult Of(HttpContext http, int status, string code, string? field, Word text) =>
        Results.Json(
            new
            {
                Type = "about:blank",
                Title = TitleOf(status),
                Status = status,
                Detail = text.In(CallerLanguage.Of(http)),
                Code = code,
                Field = field,
            },
            StudioJson.Options,
            "application/problem+json",
            status
        );

    private static string TitleOf(int status) =>
        status switch
        {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            409 => "Conflict",
            429 => "Too Many Requests",
            489 => "Not Retryable",
            503 => "Service Unavailable",
            _ => "Error",
        };
}
