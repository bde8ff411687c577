using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>
/// Writes without a model: offline, the same for the same assignment, marked as a sample wherever it is shown. For trying
/// the product out; never a stand-in for a provider that fails.
/// </summary>
internal sealed class SampleWriter : IChatClient
{
    public const string ModelName = "sample";
    public const string AssignmentKey = "jettae.assignment";
    private const int ChunkLength = 12;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        await Task.Yield();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, TextFor(options)))
        {
            FinishReason = ChatFinishReason.Stop,
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var text = TextFor(options);
        for (var at = 0; at < text.Length; )
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(ChunkLength, text.Length - at);
            if (at + length < text.Length && char.IsLowSurrogate(text[at + length]))
                length++;
            yield return new ChatResponseUpdate(ChatRole.Assistant, text.Substring(at, length));
            at += length;
        }
        yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    private static string TextFor(ChatOptions? options) =>
        options?.AdditionalProperties?[AssignmentKey] is Assignment assignment
            ? Write(assignment)
            : throw new InvalidOperationException("The sample writer writes assignments only.");

    internal static string Write(Assignment assignment)
    {
        var words = assignment.IsKorean ? SampleWords.Korean : SampleWords.English;
        var pick = new Pick($"{assignment.Topic}|{assignment.Type}|{assignment.Tone}|{assignment.Number}");
        var topic = Shortened(assignment.Topic);
        string Sentence() => pick.Next(words.Sentences).Replace("{0}", topic, StringComparison.Ordinal);
        string Opening() => pick.Next(words.Openings).Replace("{0}", topic, StringComparison.Ordinal);
        string Closing() => pick.Next(words.Closings).Replace("{0}", topic, StringComparison.Ordinal);
        string Title() => pick.Next(words.Titles).Replace("{0}", topic, StringComparison.Ordinal);
        string Paragraph(int count) => string.Join(' ', Enumerable.Range(0, count).Select(_ => Sentence()));

        return assignment.Type switch
        {
            ContentType.XPost => WithinLimit([Opening(), Sentence(), Closing()], " "),
            ContentType.Thread => string.Join(
                "\n\n",
                [Opening(), .. Enumerable.Range(0, 4).Select(_ => Sentence()), Closing()]
            ),
            ContentType.BlogPost => Titled(
                Title(),
                [
                    Opening() + " " + Paragraph(3),
                    .. words.Headings.SelectMany(head => new[] { head, Paragraph(4) }),
                    Closing(),
                ]
            ),
            ContentType.YoutubeScript => Titled(
                Title(),
                [
                    $"[{words.Parts[0]}]",
                    Opening(),
                    $"[{words.Parts[1]}]",
                    Paragraph(4),
                    Paragraph(4),
                    $"[{words.Parts[2]}]",
                    Closing(),
                ]
            ),
            ContentType.InstagramReelScript => Titled(
                Title(),
                [
                    $"[{words.Parts[0]}]",
                    Opening(),
                    $"[{words.Parts[1]}]",
                    Paragraph(3),
                    $"[{words.Parts[2]}]",
                    Closing(),
                ]
            ),
            _ => Titled(Title(), [Opening(), Paragraph(3), Paragraph(2), Closing()]),
        };
    }

    private static string Titled(string title, IEnumerable<string> paragraphs) =>
        title + "\n\n" + string.Join("\n\n", paragraphs);

    private static string WithinLimit(string[] sentences, string separator)
    {
        var text = sentences[0];
        foreach (var sentence in sentences.Skip(1))
            if (XText.Length(text + separator + sentence) <= XText.Limit)
                text += separator + sentence;
        return text;
    }

    private static string Shortened(string topic)
    {
        var clean = topic.Trim().ReplaceLineEndings(" ");
        var info = new System.Globalization.StringInfo(clean);
        return info.LengthInTextElements <= 24 ? clean : info.SubstringByTextElements(0, 24).Trim() + "…";
    }

    /// <summary>Chooses without chance: a hash of the assignment, one step at a time, no line twice until all were used.</summary>
    private sealed class Pick(string seed)
    {
        private readonly byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        private readonly HashSet<string> used = [];
        private int step;

        public string Next(string[] choices)
        {
            var from = (hash[step % hash.Length] + step / hash.Length) % choices.Length;
            step++;
            var choice = Enumerable
                .Range(0, choices.Length)
                .Select(offset => choices[(from + offset) % choices.Length])
                .FirstOrDefault(each => !used.Contains(each));
            if (choice is null)
            {
                used.ExceptWith(choices);
                choice = choices[from];
            }
            used.Add(choice);
            return choice;
        }
    }
}
