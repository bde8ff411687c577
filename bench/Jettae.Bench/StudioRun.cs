using System.Text.Json;
using Jettae.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;

namespace Jettae.Bench;

/// <summary>
/// How fast the studio's pages are on a large store: from the click to the first picture with the real rows in it, as Chromium
/// paints it, and to the moment when the page also listens. Searches through the API and as one types.
/// </summary>
public static class StudioRun
{
    /// <summary>The same each time, so that bookings of a kept store need not be made anew.</summary>
    private const int Port = 8797;
    private const int Times = 9;

    private static readonly (int Schedules, int Runs, int Contents) Size = (2_000, 200_000, 50_000);

    /// <summary>What is promised.</summary>
    private const double MostForPage = 500;
    private const double MostForSearch = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A page, and what stands in it as soon as it is of use.</summary>
    private sealed record Sight(string Path, string Rows);

    /// <param name="folder">Keeps the store there, and uses the one that is there already; null: one for this run.</param>
    /// <param name="only">Only pages whose address has this in it.</param>
    /// <returns>Whether all was as fast as promised.</returns>
    public static async Task<bool> MeasureAsync(string? folder, string? only)
    {
        var data = folder ?? Directory.CreateTempSubdirectory("jettae-bench-studio").FullName;
        try
        {
            var file = Path.Combine(data, "studio.db");
            if (!File.Exists(file))
                await FillAsync(data, file);
            await using var program = JettaeProcess.On(Port, ("JETTAE_DATA", data));
            await StartAsync(program);
            await SettleAsync(file);
            Console.WriteLine($"{new FileInfo(file).Length / 1e6:N0} MB in the store");
            Console.WriteLine($"{"median, p95 in ms", -56} {"painted", 14} {"listening", 14}");
            var kept = await PagesAsync(program, await SightsAsync(program), only);
            return await SearchesAsync(program, only) && kept;
        }
        finally
        {
            if (folder is null)
                Directory.Delete(data, recursive: true);
        }
    }

    private static async Task FillAsync(string data, string file)
    {
        // A first life makes the tables and the owner.
        await using (var empty = JettaeProcess.On(Port, ("JETTAE_DATA", data)))
        {
            await empty.StartAsync();
            await empty.GetAsync("/api/schedules");
            await empty.StopAsync();
        }
        var began = TimeProvider.System.GetTimestamp();
        LargeStore.Fill(file, Size, TimeProvider.System.GetUtcNow());
        Console.WriteLine($"filled in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N0} s");
    }

    /// <summary>The first start after the filling takes 50,000 pieces into the search index before it answers.</summary>
    private static async Task StartAsync(JettaeProcess program)
    {
        try
        {
            await program.StartAsync();
        }
        catch (TimeoutException)
        {
            await Wait.UntilAsync(
                () => program.Output.Contains("Sign in (once)", StringComparison.Ordinal),
                Patience,
                () => $"The program did not start:\n{program.Output}"
            );
        }
    }

    /// <summary>Until every slot of the next days is booked; those farther off wait for their time.</summary>
    private static async Task SettleAsync(string file)
    {
        await using var rows = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        await rows.OpenAsync();
        await using var open = rows.CreateCommand();
        open.CommandText = "SELECT COUNT(*) FROM bookings WHERE state = 'pending' AND slot_at < $near";
        open.Parameters.AddWithValue("$near", TimeProvider.System.GetUtcNow().AddDays(5).ToUnixTimeMilliseconds());
        await Wait.UntilAsync(
            async () => (long)(await open.ExecuteScalarAsync())! == 0,
            Patience,
            () => "The bookings were not made."
        );
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);
    }

    private static async Task<List<Sight>> SightsAsync(JettaeProcess program)
    {
        async Task<string> FirstAsync(string path) => (string)(await program.GetAsync(path))["items"]![0]!["id"]!;
        var schedule = await FirstAsync("/api/schedules?limit=1");
        return
        [
            new("/", ".home .figures dd"),
            new("/schedules", "ul.list li.schedule"),
            new($"/schedules/{schedule}", "form.editor"),
            new("/schedules/new", "form.editor"),
            new("/calendar?view=month", ".grid .entry"),
            new("/calendar?view=week", ".grid .entry"),
            new("/calendar?view=list", ".days .entry"),
            new("/library", "ul.pieces li"),
            new("/library?status=Draft&type=BlogPost", "ul.pieces li"),
            new("/library?q=커피", "ul.pieces li"),
            new($"/library/{await FirstAsync("/api/contents?limit=1")}", ".reader"),
            new("/runs", "ul.list li"),
            new("/runs?state=Failed", "ul.list li"),
            new("/runs?reason=bad_key", "ul.list li"),
            new("/runs?trigger=Manual", "ul.list li"),
            new($"/runs?schedule={schedule}", "ul.list li"),
            new($"/runs/{await FirstAsync("/api/runs?limit=1&state=done")}", ".waterfall, .steps, section.card"),
            new("/monitor", ".tiles dd"),
            new("/monitor?by=Month", ".charts svg g"),
            new("/alerts", "ul.list li, .empty"),
            new("/settings", ".settings section"),
            new("/messages", "ul.list li"),
        ];
    }

    private static async Task<bool> PagesAsync(JettaeProcess program, List<Sight> sights, string? only)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] }
        );
        await using var context = await browser.NewContextAsync(
            new()
            {
                BaseURL = program.Url,
                Locale = "ko-KR",
                TimezoneId = "Asia/Seoul",
                ViewportSize = new() { Width = 1440, Height = 900 },
            }
        );
        var first = await context.NewPageAsync();
        await first.GotoAsync(program.SignInLink);
        await first.Locator("button[type=submit]").ClickAsync();
        await first.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        var kept = true;
        foreach (var sight in sights.Where(each => only is null || each.Path.Contains(only, StringComparison.Ordinal)))
        {
            var (painted, listening, flickers) = (new List<double>(), new List<double>(), 0);
            for (var i = 0; i <= Times; i++)
            {
                var page = await context.NewPageAsync();
                await page.AddInitScriptAsync($"const wanted = {JsonSerializer.Serialize(sight.Rows)};\n{Watch}");
                await page.GotoAsync(sight.Path, new() { WaitUntil = WaitUntilState.Commit });
                await page.WaitForFunctionAsync("() => window.seen.listening", null, new() { Timeout = 60_000 });
                var seen = await page.EvaluateAsync<Seen>("() => window.seen");
                await page.CloseAsync();
                if (i == 0)
                    continue;
                painted.Add(seen.Painted);
                listening.Add(seen.Listening);
                flickers += seen.Lost ? 1 : 0;
            }
            kept &= Say(sight.Path, painted, MostForPage, listening, flickers > 0 ? "  rows gone meanwhile" : "");
        }
        kept &= only is not null || await TypedAsync(context);
        return kept;
    }

    /// <summary>As one types: from the last letter to the picture with what was found, the pause of typing included.</summary>
    private static async Task<bool> TypedAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync($"const wanted = 'ul.pieces li';\n{Watch}");
        await page.GotoAsync("/library");
        await page.WaitForFunctionAsync("() => window.seen.listening");
        var kept = true;
        foreach (var text in Searched)
        {
            var took = new List<double>();
            for (var i = 0; i <= Times; i++)
            {
                await page.EvaluateAsync<double>("text => window.type(text)", "");
                var one = await page.EvaluateAsync<double>("text => window.type(text)", text);
                if (i > 0)
                    took.Add(one);
            }
            kept &= Say($"typed into the library: {text}", took, MostForPage);
        }
        await page.CloseAsync();
        return kept;
    }

    private static readonly string[] Searched =
    [
        "커피",
        "희귀한낱말",
        "오늘 글쓰기",
        "글",
        "serendipitous",
        "newsletter morning",
    ];

    private static async Task<bool> SearchesAsync(JettaeProcess program, string? only)
    {
        if (only is not null)
            return true;
        var kept = true;
        foreach (var text in Searched)
        foreach (var path in new[] { "/api/contents?limit=24&search=", "/api/contents/facets?search=" })
        {
            var took = new List<double>();
            for (var i = 0; i <= Times; i++)
            {
                var began = TimeProvider.System.GetTimestamp();
                await program.GetAsync(path + Uri.EscapeDataString(text));
                if (i > 0)
                    took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
            }
            kept &= Say(path + text, took, MostForSearch);
        }
        return kept;
    }

    private static bool Say(string what, List<double> first, double most, List<double>? second = null, string note = "")
    {
        var kept = At(first, 0.95) < most;
        Console.WriteLine(
            $"{what, -56} {Both(first), 14} {(second is null ? "" : Both(second)), 14}{note}{(kept ? "" : "  OVER")}"
        );
        return kept;

        static string Both(List<double> some) => $"{At(some, 0.5):N0}, {At(some, 0.95):N0}";

        static double At(List<double> some, double share) =>
            some.Order().ElementAt((int)Math.Round(share * (some.Count - 1)));
    }

    /// <summary>Looks at every frame; a task queued in it runs when the frame is painted.</summary>
    private const string Watch = """
        window.seen = { painted: 0, listening: 0, lost: false };
        const after = (name) => { const port = new MessageChannel(); port.port1.onmessage = () => { window.seen[name] ||= performance.now(); }; port.port2.postMessage(0); };
        const look = () => {
          const main = document.querySelector("main");
          const there = main && document.querySelector("main :is(" + wanted + ")") && !main.querySelector(".skeleton");
          if (there && !window.seen.painted) after("painted");
          if (!there && window.seen.painted) window.seen.lost = true;
          if (there && !main.inert && !window.seen.listening) after("listening");
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        window.type = (text) => new Promise((done) => {
          const input = document.querySelector("input[type=search]");
          if (input.value === text) return done(0);
          const said = () => document.querySelector("main [role=status]").textContent;
          const before = said();
          const began = performance.now();
          input.value = text;
          input.dispatchEvent(new Event("input", { bubbles: true }));
          const wait = () => {
            if (said() === before) return requestAnimationFrame(wait);
            const port = new MessageChannel();
            port.port1.onmessage = () => done(performance.now() - began);
            port.port2.postMessage(0);
          };
          requestAnimationFrame(wait);
        });
        """;

    /// <summary>Debian's; null leaves the choice to Playwright.</summary>
    private static string? Chromium => File.Exists("/usr/bin/chromium") ? "/usr/bin/chromium" : null;

    private sealed record Seen
    {
        public double Painted { get; init; }
        public double Listening { get; init; }
        public bool Lost { get; init; }
    }
}
