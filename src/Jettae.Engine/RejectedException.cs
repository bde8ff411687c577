namespace Jettae.Engine;

/// <summary>A caller's mistake. Thrown by parsers, mapped in one place to <c>{"error": …}</c>.</summary>
public sealed class RejectedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
