using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Jettae.Engine;

/// <summary>The proof that a delivery is ours: an HS256 JWT over destination and body (contract §4).</summary>
public static class Signature
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="signingKey">The key's text; its bytes, <c>sig_</c> included, are the HMAC key.</param>
    /// <param name="destination">The destination as it was given: the subject.</param>
    /// <param name="body">What is delivered.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static string Of(string signingKey, string destination, ReadOnlySpan<byte> body, long now)
    {
        var issuedAt = now / 1_000;
        return Handler.CreateToken(
            new SecurityTokenDescriptor
            {
                Claims = new Dictionary<string, object>
                {
                    ["iss"] = "Upstash",
                    ["sub"] = destination,
                    ["exp"] = issuedAt + 300,
                    ["nbf"] = 0L,
                    ["iat"] = issuedAt,
                    ["jti"] = "jwt_" + RandomNumberGenerator.GetHexString(22, lowercase: true),
                    ["body"] = Base64UrlEncoder.Encode(SHA256.HashData(body)),
                },
                SigningCredentials = new SigningCredentials(
                    new SymmetricSecurityKey(Encoding.UTF8.GetBytes(signingKey)),
                    SecurityAlgorithms.HmacSha256
                ),
            }
        );
    }
}
