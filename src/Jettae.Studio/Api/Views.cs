using System.Globalization;

namespace Jettae.Studio;

/// <summary>The rows as the API shows them.</summary>
internal static class Views
{
    public static object Of(Schedule schedule) => Row(schedule, null, null);

    public static object Of(Coming coming, StatsRow? stats = null) => Row(coming.Schedule, coming, stats);

    private static Dictionary<string, object?> Row(Schedule schedule, Coming? coming, StatsRow? stats)
    {
        var row = new Dictionary<string, object?>
        {
            ["id"] = schedule.Id,
            ["name"] = schedule.Name,
            ["content_type"] = schedule.ContentType,
            ["content_tone"] = schedule.ContentTone,
            ["topic"] = schedule.Topic,
            ["target_audience"] = schedule.TargetAudience,
            ["language"] = schedule.Language,
            ["frequency"] = schedule.Frequency,
            ["times_of_day"] = schedule.TimesOfDay,
            ["time_of_day"] = schedule.TimesOfDay.Count > 0 ? schedule.TimesOfDay[0] : null,
            ["days_of_week"] = schedule.DaysOfWeek,
            ["day_of_week"] = schedule.DaysOfWeek.Count > 0 ? schedule.DaysOfWeek[0] : null,
            ["day_of_month"] = schedule.DayOfMonth,
            ["cron"] = schedule.Cron,
            ["timezone"] = schedule.Timezone,
            ["catch_up"] = schedule.CatchUp,
            ["starts_at"] = schedule.StartsAt,
            ["ends_at"] = schedule.EndsAt,
            ["max_runs"] = schedule.MaxRuns,
            ["settings"] = schedule.Settings,
            ["is_active"] = schedule.IsActive,
            ["paused_until"] = schedule.PausedUntil,
            ["total_generated"] = schedule.TotalGenerated,
            ["total_failed"] = schedule.TotalFailed,
            ["last_run_at"] = schedule.LastRunAt,
            ["next_run_at"] = schedule.NextRunAt,
            ["qstash_message_id"] = schedule.QstashMessageId,
            ["created_at"] = schedule.CreatedAt,
            ["updated_at"] = schedule.UpdatedAt,
        };
        if (coming is not null)
        {
            row["slots"] = coming.Slots;
            row["slot_changes"] = coming.Changes.Select(each => new { each.SlotAt, each.MovedTo }).ToList();
        }
        if (stats is not null)
            row["stats"] = stats;
        return row;
    }

    public static object Of(Content content) => Row(content);

    public static object Of(Content content, ContentUsage usage)
    {
        var row = Row(content);
        row["usage"] = usage;
        return row;
    }

    private static Dictionary<string, object?> Row(Content content) =>
        new()
        {
            ["id"] = content.Id,
            ["schedule_id"] = content.ScheduleId,
            ["run_id"] = content.RunId,
            ["content_type"] = content.ContentType,
            ["title"] = content.Title,
            ["body"] = content.Body,
            ["language"] = content.Language,
            ["status"] = content.Status,
            ["note"] = content.Note,
            ["tags"] = content.Tags.Select(each => each.Tag).Order(StringComparer.Ordinal).ToList(),
            ["version"] = content.Version,
            ["length"] = content.Length,
            ["length_limit"] = content.LengthLimit,
            ["is_sample"] = content.IsSample,
            ["model"] = content.Model,
            ["created_at"] = content.CreatedAt,
            ["updated_at"] = content.UpdatedAt,
        };

    /// <param name="run">The run.</param>
    /// <param name="language">Of what was noted.</param>
    /// <param name="withSteps">All of it: steps, prompt and answer.</param>
    public static object Of(Run run, CultureInfo language, bool withSteps = false)
    {
        var row = new Dictionary<string, object?>
        {
            ["id"] = run.Id,
            ["schedule_id"] = run.ScheduleId,
            ["schedule_name"] = run.ScheduleName,
            ["slot_at"] = run.SlotAt,
            ["trigger"] = run.Trigger,
            ["state"] = run.State,
            ["rerun_of"] = run.RerunOf,
            ["attempts"] = run.Attempts,
            ["content_id"] = run.ContentId,
            ["reason"] = Of(Reasons.Of(run)),
            ["reason_detail"] = Word.Read(run.ReasonDetail, language),
            ["model"] = run.Model,
            ["input_tokens"] = run.InputTokens,
            ["cached_input_tokens"] = run.CachedInputTokens,
            ["cache_write_tokens"] = run.CacheWriteTokens,
            ["output_tokens"] = run.OutputTokens,
            ["thinking_tokens"] = run.ThinkingTokens,
            ["cost"] = run.Cost,
            ["similarity"] = run.Similarity,
            ["provider_request_id"] = run.ProviderRequestId,
            ["qstash_message_id"] = run.QstashMessageId,
            ["started_at"] = run.StartedAt,
            ["finished_at"] = run.FinishedAt,
        };
        if (withSteps)
        {
            row["prompt"] = run.Prompt;
            row["answer"] = run.Answer;
            row["similarity"] = run.Similarity;
            row["steps"] = run.Steps.Select(step => Of(step, language)).ToList();
        }
        return row;
    }

    public static object Of(RunStep step, CultureInfo language) =>
        new
        {
            step.Id,
            step.Attempt,
            step.Kind,
            step.StartedAt,
            step.EndedAt,
            step.Ok,
            Reason = Of(Reasons.Find(step.Reason)),
            Detail = Word.Read(step.Detail, language),
        };

    public static object? Of(Reason? reason) =>
        reason is null
            ? null
            : new
            {
                reason.Key,
                Ko = new { What = reason.What.Ko, ToDo = reason.ToDo.Ko },
                En = new { What = reason.What.En, ToDo = reason.ToDo.En },
            };

    public static object Of<T>(Page<T> page, Func<T, object> view) =>
        new { Items = page.Items.Select(view).ToList(), page.NextCursor };
}
