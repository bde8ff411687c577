using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Jettae.Client.Tests;

/// <summary>Endpoints, groups of routes, controllers: none is reached but by what QStash signed.</summary>
public sealed class SignatureFilterTests : IAsyncLifetime
{
    private const string Public = "https://me.example";
    private readonly HttpClient http = new();
    private WebApplication app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Signed.Now));
        builder.Services.AddQStashReceiver(options =>
        {
            options.CurrentSigningKey = Signed.Current;
            options.PublicUrl = new Uri(Public);
        });
        builder.Services.AddControllers().AddApplicationPart(typeof(SignatureFilterTests).Assembly);
        app = builder.Build();
        app.MapPost("/one", (Order order) => order.Id).RequireQStashSignature();
        app.MapPost("/named", (Order order) => order.Id).RequireQStashSignature(_ => "https://named.example/hook");
        var group = app.MapGroup("/group").RequireQStashSignature();
        group.MapPost("/two/{name}", (string name, Order order) => order.Id);
        app.MapControllers();
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("/one", Public + "/one")]
    [InlineData("/one?a=%41&b=https://x", Public + "/one?a=%41&b=https://x")]
    [InlineData("/named", "https://named.example/hook")]
    [InlineData("/group/two/%EC%A0%9C", Public + "/group/two/%EC%A0%9C")]
    [InlineData("/controller", Public + "/controller")]
    [InlineData("/action", "https://named.example/action")]
    public async Task What_QStash_signed_comes_in_and_nothing_else_does(string path, string url)
    {
        const string body = "{\"id\":7}";
        Assert.Equal((HttpStatusCode.OK, "7"), await PostAsync(path, body, Signed.Signature(url, body)));
        string?[] wrong = [null, "garbage", Signed.Signature(url + "x", body), Signed.Signature(url, body + " ")];
        foreach (var signature in wrong)
        {
            var (status, said) = await PostAsync(path, body, signature);
            Assert.Equal(HttpStatusCode.Unauthorized, status);
            Assert.Contains("\"title\":\"Unauthorized\"", said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_callback_of_a_large_message_comes_in_and_what_is_larger_than_the_options_say_does_not()
    {
        const string url = Public + "/one";
        var body = $$"""{"id":7,"sourceBody":"{{new string('A', 14 * 1024 * 1024)}}"}""";
        Assert.Equal((HttpStatusCode.OK, "7"), await PostAsync("/one", body, Signed.Signature(url, body)));
        app.Services.GetRequiredService<QStashOptions>().MaxBody = 1_024;
        body = $$"""{"id":7,"sourceBody":"{{new string('A', 1_024)}}"}""";
        var (status, said) = await PostAsync("/one", body, Signed.Signature(url, body));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("larger than 1024 bytes", said, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode, string)> PostAsync(string path, string body, string? signature)
    {
        var raw = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Urls.Single() + path, raw));
        request.Content = new StringContent(body, null, "application/json");
        if (signature is not null)
            request.Headers.Add("Upstash-Signature", signature);
        using var answer = await http.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}

public sealed record Order(int Id);

[ApiController, RequireQStashSignature]
public sealed class WholeController : ControllerBase
{
    [HttpPost("/controller")]
    public IActionResult Post(Order order) => Ok(order.Id);
}

[ApiController]
public sealed class ActionController : ControllerBase
{
    [HttpPost("/action"), RequireQStashSignature(Url = "https://named.example/action")]
    public IActionResult Post(Order order) => Ok(order.Id);
}
