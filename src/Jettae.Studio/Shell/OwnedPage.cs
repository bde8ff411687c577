using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging;
using Microsoft.JSInterop;

namespace Jettae.Studio;

/// <summary>A page of the signed-in person: knows whose it is, and reads again when something of theirs changed.</summary>
[Authorize]
public abstract class OwnedPage : ComponentBase, IDisposable
{
    /// <summary>A burst of changes is read once in so long.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(250);

    private IDisposable? listening;
    private Rereading? rereading;
    private int far;

    [CascadingParameter]
    private Task<AuthenticationState> SignedIn { get; set; } = null!;

    [Inject]
    private Changes Changes { get; set; } = null!;

    [Inject]
    private Toasts Said { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private ILogger<OwnedPage> Log { get; set; } = null!;

    [CascadingParameter]
    private Reader? Told { get; set; }

    [Inject]
    protected NavigationManager Navigation { get; private set; } = null!;

    /// <summary>The person whose page this is.</summary>
    protected Guid Owner { get; private set; }

    /// <summary>Ends with the page.</summary>
    protected CancellationTokenSource Leaving { get; } = new();

    protected override async Task OnInitializedAsync()
    {
        Owner =
            Accounts.UserOf((await SignedIn).User)
            ?? throw new InvalidOperationException("A page was reached without signing in.");
        rereading = new Rereading(ReadAsFarAsync, Clock);
        var language = CultureInfo.CurrentUICulture;
        listening = Changes.Listen(change =>
        {
            if (change.Owner == Owner && !Leaving.IsCancellationRequested)
                _ = InvokeAsync(() => ReadAgainAsync(language));
        });
    }

    protected override Task OnParametersSetAsync()
    {
        // Another filter is another list.
        far = 0;
        return RefreshAsync();
    }

    private async Task ReadAsFarAsync()
    {
        var wanted = far;
        await ReadAsync();
        if (far == wanted)
            far = 0;
    }

    /// <summary>Reads what the page shows, after a reading that is under way and never beside it.</summary>
    protected async Task RefreshAsync()
    {
        if (Leaving.IsCancellationRequested)
            return;
        try
        {
            await rereading!.NowAsync(Leaving.Token);
        }
        catch (OperationCanceledException) when (Leaving.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }

    /// <summary>The change comes from whoever made it, in another language perhaps; the page goes on in its own.</summary>
    protected async Task ReadAgainAsync(CultureInfo language)
    {
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (language, language);
        try
        {
            if (!Leaving.IsCancellationRequested && await rereading!.SoonAsync(Pause, Leaving.Token))
                StateHasChanged();
        }
        catch (Exception stopped)
            when (stopped is OperationCanceledException or ObjectDisposedException && Leaving.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (Exception away) when (PostgresStudioStore.IsAway(away))
        {
            // What is shown stays. When the store is back all is read again.
        }
        catch (Exception failed)
        {
            // Nobody waits for this one: said to the page as if it had been pressed for.
            await DispatchExceptionAsync(failed);
        }
    }

    /// <summary>The least time from one reading of changes to the next.</summary>
    protected virtual TimeSpan Pause => Burst;

    /// <summary>The page's address with its filters, as its first picture and its live page both know it.</summary>
    private protected string Here => Navigation.ToBaseRelativePath(Navigation.Uri);

    [Inject]
    private protected Handover Handover { get; set; } = null!;

    /// <summary>Before their browser is asked.</summary>
    protected Reader Reader => Told ?? new Reader(null, IsNarrow: false);

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task ReadAsync();

    /// <summary>What a person is told of a failure, and goes on from with all that they have typed; null when it is a defect.</summary>
    protected RejectedException? Refusal(Exception failure) => RejectedException.Of(failure, Log);

    /// <summary>Does what was pressed. When it is refused (it was deleted elsewhere, say), the page says so and shows how things are now.</summary>
    protected async Task DoAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception failure) when (Refusal(failure) is { } refused)
        {
            Said.Say(refused.Text);
        }
        try
        {
            await RefreshAsync();
        }
        catch (Exception away) when (PostgresStudioStore.IsAway(away))
        {
            // What is shown stays. When the store is back all is read again.
        }
    }

    /// <summary>
    /// Shows more of a list than so many. All of it is read, in its turn: a page by itself, put behind what was read beside it, would
    /// miss or repeat what moved meanwhile.
    /// </summary>
    protected Task MoreAsync(int shown)
    {
        far = shown + 1;
        return DoAsync(() => Task.CompletedTask);
    }

    /// <summary>Reads a list from its beginning as far as it was read before, or is wanted: what happens meanwhile shortens it for nobody.</summary>
    protected async Task<(List<T> Items, string? Next)> AsFarAsync<T>(int before, Func<string?, Task<Page<T>>> read)
    {
        var items = new List<T>();
        string? next = null;
        do
        {
            var page = await read(next);
            items.AddRange(page.Items);
            next = page.NextCursor;
        } while (next is not null && items.Count < Math.Max(before, far));
        return (items, next);
    }

    /// <summary>Puts a filter into the address, or takes an empty one out: what is shown can be kept and sent.</summary>
    protected void Filter(string name, object? value) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameter(name, value is string { Length: > 0 } text ? text : null),
            replace: true
        );

    /// <summary>Calls a function that <c>app.js</c> exports.</summary>
    protected async Task<T> ScriptAsync<T>(string function, params object?[] arguments)
    {
        var script = await Js.InvokeAsync<IJSObjectReference>("import", "./" + Assets["_content/Jettae.Studio/app.js"]);
        return await script.InvokeAsync<T>(function, arguments);
    }

    protected Task OpenAsync(ElementReference dialog) => ScriptAsync<object?>("open", dialog);

    protected Task CloseAsync(ElementReference dialog) => ScriptAsync<object?>("close", dialog);

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        listening?.Dispose();
        // Not disposed: what was pressed may still ask for the token after the page is left. It has no timer and is linked to
        // nothing, so there is nothing to free.
        Leaving.Cancel();
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }
}
