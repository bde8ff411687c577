using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Jettae.Studio;

/// <summary>The calendar: what was written, what comes, and the single slots that are moved about.</summary>
public sealed partial class CalendarPage
{
    private static readonly (CalendarView, Word)[] Views =
    [
        (CalendarView.Month, Words.MonthView),
        (CalendarView.Week, Words.WeekView),
        (CalendarView.List, Words.ListView),
    ];

    private readonly Dictionary<DateOnly, int> wider = [];
    private ScheduleChoices? choices;
    private CalendarSheet? sheet;
    private DateOnly? selected;
    private TimeZoneInfo? zone;
    private bool isNarrow;
    private bool listens;
    private IJSObjectReference? script;
    private DotNetObjectReference<CalendarPage>? self;
    private ElementReference dialog;
    private CalendarItem? open;
    private DateTime moveTo;
    private RejectedException? refused;

    [SupplyParameterFromQuery]
    private string? View { get; set; }

    [SupplyParameterFromQuery]
    private string? Date { get; set; }

    [SupplyParameterFromQuery]
    private string? Schedule { get; set; }

    protected override async Task OnInitializedAsync()
    {
        (zone, isNarrow) = (Reader.Zone, Reader.IsNarrow);
        await base.OnInitializedAsync();
    }

    protected override async Task ReadAsync()
    {
        if (zone is null)
            return;
        var next = new CalendarSheet(
            Enum.TryParse<CalendarView>(View, ignoreCase: true, out var view) ? view
                : isNarrow ? CalendarView.List
                : CalendarView.Month,
            Day(Date) ?? WallClock.DateOf(zone, Time.GetUtcNow()),
            zone,
            Time.GetUtcNow()
        );
        Guid? schedule = Guid.TryParse(Schedule, out var id) ? id : null;
        if (sheet?.First != next.First || sheet.View != next.View)
            wider.Clear();
        next.Fill(await Items.ReadAsync(Owner, next.Cells(wider), schedule, Leaving.Token));
        choices = await Schedules.ChoicesAsync(Owner, schedule, Leaving.Token);
        if (selected < next.First || selected > next.Last)
            selected = null;
        sheet = next;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        script = await Script.InvokeAsync<IJSObjectReference>(
            "import",
            "./" + Assets["_content/Jettae.Studio/calendar.js"]
        );
        self = DotNetObjectReference.Create(this);
        var person = await script.InvokeAsync<Person>("begin", self);
        var found = TimeZoneInfo.TryFindSystemTimeZoneById(person.Zone, out var own) ? own : TimeZoneInfo.Utc;
        listens = true;
        // As a rule it is what the server was told: nothing is read anew.
        if (sheet is null || zone?.Id != found.Id || isNarrow != person.IsNarrow)
        {
            (zone, isNarrow) = (found, person.IsNarrow);
            await RefreshAsync();
        }
        StateHasChanged();
    }

    /// <summary>The script carried an item to a cell: moves it there, or asks where to when the place is taken.</summary>
    /// <returns>The key of the item as it stands now; null when it was not moved.</returns>
    [JSInvokable]
    public async Task<string?> DroppedAsync(string key, string cell)
    {
        if (sheet?.Find(key) is not { } item || sheet.Dropped(item, cell) is not { } wall)
            return null;
        return await MoveAsync(item, wall) ? sheet?.Find(KeyAt(item, InstantOf(wall)))?.Key : null;
    }

    /// <summary>An empty place was pressed, or one of any kind in order to plan there.</summary>
    [JSInvokable]
    public void Pressed(string cell, bool toPlan)
    {
        var parts = cell.Split('T');
        if (Day(parts[0]) is not { } day || sheet is null)
            return;
        // An hour of today that is over is as past as yesterday.
        var clock = WallClock.Of(sheet.Zone, Time.GetUtcNow());
        var isOver = parts.Length > 1 && string.CompareOrdinal(cell, $"{clock:yyyy-MM-ddTHH}") < 0;
        if (day < sheet.Today || isOver || isNarrow && !toPlan && parts.Length == 1)
        {
            selected = day;
            StateHasChanged();
            return;
        }
        var hour = parts.Length > 1 ? $"{parts[1]}:00" : "09:00";
        Navigation.NavigateTo($"schedules/new?at={day:yyyy-MM-dd}T{hour}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (script is not null)
                await script.InvokeVoidAsync("end");
        }
        catch (JSDisconnectedException)
        {
            // The page is gone already.
        }
        self?.Dispose();
        Dispose();
    }

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is > 1970 and < 2200
            ? day
            : null;

    private static string KeyAt(CalendarItem item, DateTimeOffset at) => (item with { At = at }).Key;

    private DateTimeOffset InstantOf(DateTime wall) => WallClock.InstantOf(zone!, wall);

    private void Turn(DateOnly day) => Filter("date", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private bool CanMove(CalendarItem item) =>
        item is { IsAhead: true, State: CalendarState.Planned } && item.At > Time.GetUtcNow();

    private async Task OpenItemAsync(CalendarItem item)
    {
        (open, refused, moveTo) = (item, null, sheet!.WallOf(item));
        await OpenAsync(dialog);
    }

    private async Task<bool> MoveAsync(CalendarItem item, DateTime wall)
    {
        var to = InstantOf(wall);
        if (to == item.At || item.ScheduleId is not { } id)
            return false;
        try
        {
            await Slots.MoveAsync(Owner, id, item.At, to, Leaving.Token);
        }
        catch (Exception failure) when (Refusal(failure) is { } rejected)
        {
            (open, refused, moveTo) = (item, rejected, wall);
            StateHasChanged();
            await OpenAsync(dialog);
            return false;
        }
        Toasts.Say(
            Words.MovedTo.In(CultureInfo.CurrentUICulture, Words.At(to, zone!.Id, Time.GetUtcNow())),
            undo: () => Slots.MoveAsync(Owner, id, to, item.At, CancellationToken.None)
        );
        await DoneAsync();
        return true;
    }

    private async Task SkipAsync(CalendarItem item)
    {
        if (await TryAsync(() => Slots.SkipAsync(Owner, item.ScheduleId!.Value, item.At, Leaving.Token)))
            Toasts.Say(Words.SlotSkipped, item.MovedFrom <= Time.GetUtcNow() ? null : () => UnskipAsync(item));
    }

    private async Task RestoreAsync(CalendarItem item)
    {
        if (await TryAsync(() => Slots.RestoreAsync(Owner, item.ScheduleId!.Value, item.At, Leaving.Token)))
            Toasts.Say(Words.SlotRestored);
    }

    /// <summary>A moved slot that was skipped goes back to where it had been moved to.</summary>
    private Task UnskipAsync(CalendarItem item) =>
        item.MovedFrom is { } own
            ? Slots.MoveAsync(Owner, item.ScheduleId!.Value, own, item.At, CancellationToken.None)
            : Slots.RestoreAsync(Owner, item.ScheduleId!.Value, item.At, CancellationToken.None);

    private async Task<bool> TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (Exception failure) when (Refusal(failure) is { } rejected)
        {
            refused = rejected;
            return false;
        }
        await DoneAsync();
        return true;
    }

    private async Task DoneAsync()
    {
        await CloseAsync(dialog);
        await RefreshAsync();
        StateHasChanged();
    }

    /// <summary>More of a day than is read at first.</summary>
    private async Task WidenAsync(DateOnly day)
    {
        wider[day] = wider.GetValueOrDefault(day) + CalendarSheet.Step;
        await RefreshAsync();
    }

    private sealed record Person(string Zone, bool IsNarrow);
}
