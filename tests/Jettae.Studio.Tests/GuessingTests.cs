using System.Net;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>Who guesses has to wait; who does not, never has to.</summary>
public sealed class GuessingTests
{
    [Fact]
    public async Task Ten_wrong_codes_close_the_door_to_their_address_for_a_quarter_of_an_hour()
    {
        await using var studio = await BehindProxyAsync();
        using var guesser = From(studio, "203.0.113.7");
        for (var i = 0; i < 9; i++)
            Assert.Equal(HttpStatusCode.Redirect, (await guesser.SignInAsync($"wrong-{i}")).StatusCode);
        var tenth = await guesser.SignInAsync("wrong-9");
        Assert.Equal(HttpStatusCode.TooManyRequests, tenth.StatusCode);
        Assert.Equal(TimeSpan.FromMinutes(15), tenth.Headers.RetryAfter!.Delta);
        Assert.Equal("text/html", tenth.Content.Headers.ContentType!.MediaType);
        Assert.Contains("15 minutes", await tenth.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var links = studio.Services.GetRequiredService<SignInLinks>();
        var link = await links.CreateAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guesser.SignInAsync(link.ToString())).StatusCode);
        using var other = From(studio, "203.0.113.8");
        Assert.Equal("/", (await other.SignInAsync(link.ToString())).Headers.Location!.ToString());

        studio.Time.Advance(TimeSpan.FromMinutes(15));
        var anew = await links.CreateAsync();
        Assert.Equal("/", (await guesser.SignInAsync(anew.ToString())).Headers.Location!.ToString());
    }

    [Fact]
    public async Task One_network_of_IPv6_counts_as_one_address()
    {
        await using var studio = await BehindProxyAsync();
        for (var i = 0; i < 10; i++)
        {
            using var guesser = From(studio, $"2001:db8:1:2::{i + 1:x}");
            await guesser.SignInAsync("wrong");
        }
        using var neighbour = From(studio, "2001:db8:1:2:ffff::1");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await neighbour.SignInAsync("wrong")).StatusCode);
        using var elsewhere = From(studio, "2001:db8:1:3::1");
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.SignInAsync("wrong")).StatusCode);
    }

    [Fact]
    public async Task A_hundred_wrong_tokens_close_the_API_to_guesses_and_to_nobody_who_has_a_made_token()
    {
        await using var studio = await BehindProxyAsync();
        var (_, made) = await studio.PostAsync("/api/tokens", new { name = "x" });
        using var guesser = From(studio, "203.0.113.7");
        guesser.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        for (var i = 0; i < 100; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await guesser.GetAsync("/api/schedules")).StatusCode);
        var refused = await guesser.GetAsync("/api/schedules");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        // Even the right guess is not looked at now.
        guesser.DefaultRequestHeaders.Authorization = new("Bearer", TestStudio.Token);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guesser.GetAsync("/api/schedules")).StatusCode);
        guesser.DefaultRequestHeaders.Authorization = new("Bearer", (string)made["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await guesser.GetAsync("/api/schedules")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await studio.Http.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task Nobody_is_believed_about_addresses_who_is_no_trusted_proxy()
    {
        await using var studio = await TestStudio.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            using var guesser = From(studio, $"203.0.113.{i}");
            await guesser.SignInAsync("wrong");
        }
        using var same = From(studio, "203.0.113.99");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await same.SignInAsync("wrong")).StatusCode);
    }

    private static Task<TestStudio> BehindProxyAsync() =>
        TestStudio.StartAsync(change: options => options.TrustedProxies = ["127.0.0.0/8", "::1"]);

    private static HttpClient From(TestStudio studio, string address)
    {
        var http = studio.Client(null);
        http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return http;
    }
}
