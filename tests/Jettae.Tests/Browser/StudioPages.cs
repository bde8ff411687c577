using System.Text.RegularExpressions;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Jettae.Tests;

/// <summary>The running program, and a real browser before it. Shared by the tests of a class; each opens pages of its own.</summary>
public class StudioPages : IAsyncLifetime
{
    private readonly (string Name, string Value)[] settings;
    private readonly List<JettaeProcess> nodes = [];
    private Balancer? proxy;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private readonly List<(string? Test, IBrowserContext Context)> opened = [];

    public StudioPages()
        : this([]) { }

    /// <param name="settings">For the program, beside the usual ones.</param>
    internal StudioPages(params (string Name, string Value)[] settings) => this.settings = settings;

    /// <summary>The program, or the first of its nodes.</summary>
    public JettaeProcess Program { get; private set; } = null!;

    /// <summary>Nodes on one PostgreSQL behind a proxy; 1: the program by itself.</summary>
    protected virtual int Nodes => JettaeProcess.IsOnPostgres ? 2 : 1;

    /// <summary>The program, or each of its nodes.</summary>
    public IEnumerable<JettaeProcess> Programs => nodes.Append(Program).Distinct();

    /// <summary>What it has said so far, all of its nodes.</summary>
    public string Output => string.Join('\n', Programs.Select(node => node.Output));

    /// <summary>Where people come in.</summary>
    public string Front { get; private set; } = "";

    /// <summary>The link that signed somebody in.</summary>
    public string UsedLink { get; private set; } = "";

    /// <summary>The cookie of the one who opened the link.</summary>
    private string? signedIn;

    public async ValueTask InitializeAsync()
    {
        if (Nodes > 1)
            await StartNodesAsync();
        else
            Program = await JettaeProcess.StartAsync(settings);
        if (Nodes == 1)
            Front = Program.Url;
        Assertions.SetDefaultExpectTimeout((float)Wait.Patience.TotalMilliseconds);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    /// <summary>Stops it, all of its nodes.</summary>
    /// <returns>0 when each ended well.</returns>
    public async Task<int> StopAsync()
    {
        var codes = 0;
        foreach (var node in Programs)
            codes |= await node.StopAsync();
        return codes;
    }

    /// <summary>Starts it again.</summary>
    public async Task StartAsync()
    {
        foreach (var node in Programs)
            await node.StartAsync();
    }

    /// <inheritdoc cref="OpenAsync(string, int, string, bool, bool)"/>
    public Task<IPage> OpenAsync(Look look) => OpenAsync(look.Language, look.Width, look.Theme);

    /// <summary>A browser of a person who has just opened the printed link, and is in.</summary>
    /// <param name="language">Of the browser.</param>
    /// <param name="width">Of its window.</param>
    /// <param name="theme">Of its system.</param>
    /// <param name="ownSession">Not the session that the tests share: this one will be ended.</param>
    /// <param name="withPicture">What stands for a page that is still reading is in it, and may be found twice.</param>
    public async Task<IPage> OpenAsync(
        string language,
        int width = 1280,
        string theme = "light",
        bool ownSession = false,
        bool withPicture = false
    )
    {
        var context = await ContextAsync(Options(language, width, theme, ownSession ? null : signedIn), withPicture);
        var page = await context.NewPageAsync();
        if (ownSession)
            await SignInAsync(page, await Program.NewSignInLinkAsync());
        else if (signedIn is null)
        {
            // A link is good once, and whoever tried it before may have failed with it.
            UsedLink = UsedLink.Length == 0 ? Program.SignInLink : await Program.NewSignInLinkAsync();
            await SignInAsync(page, UsedLink);
            signedIn = await context.StorageStateAsync();
        }
        return page;
    }

    /// <summary>Opens a link and presses the button that stands there.</summary>
    public static async Task SignInAsync(IPage page, string link)
    {
        await page.GotoAsync(link);
        await page.Locator("button[type=submit]").ClickAsync();
        // Not WaitForURLAsync: between its two looks at whether the page has loaded it can miss that, and then waits for ever.
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("^[^/]+//[^/]+/$"));
    }

    /// <summary>Until the page answers and shows what it read: what is typed before is not heard.</summary>
    public static async Task ReadyAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("main:not([inert])")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
    }

    /// <summary>Publishes to the program itself, which knows no such address.</summary>
    /// <returns>The message's id.</returns>
    public async Task<string> PublishAsync(string path, int retries, params (string Name, string Value)[] headers)
    {
        using var http = Program.Client(Program.Credentials.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/publish/{Program.Url}{path}")
        {
            Content = new StringContent("<b>text, not markup</b>"),
        };
        request.Headers.Add("Upstash-Retries", $"{retries}");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (string)System.Text.Json.Nodes.JsonNode.Parse(text)!["messageId"]!;
    }

    /// <summary>A browser of another person with an account here, who owns nothing of the installation.</summary>
    public async Task<IPage> OpenAsGuestAsync(Look? look = null)
    {
        await using var doors = Composition.Doors(
            new Settings(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(
                        Program.Settings.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value))
                    )
                    .Build()
            )
        );
        var guest = await doors.GetRequiredService<Accounts>().AddAsync($"guest {look}".Trim());
        var link = await doors.GetRequiredService<SignInLinks>().CreateAsync(guest);
        var page = await OpenAsStrangerAsync(look);
        await SignInAsync(page, link.ToString());
        return page;
    }

    /// <summary>A browser of somebody else.</summary>
    public async Task<IPage> OpenAsStrangerAsync(Look? look = null, bool scripts = true)
    {
        var (language, width, theme) = look ?? new Look("en", 1280, "light");
        var options = Options(language, width, theme, null);
        options.JavaScriptEnabled = scripts;
        return await (await ContextAsync(options)).NewPageAsync();
    }

    /// <summary>What an earlier test has opened is closed: an open page goes on drawing.</summary>
    private async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions options, bool withPicture = false)
    {
        var test = TestContext.Current.Test?.UniqueID;
        foreach (var left in opened.Where(each => each.Test is not null && each.Test != test).ToList())
        {
            opened.Remove(left);
            await left.Context.CloseAsync();
        }
        var context = await browser!.NewContextAsync(options);
        context.SetDefaultTimeout((float)Wait.Patience.TotalMilliseconds);
        // A page that reads is hidden as ever, and its first picture not put in its place.
        if (!withPicture)
            await context.AddInitScriptAsync(
                """
                const before = Element.prototype.before;
                Element.prototype.before = function (...nodes) { if (!this.matches("main")) before.apply(this, nodes); };
                """
            );
        opened.Add((test, context));
        return context;
    }

    private BrowserNewContextOptions Options(string language, int width, string theme, string? state) =>
        new()
        {
            BaseURL = Front,
            Locale = language == "ko" ? "ko-KR" : "en-US",
            TimezoneId = "Asia/Seoul",
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            StorageState = state,
        };

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
        foreach (var node in Programs)
            await node.DisposeAsync();
        if (proxy is not null)
            await proxy.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task StartNodesAsync()
    {
        var database = PostgresServer.NewDatabase();
        var ports = Enumerable.Range(0, Nodes).Select(_ => JettaeProcess.FreePort()).ToList();
        var front = JettaeProcess.FreePort();
        proxy = Balancer.On(front, ports);
        Front = $"http://127.0.0.1:{front}";
        foreach (var port in ports)
        {
            nodes.Add(JettaeProcess.On(port, [("DATABASE_URL", database), ("NEXT_PUBLIC_URL", Front), .. settings]));
            await nodes[^1].StartAsync();
        }
        Program = nodes[0];
    }

    private static readonly string[] Shells = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

    /// <summary>Debian's, without the windows that nobody sees where it is there; null leaves the choice to Playwright.</summary>
    private static string? Chromium => Shells.FirstOrDefault(File.Exists);
}
