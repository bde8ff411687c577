using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Jettae.Bench;

/// <summary>
/// A studio as it stands after months: schedules, runs with their steps, prompts and answers, pieces with their versions and
/// tags, all of one person. Written as rows into the file of a studio.
/// </summary>
public sealed class LargeStore : IDisposable
{
    private const string Zone = "Asia/Seoul";
    private static readonly TimeSpan Offset = TimeSpan.FromHours(9);
    private static readonly TimeSpan History = TimeSpan.FromDays(75);

    /// <summary>Nothing is written while the pages are looked at.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(25);

    private static readonly string[] Types =
    [
        "x_post",
        "x_post",
        "x_post",
        "x_post",
        "thread",
        "linkedin_post",
        "facebook_post",
        "blog_post",
        "instagram_reel_script",
        "youtube_script",
    ];

    private readonly Random random = new(20_260_301);
    private readonly SqliteConnection file;
    private readonly (int Schedules, int Runs, int Contents) size;
    private readonly DateTimeOffset now;
    private readonly string owner;
    private readonly List<(string Id, string Name, string Type, string Language)> schedules = [];
    private readonly Dictionary<string, SqliteCommand> inserts = [];

    private LargeStore(SqliteConnection file, (int Schedules, int Runs, int Contents) size, DateTimeOffset now)
    {
        (this.file, this.size, this.now) = (file, size, now);
        using var asked = file.CreateCommand();
        asked.CommandText = "SELECT id FROM users WHERE is_owner";
        owner = (string)asked.ExecuteScalar()!;
    }

    /// <summary>Fills the file of a studio that has run once and knows its owner.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">How much of each.</param>
    /// <param name="now">When all this is.</param>
    public static void Fill(string path, (int Schedules, int Runs, int Contents) size, DateTimeOffset now)
    {
        using var file = new SqliteConnection($"Data Source={path};Pooling=False");
        file.Open();
        using (var fast = file.CreateCommand())
        {
            fast.CommandText = "PRAGMA synchronous = OFF";
            fast.ExecuteNonQuery();
        }
        using var transaction = file.BeginTransaction();
        using var store = new LargeStore(file, size, now);
        store.AddSchedules();
        store.AddRuns();
        store.AddOneOffs();
        transaction.Commit();
        using var tidy = file.CreateCommand();
        tidy.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        tidy.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var insert in inserts.Values)
            insert.Dispose();
    }

    private void AddSchedules()
    {
        for (var i = 0; i < size.Schedules; i++)
        {
            var made = now - History - TimeSpan.FromMinutes(size.Schedules - i);
            var (type, language) = (Pick(Types), i % 10 < 7 ? "ko" : "en");
            var (id, name) = (Id(made), $"{BenchWords.Title(random, language)} {i + 1}");
            schedules.Add((id, name, type, language));
            var (frequency, every) = (i % 100) switch
            {
                0 => ("hourly", TimeSpan.FromHours(1)),
                < 4 => ("3hours", TimeSpan.FromHours(3)),
                < 10 => ("6hours", TimeSpan.FromHours(6)),
                < 65 => ("daily", TimeSpan.FromDays(1)),
                _ => ("weekly", TimeSpan.FromDays(7)),
            };
            // Every twentieth rests; the others' next slots lie within their interval, none in the next minutes.
            var isActive = i % 20 != 19;
            var minutes = Math.Max(1, (int)(every - Quiet).TotalMinutes);
            var next = Minute(now + Quiet + TimeSpan.FromMinutes(random.Next(minutes) + 1));
            var wall = next.ToOffset(Offset);
            Insert(
                "schedules",
                ("id", id),
                ("owner_id", owner),
                ("name", name),
                ("content_type", type),
                ("content_tone", "friendly"),
                ("topic", BenchWords.Text(random, language, 80)),
                ("language", language),
                ("frequency", frequency),
                ("timezone", Zone),
                ("catch_up", "latest"),
                ("starts_at", Unix(next - (every * Math.Ceiling(History / every)))),
                ("settings", "{}"),
                ("is_active", isActive ? 1 : 0),
                ("paused_at", isActive ? null : Unix(now)),
                ("total_generated", size.Runs / size.Schedules),
                ("total_failed", 3),
                ("last_run_at", Unix(next - every)),
                ("accounted_until", Unix(now)),
                ("next_run_at", isActive ? Unix(next) : null),
                ("times_of_day", string.Create(CultureInfo.InvariantCulture, $"[\"{wall:HH:mm}\"]")),
                ("days_of_week", frequency == "weekly" ? $"[{(int)wall.DayOfWeek}]" : "[]"),
                ("created_at", Unix(made)),
                ("updated_at", Unix(made))
            );
            if (!isActive)
                continue;
            var booking = Id(now);
            Insert(
                "bookings",
                ("id", booking),
                ("owner_id", owner),
                ("schedule_id", id),
                ("slot_at", Unix(next)),
                ("state", "pending"),
                ("deduplication_id", $"bench-{booking}"),
                ("failures", 0),
                ("next_try_at", Unix(now)),
                ("created_at", Unix(now)),
                ("updated_at", Unix(now))
            );
        }
    }

    /// <summary>The newest of those that were written still have their piece.</summary>
    private void AddRuns()
    {
        var withoutPiece = size.Runs - (int)(size.Contents * 1.05);
        for (var i = 0; i < size.Runs; i++)
        {
            var began = now - (History * ((size.Runs - i) / (double)size.Runs));
            var schedule = schedules[random.Next(schedules.Count)];
            var (id, dice) = (Id(began), random.Next(1_000));
            var state = dice switch
            {
                < 955 => "done",
                < 985 => "failed",
                _ => "skipped",
            };
            // A rare one is what an index is for.
            var reason = state switch
            {
                "failed" => i % 5_000 < 4
                    ? "bad_key"
                    : Pick(["provider_overloaded", "provider_timeout", "draft_unfit"]),
                "skipped" => "missed",
                _ => null,
            };
            var written = state == "done";
            var took = TimeSpan.FromMilliseconds(4_000 + random.Next(25_000));
            var piece =
                written && i >= withoutPiece && pieces < size.Contents * 0.95
                    ? AddPiece(began + took, schedule, id)
                    : null;
            var byHand = random.Next(100) < 2;
            Insert(
                "runs",
                ("id", id),
                ("owner_id", owner),
                ("schedule_id", schedule.Id),
                ("schedule_name", schedule.Name),
                ("slot_at", byHand ? null : Unix(began) - random.Next(3_000)),
                ("trigger", byHand ? "manual" : "schedule"),
                ("state", state),
                ("attempts", state == "failed" ? 3 : 1),
                ("content_id", piece),
                ("reason", reason),
                ("model", state == "skipped" ? null : "claude-sonnet-4-5"),
                ("input_tokens", state == "skipped" ? 0 : 1_200 + random.Next(800)),
                ("cached_input_tokens", state == "skipped" ? 0 : 900),
                ("cache_write_tokens", state != "skipped" && i % 50 == 0 ? 300 : 0),
                ("output_tokens", written ? 300 + random.Next(900) : 0),
                ("thinking_tokens", written ? random.Next(300) : 0),
                ("cost", written ? "0.0" + random.Next(100, 999).ToString(CultureInfo.InvariantCulture) : null),
                ("prompt", state == "skipped" ? null : BenchWords.Text(random, schedule.Language, 1_300)),
                ("answer", written ? BenchWords.Text(random, schedule.Language, 900) : null),
                ("started_at", Unix(began)),
                ("finished_at", Unix(began + took))
            );
            if (state != "skipped")
                AddSteps(id, began, took, written);
        }
    }

    private void AddSteps(string run, DateTimeOffset began, TimeSpan took, bool written)
    {
        string[] kinds = written
            ? ["due", "delivered", "verified", "prompt", "write", "checked", "stored", "next_booked"]
            : ["due", "delivered", "verified", "prompt", "write"];
        for (var i = 0; i < kinds.Length; i++)
            Insert(
                "run_steps",
                ("id", Id(began + (took * i / 8))),
                ("run_id", run),
                ("owner_id", owner),
                ("attempt", 1),
                ("kind", kinds[i]),
                ("started_at", Unix(began + (took * i / 8))),
                ("ended_at", Unix(began + (took * (i + 1) / 8))),
                ("ok", written || i < 4 ? 1 : 0),
                ("detail", kinds[i] == "write" ? "claude-sonnet-4-5, 1503 in, 640 out" : null)
            );
    }

    private int pieces;

    private void AddOneOffs()
    {
        var none = ("", "", "", "");
        while (pieces < size.Contents)
        {
            var (type, language) = (Pick(Types), random.Next(10) < 7 ? "ko" : "en");
            none = (none.Item1, none.Item2, type, language);
            AddPiece(now - (History * random.NextDouble()), none, null);
        }
    }

    private string AddPiece(
        DateTimeOffset made,
        (string Id, string Name, string Type, string Language) schedule,
        string? run
    )
    {
        var id = Id(made);
        var length = schedule.Type switch
        {
            "x_post" => 130,
            "thread" => 700,
            "blog_post" => 2_500,
            "youtube_script" or "instagram_reel_script" => 1_500,
            _ => 600,
        };
        var (title, body) = (
            BenchWords.Title(random, schedule.Language),
            BenchWords.Text(random, schedule.Language, length)
        );
        pieces++;
        Insert(
            "contents",
            ("id", id),
            ("owner_id", owner),
            ("schedule_id", schedule.Id.Length > 0 ? schedule.Id : null),
            ("run_id", run),
            ("content_type", schedule.Type),
            ("title", title),
            ("body", body),
            ("language", schedule.Language),
            ("status", Pick(["draft", "draft", "approved", "approved", "approved", "archived", "rejected"])),
            ("length", body.Length),
            ("length_limit", schedule.Type == "x_post" ? 280 : null),
            ("is_sample", 0),
            ("model", "claude-sonnet-4-5"),
            ("version", 1),
            ("created_at", Unix(made)),
            ("updated_at", Unix(made))
        );
        for (var number = 1; number <= (pieces % 4 == 0 ? 2 : 1); number++)
            Insert(
                "content_versions",
                ("content_id", id),
                ("number", number),
                ("owner_id", owner),
                ("kind", number == 1 ? "written" : "variant"),
                ("title", title),
                ("body", body),
                ("length", body.Length),
                ("model", "claude-sonnet-4-5"),
                ("run_id", run),
                ("created_at", Unix(made))
            );
        if (pieces % 3 == 0)
            Insert(
                "content_tags",
                ("owner_id", owner),
                ("content_id", id),
                ("tag", BenchWords.Noun(random, schedule.Language))
            );
        return id;
    }

    private void Insert(string table, params (string Column, object? Value)[] row)
    {
        var key = table + row.Length;
        if (!inserts.TryGetValue(key, out var insert))
        {
            insert = inserts[key] = file.CreateCommand();
            var columns = string.Join(", ", row.Select(each => each.Column));
            insert.CommandText =
                $"INSERT INTO {table} ({columns}) VALUES ({string.Join(", ", row.Select(each => "$" + each.Column))})";
            foreach (var (column, _) in row)
                insert.Parameters.Add(new SqliteParameter("$" + column, DBNull.Value));
        }
        foreach (var (column, value) in row)
            insert.Parameters["$" + column].Value = value ?? DBNull.Value;
        insert.ExecuteNonQuery();
    }

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];

    private static string Id(DateTimeOffset at) => Guid.CreateVersion7(at).ToString("D").ToUpperInvariant();

    private static long Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    private static DateTimeOffset Minute(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute));
}
