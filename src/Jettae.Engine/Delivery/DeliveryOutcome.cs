namespace Jettae.Engine;

/// <summary>What came of one attempt. An expected failure is a value.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome() { }

    /// <summary>One word for measurements.</summary>
    public string Name =>
        this switch
        {
            Answered { Succeeded: true } => "delivered",
            Answered => "refused by answer",
            TimedOut => "timed out",
            Refused => "connection refused",
            Unresolvable => "unresolvable",
            Forbidden => "forbidden",
            TlsFailed => "tls failed",
            _ => "broken",
        };

    /// <summary>The destination answered, whatever it said.</summary>
    public sealed record Answered(int Status, IReadOnlyDictionary<string, string[]> Headers, byte[] Body)
        : DeliveryOutcome
    {
        public bool Succeeded => Status is >= 200 and < 300;
    }

    /// <summary>No whole answer within the attempt's time.</summary>
    public sealed record TimedOut(TimeSpan Limit) : DeliveryOutcome;

    /// <summary>Nobody listens there.</summary>
    public sealed record Refused : DeliveryOutcome;

    /// <summary>The host has no address.</summary>
    public sealed record Unresolvable : DeliveryOutcome;

    /// <summary>The host has no address that the egress guard lets through.</summary>
    public sealed record Forbidden(string Reason) : DeliveryOutcome;

    /// <summary>No trusted TLS connection.</summary>
    public sealed record TlsFailed(string Reason) : DeliveryOutcome;

    /// <summary>The connection, the answer or the request itself broke.</summary>
    public sealed record Broken(string Reason) : DeliveryOutcome;
}
