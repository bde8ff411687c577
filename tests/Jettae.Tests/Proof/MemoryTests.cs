using System.Collections.Concurrent;
using System.Net;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests.Proof;

/// <summary>How much is stored is the disk's matter: it need not fit into memory.</summary>
[Trait("Store", "own")]
public sealed class MemoryTests
{
    private const int Schedules = 40;
    private const int Megabytes = 8;

    /// <summary>Listed, fired at one slot and sent, they are more than the program may have: it would die of holding them all.</summary>
    [Fact]
    [Trait("QStash", "37,70")]
    public async Task More_bodies_than_fit_into_memory_are_listed_fired_and_delivered()
    {
        var cancel = TestContext.Current.CancellationToken;
        var delivered = new ConcurrentDictionary<string, long>();
        using var open = new SemaphoreSlim(0);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(async http =>
        {
            var (buffer, length) = (new byte[64 * 1024], 0L);
            while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
                length += read;
            await open.WaitAsync(http.RequestAborted);
            delivered[http.Request.Path] = length;
        });
        await receiver.StartAsync(cancel);
        var folder = Directory.CreateTempSubdirectory("jettae-memory");
        try
        {
            // 256 MB for 320 MB of bodies.
            await using var server = await DevelopmentProcess.StartAsync(
                [("DOTNET_GCHeapHardLimit", "0x10000000")],
                "--data",
                folder.FullName
            );
            using var client = server.Client();
            var body = new byte[Megabytes * 1024 * 1024];
            body.AsSpan().Fill((byte)'x');
            for (var i = 0; i < Schedules; i++)
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Post,
                    $"/v2/schedules/{receiver.Urls.Single()}/{i}"
                )
                {
                    Content = new ByteArrayContent(body),
                };
                request.Headers.Add("Upstash-Cron", "* * * * *");
                request.Headers.Add("Upstash-Schedule-Id", $"s{i}");
                using var made = await client.SendAsync(request, cancel);
                Assert.Equal(HttpStatusCode.OK, made.StatusCode);
                // Each waits for the one slot at which all of them come.
                using var paused = await client.PostAsync(
                    new Uri($"/v2/schedules/s{i}/pause", UriKind.Relative),
                    null,
                    cancel
                );
                Assert.Equal(HttpStatusCode.OK, paused.StatusCode);
            }
            await using (var list = await client.GetStreamAsync(new Uri("/v2/schedules", UriKind.Relative), cancel))
            {
                var (buffer, length) = (new byte[64 * 1024], 0L);
                while (await list.ReadAsync(buffer, cancel) is > 0 and var read)
                    length += read;
                Assert.InRange(length, (long)Schedules * body.Length, long.MaxValue);
            }
            for (var i = 0; i < Schedules; i++)
                await client.PostAsync(new Uri($"/v2/schedules/s{i}/resume", UriKind.Relative), null, cancel);
            open.Release(int.MaxValue / 2);
            await Wait.UntilAsync(
                () => delivered.Count == Schedules,
                TimeSpan.FromMinutes(8),
                () => $"{delivered.Count} of {Schedules} arrived:\n{server.Output}"
            );
            Assert.All(delivered.Values, length => Assert.Equal(body.Length, length));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
