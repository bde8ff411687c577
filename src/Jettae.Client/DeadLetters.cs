using System.Globalization;
using System.Runtime.CompilerServices;

namespace Jettae.Client;

/// <summary>Messages that were given up.</summary>
public sealed class QStashDeadLetters
{
    private readonly QStashClient client;

    internal QStashDeadLetters(QStashClient client) => this.client = client;

    /// <summary>A page of them, oldest first.</summary>
    /// <param name="filter">Which ones; null lists all.</param>
    /// <param name="cursor">The cursor of the page before; null begins.</param>
    /// <param name="count">How many at most; QStash gives no more than 100.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var page = await qstash.DeadLetters.ListAsync(new DeadLetterFilter { Urls = ["https://me.example/hook"] });</code></example>
    public async Task<QStashPage<DeadLetter>> ListAsync(
        DeadLetterFilter? filter = null,
        string? cursor = null,
        int count = 100,
        CancellationToken cancel = default
    )
    {
        var query = (filter?.Query() ?? new Query()).Add("count", count).Add("cursor", cursor);
        var call = new Call(HttpMethod.Get, $"/v2/dlq{query}");
        var answer = await client.AskAsync(call, WireJson.Default.DeadLetterAnswer, cancel);
        return new QStashPage<DeadLetter>(answer.Messages ?? [], WireJson.Cursor(answer.Cursor));
    }

    /// <summary>All of them, page by page as they are read.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// await foreach (var dead in qstash.DeadLetters.EnumerateAsync(new DeadLetterFilter { ResponseStatuses = [503] }))
    ///     await qstash.DeadLetters.RetryAsync(dead.DlqId);
    /// </code></example>
    public async IAsyncEnumerable<DeadLetter> EnumerateAsync(
        DeadLetterFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? cursor = null;
        do
        {
            var page = await ListAsync(filter, cursor, cancel: cancel);
            foreach (var each in page.Items)
                yield return each;
            cursor = page.Cursor;
        } while (cursor is not null);
    }

    /// <summary>One of them; null when it is not there (any more).</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var answered = (await qstash.DeadLetters.GetAsync(id))?.ResponseBody;</code></example>
    public Task<DeadLetter?> GetAsync(string id, CancellationToken cancel = default) =>
        client.FindAsync(new Call(HttpMethod.Get, "/v2/dlq/" + Call.Segment(id)), WireJson.Default.DeadLetter, cancel);

    /// <summary>Deletes one; false when it was gone already.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.DeadLetters.DeleteAsync(dead.DlqId);</code></example>
    public Task<bool> DeleteAsync(string id, CancellationToken cancel = default) =>
        client.TryTellAsync(new Call(HttpMethod.Delete, "/v2/dlq/" + Call.Segment(id)), cancel);

    /// <summary>Deletes those of them that are still there, and says how many. No ids delete nothing.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.DeadLetters.DeleteManyAsync([first.DlqId, second.DlqId]);</code></example>
    public async Task<int> DeleteManyAsync(IReadOnlyCollection<string> ids, CancellationToken cancel = default)
    {
        var deleted = 0;
        foreach (var query in Query.Each("dlqIds", ids))
            deleted += (await DeleteAsync(query, cancel)).Deleted;
        return deleted;
    }

    /// <summary>Deletes all that the filter selects, in as many calls as it takes, and says how many those were.</summary>
    /// <exception cref="ArgumentException">The filter selects nothing in particular.</exception>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.DeadLetters.DeleteWhereAsync(new DeadLetterFilter { To = monthAgo });</code></example>
    public Task<int> DeleteWhereAsync(DeadLetterFilter filter, CancellationToken cancel = default) =>
        DeleteEachPageAsync(filter.Selection, cancel);

    /// <summary>Deletes every one, in as many calls as it takes, and says how many those were.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var deleted = await qstash.DeadLetters.DeleteAllAsync();</code></example>
    public Task<int> DeleteAllAsync(CancellationToken cancel = default) =>
        DeleteEachPageAsync(() => new Query(), cancel);

    /// <summary>Publishes it again as a new message, and takes it from the dead letters; null when it was gone already.</summary>
    /// <param name="id">The dead letter's id.</param>
    /// <param name="overrides">What is to be different this time.</param>
    /// <param name="cancel">Ends the wait; it may have been published.</param>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var again = await qstash.DeadLetters.RetryAsync(dead.DlqId, new DeliverySettings { Retries = 5 });</code></example>
    public Task<PublishResult?> RetryAsync(
        string id,
        DeliverySettings? overrides = null,
        CancellationToken cancel = default
    ) =>
        client.FindAsync(
            new Call(HttpMethod.Post, "/v2/dlq/retry/" + Call.Segment(id)) { Headers = overrides?.Settings() ?? [] },
            WireJson.Default.PublishResult,
            cancel
        );

    /// <summary>Publishes those of them again that are still there. No ids publish nothing.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var again = await qstash.DeadLetters.RetryManyAsync([first.DlqId, second.DlqId]);</code></example>
    public async Task<IReadOnlyList<PublishResult>> RetryManyAsync(
        IReadOnlyCollection<string> ids,
        DeliverySettings? overrides = null,
        CancellationToken cancel = default
    )
    {
        var published = new List<PublishResult>();
        foreach (var query in Query.Each("dlqIds", ids))
            published.AddRange((await RetryAsync(query, overrides, cancel)).Responses ?? []);
        return published;
    }

    /// <summary>Publishes all again that the filter selects, in as many calls as it takes.</summary>
    /// <exception cref="ArgumentException">The filter selects nothing in particular.</exception>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached; some may have been published.</exception>
    /// <example><code>var again = await qstash.DeadLetters.RetryWhereAsync(new DeadLetterFilter { Labels = ["mail"], ResponseStatuses = [503] });</code></example>
    public Task<IReadOnlyList<PublishResult>> RetryWhereAsync(
        DeadLetterFilter filter,
        DeliverySettings? overrides = null,
        CancellationToken cancel = default
    ) => RetryEachPageAsync(filter.Selection, overrides, cancel);

    /// <summary>Publishes every one again, in as many calls as it takes.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached; some may have been published.</exception>
    /// <example><code>var again = await qstash.DeadLetters.RetryAllAsync(new DeliverySettings { Retries = 1 });</code></example>
    public Task<IReadOnlyList<PublishResult>> RetryAllAsync(
        DeliverySettings? overrides = null,
        CancellationToken cancel = default
    ) => RetryEachPageAsync(() => new Query(), overrides, cancel);

    private async Task<int> DeleteEachPageAsync(Func<Query> which, CancellationToken cancel)
    {
        var deleted = 0;
        string? cursor = null;
        do
        {
            var answer = await DeleteAsync(which().Add("cursor", cursor), cancel);
            deleted += answer.Deleted;
            cursor = WireJson.Cursor(answer.Cursor);
        } while (cursor is not null);
        return deleted;
    }

    private async Task<IReadOnlyList<PublishResult>> RetryEachPageAsync(
        Func<Query> which,
        DeliverySettings? overrides,
        CancellationToken cancel
    )
    {
        var published = new List<PublishResult>();
        string? cursor = null;
        do
        {
            var answer = await RetryAsync(which().Add("cursor", cursor), overrides, cancel);
            published.AddRange(answer.Responses ?? []);
            cursor = WireJson.Cursor(answer.Cursor);
        } while (cursor is not null);
        return published;
    }

    private Task<DeleteAnswer> DeleteAsync(Query which, CancellationToken cancel) =>
        client.AskAsync(new Call(HttpMethod.Delete, $"/v2/dlq{which}"), WireJson.Default.DeleteAnswer, cancel);

    private Task<RetryAnswer> RetryAsync(Query which, DeliverySettings? overrides, CancellationToken cancel) =>
        client.AskAsync(
            new Call(HttpMethod.Post, $"/v2/dlq/retry{which}") { Headers = overrides?.Settings() ?? [] },
            WireJson.Default.RetryAnswer,
            cancel
        );
}

/// <summary>Which dead letters are meant.</summary>
public sealed record DeadLetterFilter : QStashFilter
{
    /// <summary>The dead letters of these ids.</summary>
    public IReadOnlyList<string> DlqIds { get; init; } = [];

    /// <summary>The one of this message.</summary>
    public string? MessageId { get; init; }

    /// <summary>Statuses of the last answer; 0 where there was none.</summary>
    public IReadOnlyList<int> ResponseStatuses { get; init; } = [];

    internal override Query Query() =>
        base.Query()
            .Add("dlqIds", DlqIds)
            .Add("messageId", MessageId)
            .Add("responseStatus", ResponseStatuses.Select(each => each.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A message that was given up, with the last answer it got.</summary>
public sealed record DeadLetter : QStashMessage
{
    /// <summary>The dead letter's own id.</summary>
    public string DlqId { get; init; } = "";

    /// <summary>The last answer's status; 0 when there was none.</summary>
    public int ResponseStatus { get; init; }

    /// <summary>Why the last attempt failed, where QStash says it.</summary>
    public string? Error { get; init; }

    /// <summary>The last answer's headers.</summary>
    public IReadOnlyDictionary<string, string[]>? ResponseHeader { get; init; }

    /// <summary>The last answer's body where it is text.</summary>
    public string? ResponseBody { get; init; }

    /// <summary>The last answer's body in base64 where it is not text.</summary>
    public string? ResponseBodyBase64 { get; init; }
}
