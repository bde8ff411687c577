using System.Globalization;
using Microsoft.EntityFrameworkCore;
using MimeKit;

namespace Jettae.Studio;

/// <summary>What a person may say of when and where to be told. Null means "not said"; empty takes a channel away.</summary>
public sealed record AlertSettingsFields
{
    /// <summary>In percent, 0 to 100.</summary>
    public double? FailureRate { get; init; }
    public int? LateMinutes { get; init; }
    public string? WebhookUrl { get; init; }
    public string? SlackUrl { get; init; }
    public string? SmtpHost { get; init; }
    public int? SmtpPort { get; init; }
    public string? SmtpUser { get; init; }
    public string? SmtpPassword { get; init; }
    public string? MailFrom { get; init; }
    public string? MailTo { get; init; }
    public string? Language { get; init; }

    /// <summary>Only what is another than before: what was not changed here is not said, since somebody else may have changed it.</summary>
    internal AlertSettingsFields Since(AlertSettingsFields before) =>
        new()
        {
            FailureRate = FailureRate == before.FailureRate ? null : FailureRate,
            LateMinutes = LateMinutes == before.LateMinutes ? null : LateMinutes,
            WebhookUrl = WebhookUrl == before.WebhookUrl ? null : WebhookUrl,
            SlackUrl = SlackUrl == before.SlackUrl ? null : SlackUrl,
            SmtpHost = SmtpHost == before.SmtpHost ? null : SmtpHost,
            SmtpPort = SmtpPort == before.SmtpPort ? null : SmtpPort,
            SmtpUser = SmtpUser == before.SmtpUser ? null : SmtpUser,
            SmtpPassword = SmtpPassword == before.SmtpPassword ? null : SmtpPassword,
            MailFrom = MailFrom == before.MailFrom ? null : MailFrom,
            MailTo = MailTo == before.MailTo ? null : MailTo,
            Language = Language == before.Language ? null : Language,
        };
}

/// <summary>A person's alerts.</summary>
public sealed class Alerts
{
    private const int Longest = 500;
    private const int MostOpen = 100;
    private readonly StudioStore store;
    private readonly Accounts accounts;
    private readonly Notices notices;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Alerts(StudioStore store, Accounts accounts, Notices notices, Changes changes, TimeProvider time) =>
        (this.store, this.accounts, this.notices, this.changes, this.time) = (store, accounts, notices, changes, time);

    /// <summary>Newest first.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="open">Only those that last (true), only those that are over (false), all (null).</param>
    /// <param name="cursor">Of an earlier page.</param>
    /// <param name="count">Rows.</param>
    /// <param name="cancel">Stops the reading.</param>
    public Task<Page<Alert>> ListAsync(Guid owner, bool? open, string? cursor, int count, CancellationToken cancel)
    {
        var after = PageKey.Parse(cursor);
        var size = PageKey.Bounded(count);
        return store.ReadAsync(
            async db =>
            {
                var rows = db.Alerts.Where(alert => alert.OwnerId == owner);
                if (open is { } lasts)
                    rows = rows.Where(alert => (alert.ClosedAt == null) == lasts);
                if (after is { } key)
                    rows = rows.Where(alert =>
                        alert.OpenedAt < key.At || (alert.OpenedAt == key.At && alert.Id.CompareTo(key.Id) < 0)
                    );
                var found = await rows.OrderByDescending(alert => alert.OpenedAt)
                    .ThenByDescending(alert => alert.Id)
                    .Take(size + 1)
                    .ToListAsync(cancel);
                return PageKey.Cut(found, size, alert => new PageKey(alert.OpenedAt, alert.Id));
            },
            cancel
        );
    }

    /// <summary>Those that last, the newest 100 of them first.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="scheduleId">Only those of this schedule; null: of any.</param>
    /// <param name="kind">Only those of this kind; null: of any.</param>
    /// <param name="cancel">Stops the reading.</param>
    public Task<List<Alert>> OpenAsync(Guid owner, Guid? scheduleId, AlertKind? kind, CancellationToken cancel) =>
        store.ReadAsync(
            db =>
                db.Alerts.Where(alert => alert.OwnerId == owner && alert.ClosedAt == null)
                    .Where(alert => scheduleId == null || alert.ScheduleId == scheduleId)
                    .Where(alert => kind == null || alert.Kind == kind)
                    .OrderByDescending(alert => alert.OpenedAt)
                    .ThenByDescending(alert => alert.Id)
                    .Take(MostOpen)
                    .ToListAsync(cancel),
            cancel
        );

    /// <summary>How many nobody has looked at.</summary>
    public Task<int> UnreadAsync(Guid owner, CancellationToken cancel) =>
        store.ReadAsync(
            db => db.Alerts.CountAsync(alert => alert.OwnerId == owner && alert.ReadAt == null, cancel),
            cancel
        );

    /// <summary>Marks one as read, or all. A repeat changes nothing.</summary>
    public async Task ReadAsync(Guid owner, Guid? id, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await store.WriteAsync(
            db =>
                db.Alerts.Where(alert => alert.OwnerId == owner && alert.ReadAt == null)
                    .Where(alert => id == null || alert.Id == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(alert => alert.ReadAt, now), cancel),
            cancel
        );
        changes.Tell(new Change(owner, null, null));
    }

    /// <summary>As they are stored, or as they begin for somebody who reads this language.</summary>
    public Task<AlertSettings> SettingsAsync(Guid owner, CultureInfo reader, CancellationToken cancel) =>
        store.ReadAsync(
            async db =>
                await db.AlertSettings.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel)
                ?? AlertSettings.For(owner, reader),
            cancel
        );

    /// <summary>Stores when and where to tell. The mail server is the installation owner's choice: mail goes to it directly, past the egress guard.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="fields">What is said.</param>
    /// <param name="reader">In which language they read, for what was never said.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="RejectedException">A field breaks its rule, or another than the owner names a mail server; nothing is stored.</exception>
    public async Task<AlertSettings> SaveAsync(
        Guid owner,
        AlertSettingsFields fields,
        CultureInfo reader,
        CancellationToken cancel
    )
    {
        if (!string.IsNullOrWhiteSpace(fields.SmtpHost) && !await accounts.IsOwnerAsync(owner, cancel))
            throw new RejectedException(
                403,
                "owner_only",
                "smtp_host",
                new(
                    "메일 서버는 이 서버의 소유자만 정할 수 있어요.",
                    "Only the owner of this installation may name a mail server."
                )
            );
        return await store.WriteAsync(
            async db =>
            {
                var settings = await db.AlertSettings.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel);
                if (settings is null)
                    db.AlertSettings.Add(settings = AlertSettings.For(owner, reader));
                Apply(settings, fields);
                return settings;
            },
            cancel
        );
    }

    /// <summary>Sends a sample over a channel that is set up: <c>webhook</c>, <c>slack</c> or <c>mail</c>.</summary>
    /// <returns>Null when it was taken; else what the other side said.</returns>
    /// <exception cref="RejectedException">The channel is not set up.</exception>
    public async Task<string?> TryAsync(Guid owner, string? channel, CancellationToken cancel)
    {
        var settings = await SettingsAsync(owner, CultureInfo.CurrentUICulture, cancel);
        if (
            channel is null
            || !Notices.Channels(settings, await accounts.IsOwnerAsync(owner, cancel)).Contains(channel)
        )
        {
            var rule = new Word(
                "설정해 둔 webhook, slack, mail 중 하나여야 해요.",
                "It must be webhook, slack or mail, and be set up."
            );
            var broken = Broken("channel", rule, channel ?? "");
            // On a page it was set up a moment ago.
            throw new RejectedException(broken.Status, broken.Code, broken.Field, Words.ChannelGone, broken.Detail);
        }
        return await notices.TryAsync(settings, channel, cancel);
    }

    private void Apply(AlertSettings settings, AlertSettingsFields fields)
    {
        if (fields.FailureRate is { } rate)
            settings.FailureRate = rate is >= 0 and <= 100
                ? rate / 100
                : throw Broken("failure_rate", new("0~100 사이여야 해요.", "It must be 0 to 100."), rate);
        if (fields.LateMinutes is { } minutes)
            settings.LateMinutes = minutes is >= 1 and <= 1440
                ? minutes
                : throw Broken("late_minutes", new("1~1440 사이여야 해요.", "It must be 1 to 1440."), minutes);
        if (fields.SmtpPort is { } port)
            settings.SmtpPort = port is >= 1 and <= 65535
                ? port
                : throw Broken("smtp_port", new("1~65535 사이여야 해요.", "It must be 1 to 65535."), port);
        settings.WebhookUrl = Url("webhook_url", fields.WebhookUrl, settings.WebhookUrl);
        settings.SlackUrl = Url("slack_url", fields.SlackUrl, settings.SlackUrl);
        settings.SmtpHost = Text("smtp_host", fields.SmtpHost, settings.SmtpHost);
        settings.SmtpUser = Text("smtp_user", fields.SmtpUser, settings.SmtpUser);
        settings.MailFrom = Mail("mail_from", fields.MailFrom, settings.MailFrom);
        settings.MailTo = Mail("mail_to", fields.MailTo, settings.MailTo);
        if (fields.SmtpPassword is { } password)
            settings.SmtpPassword = password.Length == 0 ? null : notices.Hidden(password);
        // It is some user's: nobody signs in with a password alone.
        if (fields.SmtpUser is not null && settings.SmtpUser is null)
            settings.SmtpPassword = null;
        if ((fields.SmtpHost ?? fields.MailTo) is not null && settings is { SmtpHost: not null, MailTo: null })
            throw RejectedException.Broken(
                "mail_to",
                new("메일 서버로 보내려면 받는 주소가 있어야 해요.", "A mail server needs an address to send to.")
            );
        if (fields.Language is { } language)
            settings.Language = language is "ko" or "en"
                ? language
                : throw Broken("language", new("ko 또는 en이어야 해요.", "It must be ko or en."), language);
    }

    private static string? Text(string field, string? said, string? before) =>
        said is null ? before
        : said.Trim() is not { Length: > 0 } text ? null
        : text.Length <= Longest ? text
        : throw Broken(
            field,
            new($"{Longest}자까지 쓸 수 있어요.", $"It may have at most {Longest} characters."),
            text.Length
        );

    private static string? Url(string field, string? said, string? before)
    {
        if (Text(field, said, before) is not { } text)
            return null;
        return
            Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "http" or "https"
            && url.UserInfo.Length == 0
            ? text
            : throw Broken(
                field,
                new("https://로 시작하는 주소여야 해요.", "It must be an address that begins with https://."),
                text
            );
    }

    private static string? Mail(string field, string? said, string? before)
    {
        if (Text(field, said, before) is not { } text)
            return null;
        // A name alone would be somebody on the mail server itself.
        return MailboxAddress.TryParse(text, out var mailbox) && mailbox.Domain.Length > 0
            ? text
            : throw Broken(field, new("이메일 주소여야 해요.", "It must be an e-mail address."), text);
    }

    private static RejectedException Broken(string field, Word rule, object received) =>
        RejectedException.Broken(field, rule, $"'{Convert.ToString(received, CultureInfo.InvariantCulture)}'");
}
