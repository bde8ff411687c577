using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Jettae.Studio;

/// <summary>One page of a list, newest first.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Given back to get the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Where a page ended: the instant and id of its last row. Opaque to callers.</summary>
internal sealed record PageKey(DateTimeOffset At, Guid Id)
{
    public const int MostRows = 100;

    public static int Bounded(int count) => Math.Clamp(count, 1, MostRows);

    public static Page<T> Cut<T>(List<T> rows, int count, Func<T, PageKey> keyOf) =>
        rows.Count <= count ? new(rows, null) : new(rows[..count], keyOf(rows[count - 1]).ToString());

    /// <exception cref="RejectedException">It is no cursor of ours.</exception>
    public static PageKey? Parse(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        try
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('.');
            return new PageKey(
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(parts[0], CultureInfo.InvariantCulture)),
                Guid.ParseExact(parts[1], "N")
            );
        }
        catch (Exception odd)
            when (odd is FormatException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            throw Odd(cursor);
        }
    }

    public static RejectedException Odd(string cursor) =>
        new(
            400,
            "field_invalid",
            "cursor",
            new(
                $"cursor: 이전 답의 next_cursor여야 해요. 받은 값: '{cursor}'",
                $"cursor: It must be the next_cursor of an earlier answer. Received: '{cursor}'."
            )
        );

    public override string ToString() =>
        Base64Url.EncodeToString(
            Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{At.ToUnixTimeMilliseconds()}.{Id:N}")
            )
        );
}
