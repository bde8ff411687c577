using Jettae.Client;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Keeps the signing keys those of QStash: asks for them at start and now and then, so that keys can be rolled, twice too,
/// without a restart. Who holds the token is trusted with the keys; while QStash cannot be asked, the known ones stay.
/// </summary>
internal sealed partial class KeyRing(
    QStashClient qstash,
    StudioOptions options,
    StudioActivity activity,
    TimeProvider time,
    ILogger<KeyRing> logger
) : Loop(activity, time, logger)
{
    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        try
        {
            var keys = await qstash.GetKeysAsync(cancel);
            if (keys is { Current.Length: > 0, Next.Length: > 0 } && keys.Current != options.QStash.CurrentSigningKey)
            {
                (options.QStash.NextSigningKey, options.QStash.CurrentSigningKey) = (keys.Next, keys.Current);
                LogRolled(logger);
            }
        }
        catch (QStashException unreachable)
        {
            LogNotAsked(logger, unreachable.Message);
        }
        return options.KeyInterval;
    }

    [LoggerMessage(
        LogLevel.Information,
        "QStash has rolled its signing keys; deliveries are verified with the new ones."
    )]
    private static partial void LogRolled(ILogger logger);

    [LoggerMessage(LogLevel.Debug, "QStash could not be asked for its signing keys: {Error}")]
    private static partial void LogNotAsked(ILogger logger, string error);
}
