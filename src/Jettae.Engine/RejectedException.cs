namespace Jettae.Engine;

/// <summary>A caller's mistake. Thrown by parsers, mapped in one place to <c>{"error": …}</c>.</summary>
public sealed class RejectedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>412, in the words that programs know (contract §1.1).</summary>
    public static RejectedException Quota(string quota, long limit) =>
        new(412, $"quota {quota} exceeded, current limit: {limit}");
}
