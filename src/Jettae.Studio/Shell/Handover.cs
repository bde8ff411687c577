using System.Collections.Concurrent;

namespace Jettae.Studio;

/// <summary>
/// What a page has asked for or with its first picture, for the live page that takes the picture's place a moment later: it begins
/// with the same rows instead of with none.
/// </summary>
/// <param name="time">Tells what nobody came for in time.</param>
internal sealed class Handover(TimeProvider time)
{
    /// <summary>By then the live page has long begun, or nobody looks.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<(Guid Owner, string Page), (object Answer, long At)> left = new();

    /// <param name="owner">Who is to have it.</param>
    /// <param name="page">The address.</param>
    /// <param name="answer">What was asked.</param>
    public void Leave(Guid owner, string page, object answer)
    {
        foreach (var (key, (_, at)) in left)
            if (time.GetElapsedTime(at) > Longest)
                left.TryRemove(key, out _);
        left[(owner, page)] = (answer, time.GetTimestamp());
    }

    /// <summary>Once; null when nothing was left in time.</summary>
    public object? Take(Guid owner, string page) =>
        left.TryRemove((owner, page), out var found) && time.GetElapsedTime(found.At) <= Longest ? found.Answer : null;
}
