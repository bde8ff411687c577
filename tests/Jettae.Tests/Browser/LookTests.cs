using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Every page, dialog, menu and state in every language, width and theme: axe finds nothing, nothing sticks out, no error is logged.</summary>
[Collection(Busy.Looks)]
public sealed class LookTests(FullPages full) : IClassFixture<FullPages>
{
    public static TheoryData<string> Looks => Look.Usual;

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Each_page_can_be_read_and_used_by_everyone(string name)
    {
        var look = Look.Of(name);
        var page = await full.Studio.OpenAsync(look);
        var errors = Errors(page);
        await LookAtWhatGoesOnAsync(page, look);
        foreach (var sight in Pages())
            await sight.LookAsync(page, look);
        Assert.True(errors.Count == 0, $"{string.Join('\n', errors)}\n{full.Studio.Output}");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Each_dialog_and_menu_can_be_read_and_used_by_everyone(string name)
    {
        var look = Look.Of(name);
        var page = await full.Studio.OpenAsync(look);
        var errors = Errors(page);
        foreach (var sight in Opened(look))
            await sight.LookAsync(page, look);
        Assert.True(errors.Count == 0, $"{string.Join('\n', errors)}\n{full.Studio.Output}");
    }

    internal static List<string> Errors(IPage page)
    {
        var errors = new List<string>();
        page.Console += (_, line) =>
        {
            if (line.Type == "error")
                errors.Add(line.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        return errors;
    }

    /// <summary>A run under way, seen on the pages that follow it.</summary>
    private async Task LookAtWhatGoesOnAsync(IPage page, Look look)
    {
        var gate = new TaskCompletionSource();
        full.Claude.Script.Enqueue(FakeClaude.Pauses(gate.Task));
        var schedule = await full.ScheduleAsync($"Goes on {look}");
        await full.Writing.DeliverAsync(schedule);
        var run = await full.Writing.NewestRunAsync(schedule);
        Sight[] sights =
        [
            new(
                "run-running",
                $"/runs/{run}",
                page => Expect(page.Locator(".writing")).ToHaveTextAsync(FakeClaude.Usual[..20])
            ),
            new(
                "monitor-running",
                "/monitor",
                page => Expect(page.Locator("main [data-since]").First).ToBeVisibleAsync()
            ),
        ];
        foreach (var sight in sights)
            await sight.LookAsync(page, look);
        gate.SetResult();
        await full.Writing.Program.PostAsync("/api/schedule/delete", new { id = schedule });
    }

    private List<Sight> Pages() =>
        [
            new("home", "/"),
            new("schedules", "/schedules"),
            new("schedules-none", "/schedules?q=nothing-is-called-this"),
            new("schedules-new", "/schedules/new?recipe=newsletter"),
            new("schedules-one", $"/schedules/{full.Schedule}"),
            new("calendar", "/calendar"),
            new("calendar-month", "/calendar?view=month"),
            new("calendar-week", "/calendar?view=week"),
            new("calendar-list", "/calendar?view=list"),
            new("library", "/library"),
            new("library-none", "/library?q=nothing-is-called-this"),
            .. full.Pieces.Select(piece => new Sight($"library-{piece.Type}", $"/library/{piece.Id}")),
            new("runs", "/runs"),
            new("runs-none", "/runs?reason=billing&span=own&from=2020-01-01"),
            new("runs-done", $"/runs/{full.Done}"),
            new("runs-failed", $"/runs/{full.Failed}"),
            new("runs-waiting", $"/runs/{full.Waiting}"),
            new("runs-missing", "/runs/00000000-0000-0000-0000-000000000000"),
            new("monitor", "/monitor"),
            new("alerts", "/alerts"),
            new("messages", "/messages"),
            new("messages-failed", $"/messages/{full.Message}"),
            new("messages-later", $"/messages/{full.Later}"),
            new("messages-missing", "/messages/msg_none"),
            new("messages-dead", "/messages/dead"),
            new("messages-schedules", "/messages/schedules"),
            new("messages-queues", "/messages/queues"),
            new("messages-flow", "/messages/flow"),
            new("messages-groups", "/messages/groups"),
            new("messages-keys", "/messages/keys"),
            new("settings", "/settings"),
            new("docs", "/docs"),
        ];

    private List<Sight> Opened(Look look)
    {
        var (schedule, varied) = ($"/schedules/{full.Schedule}", $"/library/{full.Varied}");
        List<Sight> sights =
        [
            new("bell", "/", page => OpenMenuAsync(page, ".bell")),
            new("row-menu", "/schedules", page => OpenMenuAsync(page, "[popovertarget^=menu-]")),
            new("rest", "/schedules", page => FromMenuAsync(page, Words(page, Studio.Words.RestUntil))),
            new("delete", "/schedules", page => FromMenuAsync(page, page.Locator(".menu:popover-open .danger"))),
            new(
                "toast",
                "/schedules",
                async page =>
                {
                    await OpenMenuAsync(page, "[popovertarget^=menu-]");
                    await Words(page, Studio.Words.SkipNext).ClickAsync();
                    await Expect(page.Locator(".toast [data-undo]")).ToBeVisibleAsync();
                }
            ),
            new(
                "run",
                "/schedules",
                async page =>
                {
                    await Words(page, Studio.Words.RunNow).First.ClickAsync();
                    await Expect(page.Locator("dialog[open] a").Last).ToBeVisibleAsync();
                }
            ),
            new(
                "editor-full",
                "/schedules/new",
                async page =>
                {
                    await page.Locator("[name=frequency][value=Weekly]").CheckAsync();
                    await page.Locator(".times .chip").ClickAsync();
                    await page.Locator("[value=Friday]").CheckAsync();
                    await page.Locator("[name=ending][value=OnDate]").CheckAsync();
                    await page.Locator("[name='settings.promptType'][value=Custom]").CheckAsync();
                    await page.Locator("[id='settings.customPrompt']").FillAsync("{{topik}} 이야기를 써 주세요.");
                    await page.Locator("form details summary").ClickAsync();
                    await Expect(page.Locator(".notice .chip")).ToBeVisibleAsync();
                    await page.Locator(".actions .primary").ClickAsync();
                    await Expect(page.Locator(".error").First).ToBeVisibleAsync();
                }
            ),
            new(
                "leave",
                schedule,
                async page =>
                {
                    await page.Locator("#topic").FillAsync("다른 주제");
                    await page.Locator("main > .row a.button").ClickAsync();
                    await Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
                }
            ),
            new(
                "calendar-item",
                "/calendar?view=list",
                async page =>
                {
                    await page.Locator(".entry:visible").First.ClickAsync();
                    await Expect(page.Locator("dialog[open] h2")).ToBeVisibleAsync();
                }
            ),
            new(
                "calendar-day",
                "/calendar?view=month&date=2025-01-15",
                async page =>
                {
                    await page.Locator("[data-cell='2025-01-15']").ClickAsync();
                    await Expect(page.Locator(".days h3")).ToBeVisibleAsync();
                }
            ),
            new("export", "/library", page => OpenMenuAsync(page, "[popovertarget=export]")),
            new(
                "chosen",
                "/library",
                async page =>
                {
                    await page.Locator(".pieces input").First.CheckAsync();
                    await Expect(page.Locator(".chosen-bar")).ToBeVisibleAsync();
                }
            ),
            new("approve", varied, page => OpenDialogAsync(page, Words(page, Studio.Words.Approve))),
            new("reject", varied, page => OpenDialogAsync(page, Words(page, Studio.Words.Reject))),
            new("rewrite", varied, page => OpenDialogAsync(page, Words(page, Studio.Words.Rewrite))),
            new(
                "piece-edit",
                $"/library/{full.Pieces[2].Id}",
                async page =>
                {
                    await Words(page, Studio.Words.Edit).ClickAsync();
                    await page.Locator("#body").FillAsync("고친 글");
                    await Expect(page.Locator("form .count")).ToBeVisibleAsync();
                }
            ),
            new(
                "piece-versions",
                varied,
                async page =>
                {
                    await page.Locator("[role=tab]").Last.ClickAsync();
                    await page.Locator(".versions button[aria-expanded]").Last.ClickAsync();
                    await Expect(page.Locator(".diff")).ToBeVisibleAsync();
                }
            ),
            new(
                "run-step",
                $"/runs/{full.Done}",
                async page =>
                {
                    await page.Locator("button.step").Last.ClickAsync();
                    await page.Locator("details.card summary").First.ClickAsync();
                    await Expect(page.Locator(".step-panel h2")).ToBeVisibleAsync();
                }
            ),
            new("rerun", $"/runs/{full.Done}", page => OpenMenuAsync(page, "[popovertarget=rerun-menu]")),
            new(
                "prompt",
                $"/runs/{full.Done}",
                async page =>
                {
                    await OpenMenuAsync(page, "[popovertarget=rerun-menu]");
                    await OpenDialogAsync(page, Words(page, Studio.Words.RerunEdited));
                }
            ),
            new(
                "cancel-run",
                $"/runs/{full.Waiting}",
                page => OpenDialogAsync(page, Words(page, Studio.Words.CancelRun))
            ),
            new("monitor-tables", "/monitor", OpenDetailsAsync),
            new("alerts-body", "/alerts", OpenDetailsAsync),
            new(
                "alerts-refused",
                "/alerts",
                async page =>
                {
                    await page.Locator("#webhook_url").FillAsync("not an address");
                    await page.Locator("form .primary").ClickAsync();
                    await Expect(page.Locator(".error").First).ToBeVisibleAsync();
                }
            ),
            new(
                "docs-open",
                "/docs",
                async page =>
                {
                    await page.Locator(".docs summary").Nth(0).ClickAsync();
                    await page.Locator(".docs summary").Nth(3).ClickAsync();
                    await Expect(page.Locator(".docs .inner")).ToHaveCountAsync(2);
                }
            ),
            new(
                "settings-refused",
                "/settings",
                async page =>
                {
                    await page.Locator("#tokens form button[type=submit]").ClickAsync();
                    await Expect(page.Locator("#tokens .error")).ToBeVisibleAsync();
                }
            ),
            new(
                "price-new",
                "/settings",
                async page =>
                {
                    await page.Locator("#prices .notice button").ClickAsync();
                    await page.Locator("#prices summary").ClickAsync();
                    await page.Locator("#prices form [type=submit]").ClickAsync();
                    await Expect(page.Locator("#prices .error")).ToBeVisibleAsync();
                }
            ),
            new(
                "price-change",
                "/settings",
                async page =>
                {
                    await page.Locator("#prices li button").First.ClickAsync();
                    await Expect(page.Locator("#prices li form")).ToBeVisibleAsync();
                    await Expect(page.Locator("#input")).ToBeFocusedAsync();
                }
            ),
            new("price-delete", "/settings", page => OpenDialogAsync(page, page.Locator("#prices li .danger").First)),
            new("revoke", "/settings", page => OpenDialogAsync(page, page.Locator("#tokens li button").First)),
            new(
                "cancel-message",
                $"/messages/{full.Later}",
                page => OpenDialogAsync(page, page.Locator("main > .row .danger"))
            ),
            new(
                "delete-letter",
                "/messages/dead",
                page => OpenDialogAsync(page, page.Locator(".letter .danger").First)
            ),
        ];
        if (look.IsPhone)
            sights.AddRange([
                new("more-pages", "/", page => OpenMenuAsync(page, "[popovertarget=more-pages]")),
                new("facets", "/library", page => OpenMenuAsync(page, ".facets-open")),
            ]);
        return sights;

        ILocator Words(IPage page, Studio.Word word) =>
            page.Locator("main").GetByRole(AriaRole.Button, new() { Name = look.Say(word), Exact = true });

        async Task FromMenuAsync(IPage page, ILocator choice)
        {
            await OpenMenuAsync(page, "[popovertarget^=menu-]");
            await OpenDialogAsync(page, choice);
        }
    }

    private static async Task OpenMenuAsync(IPage page, string button)
    {
        await page.Locator(button).First.ClickAsync();
        await Expect(page.Locator(":popover-open")).ToBeVisibleAsync();
        var menu = page.Locator(".menu:popover-open");
        if (await menu.CountAsync() == 0)
            return;
        // From the first moment it stands at its button.
        var (at, shown) = ((await page.Locator(button).First.BoundingBoxAsync())!, (await menu.BoundingBoxAsync())!);
        Assert.InRange(at.X, shown.X - at.Width, shown.X + shown.Width);
        Assert.InRange(at.Y, shown.Y - at.Height - 24, shown.Y + shown.Height + 24);
    }

    private static async Task OpenDialogAsync(IPage page, ILocator button)
    {
        await button.ClickAsync();
        await Expect(page.Locator("dialog[open] h2")).ToBeVisibleAsync();
    }

    internal static async Task OpenDetailsAsync(IPage page)
    {
        // The monitor's charts come after its first picture.
        await Expect(page.Locator("main summary").First).ToBeVisibleAsync();
        foreach (var summary in await page.Locator("main summary:visible").AllAsync())
            await summary.ClickAsync();
        await Expect(page.Locator("main details[open]").First).ToBeVisibleAsync();
    }
}
