namespace Jettae.Studio;

/// <summary>One route, as it is described: a test holds this list against what is mapped and against what is answered.</summary>
/// <param name="Method">GET, POST, PUT, PATCH or DELETE.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Group">Under which heading.</param>
/// <param name="Id">The operation's name.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Body">The schema of the body; null without one.</param>
/// <param name="Answer">The schema of the answer; null for none (204), a media type for no JSON.</param>
/// <param name="Status">The status when all is well.</param>
/// <param name="Query">Parameters of the query: names in <see cref="ApiRoutes.Parameters"/>.</param>
/// <param name="Refusals">The statuses of its own with which it refuses, besides 401, 403 and 429.</param>
internal sealed record ApiRoute(
    string Method,
    string Path,
    string Group,
    string Id,
    Word Summary,
    string? Body = null,
    string? Answer = null,
    int Status = 200,
    string[]? Query = null,
    int[]? Refusals = null
)
{
    /// <summary>Signed by QStash, not asked for by a person or their program.</summary>
    public bool IsWebhook => Group == "webhooks";

    /// <summary>The end of a run, or its way there as server-sent events.</summary>
    public bool Streams => Answer == "RunEnd";

    public static readonly string[] Pages = ["cursor", "limit"];
    public static readonly string[] Span = ["from", "to"];
    public static readonly int[] Bad = [400];
    public static readonly int[] BadOrMissing = [400, 404];
    public static readonly int[] Missing = [404];
    public static readonly int[] BadOrConflict = [400, 409];
}
