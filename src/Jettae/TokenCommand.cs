using System.CommandLine;
using Jettae.Engine;
using Microsoft.Data.Sqlite;

namespace Jettae;

/// <summary>Makes, lists and revokes tokens of the built-in engine, whether it runs or not.</summary>
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
                    Console.Out.WriteLineAsync(
                        Tokens.Create(
                            db,
                            parsed.GetValue(tenant)!,
                            parsed.GetValue(name)!,
                            parsed.GetValue(readOnly),
                            TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()
                        )
                    )
                )
        );
        var list = new Command("list", "Lists the tokens; what they are nobody knows any more.");
        list.SetAction((_, _) => OnStoreAsync(ListAsync));
        var revoke = new Command("revoke", "Ends a token at once.") { name, tenant };
        revoke.SetAction(
            (parsed, _) =>
                OnStoreAsync(db =>
                    Tokens.Revoke(db, parsed.GetValue(tenant)!, parsed.GetValue(name)!)
                        ? Console.Out.WriteLineAsync("revoked")
                        : throw new SettingsException(
                            $"{parsed.GetValue(tenant)} has no token named {parsed.GetValue(name)}."
                        )
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
                    return Console.Out.WriteLineAsync("set");
                })
        );
        return new Command("token", "Makes, lists, limits and revokes tokens of the built-in engine.")
        {
            create,
            list,
            limit,
            revoke,
        };
    }

    private static async Task ListAsync(SqliteConnection db)
    {
        foreach (var token in Tokens.List(db))
            await Console.Out.WriteLineAsync(
                $"{token.Tenant}\t{token.Name}\t{(token.ReadOnly ? "read-only" : "full")}\t"
                    + (
                        token.CreatedAt > 0
                            ? $"{DateTimeOffset.FromUnixTimeMilliseconds(token.CreatedAt):yyyy-MM-dd HH:mm}Z"
                            : "by the settings"
                    )
            );
    }

    private static Task<int> OnStoreAsync(Func<SqliteConnection, Task> act) =>
        Running.SafelyAsync(async () =>
        {
            var settings = new Settings(Running.SettingsSources());
            await using var db = await Tokens.OpenAsync(Composition.EngineFile(settings));
            await act(db);
        });
}
