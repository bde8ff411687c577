using System.Globalization;

namespace Jettae.Studio;

/// <summary>The beginning of a text that is too long to show or to keep whole.</summary>
internal static class Excerpt
{
    /// <summary>As much of the text as fits, ending between two characters as a reader sees them.</summary>
    /// <param name="text">Of any length.</param>
    /// <param name="most">How many UTF-16 units there is room for.</param>
    /// <param name="from">Where to begin; between two characters.</param>
    public static string Of(string text, int most, int from = 0)
    {
        if (text.Length - from <= most)
            return text[from..];
        var end = from;
        while (end + StringInfo.GetNextTextElementLength(text, end) is var next && next <= from + most)
            end = next;
        // One character of marks without end: there is no border to cut at.
        return text[from..(end > from ? end : from + most)];
    }
}
