using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>A caller's mistake. Mapped in one place: to problem details in the API, to a message beside the field in the pages.</summary>
/// <param name="status">400, 404 or 409; 503 where the store is at fault.</param>
/// <param name="code">Stable, snake_case.</param>
/// <param name="field">The field at fault, in the API's spelling; null when no field is.</param>
/// <param name="text">What a page says: the rule, in plain words.</param>
/// <param name="detail">What the API says: the field, the rule and what was received; null where that is the text.</param>
public sealed partial class RejectedException(int status, string code, string? field, Word text, Word? detail = null)
    : Exception((detail ?? text).En)
{
    public int Status { get; } = status;
    public string Code { get; } = code;
    public string? Field { get; } = field;
    public Word Text { get; } = text;
    public Word Detail { get; } = detail ?? text;

    /// <summary>A field that breaks a rule.</summary>
    /// <param name="field">In the API's spelling.</param>
    /// <param name="rule">Without the field's name: a page says it beside the field.</param>
    /// <param name="received">As it is shown; null where there is nothing to show.</param>
    internal static RejectedException Broken(string field, Word rule, string? received = null) =>
        new(
            400,
            "field_invalid",
            field,
            rule,
            received is null
                ? new($"{field}: {rule.Ko}", $"{field}: {rule.En}")
                : new($"{field}: {rule.Ko} 받은 값: {received}", $"{field}: {rule.En} Received: {received}.")
        );

    /// <summary>What a person is told of a failure, and goes on from with all that they have typed; null when it is a defect.</summary>
    internal static RejectedException? Of(Exception failure, ILogger log)
    {
        if (failure is RejectedException refused)
            return refused;
        if (PostgresStudioStore.IsAway(failure) && !PostgresStudioStore.TakesNothing(failure))
            return new RejectedException(503, "store_unavailable", null, Words.StoreAwayNow);
        if (Reasons.Of(failure) != Reasons.StoreFailed)
            return null;
        LogStoreFailed(log, failure);
        return new RejectedException(503, Reasons.StoreFailed.Key, null, Words.StoreFailedNow);
    }

    [LoggerMessage(LogLevel.Error, "The store did not take what was done on a page.")]
    private static partial void LogStoreFailed(ILogger log, Exception failure);

    /// <summary>A field that was not given.</summary>
    internal static RejectedException Missing(string field) =>
        new(
            400,
            "field_required",
            field,
            new("꼭 필요해요.", "It is required."),
            new($"{field}: 꼭 필요해요.", $"{field} is required; it was not given.")
        );
}
