using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Jettae.Client.Tests;

/// <summary>
/// Generated and mutated input: a signature proves what it is for or nothing, and what comes from outside is read or refused,
/// never thrown about.
/// </summary>
public sealed class FuzzTests
{
    private const string Url = "https://me.example/hook?a=1";
    private const string Text = "{\"안녕\":1}";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes(Text);
    private static readonly long Now = Signed.Now.ToUnixTimeSeconds();

    /// <summary>Values of every type, and the numbers at which types end.</summary>
    private static readonly Gen<string> Odd = One(
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e3",
        "1e400",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "253402300799",
        "253402300800",
        "253402300799999",
        "253402300800000",
        "[]",
        "{}",
        "\"\"",
        "\"text\"",
        "\"9223372036854775807\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[\"Upstash\"]",
        "{\"a\":[1,null]}",
        "[[[[[[[[1]]]]]]]]"
    );

    private static readonly string[] Needed = ["iss", "sub", "body"];

    private static readonly string[] Claims = ["iss", "sub", "exp", "nbf", "iat", "jti", "body", "aud"];

    private static Dictionary<string, string> Genuine =>
        new()
        {
            ["iss"] = "\"Upstash\"",
            ["sub"] = $"\"{Url}\"",
            ["exp"] = $"{Now + 300}",
            ["nbf"] = "0",
            ["iat"] = $"{Now}",
            ["jti"] = "\"jwt_1\"",
            ["body"] = $"\"{Signed.Encode(SHA256.HashData(Body))}\"",
        };

    private static Task<SignatureVerdict> VerifyAsync(string? signature) =>
        new Receiver(
            new QStashOptions
            {
                CurrentSigningKey = Signed.Current,
                NextSigningKey = "sig_next_key_of_the_tests_00000002",
            },
            new FakeTimeProvider(Signed.Now)
        ).VerifyAsync(signature, Body, Url);

    private static Gen<string> One(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(at => texts[at]);

    /// <summary>One change to a text: a letter another, more, fewer, twice; cut; turned round.</summary>
    private static Gen<string> Mutations(string text) =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, Math.Max(0, text.Length - 1)], Gen.Char)
            .Select(
                (kind, at, letter) =>
                    kind switch
                    {
                        _ when text.Length == 0 => $"{letter}",
                        0 => string.Concat(text.AsSpan(0, at), $"{letter}", text.AsSpan(at + 1)),
                        1 => text.Insert(at, $"{letter}"),
                        2 => text.Remove(at, 1),
                        3 => text[..at],
                        4 => text.Insert(at, text[at..]),
                        _ => string.Concat(text.AsSpan(at), text.AsSpan(0, at)),
                    }
            );

    [Fact]
    public async Task A_signature_with_any_change_proves_nothing()
    {
        var signature = Signed.Signature(Url, Text);
        Assert.IsType<SignatureVerdict.Valid>(await VerifyAsync(signature));
        await Gen.OneOf(Mutations(signature), Mutations(signature).SelectMany(Mutations), Gen.String)
            .SampleAsync(
                async mutated =>
                {
                    if (!IsSame(mutated, signature))
                        Assert.IsType<SignatureVerdict.Invalid>(await VerifyAsync(mutated));
                },
                iter: 5_000
            );
    }

    [Fact]
    public async Task A_claim_of_another_type_or_size_is_never_taken_for_the_right_one() =>
        await Gen.Select(
                Gen.Select(One(Claims), Gen.OneOf(Odd, Gen.Const("")), (claim, value) => (claim, value)).List[1, 3],
                Gen.Bool
            )
            .SampleAsync(
                async (changes, twice) =>
                {
                    var claims = Genuine;
                    foreach (var (claim, value) in changes)
                        if (value.Length == 0)
                            claims.Remove(claim);
                        else
                            claims[claim] = value;
                    var json = string.Join(',', claims.Select(claim => $"\"{claim.Key}\":{claim.Value}"));
                    if (twice)
                        json += $",\"{changes[0].claim}\":{changes[0].value.PadLeft(1, '0')}";
                    var verdict = await VerifyAsync(Signed.Jwt(Signed.Current, "HS256", $"{{{json}}}"));
                    if (verdict is SignatureVerdict.Valid && !twice && claims.TryGetValue("nbf", out var from))
                        Assert.True(double.Parse(from, CultureInfo.InvariantCulture) <= Now);
                    if (verdict is SignatureVerdict.Valid && !twice)
                        foreach (var needed in Needed)
                            Assert.Equal(Genuine[needed], claims.GetValueOrDefault(needed));
                },
                iter: 5_000
            );

    [Fact]
    public async Task A_header_of_any_kind_is_judged() =>
        await Gen.Select(One("alg", "typ", "kid", "crit", "zip", "x5c", "enc"), Odd)
            .SampleAsync(
                async (name, value) =>
                {
                    var fields = new Dictionary<string, string>
                    {
                        ["alg"] = "\"HS256\"",
                        ["typ"] = "\"JWT\"",
                        [name] = value,
                    };
                    var header = $"{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}"))}}}";
                    var claims = $"{{{string.Join(',', Genuine.Select(claim => $"\"{claim.Key}\":{claim.Value}"))}}}";
                    var data =
                        $"{Signed.Encode(Encoding.UTF8.GetBytes(header))}.{Signed.Encode(Encoding.UTF8.GetBytes(claims))}";
                    var mac = HMACSHA256.HashData(
                        Encoding.UTF8.GetBytes(Signed.Current),
                        Encoding.ASCII.GetBytes(data)
                    );
                    var verdict = await VerifyAsync($"{data}.{Signed.Encode(mac)}");
                    if (name == "alg")
                        Assert.IsType<SignatureVerdict.Invalid>(verdict);
                },
                iter: 1_000
            );

    [Fact]
    public async Task A_callback_is_read_or_is_none()
    {
        string[] fields =
        [
            "status",
            "header",
            "sourceHeader",
            "body",
            "retried",
            "maxRetries",
            "sourceMessageId",
            "url",
            "notBefore",
            "createdAt",
            "callerIP",
        ];
        const string whole =
            """{"status":503,"header":{"A":["b"]},"body":"eA==","retried":1,"maxRetries":3,"sourceMessageId":"msg_1","sourceHeader":{"A":["b","c"],"D":"e"},"url":"u","notBefore":1701198447054,"createdAt":"1701198447054","callerIP":"::1"}""";
        var pairs = Gen.Select(One(fields), Odd, (name, value) => $"\"{name}\":{value}");
        await Gen.OneOf(Mutations(whole), pairs.List[1, 4].Select(some => $"{{{string.Join(',', some)}}}"), Odd)
            .SampleAsync(
                async text =>
                {
                    using var body = new MemoryStream(Encoding.UTF8.GetBytes(text));
                    try
                    {
                        Assert.NotNull(await QStashCallback.ReadAsync(body));
                    }
                    catch (JsonException)
                    {
                        // It is none.
                    }
                },
                iter: 5_000
            );
    }

    [Fact]
    public async Task An_answer_is_read_or_is_not_one_of_QStash()
    {
        string[] fields =
        [
            "time",
            "createdAt",
            "notBefore",
            "timeout",
            "period",
            "delay",
            "nextScheduleTime",
            "events",
            "ratePeriodStart",
            "current",
        ];
        var pairs = Gen.Select(One(fields), Odd, (name, value) => $"\"{name}\":{value}");
        await pairs
            .List[1, 4]
            .Select(some => $"{{{string.Join(',', some)}}}")
            .SampleAsync(
                async text =>
                {
                    var qstash = new QStashClient(new HttpClient(new Saying(text)), new QStashOptions { Token = "t" });
                    foreach (
                        var ask in new Func<Task>[]
                        {
                            () => qstash.Logs.ListAsync(),
                            () => qstash.Messages.GetAsync("msg_1"),
                            () => qstash.Schedules.GetAsync("scd_1"),
                            () => qstash.FlowControl.GetAsync("key"),
                            () => qstash.DeadLetters.GetAsync("1-0"),
                            () => qstash.GetKeysAsync(),
                        }
                    )
                        try
                        {
                            await ask();
                        }
                        catch (QStashException odd)
                        {
                            Assert.Contains("did not answer as QStash does", odd.Message, StringComparison.Ordinal);
                        }
                },
                iter: 1_000
            );
    }

    /// <summary>The last letter of a signature has bits that mean nothing: another letter may say the same.</summary>
    private static bool IsSame(string mutated, string signature)
    {
        var signed = signature[..(signature.LastIndexOf('.') + 1)];
        return mutated.StartsWith(signed, StringComparison.Ordinal)
            && Bytes(mutated[signed.Length..]) is { } bytes
            && bytes.AsSpan().SequenceEqual(Bytes(signature[signed.Length..]));

        static byte[]? Bytes(string text)
        {
            try
            {
                return Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(text);
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }

    private sealed class Saying(string text) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancel) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) });
    }
}
