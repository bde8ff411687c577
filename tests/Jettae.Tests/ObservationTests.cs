using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests;

/// <summary>What the program tells whoever watches it: only if it is asked to, only to them, and nothing of what it is trusted with.</summary>
public sealed partial class ObservationTests
{
    private const string MetricsToken = "metrics-token-of-the-tests";
    private const string QStashToken = "qstash-token-of-the-log-tests";
    private const string CurrentKey = "sig_current_key_of_the_log_tests";
    private const string NextKey = "sig_next_key_of_the_log_tests_00";
    private const string InBody = "secret-in-the-body";
    private const string InPath = "secret-in-the-path";
    private const string InQuery = "secret-in-the-query";
    private const string InHeader = "secret-in-a-header";
    private const string InTopic = "secret-in-the-topic";

    /// <summary>What no slot has run for is not told.</summary>
    private const string OfSlotsOnly = "jettae_studio_lateness_seconds_bucket";

    [Fact]
    public async Task Measurements_are_served_to_their_own_token_only_and_without_one_to_nobody()
    {
        await using var closed = await JettaeProcess.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await MetricsAsync(closed, JettaeProcess.ApiToken)).Status);

        await using var claude = await FakeClaude.StartAsync();
        await using var program = await JettaeProcess.StartAsync([
            ("JETTAE_METRICS_TOKEN", MetricsToken),
            .. claude.Settings,
        ]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await MetricsAsync(program, null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await MetricsAsync(program, JettaeProcess.ApiToken)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await MetricsAsync(program, program.Credentials.Token)).Status);
        using var other = program.Client(MetricsToken);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await other.GetAsync("/api/schedules", TestContext.Current.CancellationToken)).StatusCode
        );

        await WorkAsync(program);
        var told = "";
        string[] lines =
        [
            """jettae_engine_published_total{deduplicated="false"} """,
            "jettae_engine_lateness_seconds_bucket",
            "jettae_engine_commit_seconds_count",
            "jettae_engine_commit_writes_count",
            "jettae_engine_in_flight",
            """jettae_engine_lanes_waiting{for="key"}""",
            """jettae_engine_pending{state="later"}""",
            "jettae_engine_shards",
            """jettae_studio_runs_total{outcome="done",reason="none"} 1""",
            """jettae_studio_run_time_seconds_count{outcome="done"} 1""",
            """jettae_studio_provider_call_seconds_count{outcome="written",provider="anthropic"} 1""",
            """jettae_studio_tokens_total{kind="output"} 50""",
            "jettae_studio_cost_total{",
            """jettae_studio_bookings_total{outcome="booked"} 1""",
        ];
        string[] all = [.. lines, .. OnTheDashboard().Where(name => name != OfSlotsOnly).Select(name => $"\n{name}{{")];
        // What is counted after an answer is counted a moment later.
        await Wait.UntilAsync(
            async () =>
            {
                told = (await MetricsAsync(program, MetricsToken))
                    .Text.Replace("otel_scope_name=\"Jettae.Engine\",", "", StringComparison.Ordinal)
                    .Replace("otel_scope_name=\"Jettae.Studio\",", "", StringComparison.Ordinal);
                return all.All(line => told.Contains(line, StringComparison.Ordinal));
            },
            Wait.Patience,
            () =>
                $"{string.Join(", ", all.Where(line => !told.Contains(line, StringComparison.Ordinal)))} is not in:\n{told}"
        );
        AssertKeepsQuiet(told);
    }

    [Fact]
    public async Task Measurements_and_traces_go_where_the_standard_setting_says()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await CollectorAsync(received);
        await using var claude = await FakeClaude.StartAsync();
        await using var program = await JettaeProcess.StartAsync([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            .. claude.Settings,
        ]);
        await WorkAsync(program);
        await Wait.UntilAsync(
            () =>
                Has("/v1/traces", "provider call")
                && Has("/v1/traces", "deliver")
                && Has("/v1/metrics", "jettae.engine.lateness"),
            Wait.Patience,
            () => string.Join(", ", received.Select(each => $"{each.Key}: {each.Value.Length}"))
        );
        AssertKeepsQuiet(string.Concat(received.Values));

        bool Has(string path, string text) =>
            received.TryGetValue(path, out var sent) && sent.Contains(text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_lines_of_json_and_none_of_them_holds_a_secret_at_any_level_of_ours()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        await using var program = await JettaeProcess.StartAsync([
            ("JETTAE_LOG", "json"),
            ("Logging__LogLevel__Default", "Trace"),
            ("Logging__LogLevel__Microsoft", "Debug"),
            ("Logging__LogLevel__Microsoft.AspNetCore", "Debug"),
            ("Logging__LogLevel__System.Net.Http", "Trace"),
            ("JETTAE_METRICS_TOKEN", MetricsToken),
            ("QSTASH_TOKEN", QStashToken),
            ("QSTASH_CURRENT_SIGNING_KEY", CurrentKey),
            ("QSTASH_NEXT_SIGNING_KEY", NextKey),
            .. claude.Settings,
        ]);
        // Signed in by a link, and with a token made then.
        var link = new Uri((await program.RunAsync("sign-in")).Said.Split('\n')[^1]);
        using var browser = program.Client(token: null);
        using var signedIn = await browser.SignInAsync(link.ToString());
        var cookie = signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0];
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        foreach (var page in (string[])["/", "/schedules", "/settings", "/messages"])
            (await browser.GetAsync(page, cancel)).Dispose();
        var made = (string)(await program.PostAsync("/api/tokens", new { name = "log", scope = "full" }))["token"]!;
        using var bearer = program.Client(made);
        (await bearer.GetAsync("/api/schedules", cancel)).EnsureSuccessStatusCode();
        using var stranger = program.Client("secret-of-a-stranger");
        (await stranger.GetAsync("/api/schedules", cancel)).Dispose();
        (await stranger.GetAsync("/v2/logs?qstash_token=" + QStashToken, cancel)).Dispose();

        // A run that Claude refuses, one that it writes, and messages that fail.
        await RunAsync(program);
        await WorkAsync(program);
        await MetricsAsync(program, MetricsToken);
        await Wait.UntilAsync(() => program.Output.Contains("Jettae runs on", StringComparison.Ordinal), Wait.Patience);
        await program.StopAsync();

        foreach (var line in program.Output.Split('\n').Where(line => line.Length > 0))
            Assert.True(JsonNode.Parse(line)!["Timestamp"] is not null, line);
        AssertKeepsQuiet(program.Output);
        AssertHoldsNone(
            program.Output,
            [
                QStashToken,
                CurrentKey,
                NextKey,
                MetricsToken,
                JettaeProcess.ApiToken,
                FakeClaude.Key,
                made,
                cookie.Split('=', 2)[1],
                link.Segments[^1],
                "secret-of-a-stranger",
            ]
        );
    }

    [Fact]
    public async Task On_a_database_it_is_ready_and_measures_and_its_log_names_the_place_without_the_password()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartAsync();
        PostgresServer.Asked(
            postgres.Url,
            "grant create on database postgres to guarded; grant create on schema public to guarded"
        );
        await using var program = await JettaeProcess.StartAsync(
            ("DATABASE_URL", $"postgres://guarded:{PostgresServer.Password}@127.0.0.1:{postgres.Port}/postgres"),
            ("JETTAE_LOG", "json"),
            ("Logging__LogLevel__Default", "Trace"),
            ("JETTAE_METRICS_TOKEN", MetricsToken)
        );
        JsonNode? told = null;
        await Wait.UntilAsync(
            async () =>
            {
                using var answer = await program.Http.GetAsync("/health/ready", cancel);
                told = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel));
                return answer.StatusCode == HttpStatusCode.OK;
            },
            Wait.Patience,
            () => $"{told}"
        );
        Assert.Equal(
            ["engine_shards", "engine_store", "studio_keeper", "studio_store"],
            told!["parts"]!.AsObject().Select(part => part.Key).Order()
        );
        // A node of many is ready before it has its shards.
        var measured = "";
        await Wait.UntilAsync(
            async () =>
                Regex.IsMatch(
                    measured = (await MetricsAsync(program, MetricsToken)).Text,
                    """(?m)^jettae_engine_shards\{[^}]*\} 8$"""
                ),
            Wait.Patience,
            () => measured
        );
        Assert.Matches("""(?m)^jettae_engine_pending\{[^}]*state="later"\} 0$""", measured);
        await program.StopAsync();
        Assert.Contains(
            $"with its data in 127.0.0.1:{postgres.Port}/postgres",
            program.Output,
            StringComparison.Ordinal
        );
        AssertHoldsNone(program.Output, [PostgresServer.Password, Uri.EscapeDataString(PostgresServer.Password)]);
    }

    private static IEnumerable<string> OnTheDashboard()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Jettae.slnx")))
            root = root.Parent!;
        var dashboard = JsonNode.Parse(
            File.ReadAllText(Path.Combine(root.FullName, "deploy", "grafana-dashboard.json"))
        )!;
        return dashboard["panels"]!
            .AsArray()
            .SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .SelectMany(target => Measurement().Matches((string)target!["expr"]!).Select(match => match.Value))
            .Distinct();
    }

    [GeneratedRegex("(jettae|http_server|dotnet)_[A-Za-z_]+")]
    private static partial Regex Measurement();

    /// <summary>A piece is written, a message is delivered to where nobody listens, another waits.</summary>
    private static async Task WorkAsync(JettaeProcess program)
    {
        await RunAsync(program);
        using var qstash = program.Client(program.QStashToken);
        await PublishAsync("0s");
        await PublishAsync("1h");
        await Wait.UntilAsync(
            async () =>
                (await qstash.GetStringAsync("/v2/events", TestContext.Current.CancellationToken)).Contains(
                    "RETRY",
                    StringComparison.Ordinal
                ),
            Wait.Patience
        );

        async Task PublishAsync(string delay)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Post,
                $"/v2/publish/http://127.0.0.1:9/{InPath}?key={InQuery}"
            )
            {
                Content = new StringContent(InBody),
            };
            request.Headers.Add("Upstash-Delay", delay);
            request.Headers.Add("Upstash-Forward-Authorization", InHeader);
            using var answer = await qstash.SendAsync(request, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static async Task RunAsync(JettaeProcess program)
    {
        var schedule = await program.PostAsync(
            "/api/schedule/create",
            new
            {
                content_type = "x_post",
                topic = InTopic,
                frequency = "daily",
                // No slot of it comes meanwhile.
                time_of_day = $"{TimeProvider.System.GetUtcNow().AddHours(12):HH}:00",
                timezone = "UTC",
            }
        );
        using var run = await program.Http.PostAsync(
            "/api/schedule/run",
            new StringContent($$"""{"id":"{{schedule["id"]}}"}""", new MediaTypeHeaderValue("application/json")),
            TestContext.Current.CancellationToken
        );
        await run.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static void AssertKeepsQuiet(string told) =>
        AssertHoldsNone(told, [InBody, InPath, InQuery, InHeader, InTopic, JettaeProcess.ApiToken, FakeClaude.Key]);

    private static void AssertHoldsNone(string told, string[] secrets)
    {
        var leaks = told.Split('\n').Where(line => secrets.Any(each => line.Contains(each, StringComparison.Ordinal)));
        Assert.True(!leaks.Any(), string.Join('\n', leaks.Take(5)));
    }

    private static async Task<(HttpStatusCode Status, string Text)> MetricsAsync(JettaeProcess program, string? token)
    {
        using var http = program.Client(token);
        using var answer = await http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Takes whatever OTLP brings; names and values lie in it as plain text.</summary>
    private static async Task<WebApplication> CollectorAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async http =>
        {
            using var sent = new MemoryStream();
            await http.Request.Body.CopyToAsync(sent);
            received.AddOrUpdate(
                http.Request.Path,
                _ => Encoding.Latin1.GetString(sent.ToArray()),
                (_, before) => before + Encoding.Latin1.GetString(sent.ToArray())
            );
        });
        await app.StartAsync();
        return app;
    }
}
