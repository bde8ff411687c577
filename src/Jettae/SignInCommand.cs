using System.CommandLine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Makes a new sign-in link, whether the program runs or not: who can read the data folder is its owner.</summary>
internal static class SignInCommand
{
    public static Command Command()
    {
        var command = new Command("sign-in", "Prints a link that signs you in once, within 30 minutes.");
        command.SetAction(
            (_, cancel) =>
                Running.SafelyAsync(async () =>
                {
                    await using var doors = Composition.Doors(new Settings(Running.SettingsSources()));
                    var link = await doors.GetRequiredService<SignInLinks>().CreateAsync(cancel);
                    await Console.Out.WriteLineAsync(link.ToString());
                })
        );
        return command;
    }
}
