using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>A backup of a program that works is restored elsewhere and goes on there: processes, as an operator runs them.</summary>
[Trait("Store", "own")]
public sealed class BackupTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo place = Directory.CreateTempSubdirectory("jettae-backup-");

    [Theory]
    [InlineData("backup")]
    [InlineData("backup.zip")]
    public async Task Whatever_was_acknowledged_before_the_backup_is_delivered_after_the_restore_and_slots_go_on(
        string name
    )
    {
        await using var sink = await Sink.StartAsync();
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        var slot = Slots.Coming().AddMinutes(1);
        var schedule = await program.ScheduleAsync(slot);
        await program.BookedAsync(schedule);
        var made = (string)(await program.PostAsync("/api/tokens", new { name = "kept", scope = "full" }))["token"]!;

        // Under load: numbered messages for later, acknowledged one after the other while the backup is taken.
        using var qstash = program.Client(program.Credentials.Token);
        using var enough = new CancellationTokenSource();
        var acknowledged = 0;
        var load = Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(async lane =>
                {
                    for (var i = 0; !enough.IsCancellationRequested; i++)
                    {
                        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/publish/{sink.Address}")
                        {
                            Content = new StringContent(
                                ((lane * 1_000_000) + i).ToString(CultureInfo.InvariantCulture)
                            ),
                            Headers = { { "Upstash-Not-Before", $"{slot.ToUnixTimeSeconds()}" } },
                        };
                        using var answer = await qstash.SendAsync(request, CancellationToken.None);
                        answer.EnsureSuccessStatusCode();
                        Interlocked.Increment(ref acknowledged);
                        // More would be delivered after the restore, and show no more.
                        await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
                    }
                })
        );
        await Wait.UntilAsync(() => Volatile.Read(ref acknowledged) > 100, Patience);
        var before = Volatile.Read(ref acknowledged);
        var target = Path.Combine(place.FullName, name);
        var (code, said) = await program.RunAsync("backup", target);
        Assert.True(code == 0, said);
        var meanwhile = Volatile.Read(ref acknowledged) - before;
        await enough.CancelAsync();
        await load;
        Assert.True(meanwhile > 0, "Nothing was published while the backup was taken.");
        await program.KillAsync();
        AssertOwnersOnly(target);

        // At the same address, as a machine that takes over has it.
        await using var restored = JettaeProcess.On(new Uri(program.Url).Port, ("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        (code, said) = await restored.RunAsync("restore", target);
        Assert.True(code == 0, said);
        await restored.StartAsync();
        using var bearer = restored.Client(made);
        Assert.Equal(
            HttpStatusCode.OK,
            (await bearer.GetAsync("/api/schedules", TestContext.Current.CancellationToken)).StatusCode
        );
        Assert.Equal(program.Credentials, restored.Credentials);
        Assert.True(await sink.UntilAsync(before, Patience), $"{sink.Distinct} of {before} arrived.");
        await restored.WasRunOnceAsync(schedule, slot);
    }

    [Fact]
    public async Task A_slot_that_was_booked_between_the_copies_of_the_two_stores_is_booked_anew()
    {
        await using var program = await JettaeProcess.StartAsync();
        var slot = Slots.Coming().AddMinutes(5);
        var known = await program.ScheduleAsync(slot);
        var kept = await program.BookedAsync(known);
        var older = Path.Combine(place.FullName, "older");
        Assert.Equal(0, (await program.RunAsync("backup", older)).Code);
        var late = await program.ScheduleAsync(slot);
        var lost = await program.BookedAsync(late);
        var backup = Path.Combine(place.FullName, "newer");
        Assert.Equal(0, (await program.RunAsync("backup", backup)).Code);
        await program.KillAsync();
        // What a backup is that was taken while the second schedule was made.
        Exchange(backup, older, "engine.db");

        await using var restored = JettaeProcess.On(new Uri(program.Url).Port);
        var (code, said) = await restored.RunAsync("restore", backup);
        Assert.True(code == 0, said);
        Assert.Contains("1 bookings are made anew", said, StringComparison.Ordinal);
        await restored.StartAsync();
        await restored.NextIsBookedAsync(known, slot, restored);
        await restored.NextIsBookedAsync(late, slot, restored);
        Assert.Equal(kept, await restored.BookedAsync(known));
        Assert.NotEqual(lost, await restored.BookedAsync(late));
    }

    [Fact]
    public async Task A_folder_that_is_not_empty_or_a_backup_that_is_not_whole_is_refused_and_nothing_changes()
    {
        await using var program = await JettaeProcess.StartAsync();
        var backup = Path.Combine(place.FullName, "backup");
        Assert.Equal(0, (await program.RunAsync("backup", backup)).Code);
        await RefusedAsync(program, ["backup", backup], "is there already");
        await RefusedAsync(program, ["restore", backup], "A Jettae runs on");
        await program.StopAsync();
        await RefusedAsync(program, ["restore", backup], "is not empty");
        await program.StartAsync();

        await using var empty = JettaeProcess.On(JettaeProcess.FreePort());
        await RefusedAsync(empty, ["backup", Path.Combine(place.FullName, "of-nothing")], "holds no data of Jettae");
        await RefusedAsync(empty, ["restore", Path.Combine(place.FullName, "nothing")], "is not there");
        await RefusedAsync(
            empty,
            ["restore", Directory.CreateDirectory(Path.Combine(place.FullName, "odd")).FullName],
            "This is no backup"
        );
        var file = Path.Combine(backup, "studio.db");
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        await RefusedAsync(empty, ["restore", backup], "The backup is damaged: studio.db");
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty.Folder));

        // As a restore leaves it that was cut off: nothing starts on half of it.
        Directory.CreateDirectory(Path.Combine(empty.Folder, "restoring"));
        var half = await Assert.ThrowsAsync<InvalidOperationException>(empty.StartAsync);
        Assert.Contains("a restore that was cut off", half.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_database_there_is_nothing_to_back_up_or_restore_and_none_is_written_to()
    {
        await using var program = await JettaeProcess.StartAsync();
        var backup = Path.Combine(place.FullName, "backup");
        Assert.Equal(0, (await program.RunAsync("backup", backup)).Code);
        await using var postgres = await PostgresServer.StartAsync();
        await using var live = JettaeProcess.On(JettaeProcess.FreePort(), ("DATABASE_URL", postgres.Url));
        await RefusedAsync(live, ["backup", Path.Combine(place.FullName, "of-nothing")], "With DATABASE_URL");
        await RefusedAsync(live, ["restore", backup], "With DATABASE_URL");
        Assert.Empty(Directory.EnumerateFileSystemEntries(live.Folder));
        Assert.Equal(
            "0",
            PostgresServer.Asked(postgres.Url, "select count(*) from pg_namespace where nspname like 'jettae%'").Trim()
        );
    }

    public void Dispose() => place.Delete(recursive: true);

    private static async Task RefusedAsync(JettaeProcess program, string[] command, string because)
    {
        var (code, said) = await program.RunAsync(command);
        Assert.Contains(because, said, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    private static void AssertOwnersOnly(string target)
    {
        if (OperatingSystem.IsWindows())
            return;
        var others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (
            var file in File.Exists(target) ? [target] : Directory.GetFiles(target, "*", SearchOption.AllDirectories)
        )
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & others);
    }

    /// <summary>Puts a file of one backup into another, and its size and hash into that one's list.</summary>
    private static void Exchange(string backup, string from, string file)
    {
        File.Copy(Path.Combine(from, file), Path.Combine(backup, file), overwrite: true);
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(backup, "backup.json")))!;
        var entry = list["Files"]!.AsArray().Single(each => (string)each!["Path"]! == file)!;
        var bytes = File.ReadAllBytes(Path.Combine(backup, file));
        (entry["Bytes"], entry["Sha256"]) = (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        File.WriteAllText(Path.Combine(backup, "backup.json"), list.ToJsonString());
    }
}
