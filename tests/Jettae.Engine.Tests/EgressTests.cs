using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jettae.Engine.Tests;

/// <summary>The engine calls what strangers name: it must not be led into the network it stands in.</summary>
[Trait("Store", "none")]
public sealed class EgressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::8.8.8.8")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:7f00:1::")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2002:c0a8:101::")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_plainly_public_is_special(string address) =>
        Assert.True(Egress.IsSpecial(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2002:808:808::1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:800::200e")]
    public void A_public_address_is_not(string address) => Assert.False(Egress.IsSpecial(IPAddress.Parse(address)));

    /// <summary>Every way to write an address here, and ways to hide it: {port} is where a destination really listens.</summary>
    [Theory]
    [InlineData("http://127.0.0.1:{port}/")]
    [InlineData("http://localhost:{port}/")]
    [InlineData("http://LOCALHOST.:{port}/")]
    [InlineData("http://2130706433:{port}/")]
    [InlineData("http://0x7f000001:{port}/")]
    [InlineData("http://0x7f.0.0.1:{port}/")]
    [InlineData("http://017700000001:{port}/")]
    [InlineData("http://0177.0.0.01:{port}/")]
    [InlineData("http://127.1:{port}/")]
    [InlineData("http://127.0.1:{port}/")]
    [InlineData("http://0:{port}/")]
    [InlineData("http://0.0.0.0:{port}/")]
    [InlineData("http://127.1.2.3:{port}/")]
    [InlineData("http://localhost.localdomain:{port}/")]
    [InlineData("http://127.0.0.1.:{port}/")]
    [InlineData("http://00000177.1:{port}/")]
    [InlineData("http://0x7F.0X0.0.1:{port}/")]
    [InlineData("http://127.0x1:{port}/")]
    [InlineData("http://[::127.0.0.1]:{port}/")]
    [InlineData("http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/")]
    [InlineData("http://[::1%25lo]:{port}/")]
    [InlineData("http://[64:ff9b:1::7f00:1]:{port}/")]
    [InlineData("http://[2001:0:7f00:1::]:{port}/")]
    [InlineData("http://[fe80::1]:{port}/")]
    [InlineData("http://[fd00::1]:{port}/")]
    [InlineData("http://public@127.0.0.1:{port}/")]
    [InlineData("http://[::1]:{port}/")]
    [InlineData("http://[::]:{port}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{port}/")]
    [InlineData("http://[::ffff:7f00:1]:{port}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{port}/")]
    [InlineData("http://[2002:7f00:1::]:{port}/")]
    [InlineData("http://１２７.0.0.1:{port}/")]
    [InlineData("http://127。0。0。1:{port}/")]
    [InlineData("http://example.com@127.0.0.1:{port}/")]
    [InlineData("http://user:password@localhost:{port}/")]
    [InlineData("http://example.com:80@127.0.0.1:{port}/")]
    [InlineData("http://127.0.0.1:{port}#@example.com/")]
    [InlineData("http://127.0.0.1:{port}?@example.com/")]
    [InlineData("http://127.0.0.1:{port}\\@example.com/")]
    [InlineData("http://example.com\\@127.0.0.1:{port}/")]
    [InlineData("http://%31%32%37.0.0.1:{port}/")]
    public async Task However_the_engines_own_machine_is_written_it_is_not_called(string form)
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.EgressAllow = []);
        var destination = form.Replace("{port}", Port(engine), StringComparison.Ordinal);
        Assert.NotEqual(0, await TryAsync(engine, destination));
        Assert.Empty(engine.Deliveries);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fd00:ec2::254]/latest/meta-data/")]
    [InlineData("http://100.100.100.200/latest/meta-data/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://[::ffff:169.254.169.254]/latest/meta-data/")]
    [InlineData("http://0xA9FEA9FE/latest/meta-data/")]
    [InlineData("http://0251.0376.0251.0376/")]
    [InlineData("http://168.63.129.16/metadata/instance")]
    [InlineData("http://192.0.0.192/latest/")]
    public async Task A_clouds_metadata_is_refused_before_anything_is_sent_and_the_reason_is_told(string destination)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        Assert.Equal(1, await TryAsync(engine, destination));
        var (_, log) = await engine.SendAsync(HttpMethod.Get, "/v2/events?state=FAILED");
        Assert.Contains("leads to no public address", (string)log!["events"]![0]!["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData(" 127.0.0.1 ", true)]
    [InlineData("127.0.0.1:{port}", true)]
    [InlineData("127.0.0.1:1", false)]
    [InlineData("127.0.0.2", false)]
    [InlineData("localhost", false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("::1", false)]
    [InlineData("1", false)]
    public async Task Only_what_the_operator_named_is_let_through(string allowed, bool passes)
    {
        await using var engine = await EngineUnderTest.StartAsync(_ => { });
        var port = Port(engine);
        await engine.RestartAsync(options =>
            options.EgressAllow = [allowed.Replace("{port}", port, StringComparison.Ordinal)]
        );
        await TryAsync(engine, engine.Sink + "/");
        Assert.Equal(passes ? 1 : 0, engine.Deliveries.Count);
    }

    [Theory]
    [InlineData("[::1]:8080", "::1", 8080, true)]
    [InlineData("[::1]:8080", "::1", 9090, false)]
    [InlineData("[::1]", "::1", 9090, true)]
    [InlineData("fd00::/8", "fd00::1", 80, true)]
    [InlineData("intranet.example", "INTRANET.example", 80, true)]
    [InlineData("intranet.example:80", "intranet.example", 81, false)]
    public void A_port_that_was_named_is_the_only_one(string allowed, string host, int port, bool passes)
    {
        var egress = Guard(new EngineOptions { DataFile = "", EgressAllow = [allowed] });
        var address = IPAddress.TryParse(host, out var ip) ? ip : IPAddress.Loopback;
        Assert.Equal(passes, egress.Refusal(host, port, isHttps: false, address) is null);
    }

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("http://127.0.0.1")]
    public void A_range_that_is_none_is_told_at_the_start(string allowed)
    {
        var refused = Assert.Throws<ArgumentException>(() =>
            Guard(new EngineOptions { DataFile = "", EgressAllow = [allowed] })
        );
        Assert.Contains(allowed, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_a_failed_attempt_and_is_not_followed(int status)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/inside";
            return Task.CompletedTask;
        };
        Assert.Equal(1, await TryAsync(engine, engine.Sink + "/outside"));
        Assert.Equal("/outside", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task A_user_in_the_destination_is_not_sent_as_a_login()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var destination = engine.Sink.Replace("//", "//user:password@", StringComparison.Ordinal);
        Assert.Equal(0, await TryAsync(engine, destination + "/"));
        Assert.False(Assert.Single(engine.Deliveries).Headers.ContainsKey("Authorization"));
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.1", "10.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("169.254.169.254")]
    public async Task A_public_looking_name_that_leads_inside_is_refused_and_where_it_leads_is_for_the_operator_only(
        params string[] addresses
    )
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.EgressAllow = []);
        engine.Egress.Lookup = _ => [.. addresses.Select(IPAddress.Parse)];
        Assert.Equal(1, await TryAsync(engine, $"http://inside.example:{Port(engine)}/"));
        foreach (var read in new[] { "/v2/events", "/v2/dlq", "/v2/logs" })
        {
            var shown = (await engine.SendAsync(HttpMethod.Get, read)).Json!.ToJsonString();
            Assert.Contains("host inside.example leads to no public address", shown, StringComparison.Ordinal);
            // Nothing but the caller's own address is there.
            shown = shown.Replace("\"callerIp\":\"127.0.0.1\"", "", StringComparison.OrdinalIgnoreCase);
            foreach (var address in addresses)
                Assert.DoesNotContain(address, shown, StringComparison.Ordinal);
        }
        Assert.Contains(
            engine.Logged,
            line => addresses.All(address => line.Contains(address, StringComparison.Ordinal))
        );
        Assert.Empty(engine.Deliveries);
    }

    /// <summary>What was resolved is what is judged and what is connected to: there is no second look that could differ.</summary>
    [Fact]
    public async Task A_name_that_changes_from_look_to_look_gains_nothing()
    {
        // The permitted address has no one who listens; the other is the destination's.
        await using var engine = await EngineUnderTest.StartAsync(options => options.EgressAllow = ["127.0.0.2"]);
        var looks = 0;
        engine.Egress.Lookup = _ => [++looks % 2 == 1 ? IPAddress.Parse("127.0.0.2") : IPAddress.Loopback];
        for (var failed = 1; failed <= 4; failed++)
            Assert.Equal(failed, await TryAsync(engine, $"http://rebinds.example:{Port(engine)}/"));
        Assert.Equal(4, looks);
        Assert.Empty(engine.Deliveries);
    }

    [Fact]
    public async Task Of_a_names_addresses_only_the_permitted_one_is_connected_to()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.EgressAllow = ["127.0.0.1"]);
        engine.Egress.Lookup = _ => [IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback, IPAddress.Loopback];
        Assert.Equal(0, await TryAsync(engine, $"http://mixed.example:{Port(engine)}/"));
        Assert.Equal($"mixed.example:{Port(engine)}", Assert.Single(engine.Deliveries).Header("Host"));
    }

    [Fact]
    public async Task A_redirect_to_the_inside_reaches_nobody_there()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 307;
            http.Response.Headers.Location = "http://169.254.169.254/latest/meta-data/";
            return Task.CompletedTask;
        };
        Assert.Equal(1, await TryAsync(engine, engine.Sink + "/outside"));
        Assert.Contains("answered 307", await ReasonAsync(engine), StringComparison.Ordinal);
        Assert.Single(engine.Deliveries);
    }

    [Theory]
    [InlineData("http://93.184.216.34/", true, new int[0], "https only")]
    [InlineData("http://93.184.216.34:443/", true, new int[0], "https only")]
    [InlineData("http://public.example:8080/", false, new[] { 443, 80 }, "port 8080 of public.example")]
    [InlineData("https://public.example:22/", true, new[] { 443 }, "port 22")]
    [InlineData("http://public.example:443/", true, new[] { 443 }, "https only")]
    [InlineData("http://10.0.0.1:443/", true, new[] { 80 }, "leads to no public address")]
    public async Task Plain_http_and_other_ports_are_refused_where_the_operator_says_so(
        string destination,
        bool httpsOnly,
        int[] ports,
        params string[] reasons
    )
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            (options.EgressHttpsOnly, options.EgressPorts) = (httpsOnly, ports)
        );
        engine.Egress.Lookup = _ => [IPAddress.Parse("93.184.216.34")];
        Assert.Equal(1, await TryAsync(engine, destination));
        foreach (var reason in reasons)
            Assert.Contains(reason, await ReasonAsync(engine), StringComparison.Ordinal);
        // Which ports it allows is the operator's to know.
        Assert.DoesNotContain("80, 443", await ReasonAsync(engine), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("93.184.216.34", 443, true, true)]
    [InlineData("93.184.216.34", 443, false, false)]
    [InlineData("93.184.216.34", 444, true, false)]
    public void What_the_rules_of_scheme_and_port_allow_passes(string address, int port, bool isHttps, bool passes)
    {
        var egress = Guard(
            new EngineOptions
            {
                DataFile = "",
                EgressHttpsOnly = true,
                EgressPorts = [443],
            }
        );
        Assert.Equal(passes, egress.Refusal("public.example", port, isHttps, IPAddress.Parse(address)) is null);
    }

    [Fact]
    public async Task What_the_operator_named_is_excepted_from_the_rules_of_scheme_and_port()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            (options.EgressHttpsOnly, options.EgressPorts) = (true, [443])
        );
        Assert.Equal(0, await TryAsync(engine, engine.Sink + "/"));
        Assert.Single(engine.Deliveries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void A_port_that_is_none_is_told_at_the_start(int port)
    {
        var options = new EngineOptions { DataFile = "", EgressPorts = [443, port] };
        var refused = Assert.Throws<ArgumentException>(() => Guard(options));
        Assert.Contains(port.ToString(null, null), refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A name server of the attacker's that never answers holds a lookup as long as the system has patience.</summary>
    [Fact]
    public async Task Names_that_take_for_ever_to_resolve_hold_up_nobody_else()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new ManualResetEventSlim();
        engine.Egress.Lookup = host =>
        {
            if (host.StartsWith("slow", StringComparison.Ordinal))
                open.Wait();
            return [IPAddress.Loopback];
        };
        for (var i = 0; i < 200; i++)
            await engine.SendAsync(HttpMethod.Post, $"/v2/publish/http://slow{i}.example:{Port(engine)}/slow", "x");
        await engine.SendAsync(HttpMethod.Post, $"/v2/publish/http://quick.example:{Port(engine)}/quick", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
        Assert.Equal("/quick", Assert.Single(engine.Deliveries).Target);
        open.Set();
        await engine.IdleAsync();
        Assert.Equal(201, engine.Deliveries.Count);
    }

    [Fact]
    public async Task A_domain_whose_names_all_take_for_ever_to_resolve_does_not_take_all_threads_that_look_up()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new ManualResetEventSlim();
        var looks = 0;
        engine.Egress.Lookup = host =>
        {
            if (host.EndsWith(".slow.example", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref looks);
                open.Wait();
            }
            return [IPAddress.Loopback];
        };
        for (var i = 0; i < 200; i++)
            await engine.SendAsync(HttpMethod.Post, $"/v2/publish/http://n{i}.slow.example:{Port(engine)}/slow", "x");
        await engine.SendAsync(HttpMethod.Post, $"/v2/publish/http://quick.example:{Port(engine)}/quick", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
        Assert.Equal("/quick", Assert.Single(engine.Deliveries).Target);
        Assert.InRange(looks, 1, 128);
        open.Set();
        await engine.IdleAsync();
        Assert.Equal(201, engine.Deliveries.Count);
    }

    /// <summary>A connection that one tenant may have is not lent to another.</summary>
    [Fact]
    public async Task What_one_tenant_may_call_no_other_may_not_even_over_its_open_connection()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var door = $"127.0.0.1:{Port(engine)}";
        await engine.RestartAsync(options =>
        {
            options.EgressAllow = [];
            options.Tenants =
            [
                options.Tenants[0] with
                {
                    EgressAllow = [door],
                },
                new Tenant("another", "another-token", EngineUnderTest.CurrentKey, EngineUnderTest.NextKey),
            ];
        });
        Assert.Equal(0, await TryAsync(engine, engine.Sink + "/own"));
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/another",
            "x",
            ("Authorization", "Bearer another-token"),
            ("Upstash-Retries", "0")
        );
        Assert.Equal(200, status);
        await engine.IdleAsync();
        Assert.Equal(0, await TryAsync(engine, engine.Sink + "/own"));
        Assert.Equal(["/own", "/own"], engine.Deliveries.Select(one => one.Target));
        var (_, letters) = await engine.SendAsync(
            HttpMethod.Get,
            "/v2/dlq",
            null,
            ("Authorization", "Bearer another-token")
        );
        Assert.Contains(
            "leads to no public address",
            (string)Assert.Single(letters!["messages"]!.AsArray())!["error"]!,
            StringComparison.Ordinal
        );
    }

    private static Egress Guard(EngineOptions options) => new(options, NullLogger<Egress>.Instance);

    private static async Task<string> ReasonAsync(EngineUnderTest engine) =>
        (string)(await engine.SendAsync(HttpMethod.Get, "/v2/events?state=FAILED")).Json!["events"]![0]!["error"]!;

    private static string Port(EngineUnderTest engine) => new Uri(engine.Sink).Port.ToString(null, null);

    /// <summary>Publishes without retries; answers how many came to fail, or -1 when the destination was refused at once.</summary>
    private static async Task<int> TryAsync(EngineUnderTest engine, string destination)
    {
        var item = new JsonObject
        {
            ["destination"] = destination,
            ["headers"] = new JsonObject { ["Upstash-Retries"] = "0" },
        };
        var (status, _) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", new JsonArray(item).ToJsonString());
        if (status == 400)
            return -1;
        Assert.Equal(200, status);
        await engine.IdleAsync();
        return (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray().Count;
    }
}
