using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>Who sits before an open page: nobody any more as soon as their session ends, here at once, on another node within a second.</summary>
internal sealed class OpenSession : RevalidatingServerAuthenticationStateProvider
{
    private readonly Sessions sessions;
    private Guid? session;

    public OpenSession(ILoggerFactory logging, Sessions sessions)
        : base(logging)
    {
        this.sessions = sessions;
        AuthenticationStateChanged += Remember;
        sessions.Ended += End;
    }

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(10);

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return Accounts.UserOf(authenticationState.User) is not { } user
                || (
                    Accounts.SessionOf(authenticationState.User) is { } id
                    && await sessions.IsLiveAsync(user, id, cancellationToken)
                );
        }
        catch (Exception away) when (PostgresStudioStore.IsAway(away))
        {
            // Nobody has ended it as far as is known, and there may be a text in it that nobody saved.
            return true;
        }
    }

    protected override void Dispose(bool disposing)
    {
        sessions.Ended -= End;
        base.Dispose(disposing);
    }

    private async void Remember(Task<AuthenticationState> state) => session = Accounts.SessionOf((await state).User);

    private void End(Guid ended)
    {
        if (ended == session)
            SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
    }
}
