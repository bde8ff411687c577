using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>What an export is written as.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExportFormat>))]
internal enum ExportFormat
{
    [JsonStringEnumMemberName("markdown")]
    Markdown,

    [JsonStringEnumMemberName("csv")]
    Csv,

    [JsonStringEnumMemberName("json")]
    Json,
}

/// <summary>The pieces that fit a filter, as one file, written while they are read: a page of them at a time.</summary>
internal sealed class ContentExport(Contents contents, Guid owner, ContentFilter filter, ExportFormat format)
{
    private static readonly string[] Columns =
    [
        "id",
        "created_at",
        "status",
        "content_type",
        "language",
        "title",
        "body",
        "tags",
        "note",
        "length",
        "schedule_id",
        "model",
    ];

    /// <summary>Where the pages send a person for the file.</summary>
    public static string AddressOf(string format, ContentFilter filter)
    {
        var query = new (string Name, string? Value)[]
        {
            ("format", format),
            ("search", filter.Search),
            ("type", filter.Type is { } type ? JsonName.Of(type) : null),
            ("schedule_id", filter.ScheduleId?.ToString()),
            ("status", filter.Status is { } status ? JsonName.Of(status) : null),
            ("tag", filter.Tag),
            ("language", filter.Language),
        };
        var set = query.Where(each => each.Value is { Length: > 0 });
        return "api/contents/export?"
            + string.Join('&', set.Select(each => $"{each.Name}={Uri.EscapeDataString(each.Value!)}"));
    }

    /// <param name="now">Names the file.</param>
    /// <param name="cancel">Nobody takes the file any more.</param>
    public IResult AsFile(DateTimeOffset now, CancellationToken cancel)
    {
        var (type, ending) = format switch
        {
            ExportFormat.Csv => ("text/csv; charset=utf-8", "csv"),
            ExportFormat.Json => ("application/json", "json"),
            _ => ("text/markdown; charset=utf-8", "md"),
        };
        var name = string.Create(CultureInfo.InvariantCulture, $"jettae-{now:yyyy-MM-dd}.{ending}");
        return Results.Stream(stream => WriteAsync(stream, cancel), type, name);
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        // Spreadsheets take a file for UTF-8 only with its mark.
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: format == ExportFormat.Csv);
        await using var writer = new StreamWriter(stream, encoding, leaveOpen: true);
        await writer.WriteAsync(Begin);
        var isFirst = true;
        string? cursor = null;
        do
        {
            var page = await contents.ListAsync(owner, filter, cursor, PageKey.MostRows, cancel);
            foreach (var piece in page.Items)
            {
                await writer.WriteAsync(Row(piece, isFirst));
                isFirst = false;
            }
            await writer.FlushAsync(cancel);
            cursor = page.NextCursor;
        } while (cursor is not null);
        await writer.WriteAsync(End);
    }

    private string Begin =>
        format switch
        {
            ExportFormat.Csv => string.Join(',', Columns) + "\r\n",
            ExportFormat.Json => "[",
            _ => "",
        };

    private string End => format == ExportFormat.Json ? "]\n" : "";

    private string Row(Content piece, bool isFirst) =>
        format switch
        {
            ExportFormat.Csv => string.Join(',', Cells(piece).Select(Cell)) + "\r\n",
            ExportFormat.Json => (isFirst ? "\n" : ",\n")
                + JsonSerializer.Serialize(Views.Of(piece), StudioJson.Options),
            _ => (isFirst ? "" : "\n---\n\n") + Markdown(piece),
        };

    private static string Markdown(Content piece)
    {
        var about = $"{At(piece.CreatedAt)} · {JsonName.Of(piece.ContentType)} · {JsonName.Of(piece.Status)}";
        var tags = string.Concat(TagsOf(piece).Select(tag => $" · #{tag}"));
        var note = piece.Note.Length > 0 ? $"> {piece.Note.ReplaceLineEndings("\n> ")}\n\n" : "";
        return $"# {piece.Title.ReplaceLineEndings(" ")}\n\n*{about}{tags}*\n\n{note}{piece.Body}\n";
    }

    private static string?[] Cells(Content piece) =>
        [
            piece.Id.ToString(),
            At(piece.CreatedAt),
            JsonName.Of(piece.Status),
            JsonName.Of(piece.ContentType),
            piece.Language,
            piece.Title,
            piece.Body,
            string.Join(", ", TagsOf(piece)),
            piece.Note,
            piece.Length.ToString(CultureInfo.InvariantCulture),
            piece.ScheduleId?.ToString(),
            piece.Model,
        ];

    /// <summary>Quoted; what a spreadsheet would run as a formula is made text.</summary>
    private static string Cell(string? text)
    {
        var value = text ?? "";
        if (value.TrimStart() is ['=' or '+' or '-' or '@', ..] || value is ['\t' or '\r' or '\n', ..])
            value = "'" + value;
        return $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static IEnumerable<string> TagsOf(Content piece) =>
        piece.Tags.Select(each => each.Tag).Order(StringComparer.Ordinal);

    private static string At(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
