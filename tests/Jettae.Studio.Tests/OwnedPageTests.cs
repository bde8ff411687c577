namespace Jettae.Studio.Tests;

/// <summary>A page that is left while something pressed on it is still being done.</summary>
[Trait("Store", "none")]
public sealed class OwnedPageTests
{
    [Fact]
    public void What_still_goes_on_when_a_page_is_left_is_told_so_and_breaks_nothing()
    {
        var page = new Left();
        page.Dispose();
        Assert.True(page.Token.IsCancellationRequested);
    }

    private sealed class Left : OwnedPage
    {
        public CancellationToken Token => Leaving.Token;

        protected override Task ReadAsync() => Task.CompletedTask;
    }
}
