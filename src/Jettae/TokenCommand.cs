using System.CommandLine;
using Jettae.Engine;

namespace Jettae;

/// <summary>Makes, lists, revokes and resets tokens of the built-in engine, whether it runs or not.</summary>
internal static class TokenCommand
{
    public static Command Command()
    {
        var name = new Argument<string>("name") { Description = "What the token is called in the list." };
        var tenant = new Option<string>("--tenant")
        {
            Description = "Whose it is. A new tenant gets keys and data of its own.",
            DefaultValueFactory = _ => Composition.OwnTenant,
        };
        var readOnly = new Option<bool>("--read-only") { Description = "It may read everything and change nothing." };
        var create = new Command("create", "Makes a token and prints it, this once.") { name, tenant, readOnly };
        create.SetAction(
            (parsed, _) =>
                OnStoreAsync(db =>
                    Tokens.Create(
                        db,
                        parsed.GetValue(tenant)!,
                        parsed.GetValue(name)!,
                        parsed.GetValue(readOnly),
                        TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
                    )
                )
        );
        var list = new Command("list", "Lists the tokens; what they are nobody knows any more.");
        list.SetAction((_, _) => OnStoreAsync(List));
        var revoke = new Command("revoke", "Ends a token at once.") { name, tenant };
        revoke.SetAction(
            (parsed, _) =>
                OnStoreAsync(db =>
                    IsOwn(parsed.GetValue(tenant)!, parsed.GetValue(name)!)
                        ? throw new SettingsException(
                            $"The token {Tokens.OfSettings} is the program's own and comes back with every start: 'token reset' puts a new one in its place."
                        )
                    : Tokens.Revoke(db, parsed.GetValue(tenant)!, parsed.GetValue(name)!) ? "revoked"
                    : throw new SettingsException(
                        $"{parsed.GetValue(tenant)} has no token named {parsed.GetValue(name)}."
                    )
                )
        );
        var reset = new Command("reset", "Puts a new token in the place of the program's own, and prints it.");
        reset.SetAction(
            (_, _) =>
                OnStoreAsync(
                    Reset,
                    "The token before has ended. A program that runs takes the new one at once, from a database within ten seconds."
                )
        );
        var limits = new Argument<string>("limits")
        {
            Description = "Such as retries=5,delay=7d,messagesPerDay=1000; '' for none.",
        };
        var limit = new Command("limit", "Sets what a tenant may have at most.") { limits, tenant };
        limit.SetAction(
            (parsed, _) =>
                OnStoreAsync(db =>
                {
                    Tokens.Limit(db, parsed.GetValue(tenant)!, parsed.GetValue(limits)!);
                    return "set";
                })
        );
        return new Command("token", "Makes, lists, limits, revokes and resets tokens of the built-in engine.")
        {
            create,
            list,
            limit,
            revoke,
            reset,
        };
    }

    private static bool IsOwn(string tenant, string name) =>
        tenant == Composition.OwnTenant && name == Tokens.OfSettings;

    /// <summary>First the file: a program that runs takes it from there, and so does the next start, whatever happens between the two.</summary>
    private static string Reset(Db db, Settings settings)
    {
        if (!settings.UsesBuiltInEngine)
            throw new SettingsException(
                $"The token is that of the QStash at {settings.QStashUrl}: reset it in its console, and set QSTASH_TOKEN to the new one."
            );
        if (settings.QStashToken is not null)
            throw new SettingsException(
                $"The token comes from QSTASH_TOKEN: set that to another one, such as {Tokens.New(Composition.OwnTenant)}, and start again. The one before ends with that."
            );
        var token = Credentials.ResetToken(settings);
        Tokens.Reset(db, Composition.OwnTenant, token);
        return token;
    }

    private static string List(Db db) =>
        string.Join(
            Environment.NewLine,
            Tokens
                .List(db)
                .Select(token =>
                    $"{token.Tenant}\t{token.Name}\t{(token.ReadOnly ? "read-only" : "full")}\t"
                    + (
                        token.CreatedAt > 0
                            ? $"{DateTimeOffset.FromUnixTimeMilliseconds(token.CreatedAt):yyyy-MM-dd HH:mm}Z"
                            : "by the settings"
                    )
                )
        );

    private static Task<int> OnStoreAsync(Func<Db, string> act) => OnStoreAsync((db, _) => act(db));

    /// <summary>What is printed is in the store.</summary>
    private static Task<int> OnStoreAsync(Func<Db, Settings, string> act, string? remark = null) =>
        Running.SafelyAsync(async () =>
        {
            var settings = new Settings(Running.SettingsSources());
            Composition.Enter(settings);
            var told = Store.Beside(Composition.StoreOf(settings), db => act(db, settings));
            if (told.Length > 0)
                await Console.Out.WriteLineAsync(told);
            if (remark is not null)
                await Console.Error.WriteLineAsync(remark);
        });
}
