using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Jettae.Studio;

/// <summary>A part of a page that is a native dialog.</summary>
public abstract class LibraryDialog : ComponentBase
{
    protected ElementReference Dialog { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    protected Task ShowAsync() => CallAsync("open");

    protected Task HideAsync() => CallAsync("close");

    private async Task CallAsync(string function)
    {
        var script = await Js.InvokeAsync<IJSObjectReference>("import", "./" + Assets["_content/Jettae.Studio/app.js"]);
        await script.InvokeVoidAsync(function, Dialog);
    }
}
