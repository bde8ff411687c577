using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Studio;

/// <summary>What a person changed in a form since it was opened. The rest is not said, so that what another changed meanwhile stays.</summary>
public sealed class ScheduleEdit
{
    /// <summary>The code of the refusal of what somebody else has changed too.</summary>
    public const string Clash = "changed_meanwhile";

    private const string OfSettings = "settings.";

    /// <summary>They replace each other: who changes one means all of them.</summary>
    private static readonly string[] Ends = ["endless", "max_runs", "ends_at"];

    /// <summary>They mean what the frequency makes of them: who changes one, or it, saw both.</summary>
    private static readonly string[] Times = ["times_of_day", "days_of_week", "day_of_month", "cron"];

    private readonly JsonObject opened;
    private readonly JsonObject mine;

    /// <param name="opened">What the form said when it was opened.</param>
    /// <param name="mine">What it says now.</param>
    public ScheduleEdit(ScheduleFields opened, ScheduleFields mine)
    {
        (this.opened, this.mine) = (Flat(opened), Flat(mine));
        Changed = Said();
    }

    /// <summary>Only what was changed.</summary>
    public ScheduleFields Changed { get; }

    /// <summary>Two who change the same are not to undo each other unawares.</summary>
    /// <param name="stored">The schedule as it is now.</param>
    /// <exception cref="RejectedException">409: somebody else has made something else of the same since the form was opened.</exception>
    internal void RequireNoClash(Schedule stored)
    {
        var now = Flat(ScheduleForm.Of(stored).Fields());
        List<string> fields = [.. mine.Select(each => each.Key).Where(name => IsMine(name) && IsTheirs(name))];
        if (Times.Any(IsMine) && IsTheirs("frequency"))
            fields.Add("frequency");
        if (IsMine("frequency"))
            fields.AddRange(Times.Where(IsTheirs));
        if (Ends.Any(IsMine))
            fields.AddRange(Ends.Where(IsTheirs));
        if (fields.Count > 0)
            throw new RejectedException(
                409,
                Clash,
                null,
                new(
                    Words.ChangedMeanwhile.In(
                        Korean,
                        string.Join(", ", fields.Select(each => Words.OfField(each).Ko).Distinct())
                    ),
                    Words.ChangedMeanwhile.In(
                        English,
                        string.Join(", ", fields.Select(each => Words.OfField(each).En).Distinct())
                    )
                )
            );

        bool IsTheirs(string name) =>
            !JsonNode.DeepEquals(now[name], opened[name]) && !JsonNode.DeepEquals(now[name], mine[name]);
    }

    private static readonly CultureInfo Korean = CultureInfo.GetCultureInfo("ko-KR");
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    private bool IsMine(string name) => !JsonNode.DeepEquals(mine[name], opened[name]);

    private bool IsSaid(string name) =>
        IsMine(name)
        || (Ends.Contains(name) && Ends.Any(IsMine))
        || (name == "frequency" && Times.Any(IsMine))
        || (Times.Contains(name) && IsMine("frequency"));

    private ScheduleFields Said()
    {
        var (fields, settings) = (new JsonObject(), new JsonObject());
        foreach (var (name, value) in mine.Where(each => IsSaid(each.Key)))
            if (name.StartsWith(OfSettings, StringComparison.Ordinal))
                settings[name[OfSettings.Length..]] = value?.DeepClone();
            else
                fields[name] = value?.DeepClone();
        if (settings.Count > 0)
            fields["settings"] = settings;
        return StudioJson.Read<ScheduleFields>(fields);
    }

    /// <summary>Each field by its name, those of the settings as refusals name them.</summary>
    private static JsonObject Flat(ScheduleFields fields)
    {
        var flat = JsonSerializer.SerializeToNode(fields, StudioJson.Options)!.AsObject();
        flat.Remove("settings");
        foreach (var (name, value) in fields.SettingsSaid ?? [])
            flat[OfSettings + name] = value?.DeepClone();
        return flat;
    }
}
