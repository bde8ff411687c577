using System.Globalization;
using System.Net;
using Jettae.Client;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace Jettae.Studio;

/// <summary>
/// A page about what QStash holds. It asks over HTTP, every few seconds while it is open; when QStash cannot be asked, it says so
/// and goes on showing what it knew. It shows everybody's messages and the keys to every door: to the installation's owner only.
/// </summary>
/// <typeparam name="T">What it asks for.</typeparam>
[Authorize(OwnerOnly.Policy)]
public abstract class EnginePage<T> : OwnedPage
    where T : class
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private ITimer? timer;
    private Task acting = Task.CompletedTask;

    [Inject]
    protected QStashClient QStash { get; private set; } = null!;

    [Inject]
    protected TimeProvider Time { get; private set; } = null!;

    /// <summary>What QStash said last; null as long as it never did.</summary>
    protected T? Known { get; private set; }

    /// <summary>Why QStash could not be asked, or did not do what was pressed.</summary>
    protected Word? Trouble { get; private set; }

    /// <summary>Something was pressed and is not done yet.</summary>
    protected bool Busy { get; private set; }

    protected static CultureInfo Culture => CultureInfo.CurrentUICulture;

    /// <summary>Asks QStash for what the page shows.</summary>
    protected abstract Task<T> AskAsync();

    protected override async Task ReadAsync()
    {
        try
        {
            Known = await AskAsync();
            Trouble = null;
        }
        catch (QStashException refused)
        {
            Trouble = Said(refused);
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (!firstRender)
            return;
        var language = CultureInfo.CurrentUICulture;
        timer = Time.CreateTimer(_ => _ = AgainAsync(language), null, Interval, Interval);
    }

    /// <summary>Does what was pressed, and shows how things are then.</summary>
    /// <param name="act">It.</param>
    /// <param name="isTyped">
    /// It is done after what is under way, and not left undone as a second press is, which comes before the button is seen to rest.
    /// </param>
    protected async Task ActAsync(Func<CancellationToken, Task> act, bool isTyped = false)
    {
        while (Busy)
        {
            if (!isTyped)
                return;
            // What became of that one is told where it was pressed.
            await acting.ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
            );
        }
        await (acting = DoneAsync(act));
    }

    private async Task DoneAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            Busy = true;
            StateHasChanged();
            await act(Leaving.Token);
            await RefreshAsync();
        }
        catch (QStashException refused)
        {
            Trouble = Said(refused);
        }
        finally
        {
            Busy = false;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            timer?.Dispose();
        base.Dispose(disposing);
    }

    private Task AgainAsync(CultureInfo language) =>
        Busy || Leaving.IsCancellationRequested ? Task.CompletedTask : InvokeAsync(() => ReadAgainAsync(language));

    private static Word Said(QStashException refused) =>
        refused.Status switch
        {
            null => Words.QStashAway,
            HttpStatusCode.Unauthorized => Words.QStashToken,
            HttpStatusCode.Forbidden => Words.QStashReadOnly,
            HttpStatusCode.TooManyRequests => Words.QStashBusy,
            _ => new(refused.Message, refused.Message),
        };
}
