namespace Jettae.Studio.Tests;

/// <summary>Which facts call for an alert.</summary>
[Trait("Store", "none")]
public sealed class AlertRuleTests
{
    private static readonly Guid Owner = NewId();
    private static readonly Guid Plan = NewId();
    private static readonly AlertFacts Well = new(10, 0, null, [], [], [], null);

    public static TheoryData<string, int, int, bool> Rates =>
        new()
        {
            { "a single failure says nothing", 0, 1, false },
            { "one of twenty is not over five percent", 19, 1, false },
            { "one of nineteen is", 18, 1, true },
            { "all of five are", 0, 5, true },
            { "four are too few to say", 0, 4, false },
        };

    [Theory]
    [MemberData(nameof(Rates))]
    public void A_rate_of_failures_is_judged_over_enough_runs(string why, int done, int failed, bool tells)
    {
        var causes = AlertRules.Judge(
            Well with
            {
                Done = done,
                Failed = failed,
            },
            new AlertSettings { OwnerId = Owner }
        );
        Assert.True(tells == causes.Any(cause => cause.Kind == AlertKind.FailureRate), why);
    }

    [Theory]
    [InlineData(5.0, false)]
    [InlineData(5.1, true)]
    [InlineData(90, true)]
    public void A_slot_may_be_a_little_late(double minutes, bool tells)
    {
        var late = new LateSlot(Plan, "Plan", null, TimeSpan.FromMinutes(minutes));
        var causes = AlertRules
            .Judge(Well with { Late = [late, late with { By = TimeSpan.Zero }] }, new AlertSettings { OwnerId = Owner })
            .ToList();
        Assert.Equal(tells ? [AlertKind.Late] : [], causes.Select(cause => cause.Kind));
    }

    [Fact]
    public void Each_cause_is_told_as_what_it_is_and_a_refusal_stands_for_the_slots_it_cost()
    {
        var facts = Well with
        {
            Stalled = [new(Plan, "Plan")],
            GivenUp =
            [
                new GivenUp(Plan, "Plan", NewId(), Reasons.BadKey.Key),
                new GivenUp(NewId(), "Other", NewId(), Reasons.DraftUnfit.Key),
            ],
            Refused = (NewId(), Reasons.BadKey.Key),
        };
        Assert.Equal(
            [AlertKind.ChainStalled, AlertKind.Provider, AlertKind.GaveUp],
            AlertRules.Judge(facts, new AlertSettings { OwnerId = Owner }).Select(cause => cause.Kind)
        );
    }

    private static Guid NewId() => new(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
}
