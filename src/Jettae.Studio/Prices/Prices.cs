using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What the owner says of a model's price from a day on, in US dollars per million tokens.</summary>
public sealed record PriceFields
{
    public string? Model { get; init; }

    /// <summary>Its first day, by UTC.</summary>
    public DateOnly? EffectiveFrom { get; init; }
    public decimal? Input { get; init; }

    /// <summary>Null: as <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>Null: as <see cref="Input"/>.</summary>
    public decimal? CacheWrite { get; init; }
    public decimal? Output { get; init; }

    /// <summary>Null: a long call costs as much for each token as a short one.</summary>
    public long? LongFrom { get; init; }
    public decimal? LongFactor { get; init; }
}

/// <summary>The price table.</summary>
/// <param name="Items">By model, of each the newest first.</param>
/// <param name="Unpriced">Models that wrote lately and have no price by now: what they write has no cost.</param>
public sealed record PriceList(IReadOnlyList<ModelPrice> Items, IReadOnlyList<string> Unpriced);

/// <summary>
/// The table that costs are worked out by, for the installation's owner only. A run's cost is worked out when it has run, and
/// kept: no change of the table touches it.
/// </summary>
public sealed class Prices
{
    /// <summary>The longest name of a model, in characters.</summary>
    public const int LongestModel = WriterSettings.LongestModel;

    private const decimal MostDollars = 10_000;
    private const decimal MostTimes = 100;

    /// <summary>Among so many of the newest runs is looked for models without a price.</summary>
    private const int Lately = 1_000;

    private readonly StudioStore store;
    private readonly Accounts accounts;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Prices(StudioStore store, Accounts accounts, Changes changes, TimeProvider time) =>
        (this.store, this.accounts, this.changes, this.time) = (store, accounts, changes, time);

    /// <exception cref="RejectedException">It is not the owner who asks.</exception>
    public async Task<PriceList> ReadAsync(Guid user, CancellationToken cancel)
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        var now = time.GetUtcNow();
        return await store.ReadAsync(
            async db =>
            {
                var all = await db
                    .ModelPrices.OrderBy(price => price.Model)
                    .ThenByDescending(price => price.EffectiveFrom)
                    .ToListAsync(cancel);
                var used = await db
                    .Runs.Where(run => run.OwnerId == user)
                    .OrderByDescending(run => run.StartedAt)
                    .Take(Lately)
                    .Where(run => run.Model != null && run.Model != SampleWriter.ModelName)
                    .Select(run => run.Model!)
                    .Distinct()
                    .ToListAsync(cancel);
                var priced = all.Where(price => price.EffectiveFrom <= now).Select(price => price.Model);
                return new PriceList(all, [.. used.Except(priced).Order(StringComparer.Ordinal)]);
            },
            cancel
        );
    }

    /// <summary>Adds the price, or puts it in the place of the one that the model has from the same day on.</summary>
    /// <exception cref="RejectedException">A field breaks its rule, or it is not the owner who asks; nothing is stored.</exception>
    public async Task<ModelPrice> SaveAsync(Guid user, PriceFields fields, CancellationToken cancel)
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        var wanted = PriceOf(fields);
        await store.WriteAsync(
            async db =>
            {
                if (await db.ModelPrices.FindAsync([wanted.Model, wanted.EffectiveFrom], cancel) is { } stored)
                    db.Entry(stored).CurrentValues.SetValues(wanted);
                else
                    db.ModelPrices.Add(wanted);
            },
            cancel
        );
        changes.Tell(new Change(user, null, null));
        return wanted;
    }

    /// <exception cref="RejectedException">404: there is no such price; or it is not the owner who asks.</exception>
    public async Task DeleteAsync(Guid user, string? model, DateOnly? effectiveFrom, CancellationToken cancel)
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        var (name, day) = (
            model ?? throw RejectedException.Missing("model"),
            effectiveFrom ?? throw RejectedException.Missing("effective_from")
        );
        var begin = BeginOf(day);
        var deleted = await store.WriteAsync(
            db =>
                db.ModelPrices.Where(price => price.Model == name && price.EffectiveFrom == begin)
                    .ExecuteDeleteAsync(cancel),
            cancel
        );
        if (deleted == 0)
            throw new RejectedException(
                404,
                "price_not_found",
                "model",
                new($"이런 가격이 없어요: {name}, {Shown(day)}", $"There is no price of {name} from {Shown(day)} on.")
            );
        changes.Tell(new Change(user, null, null));
    }

    private static ModelPrice PriceOf(PriceFields fields)
    {
        if (fields.Model?.Trim() is not { Length: > 0 } model)
            throw RejectedException.Missing("model");
        if (model.Length > LongestModel)
            throw Broken(
                "model",
                new($"{LongestModel}자까지예요.", $"It may have at most {LongestModel} characters."),
                model.Length
            );
        var day = fields.EffectiveFrom ?? throw RejectedException.Missing("effective_from");
        var input = Dollars("input", fields.Input ?? throw RejectedException.Missing("input"));
        var factor = 1m;
        if (fields.LongFrom is { } from)
        {
            if (from < 1)
                throw Broken("long_from", new("1 이상이어야 해요.", "It must be 1 or more."), from);
            factor = fields.LongFactor ?? throw RejectedException.Missing("long_factor");
            if (factor is <= 0 or > MostTimes)
                throw Broken(
                    "long_factor",
                    new($"0보다 크고 {MostTimes} 이하여야 해요.", $"It must be more than 0, and at most {MostTimes}."),
                    factor
                );
        }
        return new ModelPrice
        {
            Model = model,
            EffectiveFrom = BeginOf(day),
            Input = input,
            CachedInput = Dollars("cached_input", fields.CachedInput ?? input),
            CacheWrite = Dollars("cache_write", fields.CacheWrite ?? input),
            Output = Dollars("output", fields.Output ?? throw RejectedException.Missing("output")),
            LongFrom = fields.LongFrom,
            LongFactor = factor,
        };
    }

    private static DateTimeOffset BeginOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static decimal Dollars(string field, decimal amount) =>
        amount is >= 0 and <= MostDollars
            ? amount
            : throw Broken(field, new($"0~{MostDollars} 사이여야 해요.", $"It must be 0 to {MostDollars}."), amount);

    internal static string Shown(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static RejectedException Broken(string field, Word rule, IFormattable received) =>
        RejectedException.Broken(field, rule, $"'{received.ToString(null, CultureInfo.InvariantCulture)}'");
}
