using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Jettae.Studio;

/// <summary>Makes the client that speaks to a provider. It tries once and waits long: both are the studio's to decide.</summary>
internal static class ChatClients
{
    private const int UsualTokens = 4096;

    public static IChatClient For(Provider provider, TimeSpan timeout, TimeProvider time) =>
        provider.Kind == ProviderKind.Anthropic
            ? Claude(provider, timeout, time).AsIChatClient(provider.Model, UsualTokens)
            : Compatible(provider, timeout, time);

    private static AnthropicClient Claude(Provider provider, TimeSpan timeout, TimeProvider time) =>
        provider.Url is { } url
            ? new AnthropicClient
            {
                ApiKey = KeyOf(provider),
                BaseUrl = url,
                MaxRetries = 0,
                Timeout = timeout,
                Handlers = [new ResponseNotes(time)],
            }
            : new AnthropicClient
            {
                ApiKey = KeyOf(provider),
                MaxRetries = 0,
                Timeout = timeout,
                Handlers = [new ResponseNotes(time)],
            };

    private static IChatClient Compatible(Provider provider, TimeSpan timeout, TimeProvider time)
    {
        // A redirect would carry the key to somebody else.
        var wire = new ResponseNotes(time) { InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false } };
        var options = new OpenAIClientOptions
        {
            Endpoint = new Uri(provider.Url!),
            NetworkTimeout = timeout,
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(new HttpClient(wire) { Timeout = Timeout.InfiniteTimeSpan }),
        };
        return new OpenAIClient(new ApiKeyCredential(KeyOf(provider)), options)
            .GetChatClient(provider.Model)
            .AsIChatClient();
    }

    /// <summary>Without a key something is sent all the same: the provider says itself that it asks for one.</summary>
    private static string KeyOf(Provider provider) => provider.Key ?? "none";
}
