using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Jettae.Client;
using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>
/// Looks for what newcomers get wrong, by really calling everything that the program will call, and says what to do. Changes
/// nothing. Where the program does not run, it is started for the time of the examination, on a folder of its own.
/// </summary>
internal sealed class Doctor(Settings settings, HttpClient http, TimeProvider time, TextWriter report)
{
    private static readonly string[] Names =
    [
        "NEXT_PUBLIC_URL",
        "JETTAE_PUBLIC_URL",
        "QSTASH_URL",
        "QSTASH_TOKEN",
        "QSTASH_CURRENT_SIGNING_KEY",
        "QSTASH_NEXT_SIGNING_KEY",
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_BASE_URL",
        "JETTAE_API_TOKEN",
    ];

    private const int NoSuchSchedule = 489;

    /// <summary>The header by which the program that is started for the examination knows whose call it is.</summary>
    private const string Mine = "Jettae-Doctor";

    /// <summary>Each commit waits for it a few times.</summary>
    private static readonly TimeSpan FarAway = TimeSpan.FromMilliseconds(30);

    private readonly string mine = RandomNumberGenerator.GetHexString(32);
    private bool healthy = true;
    private string? signingKey;

    public static Command Command()
    {
        var command = new Command(
            "doctor",
            "Examines the settings by really calling each: public URL, QStash, signing keys, Claude."
        );
        command.SetAction(
            async (_, cancel) =>
            {
                try
                {
                    var settings = new Settings(Running.SettingsSources());
                    using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
                    return await new Doctor(settings, http, TimeProvider.System, Console.Out).ExamineAsync(cancel)
                        ? 0
                        : 1;
                }
                catch (SettingsException wrong)
                {
                    await Console.Error.WriteLineAsync(wrong.Message);
                    return 1;
                }
            }
        );
        return command;
    }

    /// <summary>True when nothing is wrong.</summary>
    public async Task<bool> ExamineAsync(CancellationToken cancel)
    {
        await BlanksAsync();
        if (settings.Database is { } database && !await DatabaseAsync(database, cancel))
            return false;
        try
        {
            Composition.Refuse(settings);
            // On empty stores, with a token and keys of its own: it runs no slot, delivers nothing and writes nothing of anyone's.
            using var apart = await AnswersAsync(settings.OwnUrl, cancel) ? null : new EmptyFolder();
            var examined = apart is null ? settings : settings.With(apart.Path, database: null);
            await using var app = apart is null ? null : Composition.Build(examined, time);
            if (app is not null)
            {
                // A slot of the real studio that comes meanwhile is to come again: an empty one would send it away for good.
                app.Use(
                    (asked, next) =>
                    {
                        if (HttpMethods.IsGet(asked.Request.Method) || asked.Request.Headers[Mine] == mine)
                            return next(asked);
                        asked.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                        asked.Response.Headers.RetryAfter = "30";
                        return Task.CompletedTask;
                    }
                );
                await app.StartAsync(cancel);
            }
            if (CredentialsOf(examined, isOurs: app is not null) is not { } qstash)
            {
                await WrongAsync(
                    new(
                        $"{settings.OwnUrl}에서 다른 프로그램이 응답하고 있어요",
                        $"Another program answers at {settings.OwnUrl}"
                    ),
                    new(
                        "이 설정의 데이터를 쓰는 프로그램이 아니에요. ASPNETCORE_URLS에 다른 포트를 넣어 주세요.",
                        "It is not one that uses the data of these settings. Give ASPNETCORE_URLS another port."
                    )
                );
                return false;
            }
            await PublicUrlAsync(cancel);
            await QStashAsync(qstash, cancel);
            await WebhookAsync(qstash, cancel);
            await ClaudeAsync(qstash, cancel);
            if (app is not null)
                await app.StopAsync(cancel);
            return healthy;
        }
        catch (Exception trouble)
            when (trouble
                    is SettingsException
                        or IOException
                        or UnauthorizedAccessException
                        or InvalidOperationException
                        or DbException
            )
        {
            await WrongAsync(
                new("프로그램을 시작할 수 없어요", "The program cannot start"),
                new(trouble.Message, trouble.Message)
            );
            return false;
        }
    }

    /// <summary>Those of the program that answers. Nothing is made where there are none: that is a start's work.</summary>
    private static Credentials? CredentialsOf(Settings examined, bool isOurs) =>
        isOurs || !examined.UsesBuiltInEngine ? Composition.CredentialsOf(examined) : Credentials.Seen(examined);

    private sealed class EmptyFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jettae-doctor-");

        public string Path => folder.FullName;

        public void Dispose() => folder.Delete(recursive: true);
    }

    private async Task BlanksAsync()
    {
        foreach (var name in Names)
            if (settings.Raw(name) is { Length: > 0 } raw && raw != raw.Trim())
                await FineAsync(
                    new(
                        $"{name} 값의 앞뒤에 공백이나 줄바꿈이 있어 떼고 쓰고 있어요. 다른 프로그램은 그대로 쓸 수 있으니 고쳐 두세요",
                        $"{name} has blanks or a line end around it. They are trimmed here, but mend it: other programs take it as it is"
                    ),
                    "!"
                );
    }

    /// <returns>Whether it can be used.</returns>
    private async Task<bool> DatabaseAsync(string database, CancellationToken cancel)
    {
        DatabaseCheck found;
        string? obstacle;
        try
        {
            found = await DatabaseCheck.AskAsync(database, time, cancel);
            obstacle = await StudioSetup.ObstacleAsync(Composition.StudioStoreOf(settings), cancel);
        }
        catch (Exception trouble) when (trouble is DbException or InvalidOperationException)
        {
            var why = trouble is DbException ? PostgresStore.Explain(database, trouble) : trouble.Message;
            await WrongAsync(new("데이터베이스를 쓸 수 없어요", "The database cannot be used"), new(why, why));
            return false;
        }
        var ms = found.RoundTrip.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture);
        await FineAsync(
            new(
                $"데이터베이스: {found.Kind}, {found.Version}, 왕복 {ms} ms, 연결은 최대 {found.Connections}개",
                $"Database: {found.Kind}, {found.Version}, round trip {ms} ms, at most {found.Connections} connections"
            ),
            found.RoundTrip < FarAway ? "✓" : "!"
        );
        if (found.IsReadOnly)
            await WrongAsync(
                new("데이터베이스에 쓸 수 없어요", "The database can be read and not written to"),
                new(
                    "복제본이면 주 데이터베이스의 주소를 DATABASE_URL에 넣어 주세요. 디스크가 거의 차면 읽기 전용으로 바꾸는 곳도 있으니 콘솔을 확인해 주세요.",
                    "If it is a replica, set DATABASE_URL to the primary. Some hosts make a database read-only when its disk is nearly full: see its console."
                )
            );
        if (!found.IsUtf8)
            await WrongAsync(
                new("데이터베이스의 인코딩이 UTF-8이 아니에요", "The database's encoding is not UTF-8"),
                new("encoding 'UTF8'로 데이터베이스를 새로 만들어 주세요.", "Make a database with encoding 'UTF8'.")
            );
        if (!found.MayCreate)
            await FineAsync(
                new(
                    "사용자가 스키마와 public의 테이블을 만들 수 없어요. 처음 시작하거나 업그레이드할 때 필요하니 이 사용자에게 권한을 주세요. 다른 사용자로 만든 테이블은 이 사용자에게 보이지 않아요",
                    "The user may not make schemas, or tables in public, which the first start and one after an update need: give this very user the right, for it does not see the rows of tables that another one makes"
                ),
                "!"
            );
        if (obstacle is not null)
            await WrongAsync(
                new("사용자가 스튜디오의 데이터를 볼 수 없어요", "The user does not see what the studio has"),
                new(obstacle, obstacle)
            );
        if (found.IsOfSessions)
            await FineAsync(
                new(
                    $"세션 풀러는 연결마다 세션을 하나씩 써요. 켜져 있는 프로그램이 {found.Needed}개까지 열 수 있으니 프로젝트의 Pool Size가 그보다 커야 해요. 여러 대면 6543번 포트의 트랜잭션 풀러를 쓰세요",
                    $"The pooler for sessions gives each connection one of its own: the programs there may open {found.Needed}, so the project's Pool Size must be larger. For several programs use the pooler for transactions, at port 6543"
                ),
                "!"
            );
        else if (found.IsCrowded)
            await FineAsync(
                new(
                    $"켜져 있는 프로그램이 연결을 {found.Needed}개까지 열 수 있는데 데이터베이스는 {found.Connections}개까지만 받아요. 주소에 connection_limit(연결 문자열에서는 Maximum Pool Size)을 더 작게 넣거나 max_connections를 늘려 주세요. 트랜잭션 풀러를 거치면 괜찮아요",
                    $"The programs there may open {found.Needed} connections, and the database lets in {found.Connections}: write a lower connection_limit (in a connection string: Maximum Pool Size) into the address, or raise max_connections. Behind a pooler for transactions all is well"
                ),
                "!"
            );
        return healthy;
    }

    private async Task PublicUrlAsync(CancellationToken cancel)
    {
        var url = new Uri(settings.PublicUrl);
        if (url is { Scheme: "http", IsLoopback: false } && settings.TrustedProxies.Count == 0)
            await FineAsync(
                new(
                    $"공개 주소({settings.PublicUrl})가 https가 아니어서 로그인 쿠키가 암호화되지 않은 채 오가요. https 주소를 쓰거나, 앞에 TLS 프록시가 있으면 JETTAE_TRUSTED_PROXIES에 넣어 주세요",
                    $"The public URL {settings.PublicUrl} is not https, so cookies are not Secure: sign-ins cross the network in the clear. Use an https address, or name the TLS proxy in front in JETTAE_TRUSTED_PROXIES"
                ),
                "!"
            );
        if (!settings.UsesBuiltInEngine && url.IsLoopback)
            await WrongAsync(
                new(
                    $"공개 주소({settings.PublicUrl})는 이 컴퓨터에서만 열려요",
                    $"The public URL {settings.PublicUrl} is this machine only"
                ),
                new(
                    "외부 QStash가 접속할 수 있는 https 주소를 NEXT_PUBLIC_URL에 넣어 주세요.",
                    "Set NEXT_PUBLIC_URL to an https address that the QStash outside can reach."
                )
            );
        else if (await AnswersAsync(settings.PublicUrl, cancel))
            await FineAsync(
                new($"공개 주소 {settings.PublicUrl}에서 응답해요", $"The public URL {settings.PublicUrl} answers")
            );
        else
            await WrongAsync(
                new(
                    $"공개 주소 {settings.PublicUrl}에서 Jettae가 응답하지 않아요",
                    $"No Jettae answers at the public URL {settings.PublicUrl}"
                ),
                new(
                    "NEXT_PUBLIC_URL의 철자와 포트, 프록시와 방화벽을 확인해 주세요.",
                    "Check NEXT_PUBLIC_URL for spelling and port, and the proxy and firewall in front."
                )
            );
    }

    private async Task QStashAsync(Credentials credentials, CancellationToken cancel)
    {
        var url = settings.UsesBuiltInEngine ? settings.OwnUrl : settings.QStashUrl!;
        try
        {
            var client = new QStashClient(http, new QStashOptions { Url = new Uri(url), Token = credentials.Token });
            var keys = await client.GetKeysAsync(cancel);
            await FineAsync(new($"QStash({url})가 토큰을 받아들여요", $"QStash at {url} accepts the token"));
            // Those of the built-in engine may have been rolled: the program asks for them.
            if (settings.UsesBuiltInEngine)
                signingKey = keys.Current;
            if (
                settings.UsesBuiltInEngine
                || keys.Current == credentials.CurrentSigningKey
                || keys.Current == credentials.NextSigningKey
            )
                await FineAsync(new("서명 키가 QStash의 것과 맞아요", "The signing keys are those of this QStash"));
            else
                await WrongAsync(
                    new(
                        "서명 키가 이 토큰의 QStash 것이 아니어서 웹훅이 모두 거절돼요",
                        "The signing keys are not those of the token's QStash, so every webhook would be refused"
                    ),
                    new(
                        "같은 계정의 QStash 콘솔에서 두 서명 키를 복사해 QSTASH_CURRENT_SIGNING_KEY와 QSTASH_NEXT_SIGNING_KEY에 넣어 주세요.",
                        "Copy both signing keys from the console of the same account to QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY."
                    )
                );
        }
        catch (QStashException refused) when (refused.Status == HttpStatusCode.Unauthorized)
        {
            await WrongAsync(
                new($"QStash({url})가 토큰을 거절했어요", $"QStash at {url} refuses the token"),
                new(
                    "QSTASH_TOKEN을 QStash 콘솔에서 다시 복사해 주세요.",
                    "Copy QSTASH_TOKEN from the QStash console again."
                )
            );
        }
        catch (QStashException trouble)
        {
            await WrongAsync(
                new("QStash에 연결하지 못했어요", "QStash cannot be reached"),
                new(trouble.Message, trouble.Message)
            );
        }
    }

    /// <summary>As a delivery would: signed, for a schedule that does not exist. 489 says that the signature was accepted.</summary>
    private async Task WebhookAsync(Credentials credentials, CancellationToken cancel)
    {
        var url = settings.PublicUrl + "/api/content/generate-scheduled";
        var now = time.GetUtcNow();
        var body = Encoding.UTF8.GetBytes(
            $$"""{"scheduleId":"{{Guid.Empty}}","timestamp":"{{now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}}"}"""
        );
        try
        {
            var key = signingKey ?? credentials.CurrentSigningKey;
            var status = await PingAsync(key);
            // Another node, or the container beside this one, may be who answers there: it signs with what is kept.
            if (
                status == (int)HttpStatusCode.Unauthorized
                && Credentials.Seen(settings)?.CurrentSigningKey is { } kept
                && kept != key
            )
                status = await PingAsync(kept);
            if (status == NoSuchSchedule)
                await FineAsync(new("웹훅이 서명된 호출을 받아들여요", "The webhook accepts a signed call"));
            else
                await WrongAsync(
                    new(
                        $"웹훅이 서명된 호출에 {status} 상태로 답했어요",
                        $"The webhook answered a signed call with {status}"
                    ),
                    new(
                        "지금 켜져 있는 프로그램의 서명 키와 NEXT_PUBLIC_URL이 이 설정과 같은지 확인하고 다시 시작해 주세요.",
                        "See that the running program has these very signing keys and NEXT_PUBLIC_URL, and start it again."
                    )
                );
        }
        catch (Exception trouble)
            when (trouble is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            await WrongAsync(
                new("웹훅에 연결하지 못했어요", "The webhook cannot be reached"),
                new("위의 공개 주소부터 고쳐 주세요.", "Mend the public URL above first.")
            );
        }

        async Task<int> PingAsync(string by)
        {
            using var ping = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            ping.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            ping.Headers.Add("Upstash-Signature", Signature.Of(by, url, body, now.ToUnixTimeMilliseconds()));
            ping.Headers.Add(Mine, mine);
            using var answer = await http.SendAsync(ping, cancel);
            return (int)answer.StatusCode;
        }
    }

    /// <summary>As the settings page does it: one word to the provider that would write.</summary>
    private async Task ClaudeAsync(Credentials qstash, CancellationToken cancel)
    {
        // Whoever comes by the doors brings the tables up to date: that is a start's work.
        var isCurrent = await StudioSetup.IsCurrentAsync(Composition.StudioStoreOf(settings), cancel);
        await using var doors = isCurrent is true ? Composition.Doors(settings, qstash) : null;
        var model = settings.Model ?? new StudioOptions().Model;
        var asked =
            doors is not null ? await doors.GetRequiredService<Writers>().CheckAsync(cancel)
            : settings.AnthropicKey is { } key
                ? await ProviderCheck.AskClaudeAsync(key, settings.AnthropicUrl, model, time, cancel)
            : null;
        if (asked is null && isCurrent is false)
            await FineAsync(
                new(
                    "데이터가 이전 버전의 것이라, 저장된 Claude 키는 이 버전을 한 번 시작한 뒤에 확인할 수 있어요",
                    "The data is of a version before: a stored Claude key can be examined once this one has been started"
                ),
                "!"
            );
        else if (asked is not { } answer)
            await FineAsync(
                new(
                    "Claude 키가 없어 샘플 작가가 써요. 연결하려면 설정 화면에서 키를 붙여 넣거나 ANTHROPIC_API_KEY를 넣어 주세요",
                    "There is no Claude key: the sample writer writes. Paste one on the settings page, or set ANTHROPIC_API_KEY"
                ),
                "!"
            );
        else if (answer.Accepted)
            await FineAsync(answer.What, answer.MayPass ? "!" : "✓");
        else
            await WrongAsync(answer.What, answer.ToDo ?? default);
    }

    private async Task<bool> AnswersAsync(string url, CancellationToken cancel)
    {
        try
        {
            return await http.GetStringAsync(new Uri(url + Health.Live), cancel) == "ok";
        }
        catch (Exception trouble)
            when (trouble is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private Task FineAsync(Word what, string mark = "✓") => report.WriteLineAsync($"{mark} {what}");

    private async Task WrongAsync(Word what, Word toDo)
    {
        healthy = false;
        await report.WriteLineAsync($"✗ {what}");
        await report.WriteLineAsync($"  → {toDo}");
    }
}
