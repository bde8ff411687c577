namespace Jettae.Engine;

/// <summary>What came of one attempt. An expected failure is a value.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome() { }

    /// <summary>The destination answered, whatever it said.</summary>
    public sealed record Answered(int Status, IReadOnlyDictionary<string, string[]> Headers, byte[] Body)
        : DeliveryOutcome
    {
        public bool Succeeded => Status is >= 200 and < 300;
    }

    /// <summary>No answer: timed out, refused, not resolvable, TLS, an address that is not allowed …</summary>
    public sealed record Unanswered(string Error) : DeliveryOutcome;
}
