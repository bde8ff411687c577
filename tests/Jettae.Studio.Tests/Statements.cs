using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Jettae.Studio.Tests;

/// <summary>A statement as it was asked.</summary>
internal sealed record Statement(string Sql, (string Name, object? Value)[] Parameters)
{
    /// <summary>How SQLite goes about it.</summary>
    public async Task<List<string>> PlanAsync(string file)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var explain = connection.CreateCommand();
        explain.CommandText = "EXPLAIN QUERY PLAN " + Sql;
        foreach (var (name, value) in Parameters)
            explain.Parameters.AddWithValue(name, value ?? DBNull.Value);
        var lines = new List<string>();
        await using var plan = await explain.ExecuteReaderAsync();
        while (await plan.ReadAsync())
            lines.Add(plan.GetString(3));
        return lines;
    }
}

/// <summary>What EF asked of one file, or of a PostgreSQL database by its name, told by its diagnostics, and how SQLite goes about it.</summary>
internal sealed partial class Statements
    : IObserver<DiagnosticListener>,
        IObserver<KeyValuePair<string, object?>>,
        IDisposable
{
    private readonly string file;
    private readonly ConcurrentBag<IDisposable> listening = [];
    private readonly ConcurrentQueue<Statement> found = new();

    public Statements(string file)
    {
        this.file = file;
        listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>All that were asked, as they came.</summary>
    public List<Statement> Order => [.. found];

    public int Count => found.DistinctBy(each => each.Sql).Count();

    public async Task<List<string>> WalksAsync()
    {
        var walks = new List<string>();
        foreach (var statement in found.DistinctBy(each => each.Sql))
        {
            var names = Aliases().Matches(statement.Sql).Select(each => each.Groups[1].Value);
            HashSet<string> growing = [.. names, "runs", "contents"];
            walks.AddRange(
                (await statement.PlanAsync(file))
                    .Where(line =>
                        Scan().Match(line) is { Success: true } scan && growing.Contains(scan.Groups[1].Value)
                    )
                    .Select(line => $"{line}: {statement.Sql}")
            );
        }
        return walks;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
            listening.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not CommandExecutedEventData { Command: var command } || !IsOfInterest(command))
            return;
        found.Enqueue(
            new(
                command.CommandText,
                [.. command.Parameters.Cast<DbParameter>().Select(each => (each.ParameterName, each.Value))]
            )
        );
    }

    public void OnCompleted() { }

    public void OnError(Exception error) { }

    public void Dispose()
    {
        foreach (var each in listening)
            each.Dispose();
    }

    private bool IsOfInterest(DbCommand command) =>
        command.Connection is { } connection
        && (connection is SqliteConnection ? connection.DataSource : connection.Database) == file
        && Reads().IsMatch(command.CommandText)
        && !command.CommandText.StartsWith("INSERT", StringComparison.Ordinal);

    [GeneratedRegex(@"\b(FROM|UPDATE)\b")]
    private static partial Regex Reads();

    [GeneratedRegex(
        """(?:FROM|JOIN|UPDATE) "?(?:runs|run_steps|contents|content_versions|content_tags|bookings|slot_changes)"?(?: AS)? "?(\w+)"""
    )]
    private static partial Regex Aliases();

    [GeneratedRegex("""^SCAN (\w+)""")]
    private static partial Regex Scan();
}
