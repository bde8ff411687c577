using Microsoft.AspNetCore.Authorization;

namespace Jettae.Studio;

/// <summary>What belongs to the installation, in its pages: for others it is not there.</summary>
internal sealed class OwnerOnly(Accounts accounts) : AuthorizationHandler<OwnerOnly.Rule>
{
    public const string Policy = "owner";

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Rule requirement)
    {
        if (Accounts.UserOf(context.User) is { } user && await accounts.IsOwnerAsync(user))
            context.Succeed(requirement);
    }

    internal sealed class Rule : IAuthorizationRequirement;
}
