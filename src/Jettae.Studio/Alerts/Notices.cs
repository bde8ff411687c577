using System.Globalization;
using System.Net;
using System.Text.Json;
using Jettae.Client;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace Jettae.Studio;

/// <summary>
/// Passes alerts on: to a webhook and to Slack as messages of QStash (its retries, its egress guard, its dead letters), by mail
/// over SMTP. What could not be sent is tried again, after a minute at first and within the hour later; what was sent is marked
/// after it was taken.
/// </summary>
public sealed partial class Notices
{
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);
    private readonly StudioStore store;
    private readonly Schedules schedules;
    private readonly QStashClient qstash;
    private readonly StudioOptions options;
    private readonly IDataProtector protector;
    private readonly TimeProvider time;
    private readonly ILogger<Notices> logger;

    /// <summary>Channels in trouble: how often in a row, and when they are tried again. Forgotten by a restart, which tries at once.</summary>
    private readonly Dictionary<(Guid Owner, string Channel), (int Failures, DateTimeOffset NextAt)> trouble = [];

    internal Notices(
        StudioStore store,
        Schedules schedules,
        QStashClient qstash,
        StudioOptions options,
        IDataProtectionProvider protection,
        TimeProvider time,
        ILogger<Notices> logger
    )
    {
        (this.store, this.schedules, this.qstash) = (store, schedules, qstash);
        (this.options, this.time, this.logger) = (options, time, logger);
        protector = protection.CreateProtector("jettae.smtp");
    }

    /// <summary>The password as it is stored.</summary>
    internal string Hidden(string password) => protector.Protect(password);

    /// <summary>What waits to be told. One at a time: the loop of the watcher is the only caller.</summary>
    internal async Task SendAsync(CancellationToken cancel)
    {
        foreach (var (alert, settings, channel, mark) in await WaitingAsync(cancel))
        {
            var key = (alert.OwnerId, channel);
            if (trouble.TryGetValue(key, out var before) && before.NextAt > time.GetUtcNow())
                continue;
            try
            {
                await SendAsync(settings, channel, alert, $"{alert.Id:N}-{mark}", cancel);
                await store.WriteAsync(
                    async db =>
                    {
                        if (await db.Alerts.FindAsync([alert.Id], cancel) is { } stored)
                            stored.Told = $"{stored.Told} {mark}".Trim();
                    },
                    cancel
                );
                trouble.Remove(key);
            }
            catch (Exception failure)
                when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                var failures = before.Failures + 1;
                var pause = TimeSpan.FromMinutes(Math.Min(60, 1 << Math.Min(failures - 1, 6)));
                trouble[key] = (failures, time.GetUtcNow() + pause);
                // QStash's own words may repeat the address, which can be a secret: for the log its status says enough.
                LogNotSent(
                    logger,
                    channel,
                    failure is QStashException refused ? $"QStash {refused.Status}" : Said(failure)
                );
            }
        }
    }

    /// <summary>The begin of what lasts; the end of what was told when it began. What passed before anybody could be told is not told.</summary>
    private async Task<List<(Alert Alert, AlertSettings Settings, string Channel, string Mark)>> WaitingAsync(
        CancellationToken cancel
    )
    {
        var from = time.GetUtcNow() - Patience;
        return await store.ReadAsync(
            async db =>
            {
                var settings = await db.AlertSettings.ToDictionaryAsync(each => each.OwnerId, cancel);
                var owners = await db.Users.Where(each => each.IsOwner).Select(each => each.Id).ToListAsync(cancel);
                var recent = await db
                    .Alerts.Where(alert => alert.ClosedAt == null || alert.ClosedAt > from)
                    .OrderBy(alert => alert.OpenedAt)
                    .ToListAsync(cancel);
                return (
                    from alert in recent
                    where settings.ContainsKey(alert.OwnerId)
                    from channel in Channels(settings[alert.OwnerId], owners.Contains(alert.OwnerId))
                    let told = alert.Told.Split(' ')
                    let mark = Mark(alert, channel)
                    where !told.Contains(mark) && (alert.ClosedAt is null || told.Contains($"open-{channel}"))
                    select (alert, settings[alert.OwnerId], channel, mark)
                ).ToList();
            },
            cancel
        );
    }

    /// <summary>Sends a sample over one channel, now.</summary>
    /// <returns>Null when it was taken; else what the other side said.</returns>
    public async Task<string?> TryAsync(AlertSettings settings, string channel, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var sample = new Alert
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = settings.OwnerId,
            Kind = AlertKind.Late,
            ScheduleName = "Jettae",
            Figure = 7,
            OpenedAt = now,
        };
        try
        {
            await SendAsync(settings, channel, sample, $"{sample.Id:N}-test-{channel}", cancel);
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return Said(failure);
        }
    }

    /// <param name="settings">Whose channels.</param>
    /// <param name="mayMail">They are the owner's of the installation: what another named before is not used.</param>
    internal static IEnumerable<string> Channels(AlertSettings settings, bool mayMail)
    {
        if (settings.WebhookUrl is not null)
            yield return "webhook";
        if (settings.SlackUrl is not null)
            yield return "slack";
        if (mayMail && settings.SmtpHost is not null && settings.MailTo is not null)
            yield return "mail";
    }

    /// <summary>The first line, bounded: the other side may say anything.</summary>
    private static string Said(Exception failure)
    {
        var line = failure.Message.ReplaceLineEndings("\n").Split('\n')[0];
        return line.Length > 200 ? line[..200] : line;
    }

    private static string Mark(Alert alert, string channel) =>
        $"{(alert.ClosedAt is null ? "open" : "closed")}-{channel}";

    private async Task SendAsync(
        AlertSettings settings,
        string channel,
        Alert alert,
        string deduplicationId,
        CancellationToken cancel
    )
    {
        var culture = CultureInfo.GetCultureInfo(settings.Language == "ko" ? "ko-KR" : "en-US");
        // Words of a schedule speak the reader's language: for this sending, that is the one that was asked for.
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        var text = Words.Of(alert, culture);
        var alike = await schedules.NamesakesAsync(alert.OwnerId, [(alert.ScheduleId, alert.ScheduleName)], cancel);
        if (alert.ScheduleId is { } id && alike.TryGetValue(id, out var which))
            text += $"\n{alert.ScheduleName}: {which.Apart}";
        var link = options.PublicAddress + LinkOf(alert);
        await (
            channel switch
            {
                "webhook" => PublishAsync(settings.WebhookUrl!, BodyOf(alert, text, link), deduplicationId, cancel),
                "slack" => PublishAsync(
                    settings.SlackUrl!,
                    JsonSerializer.SerializeToUtf8Bytes(new { text = $"{text}\n{link}" }),
                    deduplicationId,
                    cancel
                ),
                _ => MailAsync(settings, text, link, cancel),
            }
        );
    }

    /// <summary>Where a person can do what the alert asks for.</summary>
    internal static string LinkOf(Alert alert) =>
        alert.RunId is { } run ? $"/runs/{run}"
        : alert.Kind is AlertKind.QStash or AlertKind.Late ? "/settings#qstash"
        : alert.ScheduleId is { } schedule ? $"/schedules/{schedule}"
        : "/alerts";

    private static byte[] BodyOf(Alert alert, string text, string link) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                alert.Id,
                alert.Kind,
                state = alert.ClosedAt is null ? "open" : "closed",
                alert.ScheduleId,
                alert.ScheduleName,
                alert.RunId,
                alert.Reason,
                alert.Figure,
                alert.OpenedAt,
                alert.ClosedAt,
                text,
                link,
            },
            StudioJson.Options
        );

    private Task PublishAsync(string url, byte[] body, string deduplicationId, CancellationToken cancel) =>
        qstash.PublishAsync(
            new PublishRequest
            {
                Destination = url,
                Body = body,
                ContentType = "application/json",
                DeduplicationId = $"jettae-alert-{deduplicationId}",
                Labels = ["jettae-alert"],
            },
            cancel
        );

    private async Task MailAsync(AlertSettings settings, string text, string link, CancellationToken cancel)
    {
        using var mail = new MimeMessage();
        mail.From.Add(MailboxAddress.Parse(settings.MailFrom ?? settings.MailTo!));
        mail.To.Add(MailboxAddress.Parse(settings.MailTo!));
        mail.Subject = text.Split('\n')[0];
        mail.Body = new TextPart("plain") { Text = $"{text}\n\n{link}\n" };
        using var smtp = new SmtpClient { Timeout = 20_000 };
        await smtp.ConnectAsync(settings.SmtpHost!, settings.SmtpPort, Safety(settings), cancel);
        if (settings is { SmtpUser: { } user, SmtpPassword: { } password })
            await smtp.AuthenticateAsync(user, protector.Unprotect(password), cancel);
        await smtp.SendAsync(mail, cancel);
        await smtp.DisconnectAsync(quit: true, cancel);
    }

    /// <summary>A password goes over TLS only, unless the server is this very machine.</summary>
    private static SecureSocketOptions Safety(AlertSettings settings) =>
        settings.SmtpPort == 465 ? SecureSocketOptions.SslOnConnect
        : settings.SmtpPassword is not null && !IsThisMachine(settings.SmtpHost!) ? SecureSocketOptions.StartTls
        : SecureSocketOptions.StartTlsWhenAvailable;

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    [LoggerMessage(LogLevel.Warning, "An alert could not be passed on by {Channel} and will be tried again: {Error}")]
    private static partial void LogNotSent(ILogger logger, string channel, string error);
}
