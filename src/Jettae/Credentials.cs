using System.Text.Json;
using Jettae.Engine;

namespace Jettae;

/// <summary>The built-in engine's token and signing keys: made at the first start, kept in the data folder for its owner only.</summary>
public sealed record Credentials(string Token, string CurrentSigningKey, string NextSigningKey)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What was given by settings, else what the data folder holds, else new ones, which are then stored.</summary>
    public static Credentials ForBuiltInEngine(Settings settings)
    {
        var kept = Kept(settings);
        return new Credentials(
            settings.QStashToken ?? kept.Token,
            settings.CurrentSigningKey ?? kept.CurrentSigningKey,
            settings.NextSigningKey ?? kept.NextSigningKey
        );
    }

    /// <summary>Stores a new token in the place of the one that the data folder holds.</summary>
    /// <returns>The new token.</returns>
    public static string ResetToken(Settings settings)
    {
        var kept = Kept(settings) with { Token = Tokens.New(Composition.OwnTenant) };
        Store(FileOf(settings), kept);
        return kept.Token;
    }

    internal static string FileOf(Settings settings) => Path.Combine(settings.DataFolder, "credentials.json");

    /// <summary>What the data folder holds; null when nothing of ours can be read there.</summary>
    internal static Credentials? Stored(Settings settings)
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

    private static Credentials Kept(Settings settings)
    {
        var file = FileOf(settings);
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Credentials>(File.ReadAllBytes(file)) : null;
        if (kept is null)
        {
            kept = new Credentials(Tokens.New(Composition.OwnTenant), Keys.NewKey(), Keys.NewKey());
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
