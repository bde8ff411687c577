using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Jettae.Client;

/// <summary>Registers the client and the receiver.</summary>
public static class QStashSetup
{
    /// <summary>
    /// Registers <see cref="QStashClient"/> on an <see cref="IHttpClientFactory"/>, <see cref="Receiver"/>,
    /// <see cref="QStashOptions"/> and, where it is missing, <see cref="TimeProvider"/>. Options that cannot work stop the
    /// program at its start.
    /// </summary>
    /// <returns>The client's <see cref="HttpClient"/>, for handlers and timeouts of your own.</returns>
    /// <example><code>
    /// builder.Services.AddQStash(options => options.ReadFrom(builder.Configuration));
    /// </code></example>
    public static IHttpClientBuilder AddQStash(this IServiceCollection services, Action<QStashOptions> configure)
    {
        Add(services, configure)
            .Validate(
                options => !string.IsNullOrWhiteSpace(options.Token),
                "QStash needs a token: set QSTASH_TOKEN and read it with ReadFrom, or set Token."
            )
            .Validate(
                options => options.Url.IsAbsoluteUri && options.Url.Scheme is "http" or "https",
                "QStash's Url must begin with http:// or https://."
            )
            .Validate(
                options => !$"{options.Url}/".Contains("/v2/", StringComparison.OrdinalIgnoreCase),
                "QStash's Url must end before /v2: the client adds that itself."
            )
            .Validate(options => options.TransportRetries >= 0, "TransportRetries must not be negative.")
            .Validate(
                options => Usable(options.CurrentSigningKey) && Usable(options.NextSigningKey),
                "A signing key has at least 16 characters: copy both keys whole, or leave them out."
            );
        return services
            .AddHttpClient(nameof(QStashClient))
            .ConfigurePrimaryHttpMessageHandler(() =>
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                    // Labels and forwarded headers may be in any language.
                    RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
                }
            )
            .AddTypedClient(
                (http, provider) =>
                    new QStashClient(
                        http,
                        provider.GetRequiredService<QStashOptions>(),
                        provider.GetRequiredService<TimeProvider>()
                    )
            );
    }

    /// <summary>Registers what a program needs that only receives: the signing keys must be there, a token need not.</summary>
    /// <example><code>
    /// builder.Services.AddQStashReceiver(options => options.ReadFrom(builder.Configuration));
    /// app.MapPost("/hook", Handle).RequireQStashSignature();
    /// </code></example>
    public static IServiceCollection AddQStashReceiver(
        this IServiceCollection services,
        Action<QStashOptions> configure
    )
    {
        Add(services, configure)
            .Validate(
                options =>
                    options.CurrentSigningKey is not null
                    && Usable(options.CurrentSigningKey)
                    && Usable(options.NextSigningKey),
                "A receiver needs the signing keys, of at least 16 characters: set QSTASH_CURRENT_SIGNING_KEY and "
                    + "QSTASH_NEXT_SIGNING_KEY and read them with ReadFrom, or set CurrentSigningKey and NextSigningKey."
            );
        return services;
    }

    private static OptionsBuilder<QStashOptions> Add(IServiceCollection services, Action<QStashOptions> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<QStashOptions>>().Value);
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<QStashOptions>();
            return new Receiver(options, provider.GetRequiredService<TimeProvider>(), options.ClockTolerance);
        });
        return services
            .AddOptions<QStashOptions>()
            .Configure(configure)
            .Validate(options => options.MaxBody > 0, "MaxBody must be a number of bytes above 0.")
            .ValidateOnStart();
    }

    private static bool Usable(string? key) => key is null or { Length: >= 16 };
}
