using System.Security.Cryptography;
using System.Text;

namespace Jettae.Client.Tests;

/// <summary>Signatures made by hand from the contract, not by the code that the engine signs with.</summary>
internal static class Signed
{
    public const string Current = "sig_current_key_of_the_tests_0001";
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    public static string Signature(string url, string body)
    {
        var iat = Now.ToUnixTimeSeconds();
        var hash = Encode(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        return Jwt(
            Current,
            "HS256",
            $$"""{"iss":"Upstash","sub":"{{url}}","exp":{{iat + 300}},"nbf":0,"iat":{{iat}},"jti":"jwt_1","body":"{{hash}}"}"""
        );
    }

    public static string Jwt(string key, string alg, string claims)
    {
        var header = $$"""{"alg":"{{alg}}","typ":"JWT"}""";
        var data = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{data}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(data)))}";
    }

    public static string Encode(byte[] bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
