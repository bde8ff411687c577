using DiffPlex;
using DiffPlex.Chunkers;

namespace Jettae.Studio;

/// <summary>What became of a piece of text between two versions.</summary>
internal enum DiffKind
{
    Same,
    Removed,
    Added,
}

/// <summary>A stretch of a compared text.</summary>
internal readonly record struct DiffSegment(DiffKind Kind, string Text);

/// <summary>Compares two texts word by word; very long ones line by line. Pure.</summary>
internal static class TextDiff
{
    private const int LongestByWord = 20_000;
    private static readonly char[] BetweenWords = [' ', '\n', '\t', '.', ',', '!', '?', '(', ')', '"', '“', '”', '…'];
    private static readonly char[] BetweenLines = ['\n'];

    public static IReadOnlyList<DiffSegment> Of(string before, string after)
    {
        var isLong = before.Length > LongestByWord || after.Length > LongestByWord;
        var chunker = new DelimiterChunker(isLong ? BetweenLines : BetweenWords);
        var diff = Differ.Instance.CreateDiffs(before, after, ignoreWhiteSpace: false, ignoreCase: false, chunker);
        var segments = new List<DiffSegment>();
        var at = 0;
        foreach (var block in diff.DiffBlocks)
        {
            Add(DiffKind.Same, diff.PiecesNew, at, block.InsertStartB);
            Add(DiffKind.Removed, diff.PiecesOld, block.DeleteStartA, block.DeleteStartA + block.DeleteCountA);
            Add(DiffKind.Added, diff.PiecesNew, block.InsertStartB, block.InsertStartB + block.InsertCountB);
            at = block.InsertStartB + block.InsertCountB;
        }
        Add(DiffKind.Same, diff.PiecesNew, at, diff.PiecesNew.Count);
        return segments;

        void Add(DiffKind kind, IReadOnlyList<string> pieces, int from, int to)
        {
            var text = string.Concat(pieces.Skip(from).Take(to - from));
            if (text.Length > 0)
                segments.Add(new(kind, text));
        }
    }
}
