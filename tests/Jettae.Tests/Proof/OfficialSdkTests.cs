using System.Diagnostics;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The official JavaScript SDK of QStash, unmodified, against the program's engine: <c>tests/sdk/conversation.mjs</c>.</summary>
public sealed class OfficialSdkTests
{
    [Fact]
    public async Task It_publishes_verifies_reads_cancels_and_is_refused_as_by_QStash()
    {
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        var start = new ProcessStartInfo("node", ["conversation.mjs", program.Url, program.Credentials.Token])
        {
            WorkingDirectory = Path.Combine(Root(), "tests", "sdk"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var conversation = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var errors = conversation.StandardError.ReadToEndAsync(cancel);
        var said = await conversation.StandardOutput.ReadToEndAsync(cancel);
        await conversation.WaitForExitAsync(cancel);
        Assert.True(conversation.ExitCode == 0, await errors);
        Assert.Contains("understood", said, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Jettae.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in a checkout.");
        return folder;
    }
}
