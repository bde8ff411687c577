using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Jettae.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Jettae.Studio.Tests;

/// <summary>
/// What goes wrong around the writer: the store, QStash, signatures, the key ring, settings. None of it becomes content, each is
/// told at the bell with its reason and what to do.
/// </summary>
public sealed class InstallationFaultTests
{
    private const string Slot = "2024-01-15T03:00:00Z";

    [Theory]
    [InlineData("the disk is full for pieces", "INSERT ON contents", "1 = 1")]
    [InlineData("the disk is full for versions", "INSERT ON content_versions", "1 = 1")]
    [InlineData("the index is broken", "UPDATE ON runs", "NEW.state = 'done'")]
    [InlineData("the next booking is refused", "UPDATE ON schedules", "NEW.total_generated > 0")]
    public async Task A_piece_that_the_store_does_not_take_is_told_of_and_written_again(
        string fault,
        string act,
        string when
    )
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.BreakAsync(act, when);
        var message = studio.MessageFor(Slot);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await studio.DeliverAsync(message)).StatusCode);
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal(("waiting", "store_failed"), ((string?)run["state"], (string?)run["reason"]!["key"]));
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var steps = (await studio.GetAsync($"/api/runs/{run["id"]}"))["steps"]!.AsArray();
        Assert.False((bool)Assert.Single(steps, step => (string?)step!["kind"] == "stored")!["ok"]!, fault);

        await studio.DeliverFailureAsync(message);
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        await Told.AtTheBellAsync(studio, ["gave_up"], "store_failed");
        await studio.MendAsync();
        await studio.GoToAsync("2024-01-15T06:00:00Z");
        Assert.Equal(
            HttpStatusCode.OK,
            (await studio.DeliverAsync(studio.MessageFor("2024-01-15T06:00:00Z"))).StatusCode
        );
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task A_piece_that_the_store_takes_at_the_second_try_is_not_paid_for_twice()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.BreakAsync("INSERT ON contents");
        using var passes = new Passing(studio.DataFile);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(studio.MessageFor(Slot))).StatusCode);

        Assert.True(passes.HasPassed);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal(("done", 1), ((string?)run["state"], (int)run["attempts"]!));
        var steps = (await studio.GetAsync($"/api/runs/{run["id"]}"))["steps"]!.AsArray();
        Assert.True((bool)Assert.Single(steps, step => (string?)step!["kind"] == "stored")!["ok"]!);
        Assert.Single(steps, step => (string?)step!["kind"] == "next_booked");
    }

    /// <summary>Takes the fault away once a transaction of this file was rolled back for it.</summary>
    private sealed class Passing : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly string file;
        private readonly ConcurrentBag<IDisposable> listening = [];
        private bool hasFailed;

        public Passing(string file)
        {
            this.file = file;
            listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public bool HasPassed { get; private set; }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.EntityFrameworkCore")
                listening.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandErrorEventData { Command.Connection: { } of } && of.DataSource == file)
                hasFailed = true;
            if (!hasFailed || HasPassed || value.Value is not ConnectionEndEventData { Connection: var closed })
                return;
            if (closed.DataSource != file || value.Key != RelationalEventId.ConnectionClosed.Name)
                return;
            HasPassed = true;
            using var mending = new SqliteConnection($"Data Source={file};Pooling=False");
            mending.Open();
            using var drop = mending.CreateCommand();
            drop.CommandText = "DROP TRIGGER fault";
            drop.ExecuteNonQuery();
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose()
        {
            foreach (var each in listening)
                each.Dispose();
        }
    }

    [Theory]
    [InlineData("read-only")]
    [InlineData("locked")]
    [Trait("Store", "SQLite")]
    public async Task A_store_that_takes_nothing_at_all_costs_no_slot_and_its_lateness_is_told(string fault)
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.StoreTimeout, options.KeeperInterval) = (TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
        );
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor(Slot);
        await studio.GoToAsync(Slot);
        await using (var file = new SqliteConnection($"Data Source={studio.DataFile};Pooling=False"))
        {
            await file.OpenAsync();
            await using var hold = fault == "locked" ? file.BeginTransaction(deferred: false) : null;
            if (hold is null)
                await studio.InStoreAsync(
                    "CREATE TRIGGER fault BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'attempt to write a readonly database'); END"
                );
            using var refused = await studio.DeliverAsync(message);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            // The message's own delays stand: five tries within half a minute would be over before the store is back.
            Assert.Null(refused.Headers.RetryAfter);
        }
        await studio.InStoreAsync("DROP TRIGGER IF EXISTS fault");
        Assert.Empty((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
        await studio.GoToAsync("2024-01-15T03:07:30Z");
        await Told.AtTheBellAsync(studio, ["late"], null);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("a clock that is wrong")]
    [InlineData("another address")]
    [InlineData("garbage")]
    public async Task A_delivery_whose_signature_does_not_hold_is_told(string fault)
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var now = studio.Time.GetUtcNow();
        var signature = fault switch
        {
            "another key" => QStashRecorder.Sign(
                "sig_of_somebody_else_00000000000",
                message.Destination,
                message.Body,
                now
            ),
            "a clock that is wrong" => QStashRecorder.Sign(
                QStashRecorder.CurrentKey,
                message.Destination,
                message.Body,
                now.AddHours(-2)
            ),
            "another address" => QStashRecorder.Sign(
                QStashRecorder.CurrentKey,
                "https://old.example/api/content/generate-scheduled",
                message.Body,
                now
            ),
            _ => "a.b.c",
        };
        Assert.Equal(HttpStatusCode.Unauthorized, (await studio.DeliverAsync(message, signature)).StatusCode);
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        await Told.AtTheBellAsync(studio, ["qstash"], "signature_refused");
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        // And the lateness that comes of it has the same reason.
        await studio.GoToAsync("2024-01-15T03:07:00Z");
        await Told.AtTheBellAsync(studio, ["late"], "signature_refused");
    }

    [Theory]
    [InlineData(400, "qstash_refused")]
    [InlineData(401, "qstash_refused")]
    [InlineData(402, "qstash_refused")]
    [InlineData(412, "qstash_refused")]
    [InlineData(429, "qstash_unreachable")]
    [InlineData(500, "qstash_unreachable")]
    [InlineData(503, "qstash_unreachable")]
    [InlineData(0, "qstash_unreachable")]
    public async Task A_QStash_that_takes_no_bookings_is_told_before_any_slot_is_late(int status, string reason)
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
        {
            if (status == 0)
                options.QStash.Url = new Uri("http://127.0.0.1:1");
        });
        studio.QStash.Failing = status == 0 ? null : status;
        await studio.CreateAsync(TestStudio.ThreeHourly());
        foreach (var second in new[] { 2, 5, 10, 20 })
            await studio.GoToAsync($"2024-01-15T00:00:{second:00}Z");
        await studio.GoToAsync("2024-01-15T00:02:00Z");
        await Told.AtTheBellAsync(studio, ["qstash"], reason);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("cron = 'every full moon', frequency = 'cron'")]
    [InlineData("timezone = 'Atlantis/Capital'")]
    public async Task A_timing_that_can_no_longer_be_read_is_told_and_breaks_no_page(string change)
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.InStoreAsync($"UPDATE schedules SET {change}");
        await studio.GoToAsync(Slot);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(studio.MessageFor(Slot))).StatusCode);
        await studio.GoToAsync("2024-01-15T03:06:00Z");
        await Told.AtTheBellAsync(studio, ["chain_stalled"], "timing_broken");
        Assert.True((bool)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["is_active"]!);
        Assert.Single((await studio.GetAsync("/api/schedules"))["items"]!.AsArray());

        await studio.PostAsync(
            "/api/schedule/update",
            new
            {
                id = schedule["id"],
                timezone = "Asia/Seoul",
                frequency = "3hours",
            }
        );
        await studio.GoToAsync("2024-01-15T03:08:00Z");
        Assert.Empty((await studio.GetAsync("/api/alerts?open=true"))["items"]!.AsArray());
        studio.MessageFor("2024-01-15T06:00:00Z");
    }

    [Theory]
    [InlineData("the key ring is lost", "bad_key")]
    [InlineData("an address where nobody is", "provider_unreachable")]
    [InlineData("an address of something else", "provider_stalled")]
    [InlineData("a model that does not exist", "model_unknown")]
    public async Task Settings_that_do_not_hold_any_more_are_told(string fault, string reason)
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync("/api/writer/connect", new { key = FakeClaude.Key, url = claude.Url });
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor(Slot);
        await studio.DownAsync();
        if (fault == "the key ring is lost")
            await studio.LoseKeysAsync();
        else if (fault == "an address where nobody is")
            await studio.InStoreAsync("UPDATE provider_settings SET url = 'http://127.0.0.1:1'");
        await studio.UpAsync();
        if (fault == "an address of something else")
            claude.Script.Enqueue(FakeClaude.Html(200));
        else if (fault == "a model that does not exist")
            claude.Script.Enqueue(FakeClaude.Fails(404, "not_found_error"));
        await studio.GoToAsync(Slot);
        if ((await studio.DeliverAsync(message)).StatusCode == HttpStatusCode.ServiceUnavailable)
            await studio.DeliverFailureAsync(message);
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        await Told.AtTheBellAsync(studio, ["provider", "gave_up"], reason);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_slot_that_QStash_could_not_deliver_is_told()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverFailureAsync(studio.MessageFor(Slot), 0);
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        await Told.AtTheBellAsync(studio, ["gave_up"], "gave_up");
    }

    [Fact]
    public async Task Many_failures_tell_why_the_last_one_failed()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        for (var times = 0; times < AlertRules.FewestRuns; times++)
        {
            claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error"));
            await studio.PostAsync("/api/schedule/run", new { id = (string?)schedule["id"] });
        }
        await studio.GoToAsync("2024-01-15T00:02:00Z");
        await Told.AtTheBellAsync(studio, ["failure_rate"], "provider_overloaded");
    }
}
