using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Jettae.Client.Tests;

/// <summary>Registration, and what is said at the start when it cannot work.</summary>
public sealed class SetupTests
{
    private const string Key = "sig_current_key_of_the_tests_0001";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IHost Host(Action<IServiceCollection> add)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        add(builder.Services);
        return builder.Build();
    }

    [Fact]
    public async Task One_line_registers_client_receiver_options_and_a_clock()
    {
        using var host = Host(services => services.AddQStash(options => options.Token = "t"));
        await host.StartAsync(Cancel);
        Assert.NotNull(host.Services.GetRequiredService<QStashClient>());
        Assert.NotNull(host.Services.GetRequiredService<Receiver>());
        Assert.Equal("t", host.Services.GetRequiredService<QStashOptions>().Token);
        Assert.Same(TimeProvider.System, host.Services.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void A_clock_that_is_there_stays_and_the_http_client_can_be_built_on()
    {
        var time = new FakeTimeProvider();
        using var host = Host(services =>
            services
                .AddSingleton<TimeProvider>(time)
                .AddQStash(options => options.Token = "t")
                .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(5))
        );
        Assert.Same(time, host.Services.GetRequiredService<TimeProvider>());
        Assert.NotNull(host.Services.GetRequiredService<QStashClient>());
    }

    [Fact]
    public async Task Labels_and_headers_may_be_in_any_language_and_no_redirect_is_followed()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        var got = ("", "");
        server.Run(context =>
        {
            var headers = context.Request.Headers;
            got = (headers["Upstash-Label"].ToString(), headers["Upstash-Forward-Kind"].ToString());
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        await server.StartAsync(Cancel);
        using var host = Host(services =>
            services.AddQStash(options => (options.Token, options.Url) = ("t", new Uri(server.Urls.Single())))
        );
        var request = PublishRequest.Text("https://me.example", "x") with
        {
            Labels = ["때맞춰"],
            Headers = new Dictionary<string, string> { ["Kind"] = "글" },
        };
        var refusal = await Assert.ThrowsAsync<QStashException>(() =>
            host.Services.GetRequiredService<QStashClient>().PublishAsync(request, Cancel)
        );
        Assert.Equal(HttpStatusCode.Redirect, refusal.Status);
        Assert.Equal(("때맞춰", "글"), got);
    }

    public static TheoryData<string, Action<QStashOptions>> Mistakes =>
        new()
        {
            { "QSTASH_TOKEN", options => options.Token = " " },
            { "http://", options => options.Url = new Uri("ftp://me.example") },
            { "http://", options => options.Url = new Uri("/here", UriKind.Relative) },
            { "/v2", options => options.Url = new Uri("https://me.example/v2/publish/https://else.example") },
            { "/v2", options => options.Url = new Uri("https://me.example/v2/keys") },
            { "TransportRetries", options => options.TransportRetries = -1 },
            { "MaxBody", options => options.MaxBody = 0 },
            { "16 characters", options => options.NextSigningKey = "sig_short" },
        };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task What_cannot_work_stops_the_start_and_says_what_to_do(string said, Action<QStashOptions> mistake)
    {
        using var host = Host(services =>
            services.AddQStash(options =>
            {
                options.Token = "t";
                mistake(options);
            })
        );
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_receives_needs_keys_and_no_token()
    {
        using var without = Host(services => services.AddQStashReceiver(_ => { }));
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => without.StartAsync(Cancel));
        Assert.Contains("QSTASH_CURRENT_SIGNING_KEY", refusal.Message, StringComparison.Ordinal);
        using var host = Host(services => services.AddQStashReceiver(options => options.CurrentSigningKey = Key));
        await host.StartAsync(Cancel);
        Assert.NotNull(host.Services.GetRequiredService<Receiver>());
    }

    [Fact]
    public void The_official_names_are_read_and_what_is_not_there_stays()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["QSTASH_URL"] = " http://127.0.0.1:8080 ",
                    ["QSTASH_TOKEN"] = "t\n",
                    ["QSTASH_CURRENT_SIGNING_KEY"] = Key,
                    ["QSTASH_NEXT_SIGNING_KEY"] = "",
                }
            )
            .Build();
        var options = new QStashOptions { NextSigningKey = "kept" };
        options.ReadFrom(configuration);
        Assert.Equal(
            ("http://127.0.0.1:8080/", "t", Key, "kept"),
            (options.Url.ToString(), options.Token, options.CurrentSigningKey, options.NextSigningKey)
        );
        configuration["QSTASH_URL"] = "here";
        Assert.Throws<FormatException>(() => options.ReadFrom(configuration));
    }
}
