using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>Whatever is asked of the execution log, SQLite finds it by an index: 200,000 runs are never walked through.</summary>
public sealed partial class QueryPlanTests
{
    [Fact]
    public async Task Nothing_that_pages_loops_and_the_API_ask_walks_through_all_runs()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string?)schedule["id"] });
        var owner = await studio.OwnerAsync();
        using var asked = new Statements(studio.DataFile);

        foreach (
            var filter in new[]
            {
                "",
                "state=running",
                "state=failed&from=2024-01-01T00:00:00Z",
                "trigger=rerun&reason=billing",
                $"schedule_id={schedule["id"]}",
                $"schedule_id={schedule["id"]}&state=waiting&to=2024-02-01T00:00:00Z",
            }
        )
            await studio.GetAsync($"/api/runs?{filter}");
        await studio.GetAsync($"/api/runs/{end["run"]!["id"]}");
        await studio.GetAsync($"/api/contents/{end["content"]!["id"]}");
        await studio.GetAsync("/api/stats");
        await studio.GetAsync("/api/schedules");
        await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        var runs = studio.Services.GetRequiredService<Runs>();
        await runs.RecentAsync(owner, [(Guid)schedule["id"]!], 20, default);
        await runs.LastStepsAsync(owner, [(Guid)end["run"]!["id"]!], default);
        await studio.Services.GetRequiredService<Home>().ReadAsync(owner, default);
        await studio.Services.GetRequiredService<Monitoring>().NowAsync(owner, default);
        await studio.GetAsync("/api/stats?unit=day&timezone=Asia/Seoul");
        // The slot, the watcher and the keeper.
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-15T03:00:00Z"));
        await studio.GoToAsync("2024-01-15T03:11:00Z");

        Assert.True(asked.Found.Count > 15, $"Only {asked.Found.Count} statements were seen.");
        Assert.Empty(await asked.WalksAsync());
    }

    /// <summary>What EF asked of one file, told by its diagnostics, and how SQLite goes about it.</summary>
    private sealed partial class Statements
        : IObserver<DiagnosticListener>,
            IObserver<KeyValuePair<string, object?>>,
            IDisposable
    {
        private readonly string file;
        private readonly ConcurrentBag<IDisposable> listening = [];

        public Statements(string file)
        {
            this.file = file;
            listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        /// <summary>Statements that touch runs or their steps, each with the parameters it was asked with first.</summary>
        public ConcurrentDictionary<string, (string Name, object? Value)[]> Found { get; } = new();

        public async Task<List<string>> WalksAsync()
        {
            var walks = new List<string>();
            await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
            await connection.OpenAsync();
            foreach (var (sql, parameters) in Found)
            {
                var names = Aliases().Matches(sql).Select(each => each.Groups[1].Value).Append("runs").ToHashSet();
                await using var explain = connection.CreateCommand();
                explain.CommandText = "EXPLAIN QUERY PLAN " + sql;
                foreach (var (name, value) in parameters)
                    explain.Parameters.AddWithValue(name, value ?? DBNull.Value);
                await using var plan = await explain.ExecuteReaderAsync();
                while (await plan.ReadAsync())
                    if (
                        Scan().Match(plan.GetString(3)) is { Success: true } scan
                        && names.Contains(scan.Groups[1].Value)
                    )
                        walks.Add($"{plan.GetString(3)}: {sql}");
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
            Found.TryAdd(
                command.CommandText,
                [.. command.Parameters.Cast<DbParameter>().Select(each => (each.ParameterName, each.Value))]
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
            command.Connection is SqliteConnection connection
            && connection.DataSource == file
            && Table().IsMatch(command.CommandText)
            && !command.CommandText.StartsWith("INSERT", StringComparison.Ordinal);

        [GeneratedRegex("""(FROM|JOIN|UPDATE) "?(runs|run_steps)\b""")]
        private static partial Regex Table();

        [GeneratedRegex("""(?:FROM|JOIN|UPDATE) "?(?:runs|run_steps)"?(?: AS)? "?(\w+)""")]
        private static partial Regex Aliases();

        [GeneratedRegex("""^SCAN (\w+)""")]
        private static partial Regex Scan();
    }
}
