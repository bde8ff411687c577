using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Jettae.Client.Tests;

/// <summary>What the receiver takes for genuine, and all that it does not.</summary>
public sealed class ReceiverTests
{
    private const string Current = Signed.Current;
    private const string Next = "sig_next_key_of_the_tests_00000002";
    private const string Url = "https://me.example/hook?a=1";
    private static readonly DateTimeOffset Now = Signed.Now;
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"안녕\":1}");

    private static string Sign(
        string key = Current,
        string alg = "HS256",
        string iss = "Upstash",
        string sub = Url,
        int expiresIn = 300,
        int notBefore = 0,
        byte[]? body = null,
        string padding = ""
    )
    {
        var iat = Now.ToUnixTimeSeconds();
        var hash = Signed.Encode(SHA256.HashData(body ?? Body)) + padding;
        var claims =
            $$"""{"iss":"{{iss}}","sub":"{{sub}}","exp":{{iat + expiresIn}},"nbf":{{(notBefore == 0 ? 0 : iat + notBefore)}},"iat":{{iat}},"jti":"jwt_1","body":"{{hash}}"}""";
        return Signed.Jwt(key, alg, claims);
    }

    private static Task<SignatureVerdict> Verify(
        string? signature,
        string? url = Url,
        TimeSpan tolerance = default,
        bool keys = true
    ) =>
        new Receiver(
            keys ? new QStashOptions { CurrentSigningKey = Current, NextSigningKey = Next } : new QStashOptions(),
            new FakeTimeProvider(Now),
            tolerance
        ).VerifyAsync(signature, Body, url);

    public static TheoryData<string, string> Accepted =>
        new()
        {
            { "the current key", Sign() },
            { "the next key", Sign(Next) },
            { "a padded body hash", Sign(padding: "=") },
        };

    public static TheoryData<string, string?> Refused =>
        new()
        {
            { "no signature", null },
            { "an empty one", "" },
            { "no JWT", "garbage" },
            { "three parts of garbage", "a.b.c" },
            { "a foreign key", Sign("sig_some_other_key_0000000000000003") },
            { "alg none", Sign(alg: "none") },
            { "another algorithm by name", Sign(alg: "HS512") },
            { "another issuer", Sign(iss: "Somebody") },
            { "another URL", Sign(sub: "https://me.example/hook?a=2") },
            { "another body", Sign(body: "other"u8.ToArray()) },
            { "expired this second", Sign(expiresIn: 0) },
            { "not valid yet", Sign(notBefore: 60) },
            { "a cut signature", Sign()[..^4] },
        };

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_genuine_delivery_is_accepted(string what, string signature) =>
        Assert.True(await Verify(signature) is SignatureVerdict.Valid { TokenId: "jwt_1" }, what);

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Anything_else_is_refused_with_a_reason(string what, string? signature)
    {
        var refusal = Assert.IsType<SignatureVerdict.Invalid>(await Verify(signature));
        Assert.True(refusal.Reason.Length > 10, what);
        Assert.DoesNotContain("sig_", refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_keys_nothing_is_accepted() =>
        Assert.IsType<SignatureVerdict.Invalid>(await Verify(Sign(), keys: false));

    [Fact]
    public async Task A_tolerance_forgives_clocks_that_are_apart_and_no_url_means_any() =>
        Assert.IsType<SignatureVerdict.Valid>(
            await Verify(
                Sign(expiresIn: -20, sub: "https://else.example"),
                url: null,
                tolerance: TimeSpan.FromSeconds(30)
            )
        );
}
