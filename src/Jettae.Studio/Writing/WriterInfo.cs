namespace Jettae.Studio;

/// <summary>Which writer this installation uses now; asked of <see cref="Writers.Current"/>.</summary>
/// <param name="Name">For people: <c>Claude</c>, <c>OpenAI-compatible</c> or <c>Sample writer</c>.</param>
/// <param name="Model">The model's id.</param>
/// <param name="IsSample">No provider is configured: pieces are samples and are marked so.</param>
public sealed record WriterInfo(string Name, string Model, bool IsSample);
