using System.Text;

namespace Jettae.Client;

/// <summary>Which messages are meant: any of the values within one property, all of the properties together.</summary>
public abstract record QStashFilter
{
    private protected QStashFilter() { }

    /// <summary>Destinations, exactly.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>URL groups that they were published to.</summary>
    public IReadOnlyList<string> UrlGroups { get; init; } = [];

    /// <summary>Queues that they went through.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>Schedules that made them.</summary>
    public IReadOnlyList<string> ScheduleIds { get; init; } = [];

    /// <summary>Labels; one of a message's labels is enough.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Flow control keys.</summary>
    public IReadOnlyList<string> FlowControlKeys { get; init; } = [];

    /// <summary>Addresses of those who published.</summary>
    public IReadOnlyList<string> CallerIps { get; init; } = [];

    /// <summary>Not before this instant.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Not after this instant.</summary>
    public DateTimeOffset? To { get; init; }

    internal virtual Query Query() =>
        new Query()
            .Add("url", Urls)
            .Add("topicName", UrlGroups)
            .Add("queueName", Queues)
            .Add("scheduleId", ScheduleIds)
            .Add("label", Labels)
            .Add("flowControlKey", FlowControlKeys)
            .Add("callerIp", CallerIps)
            .Add("fromDate", From)
            .Add("toDate", To);

    /// <summary>The filter of a change. One that selects nothing would select everything.</summary>
    internal Query Selection() =>
        Query() is { IsEmpty: false } query
            ? query
            : throw new ArgumentException("the filter selects nothing in particular; say All when all are meant");
}

/// <summary>The query of a request, with its question mark.</summary>
internal sealed class Query
{
    private readonly StringBuilder text = new();

    public bool IsEmpty => text.Length == 0;

    /// <summary>As many queries as it takes to name all of them: a request line has its length.</summary>
    public static IReadOnlyList<Query> Each(string name, IEnumerable<string> ids) =>
        [.. ids.Chunk(100).Select(some => new Query().Add(name, some))];

    public Query Add(string name, IEnumerable<string> values)
    {
        foreach (var value in values)
            Add(name, value);
        return this;
    }

    public Query Add(string name, string? value)
    {
        if (value is null)
            return this;
        // Some servers take an empty value for none, and the filter for one that selects everything.
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return this;
    }

    public Query Add(string name, long? value) => Add(name, value is { } number ? $"{number}" : null);

    public Query Add(string name, DateTimeOffset? value) => Add(name, value?.ToUnixTimeMilliseconds());

    public override string ToString() => text.ToString();
}
