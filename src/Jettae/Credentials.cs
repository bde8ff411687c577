using System.Data.Common;
using System.Text.Json;
using Jettae.Engine;

namespace Jettae;

/// <summary>
/// The built-in engine's token and signing keys: made at the first start, kept in the data folder for its owner only, or in the
/// database that all nodes share.
/// </summary>
public sealed record Credentials(string Token, string CurrentSigningKey, string NextSigningKey)
{
    private const string Name = "credentials";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What was given by settings, else what the data folder holds, else new ones, which are then stored.</summary>
    public static Credentials ForBuiltInEngine(Settings settings) => WithSettings(settings, Kept(settings));

    /// <summary>Stores a new token in the place of the one that the data folder holds.</summary>
    /// <returns>The new token.</returns>
    public static string ResetToken(Settings settings)
    {
        var kept = Kept(settings) with { Token = Tokens.New(Composition.OwnTenant) };
        if (settings.Database is null)
            Store(FileOf(settings), kept);
        else
            Engine.Store.Beside(
                Composition.StoreOf(settings),
                db => db.Run("update kept set value = $1 where name = $0", Name, JsonSerializer.Serialize(kept))
            );
        return kept.Token;
    }

    internal static string FileOf(Settings settings) => Path.Combine(settings.DataFolder, "credentials.json");

    /// <summary>What is kept; null when nothing of ours can be read there.</summary>
    internal static Credentials? Stored(Settings settings)
    {
        try
        {
            return Looked(settings);
        }
        catch (Exception unreachable) when (unreachable is InvalidOperationException or DbException)
        {
            return null;
        }
    }

    /// <summary>What the running program signs with, as far as can be read; null where none is kept. Makes and changes nothing.</summary>
    /// <exception cref="InvalidOperationException">The database cannot be used; why, in a sentence.</exception>
    internal static Credentials? Seen(Settings settings)
    {
        var kept = Looked(settings);
        return kept is null ? null : WithSettings(settings, kept);
    }

    private static Credentials? Looked(Settings settings) =>
        settings.Database is null ? InFolder(settings)
        : PostgresStore.Look(Composition.StoreOf(settings), $"select value from {{kept}} where name = '{Name}'")
            is string found
            ? JsonSerializer.Deserialize<Credentials>(found)
        : null;

    private static Credentials WithSettings(Settings settings, Credentials kept) =>
        new(
            settings.QStashToken ?? kept.Token,
            settings.CurrentSigningKey ?? kept.CurrentSigningKey,
            settings.NextSigningKey ?? kept.NextSigningKey
        );

    private static Credentials? InFolder(Settings settings)
    {
        try
        {
            return JsonSerializer.Deserialize<Credentials>(File.ReadAllBytes(FileOf(settings)));
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Credentials New() => new(Tokens.New(Composition.OwnTenant), Keys.NewKey(), Keys.NewKey());

    /// <summary>The first node's are everyone's. One that had its own before, in its folder, brings them along.</summary>
    private static Credentials InDatabase(Settings settings) =>
        Engine.Store.Beside(
            Composition.StoreOf(settings),
            db =>
            {
                var found = Find(db);
                if (found is not null)
                    return found;
                db.Run(
                    "insert into kept (name, value) values ($0, $1) on conflict do nothing",
                    Name,
                    JsonSerializer.Serialize(InFolder(settings) ?? New())
                );
                return Find(db)!;
            }
        );

    private static Credentials? Find(Db db) =>
        db.Scalar<string>("select value from kept where name = $0", Name) is { } kept
            ? JsonSerializer.Deserialize<Credentials>(kept)
            : null;

    private static Credentials Kept(Settings settings)
    {
        if (settings.Database is not null)
            return InDatabase(settings);
        var file = FileOf(settings);
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Credentials>(File.ReadAllBytes(file)) : null;
        if (kept is null)
        {
            kept = New();
            Store(file, kept);
        }
        return kept;
    }

    /// <summary>Whole or not at all: a crash while writing leaves no half file behind.</summary>
    private static void Store(string file, Credentials credentials)
    {
        var draft = file + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, credentials);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, file, overwrite: true);
    }
}
