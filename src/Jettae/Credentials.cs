using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Jettae;

/// <summary>The built-in engine's token and signing keys: made at the first start, kept in the data folder for its owner only.</summary>
public sealed record Credentials(string Token, string CurrentSigningKey, string NextSigningKey)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What was given by settings, else what the data folder holds, else new ones, which are then stored.</summary>
    public static Credentials ForBuiltInEngine(Settings settings)
    {
        var file = Path.Combine(settings.DataFolder, "credentials.json");
        var kept = File.Exists(file) ? JsonSerializer.Deserialize<Credentials>(File.ReadAllBytes(file)) : null;
        if (kept is null)
        {
            kept = new Credentials(NewToken(), NewKey(), NewKey());
            Store(file, kept);
        }
        return new Credentials(
            settings.QStashToken ?? kept.Token,
            settings.CurrentSigningKey ?? kept.CurrentSigningKey,
            settings.NextSigningKey ?? kept.NextSigningKey
        );
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

    /// <summary>Base64 of JSON with a UserID: workflow SDKs decode the token to build their webhook URLs (contract Q39).</summary>
    private static string NewToken() =>
        Convert.ToBase64String(
            JsonSerializer.SerializeToUtf8Bytes(
                new { UserID = "jettae", Password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)) }
            )
        );

    private static string NewKey()
    {
        const string alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        return new StringBuilder("sig_").Append(RandomNumberGenerator.GetString(alphabet, 28)).ToString();
    }
}
