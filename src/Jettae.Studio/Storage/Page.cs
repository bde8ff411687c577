namespace Jettae.Studio;

/// <summary>One page of a list, newest first.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Given back to get the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
