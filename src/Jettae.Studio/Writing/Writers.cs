using Anthropic;
using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>Chooses the installation's writer: Claude with a key, the sample writer without. Never one in place of the other.</summary>
internal static class Writers
{
    public static WriterInfo Info(StudioOptions options) =>
        options.Key is null
            ? new WriterInfo("Sample writer", SampleWriter.ModelName, IsSample: true)
            : new WriterInfo("Claude", options.ModelName, IsSample: false);

    public static IChatClient Chat(StudioOptions options, TimeProvider time)
    {
        if (options.Key is not { } key)
            return new SampleWriter();
        var client = options.AnthropicUrl?.Trim() is { Length: > 0 } url
            ? new AnthropicClient
            {
                ApiKey = key,
                BaseUrl = url,
                MaxRetries = 0,
                Timeout = LongerThan(options),
                Handlers = [new ResponseNotes(time)],
            }
            : new AnthropicClient
            {
                ApiKey = key,
                MaxRetries = 0,
                Timeout = LongerThan(options),
                Handlers = [new ResponseNotes(time)],
            };
        return client.AsIChatClient(options.ModelName, 4096);
    }

    /// <summary>Our own deadline comes first: it alone is measured by the product's clock.</summary>
    private static TimeSpan LongerThan(StudioOptions options) => options.WritingTimeout + TimeSpan.FromMinutes(1);
}
