using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>
/// Whatever a destination does to the engine is one attempt with an end and a reason, and costs no other destination anything.
/// </summary>
[Trait("Store", "none")]
public sealed class HostileDestinationTests
{
    private const int OneMegabyte = 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, Func<HostileHost, Stream, Task>> Endless = new()
    {
        ["hangs before it answers"] = (host, _) => host.HangAsync(),
        ["hangs in the status line"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 2");
            await host.HangAsync();
        },
        ["hangs in the headers"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Le");
            await host.HangAsync();
        },
        ["hangs in the body"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            await host.HangAsync();
        },
        ["hangs in a chunk"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha");
            await host.HangAsync();
        },
        ["sends headers byte by byte"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nSlow: ");
            await DripAsync(host, stream, "x");
        },
        ["sends a body byte by byte"] = async (host, stream) =>
        {
            await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            await DripAsync(host, stream, "1\r\nx\r\n");
        },
        ["switches protocols and hangs"] = async (host, stream) =>
        {
            await host.SendAsync(
                stream,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"
            );
            await host.HangAsync();
        },
    };

    public static readonly TheoryData<string> EndlessNames = [.. Endless.Keys];

    [Theory]
    [MemberData(nameof(EndlessNames))]
    public async Task What_never_ends_is_ended_by_the_attempts_time(string behaviour)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost(Endless[behaviour]);
        var id = await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests == 1));
        await AssertAnotherIsDeliveredAsync(engine);
        engine.Time.Advance(Limit - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["CREATED", "ACTIVE"], await engine.StoryAsync(id));
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        await AssertFailedAsync(engine, id, "no answer within 30 s");
    }

    private static readonly Dictionary<string, (Func<HostileHost, Stream, Task> Behave, string Reason)> Broken = new()
    {
        ["closes without an answer"] = ((_, _) => Task.CompletedTask, "ended prematurely"),
        ["closes in the headers"] = (
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-"),
            "ended prematurely"
        ),
        ["closes in the body"] = (
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
            "ended prematurely"
        ),
        ["closes in a chunk"] = (
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"),
            "ended prematurely"
        ),
        ["resets the connection"] = (
            (_, stream) =>
            {
                ((NetworkStream)stream).Socket.LingerState = new LingerOption(true, 0);
                ((NetworkStream)stream).Socket.Close();
                return Task.CompletedTask;
            },
            "reset"
        ),
        ["answers with garbage"] = (
            (host, stream) => host.SendAsync(stream, "\0\u00ff\u0001SSH-2.0-OpenSSH_9.6\r\n\r\n\r\n"),
            "invalid status line"
        ),
        ["answers with a bad status"] = (
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 99999 No\r\n\r\n"),
            "invalid status"
        ),
        ["answers with a bad header"] = (
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
            "invalid header"
        ),
        ["answers with a bad chunk"] = (
            (host, stream) =>
                host.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
            "chunk"
        ),
        ["never ends its status line"] = (
            async (host, stream) =>
            {
                await host.SendAsync(stream, "HTTP/1.1 200 ");
                await FloodAsync(host, stream, new string('x', 4_096));
            },
            "exceeded"
        ),
        ["never ends one header"] = (
            async (host, stream) =>
            {
                await host.SendAsync(stream, "HTTP/1.1 200 OK\r\nLong: ");
                await FloodAsync(host, stream, new string('x', 4_096));
            },
            "exceeded"
        ),
        ["sends informational answers without end"] = (
            (host, stream) => FloodAsync(host, stream, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
            "exceeded"
        ),
        ["never ends its headers"] = (
            async (host, stream) =>
            {
                await host.SendAsync(stream, "HTTP/1.1 200 OK\r\n");
                await FloodAsync(host, stream, $"Again: {new string('x', 1_000)}\r\n");
            },
            "exceeded"
        ),
    };

    public static readonly TheoryData<string> BrokenNames = [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(BrokenNames))]
    public async Task What_is_no_answer_is_a_failed_attempt_with_its_reason(string behaviour)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost(Broken[behaviour].Behave);
        var id = await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/");
        await AssertAnotherIsDeliveredAsync(engine);
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, Broken[behaviour].Reason);
        Assert.InRange(host.Sent, 0, 16 * OneMegabyte);
    }

    [Theory]
    [InlineData("Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("Content-Length: -1\r\n\r\nab")]
    [InlineData("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nRetry-After: 99999999999999999999\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nRetry-After: -1\r\nX-RateLimit-Reset: NaNs\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Type: \u00ff;;=\r\nDate: never\r\nSet-Cookie: \u0001\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Encoding: gzip, br\r\nUpstash-NonRetryable-Error: maybe\r\n\r\n")]
    public async Task An_answer_with_senseless_headers_is_the_answer_that_its_status_says(string rest)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost((host, stream) => host.SendAsync(stream, "HTTP/1.1 500 No\r\n" + rest));
        var id = await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/");
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "the destination answered 500", 500);
    }

    [Theory]
    [InlineData("HTTP/1.1 500 No\r\nContent-Length: 1073741824\r\n\r\n", "")]
    [InlineData("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1000\r\n{0}\r\n")]
    [InlineData("HTTP/1.1 500 No\r\n\r\n", "")]
    public async Task Of_an_answer_without_measure_the_first_megabyte_is_kept_and_the_rest_not_even_read(
        string head,
        string chunk
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var block = new string('x', 4_096);
        await using var host = new HostileHost(
            async (host, stream) =>
            {
                await host.SendAsync(stream, head);
                await FloodAsync(
                    host,
                    stream,
                    chunk.Length > 0 ? chunk.Replace("{0}", block, StringComparison.Ordinal) : block
                );
            }
        );
        var id = await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/");
        await AssertAnotherIsDeliveredAsync(engine);
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "the destination answered 500", 500);
        var letter = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]![0]!;
        Assert.Equal(OneMegabyte, ((string)letter["responseBody"]!).Length);
        Assert.InRange(host.Sent, OneMegabyte, 64L * OneMegabyte);
    }

    public static readonly TheoryData<string, int, string> BadCertificates = new()
    {
        { "localhost", 365, "UntrustedRoot" },
        { "localhost", -1, "NotTimeValid" },
        { "other.example", 365, "RemoteCertificateNameMismatch" },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_certificate_that_proves_nothing_gets_no_message(string name, int days, string reason)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost(
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            HostileHost.Certificate(name, TimeSpan.FromDays(days))
        );
        engine.Egress.Lookup = _ => [IPAddress.Loopback];
        var id = await PublishAsync(engine, $"https://localhost:{host.Port}/");
        await AssertAnotherIsDeliveredAsync(engine);
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "TLS failed", reason: reason);
        Assert.Equal(0, host.Requests);
    }

    [Fact]
    public async Task A_destination_that_speaks_no_TLS_where_it_should_is_a_failed_attempt()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost(
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        );
        var id = await PublishAsync(engine, $"https://127.0.0.1:{host.Port}/");
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "TLS failed");
    }

    [Fact]
    public async Task A_handshake_that_hangs_is_ended_by_the_attempts_time()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost((host, _) => host.HangAsync());
        var id = await PublishAsync(engine, $"https://127.0.0.1:{host.Port}/");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests == 1));
        await AssertAnotherIsDeliveredAsync(engine);
        await engine.AdvanceAsync(Limit);
        await AssertFailedAsync(engine, id, "no answer within 30 s");
    }

    [Fact]
    public async Task Where_nobody_listens_the_connection_is_refused()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await PublishAsync(engine, "http://127.0.0.1:1/");
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "the destination refused the connection");
    }

    [Fact]
    public async Task A_name_without_an_address_is_a_failed_attempt()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Egress.Lookup = _ => throw new SocketException((int)SocketError.HostNotFound);
        var id = await PublishAsync(engine, "http://nowhere.example/");
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "unable to resolve the destination's host");
    }

    [Fact]
    public async Task A_loop_of_redirects_is_entered_once_an_attempt()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var host = new HostileHost(
            (host, stream) => host.SendAsync(stream, "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
        );
        var id = await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/");
        await engine.IdleAsync();
        await AssertFailedAsync(engine, id, "the destination answered 302", 302);
        Assert.Equal(1, host.Requests);
    }

    /// <summary>Each of its hangs takes a slot; a host gets a quarter of them, and its tenth message waits for its own kind.</summary>
    [Fact]
    public async Task A_host_that_hangs_on_everything_leaves_room_for_the_others()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxInFlight = 16);
        await using var host = new HostileHost((host, _) => host.HangAsync());
        for (var i = 0; i < 40; i++)
            await PublishAsync(engine, $"http://127.0.0.1:{host.Port}/{i}");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests == 4));
        await AssertAnotherIsDeliveredAsync(engine);
        Assert.Equal(4, host.Requests);
    }

    /// <summary>Hosts are cheap: a server has many ports, and a domain any number of names.</summary>
    [Fact]
    public async Task However_many_hosts_hang_another_one_is_called_at_once()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxInFlight = 64);
        engine.Egress.Lookup = _ => [IPAddress.Loopback];
        await using var host = new HostileHost((host, _) => host.HangAsync());
        for (var i = 0; i < 16 * 20; i++)
            await PublishAsync(engine, $"http://h{i % 16}.example:{host.Port}/{i}");
        // Sixteen names want all there is; each has its share, and some is left.
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests >= 44));
        await AssertAnotherIsDeliveredAsync(engine);
        Assert.InRange(host.Requests, 44, 60);
    }

    [Fact]
    public async Task A_tenant_whose_hosts_all_hang_leaves_room_for_the_others_and_uses_most_of_the_node()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
        {
            options.MaxInFlight = 64;
            options.Tenants =
            [
                .. options.Tenants,
                new Tenant("another", "another-token", EngineUnderTest.CurrentKey, EngineUnderTest.NextKey),
            ];
        });
        engine.Egress.Lookup = _ => [IPAddress.Loopback];
        await using var host = new HostileHost((host, _) => host.HangAsync());
        for (var i = 0; i < 100; i++)
            await PublishAsync(engine, $"http://h{i}.example:{host.Port}/");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests == 60));
        await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/of-another",
            "x",
            ("Authorization", "Bearer another-token")
        );
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
        Assert.Equal("/of-another", Assert.Single(engine.Deliveries).Target);
        Assert.Equal(60, host.Requests);
        // Those that wait are called as the others end, and none is forgotten.
        engine.Time.Advance(Limit);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(host.Requests == 100));
        await engine.AdvanceAsync(Limit);
    }

    [Fact]
    public async Task Large_bodies_are_in_memory_as_far_as_there_is_room_for_them_and_small_ones_pass()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            (options.MaxInFlight, options.MaxInFlightBytes) = (64, 4 * OneMegabyte)
        );
        engine.Egress.Lookup = _ => [IPAddress.Loopback];
        using var open = new SemaphoreSlim(0);
        engine.Answer = http => http.Request.Path == "/large" ? open.WaitAsync() : Task.CompletedTask;
        var port = new Uri(engine.Sink).Port;
        for (var i = 0; i < 12; i++)
            Assert.Equal(
                200,
                (
                    await engine.SendAsync(
                        HttpMethod.Post,
                        $"/v2/publish/http://h{i}.example:{port}/large",
                        new string('x', OneMegabyte)
                    )
                ).Status
            );
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 3));
        await engine.PublishAsync("/small", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 4));
        await engine.SteppedAsync();
        Assert.Equal(3, engine.Deliveries.Count(one => one.Target == "/large"));
        open.Release(12);
        await engine.IdleAsync();
        Assert.Equal(12, engine.Deliveries.Count(one => one.Target == "/large"));
    }

    [Fact]
    public async Task A_body_larger_than_the_room_for_bodies_is_sent_alone()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxInFlightBytes = 1_000);
        for (var i = 0; i < 3; i++)
            await engine.PublishAsync($"/{i}", new string('x', 5_000));
        await engine.IdleAsync();
        Assert.Equal(3, engine.Deliveries.Count);
    }

    /// <summary>The log shows answers with their messages: a page of it must not be as large as all of them.</summary>
    [Fact]
    public async Task A_page_of_the_log_is_bounded_whatever_destinations_answered()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = async http =>
        {
            http.Response.StatusCode = 500;
            await http.Response.Body.WriteAsync(new byte[OneMegabyte]);
        };
        for (var i = 0; i < 30; i++)
            await PublishAsync(engine, engine.Sink + "/");
        await engine.IdleAsync();
        var (seen, cursor) = (0, "");
        do
        {
            using var answer = await engine.Http.GetAsync(
                $"{engine.Address}/v2/events?cursor={cursor}",
                TestContext.Current.CancellationToken
            );
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.InRange(text.Length, 0, 32 * OneMegabyte);
            var page = JsonNode.Parse(text)!;
            seen += page["events"]!.AsArray().Count;
            cursor = (string?)page["cursor"];
        } while (cursor is not null);
        Assert.Equal(4 * 30, seen);
    }

    [Fact]
    [Trait("QStash", "92,94")]
    public async Task A_page_of_dead_letters_is_bounded_whatever_they_hold()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = async http =>
        {
            http.Response.StatusCode = 500;
            await http.Response.Body.WriteAsync(new byte[OneMegabyte]);
        };
        for (var i = 0; i < 12; i++)
            await engine.PublishAsync("/", new string('x', 5 * OneMegabyte), ("Upstash-Retries", "0"));
        await engine.IdleAsync();
        var (seen, cursor) = (0, "");
        do
        {
            var (_, page) = await engine.SendAsync(HttpMethod.Get, $"/v2/dlq?cursor={cursor}");
            var letters = page!["messages"]!.AsArray().Count;
            Assert.InRange(letters, 1, 6);
            seen += letters;
            cursor = (string?)page["cursor"];
        } while (cursor is not null);
        Assert.Equal(12, seen);
        var (_, deleted) = await engine.SendAsync(HttpMethod.Delete, "/v2/dlq");
        Assert.Equal("""{"deleted":12}""", deleted!.ToJsonString());
    }

    private static async Task DripAsync(HostileHost host, Stream stream, string drop)
    {
        while (true)
        {
            await host.SendAsync(stream, drop);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, host.Closing);
        }
    }

    /// <summary>A gigabyte, as far as it is taken.</summary>
    private static async Task FloodAsync(HostileHost host, Stream stream, string block)
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(block);
        while (host.Sent < 1024L * OneMegabyte)
            await host.SendAsync(stream, bytes);
    }

    private static async Task<string> PublishAsync(EngineUnderTest engine, string destination)
    {
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{destination}",
            "x",
            ("Upstash-Retries", "0"),
            ("Upstash-Timeout", "30s")
        );
        Assert.Equal(200, status);
        return (string)json!["messageId"]!;
    }

    private static async Task AssertAnotherIsDeliveredAsync(EngineUnderTest engine)
    {
        await engine.PublishAsync("/another", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
        Assert.Equal("/another", Assert.Single(engine.Deliveries).Target);
    }

    private static async Task AssertFailedAsync(
        EngineUnderTest engine,
        string id,
        string error,
        int status = 0,
        string reason = ""
    )
    {
        Assert.Equal(["CREATED", "ACTIVE", "ERROR", "FAILED"], await engine.StoryAsync(id));
        var (_, log) = await engine.SendAsync(HttpMethod.Get, $"/v2/events?messageId={id}&state=FAILED");
        var (_, letters) = await engine.SendAsync(HttpMethod.Get, $"/v2/dlq?messageId={id}");
        var letter = Assert.Single(letters!["messages"]!.AsArray())!;
        Assert.Equal(status, (int)letter["responseStatus"]!);
        foreach (var shown in new[] { log!["events"]![0]!, letter })
        {
            Assert.Contains(error, (string)shown["error"]!, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(reason, (string)shown["error"]!, StringComparison.Ordinal);
        }
    }
}
