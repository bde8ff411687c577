namespace Jettae.Studio;

/// <summary>The API's routes of tokens and sessions, as they are described.</summary>
internal static class AccountRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/tokens",
            "access",
            "listTokens",
            new("토큰 목록", "Lists your API tokens."),
            Answer: "TokenList"
        ),
        new(
            "POST",
            "/api/tokens",
            "access",
            "createToken",
            new("토큰 만들기", "Makes a token; its text is answered this once."),
            "TokenFields",
            "NewToken",
            201,
            Refusals: ApiRoute.BadOrConflict
        ),
        new(
            "POST",
            "/api/tokens/revoke",
            "access",
            "revokeToken",
            new("토큰 폐기하기", "Ends a token at once."),
            "Id",
            "Revoked",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "GET",
            "/api/sessions",
            "access",
            "listSessions",
            new("로그인한 기기", "Lists where you are signed in."),
            Answer: "SessionList"
        ),
        new(
            "POST",
            "/api/sessions/revoke",
            "access",
            "revokeSession",
            new("기기 로그아웃시키기", "Ends a session at once."),
            "Id",
            "Revoked",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "POST",
            "/api/sign-out",
            "access",
            "signOut",
            new("로그아웃", "Ends the session of the cookie."),
            Status: 204
        ),
    ];
}
