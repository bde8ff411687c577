using System.CommandLine;
using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Takes a data folder to a PostgreSQL database, with all that is in it.</summary>
internal static class MigrateCommand
{
    /// <summary>In the folder: where its data went. Nothing starts on it any more.</summary>
    private const string Mark = "moved-to-postgres";

    /// <summary>In the folder: where its data is going. What happened there meanwhile would not be what was compared.</summary>
    private const string Begun = "moving-to-postgres";

    public static Command Command()
    {
        var from = new Option<string?>("--from") { Description = "The data folder. Default: JETTAE_DATA." };
        var to = new Option<string?>("--to") { Description = "The database. Default: DATABASE_URL." };
        var command = new Command(
            "migrate",
            "Takes a data folder to a PostgreSQL database. Cut off, it goes on when it is run again; the folder stays as it is."
        )
        {
            from,
            to,
        };
        command.SetAction(
            (parsed, cancel) => Running.SafelyAsync(() => RunAsync(parsed.GetValue(from), parsed.GetValue(to), cancel))
        );
        return command;
    }

    /// <exception cref="SettingsException">The folder's data is in a database now, or the database has but a part of it.</exception>
    public static void RefuseMoved(Settings settings)
    {
        if (settings.Database is { } database)
        {
            if (Move.HasEnded(Composition.StoreOf(settings)) is false)
                throw new SettingsException(
                    $"{PostgresStore.Describe(database)} holds a move that was cut off, or is still under way: run 'jettae migrate' until it has ended."
                );
            return;
        }
        if (MovedTo(settings) is { } place)
            throw IsElsewhere(settings, place);
        if (Read(settings, Begun) is { } half)
            throw new SettingsException(
                $"The move of {settings.DataFolder} to {half} was cut off: run 'jettae migrate' until it has ended. "
                    + $"To stay in the folder, delete {In(settings, Begun)}, and move to an empty database another time."
            );
    }

    /// <summary>Where the folder's data went; null when it is in the folder.</summary>
    private static string? MovedTo(Settings settings) => Read(settings, Mark);

    private static string? Read(Settings settings, string mark) =>
        File.Exists(In(settings, mark)) ? File.ReadAllText(In(settings, mark)).Trim() : null;

    private static string In(Settings settings, string mark) => Path.Combine(settings.DataFolder, mark);

    private static SettingsException IsElsewhere(Settings settings, string place) =>
        new(
            $"What was in {settings.DataFolder} is in PostgreSQL now, at {place}: set DATABASE_URL. "
                + $"To go back to the folder as it was then, delete {In(settings, Mark)}; both at once would deliver twice."
        );

    private static async Task RunAsync(string? from, string? to, CancellationToken cancel)
    {
        var told = new Settings(Running.SettingsSources());
        var source = told.With(from ?? told.DataFolder, database: null);
        var target = source.With(source.DataFolder, to ?? told.Database);
        if (target.Database is null)
            throw new SettingsException(
                "--to or DATABASE_URL must name the database, such as postgres://user:password@host/name."
            );
        if (!File.Exists(Path.Combine(source.DataFolder, BackupList.StudioFile)))
            throw new SettingsException(
                $"{source.DataFolder} is no data folder: {BackupList.StudioFile} is not there."
            );
        var (engine, there) = (Composition.StoreOf(source), Composition.StoreOf(target));
        var where = PostgresStore.Describe(target.Database);
        // Programs hold it as long as they run; and so does this, until the end.
        FileOwner.RefuseRoot(Path.Combine(source.DataFolder, BackupList.StudioFile));
        using var folder = FolderLock.Take(source.DataFolder);
        using var hold = Move.Hold(engine);
        // What has happened since, there or wherever the data went, is neither to be undone nor to be done twice.
        var (hasEnded, movedTo) = (Move.HasEnded(there) is true, MovedTo(source));
        if (hasEnded && movedTo == where)
        {
            await Console.Out.WriteLineAsync($"moved to {where} already; start with DATABASE_URL");
            return;
        }
        if (movedTo is not null && movedTo != where)
            throw IsElsewhere(source, movedTo);
        if (hasEnded)
            throw new SettingsException(
                $"{where}: a data folder was moved there before, and the move has ended: start with DATABASE_URL, or use an empty database."
            );
        await using var studio = new StudioMove(Composition.StudioStoreOf(source), Composition.StudioStoreOf(target));
        if (Move.IsInUse(there))
            throw new SettingsException("Programs run on the database: stop them first.");
        if (await studio.ObstacleAsync(cancel) is { } obstacle)
            throw new SettingsException($"{where}: {obstacle}");
        var origin = Credentials.Stored(source)?.CurrentSigningKey ?? source.DataFolder;
        if (
            !Move.Claim(
                there,
                Convert.ToHexStringLower(
                    System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(origin))
                )
            )
        )
            throw new SettingsException($"{where}: the database has messages of another engine: use an empty one.");
        _ = Credentials.ForBuiltInEngine(target);
        await File.WriteAllTextAsync(In(source, Begun), where, cancel);
        var messages = await Move.RunAsync(engine, there, Say, cancel);
        var pieces = await studio.RunAsync(Say, cancel);
        var wrong = messages
            .Where(each => !each.IsSame)
            .Select(each => each.Name)
            .Concat(pieces.Where(each => !each.IsSame).Select(each => each.Table))
            .ToList();
        if (wrong.Count > 0)
        {
            File.Delete(In(source, Begun));
            throw new SettingsException(
                $"Not the same on both sides: {string.Join(", ", wrong)}. Nothing was taken from the folder; the database must not be used."
            );
        }
        await File.WriteAllTextAsync(In(source, Mark), where, cancel);
        File.Delete(In(source, Begun));
        Move.End(there);
        await Console.Out.WriteLineAsync(
            $"moved {messages.Sum(each => each.Rows) + pieces.Sum(each => each.Rows)} rows, compared row by row; start with DATABASE_URL from now on"
        );

        static void Say(string done) => Console.Out.WriteLine(done);
    }
}
