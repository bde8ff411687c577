using System.ClientModel;
using System.Text.Json;
using Anthropic.Exceptions;

namespace Jettae.Studio;

/// <summary>Names what went wrong at the provider, and whether time can heal it.</summary>
internal static class ProviderErrors
{
    public static WritingOutcome.Failed Classify(Exception failure, CallNotes notes) =>
        failure switch
        {
            AnthropicApiException answered => OfStatus(
                (int)answered.StatusCode,
                Part(answered.ResponseBody, "type"),
                Part(answered.ResponseBody, "message"),
                answered.ResponseBody,
                notes
            ),
            ClientResultException { Status: > 0 } answered => OfStatus(
                answered.Status,
                Part(BodyOf(answered), "type"),
                Part(BodyOf(answered), "message"),
                BodyOf(answered),
                notes
            ),
            AnthropicSseException broken => InStream(broken),
            AnthropicIOException or HttpRequestException or IOException or ClientResultException => Passing(
                Reasons.Unreachable,
                failure.Message
            ),
            TimeoutException or OperationCanceledException => Passing(Reasons.TimedOut, "the connection timed out"),
            AnthropicException or JsonException => Passing(Reasons.OddAnswer, failure.Message),
            _ => Passing(Reasons.Surprise, failure.GetType().Name),
        };

    private static WritingOutcome.Failed OfStatus(
        int status,
        string? type,
        string? message,
        string? body,
        CallNotes notes
    )
    {
        var detail = Bounded(
            $"HTTP {status}{(type is null ? "" : $" {type}")}{(message is null ? "" : $": {message}")}"
        );
        var isSpendLimit =
            Has(body, "enforced_spend_limit_reached")
            || (status == 400 && Has(message, "spend") && Has(message, "limit"))
            || (status == 400 && Has(message, "usage limits"));
        return status switch
        {
            _ when isSpendLimit => Lasting(Reasons.SpendLimit, detail),
            429 => new(Reasons.RateLimited, detail, Retryable: true, notes.RetryAfter),
            529 => new(Reasons.Overloaded, detail, Retryable: true, notes.RetryAfter),
            408 or 409 or >= 500 => new(Reasons.ProviderError, detail, Retryable: true, notes.RetryAfter),
            401 => Lasting(Reasons.BadKey, detail),
            402 => Lasting(Reasons.Billing, detail),
            403 => Lasting(Reasons.Forbidden, detail),
            404 => Lasting(Reasons.UnknownModel, detail),
            413 => Lasting(Reasons.TooLarge, detail),
            _ => Lasting(Reasons.BadRequest, detail),
        };
    }

    private static WritingOutcome.Failed InStream(AnthropicSseException broken) =>
        Has(broken.Message, "overloaded") ? Passing(Reasons.Overloaded, "overloaded_error in the stream")
        : Has(broken.Message, "rate_limit") ? Passing(Reasons.RateLimited, "rate_limit_error in the stream")
        : Passing(Reasons.ProviderError, "an error event in the stream");

    private static WritingOutcome.Failed Passing(Reason reason, string detail) =>
        new(reason, Bounded(detail), Retryable: true);

    private static WritingOutcome.Failed Lasting(Reason reason, string detail) => new(reason, detail, Retryable: false);

    private static bool Has(string? text, string part) =>
        text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private static string Bounded(string text) => text.Length > 500 ? text[..500] : text;

    private static string? BodyOf(ClientResultException answered) => answered.GetRawResponse()?.Content.ToString();

    private static string? Part(string? body, string name)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? "");
            return json.RootElement.GetProperty("error").GetProperty(name).GetString();
        }
        catch (Exception odd) when (odd is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
