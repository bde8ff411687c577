namespace Jettae.Studio;

/// <summary>A line that says what has just been done, for a few seconds, with a way back where there is one.</summary>
/// <param name="Text">What was done.</param>
/// <param name="Undo">Takes it back; null where that cannot be.</param>
public sealed record Toast(string Text, Func<Task>? Undo)
{
    /// <summary>So long a way back stays open.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(10);
}

/// <summary>What the pages of one browser tab say at their lower edge. One line at a time: the newest counts.</summary>
public sealed class Toasts
{
    /// <summary>What is shown now; null: nothing.</summary>
    public Toast? Current { get; private set; }

    /// <summary>Called when another line is to be shown, or none.</summary>
    public event Action? Changed;

    /// <summary>Says it in the page's language.</summary>
    public void Say(string text, Func<Task>? undo = null) => Show(new Toast(text, undo));

    /// <inheritdoc cref="Say(string, Func{Task})"/>
    public void Say(Word text, Func<Task>? undo = null) => Say(text.ToString(), undo);

    internal void Show(Toast? toast)
    {
        Current = toast;
        Changed?.Invoke();
    }
}
