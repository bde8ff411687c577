using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Jettae.Client;

/// <summary>What a signature proves.</summary>
public abstract record SignatureVerdict
{
    private SignatureVerdict() { }

    /// <summary>QStash sent exactly this body to exactly this URL.</summary>
    /// <param name="TokenId">The signature's own id.</param>
    public sealed record Valid(string? TokenId) : SignatureVerdict;

    /// <summary>It proves nothing.</summary>
    /// <param name="Reason">Why, in plain words.</param>
    public sealed record Invalid(string Reason) : SignatureVerdict;
}

/// <summary>Checks that a delivery was signed by QStash. Fails closed: without keys nothing is valid.</summary>
/// <param name="options">Holds the current and the next signing key.</param>
/// <param name="time">The clock that the times are held against.</param>
/// <param name="tolerance">How far the clocks may be apart; default none.</param>
public sealed class Receiver(QStashOptions options, TimeProvider time, TimeSpan tolerance = default)
{
    private static readonly JsonWebTokenHandler Handler = new();

    /// <summary>Judges one delivery.</summary>
    /// <param name="signature">The <c>Upstash-Signature</c> header.</param>
    /// <param name="body">The body as it arrived.</param>
    /// <param name="url">The URL that it must have been sent to; null accepts any.</param>
    /// <example><code>
    /// var verdict = await receiver.VerifyAsync(request.Headers["Upstash-Signature"], body, "https://me.example/hook");
    /// if (verdict is SignatureVerdict.Invalid invalid) return Results.Problem(invalid.Reason, statusCode: 401);
    /// </code></example>
    public async Task<SignatureVerdict> VerifyAsync(string? signature, ReadOnlyMemory<byte> body, string? url)
    {
        if (string.IsNullOrEmpty(signature))
            return new SignatureVerdict.Invalid("there is no Upstash-Signature header");
        var keys = new[] { options.CurrentSigningKey, options.NextSigningKey }
            .Where(key => key is { Length: >= 16 })
            .Select(key => (SecurityKey)new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key!)))
            .ToList();
        if (keys.Count == 0)
            return new SignatureVerdict.Invalid("no signing keys are configured, so no delivery is accepted");
        var result = await Handler.ValidateTokenAsync(
            signature,
            new TokenValidationParameters
            {
                ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                IssuerSigningKeys = keys,
                TryAllIssuerSigningKeys = true,
                ValidIssuer = "Upstash",
                ValidateAudience = false,
                LifetimeValidator = (_, _, _, _) => true,
            }
        );
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            return new SignatureVerdict.Invalid(
                "the signature was not made with one of the signing keys, or is malformed"
            );
        var now = time.GetUtcNow();
        if (Instant(token, "exp") is not { } expires || now - tolerance >= expires)
            return new SignatureVerdict.Invalid("the signature has expired");
        // Whoever says a time that is none may mean any.
        if (token.TryGetPayloadValue<object?>("nbf", out _) && !(Instant(token, "nbf") <= now + tolerance))
            return new SignatureVerdict.Invalid("the signature is not valid yet: is this machine's clock right?");
        if (url is not null && token.Subject != url)
            return new SignatureVerdict.Invalid($"the signature is for another URL; this one is {url}");
        if (
            !token.TryGetPayloadValue<string?>("body", out var hash)
            || hash?.TrimEnd('=') != Base64UrlEncoder.Encode(SHA256.HashData(body.Span))
        )
            return new SignatureVerdict.Invalid("the signature is for another body");
        return new SignatureVerdict.Valid(token.Id);
    }

    private static DateTimeOffset? Instant(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<long>(claim, out var seconds) && seconds is >= 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
