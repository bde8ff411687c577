using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>What is saved from the editor is what a person changed in it, no more and no less.</summary>
public sealed class ScheduleFormTests
{
    [Fact]
    public async Task An_end_replaces_the_one_before_it_whichever_it_was()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { ends_at = "2024-02-01T14:59:59Z" });
        await EditAsync(studio, id, form => (form.Ending, form.MaxRuns) = (Ending.AfterRuns, "3"));
        Assert.Equal((null, 3), await EndsAsync(studio, id));
        await EditAsync(studio, id, form => (form.Ending, form.LastDay) = (Ending.OnDate, new DateOnly(2024, 3, 1)));
        Assert.Equal(("2024-03-01T14:59:59Z", null), await EndsAsync(studio, id));
        await EditAsync(studio, id, form => form.Ending = Ending.Never);
        Assert.Equal((null, null), await EndsAsync(studio, id));
    }

    [Fact]
    public async Task Both_ends_of_a_schedule_made_elsewhere_stay_until_one_is_changed()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { ends_at = "2024-02-01T14:59:59Z", max_runs = 5 });
        await EditAsync(studio, id, form => form.Topic = "다른 주제");
        Assert.Equal(("2024-02-01T14:59:59Z", 5), await EndsAsync(studio, id));
        await EditAsync(studio, id, form => form.Ending = Ending.Never);
        Assert.Equal((null, null), await EndsAsync(studio, id));
    }

    [Theory]
    [InlineData("weekly", "2024-01-24T00:00:00Z")]
    [InlineData("monthly", "2024-02-17T00:00:00Z")]
    public async Task The_day_on_which_it_starts_stands_in_the_form_and_is_not_moved_by_saving(
        string frequency,
        string next
    )
    {
        // A Wednesday, in Seoul.
        await using var studio = await TestStudio.StartAsync("2024-01-17T00:30:00Z");
        var id = await DailyAsync(studio, new { frequency });
        await EditAsync(
            studio,
            id,
            form =>
            {
                Assert.Equal([DayOfWeek.Wednesday], form.DaysOfWeek);
                Assert.Equal(17, form.DayOfMonth);
                form.Topic = "다른 주제";
            }
        );
        Assert.Equal(next, (string?)(await studio.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
        // Nor by another time of day.
        await EditAsync(studio, id, form => form.TimesOfDay[0].At = new(10, 0));
        Assert.Equal("2024-01-17T01:00:00Z", (string?)(await studio.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
    }

    [Fact]
    public async Task A_prompt_that_is_hidden_again_refuses_nothing_and_is_kept_as_it_is()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { });
        await EditAsync(studio, id, form => (form.PromptType, form.CustomPrompt) = (PromptType.Auto, "{{topik}} 글"));
        Assert.Equal("{{topik}} 글", await PromptAsync(studio, id));
        var refused = await Assert.ThrowsAsync<RejectedException>(() =>
            EditAsync(studio, id, form => form.PromptType = PromptType.Custom)
        );
        Assert.Equal("settings.customPrompt", refused.Field);
        await EditAsync(studio, id, form => (form.PromptType, form.CustomPrompt) = (PromptType.Custom, "{{topic}} 글"));
        await EditAsync(studio, id, form => form.PromptType = PromptType.Auto);
        Assert.Equal("{{topic}} 글", await PromptAsync(studio, id));
    }

    [Fact]
    public async Task A_time_that_was_cleared_is_not_saved_as_what_stood_there_before()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { });
        var refused = await Assert.ThrowsAsync<RejectedException>(() =>
            EditAsync(studio, id, form => form.TimesOfDay[0].IsEmpty = true)
        );
        Assert.Equal("time_of_day", refused.Field);
        await EditAsync(studio, id, form => (form.TimesOfDay[0].IsEmpty, form.Frequency) = (true, Frequency.Cron));
    }

    [Fact]
    public async Task Of_two_who_edit_at_once_each_changes_only_what_it_touched()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { });
        var (one, opened) = await OpenAsync(studio, id);
        var (other, openedToo) = await OpenAsync(studio, id);
        (one.Topic, one.Tone, one.BrandVoice) = ("첫째가 바꾼 주제", Tone.Formal, "담백하게");
        other.TimesOfDay.Add(new(new(18, 0)));
        (other.Variants, other.Language) = (2, "en");
        await SaveAsync(studio, id, one, opened);
        await SaveAsync(studio, id, other, openedToo);

        var schedule = await studio.GetAsync($"/api/schedules/{id}");
        Assert.Equal(
            ("첫째가 바꾼 주제", "formal", "en"),
            ((string?)schedule["topic"], (string?)schedule["content_tone"], (string?)schedule["language"])
        );
        Assert.Equal("""["09:00","18:00"]""", schedule["times_of_day"]!.ToJsonString());
        var settings = schedule["settings"]!;
        Assert.Equal(("담백하게", 2), ((string?)settings["brandVoice"], (int)settings["variants"]!));
    }

    [Theory]
    [InlineData("topic", "주제", "Topic")]
    [InlineData("tone", "말투", "Tone")]
    [InlineData("prompt", "내 프롬프트", "Your prompt")]
    [InlineData("time", "시각", "Time")]
    [InlineData("cron", "시각, 얼마나 자주", "Time, How often")]
    [InlineData("weekly", "시각", "Time")]
    [InlineData("end", "종료 조건", "At the end")]
    public async Task What_two_make_two_things_of_is_named_to_the_second_who_may_insist(
        string what,
        string ko,
        string en
    )
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { });
        var (one, opened) = await OpenAsync(studio, id);
        var (other, openedToo) = await OpenAsync(studio, id);
        Change(one, isFirst: true);
        Change(other, isFirst: false);
        await SaveAsync(studio, id, one, opened);
        var before = await KeptAsync();
        var refused = await Assert.ThrowsAsync<RejectedException>(() => SaveAsync(studio, id, other, openedToo));
        Assert.Equal((409, ScheduleEdit.Clash), (refused.Status, refused.Code));
        Assert.Contains(
            $" {ko}을",
            refused.Text.Ko.Replace("를", "을", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
        Assert.Contains($": {en}.", refused.Text.En, StringComparison.Ordinal);
        Assert.Equal(before, await KeptAsync());

        // Who insists gets what stands in the form.
        await studio
            .Services.GetRequiredService<Schedules>()
            .UpdateAsync(await studio.OwnerAsync(), id, new ScheduleEdit(openedToo, other.Fields()).Changed, default);
        var (_, said) = await OpenAsync(studio, id);
        Assert.Equal(new ScheduleFields(), new ScheduleEdit(said, other.Fields()).Changed);

        void Change(ScheduleForm form, bool isFirst)
        {
            switch (what)
            {
                case "topic":
                    form.Topic = isFirst ? "첫째의 주제" : "둘째의 주제";
                    break;
                case "tone":
                    form.Tone = isFirst ? Tone.Formal : Tone.Casual;
                    break;
                case "prompt":
                    form.CustomPrompt = isFirst ? "첫째" : "둘째";
                    break;
                case "cron" when isFirst:
                    (form.Frequency, form.Cron) = (Frequency.Cron, "30 7 * * *");
                    break;
                case "weekly" when !isFirst:
                    form.Frequency = Frequency.Weekly;
                    break;
                case "time" or "cron" or "weekly":
                    form.TimesOfDay[0].At = isFirst ? new(10, 0) : new(11, 0);
                    break;
                default:
                    (form.Ending, form.MaxRuns, form.LastDay) = isFirst
                        ? (Ending.AfterRuns, "3", (DateOnly?)null)
                        : (Ending.OnDate, "10", new DateOnly(2024, 3, 1));
                    break;
            }
        }

        async Task<string> KeptAsync() => (await studio.GetAsync($"/api/schedules/{id}")).ToJsonString();
    }

    [Fact]
    public async Task The_same_change_twice_and_what_was_skipped_or_paused_meanwhile_stop_nobody()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, new { });
        var (one, opened) = await OpenAsync(studio, id);
        var (other, openedToo) = await OpenAsync(studio, id);
        (one.Topic, other.Topic) = ("같은 주제", "같은 주제");
        one.TimesOfDay[0].At = other.TimesOfDay[0].At = new(10, 0);
        await SaveAsync(studio, id, one, opened);
        await studio.PostAsync("/api/schedule/skip", new { id });
        await studio.PostAsync("/api/schedule/pause", new { id });
        await SaveAsync(studio, id, other, openedToo);
    }

    [Theory]
    [InlineData("2024-01-15T06:20:00Z", "2024-01-15T09:00", "2024-01-15T07:00:00Z")]
    [InlineData("2024-01-15T06:20:00Z", "2024-01-15T15:00", "2024-01-15T07:00:00Z")]
    [InlineData("2024-01-15T06:20:00Z", "2024-01-15T17:00", "2024-01-15T08:00:00Z")]
    [InlineData("2024-01-15T14:20:00Z", "2024-01-15T09:00", "2024-01-15T15:00:00Z")]
    [InlineData("2024-01-15T06:20:00Z", "2024-01-16T09:00", "2024-01-16T00:00:00Z")]
    public async Task What_is_planned_at_a_place_of_the_calendar_runs_there_or_at_the_next_full_hour(
        string now,
        string wall,
        string slot
    )
    {
        await using var studio = await TestStudio.StartAsync(now);
        var form = ScheduleForm
            .Start(null, new Brand())
            .At(DateTime.Parse(wall, CultureInfo.InvariantCulture), studio.Time.GetUtcNow());
        form.Topic = "한 번만";
        var made = await studio
            .Services.GetRequiredService<Schedules>()
            .CreateAsync(await studio.OwnerAsync(), form.Fields(), default);
        Assert.Equal(DateTimeOffset.Parse(slot, CultureInfo.InvariantCulture), made.NextRunAt);
    }

    [Fact]
    public async Task What_is_planned_there_may_be_made_earlier_and_stays_on_its_day()
    {
        await using var studio = await TestStudio.StartAsync("2024-01-15T06:20:00Z");
        var form = ScheduleForm.Start(null, new Brand()).At(new(2024, 1, 18, 9, 0, 0), studio.Time.GetUtcNow());
        form.TimesOfDay[0].At = new(8, 0);
        var slots = studio.Services.GetRequiredService<Schedules>().Preview(form.Fields(), 2).First;
        Assert.Equal(new DateTimeOffset(2024, 1, 17, 23, 0, 0, TimeSpan.Zero), Assert.Single(slots).At);
    }

    private static async Task<Guid> DailyAsync(TestStudio studio, object more)
    {
        var fields = (JsonObject)
            JsonNode.Parse(
                """{"topic":"아침 루틴","content_type":"x_post","frequency":"daily","time_of_day":"09:00","timezone":"Asia/Seoul"}"""
            )!;
        foreach (var (name, value) in System.Text.Json.JsonSerializer.SerializeToNode(more)!.AsObject())
            fields[name] = value?.DeepClone();
        return (Guid)(await studio.CreateAsync(fields))["id"]!;
    }

    private static async Task<(ScheduleForm Form, ScheduleFields Opened)> OpenAsync(TestStudio studio, Guid id)
    {
        var schedules = studio.Services.GetRequiredService<Schedules>();
        var form = ScheduleForm.Of(await schedules.GetAsync(await studio.OwnerAsync(), id, default));
        return (form, form.Fields());
    }

    private static async Task SaveAsync(TestStudio studio, Guid id, ScheduleForm form, ScheduleFields opened)
    {
        var schedules = studio.Services.GetRequiredService<Schedules>();
        await schedules.UpdateAsync(await studio.OwnerAsync(), id, new ScheduleEdit(opened, form.Fields()), default);
        await studio.StillAsync();
    }

    private static async Task EditAsync(TestStudio studio, Guid id, Action<ScheduleForm> edit)
    {
        var (form, opened) = await OpenAsync(studio, id);
        edit(form);
        await SaveAsync(studio, id, form, opened);
    }

    private static async Task<(string?, int?)> EndsAsync(TestStudio studio, Guid id)
    {
        var schedule = await studio.GetAsync($"/api/schedules/{id}");
        return ((string?)schedule["ends_at"], (int?)schedule["max_runs"]);
    }

    private static async Task<string?> PromptAsync(TestStudio studio, Guid id) =>
        (string?)(await studio.GetAsync($"/api/schedules/{id}"))["settings"]!["customPrompt"];
}
