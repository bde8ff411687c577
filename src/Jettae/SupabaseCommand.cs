using System.CommandLine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Says who the owner is among the users of a Supabase project, so that <c>supabase-js</c> with their token reads what is theirs.</summary>
internal static class SupabaseCommand
{
    public static Command Command()
    {
        var user = new Argument<Guid>("user")
        {
            Description = "The id of the user: Authentication, Users, 'User UID'.",
        };
        var link = new Command("link", "Lets this user of the project read the owner's schedules, pieces and runs.")
        {
            user,
        };
        link.SetAction(
            (parsed, cancel) =>
                SetAsync(parsed.GetValue(user), "This user reads what is the owner's, and nobody else does.", cancel)
        );
        var unlink = new Command("unlink", "Nobody reads it any more.");
        unlink.SetAction((_, cancel) => SetAsync(null, "Nobody reads it any more.", cancel));
        return new Command("supabase", "Who may read the owner's rows by the API of a Supabase project.")
        {
            link,
            unlink,
        };
    }

    private static Task<int> SetAsync(Guid? user, string done, CancellationToken cancel) =>
        Running.SafelyAsync(async () =>
        {
            var settings = new Settings(Running.SettingsSources());
            if (settings.Database is null)
                throw new SettingsException("DATABASE_URL must name the database of the Supabase project.");
            await using var doors = Composition.Doors(settings);
            await doors.GetRequiredService<Accounts>().LinkAsync(user, cancel);
            await Console.Out.WriteLineAsync(done);
        });
}
