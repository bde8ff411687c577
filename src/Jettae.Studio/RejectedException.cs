namespace Jettae.Studio;

/// <summary>A caller's mistake. Mapped in one place: to problem details in the API, to a message beside the field in the pages.</summary>
/// <param name="status">400, 404 or 409.</param>
/// <param name="code">Stable, snake_case.</param>
/// <param name="field">The field at fault, in the API's spelling; null when no field is.</param>
/// <param name="text">The rule and what was received, in plain words.</param>
public sealed class RejectedException(int status, string code, string? field, Word text) : Exception(text.En)
{
    public int Status { get; } = status;
    public string Code { get; } = code;
    public string? Field { get; } = field;
    public Word Text { get; } = text;
}
