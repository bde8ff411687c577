using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The program with something of everything in it: each kind of piece, runs that ended well and badly, one that waits.</summary>
public sealed class FullPages : IAsyncLifetime
{
    private const string Long = "아주 긴 이름을 가진 스케줄이 좁은 화면에서도 잘 보이는지";

    /// <summary>A model that wrote and has no price.</summary>
    public const string Unpriced = "somebody/a-model-of-a-rather-long-name-instruct";

    private static readonly (string Type, string Title, string Body)[] Texts =
    [
        (
            "x_post",
            "",
            "아침 10분, 가볍게 걷기만 해도 하루가 달라져요. https://example.com/a-rather-long-path-to-see-how-it-wraps #산책 👨‍👩‍👧‍👦"
        ),
        (
            "thread",
            "",
            "첫 글이에요. 오늘은 동네 빵집 이야기를 해 볼게요.\n\n둘째 글이에요. 새벽 네 시에 반죽을 시작해요.\n\n셋째 글이에요. 그래서 아침 빵이 맛있어요."
        ),
        (
            "blog_post",
            "동네 빵집이 아침마다 하는 일",
            "## 새벽 네 시\n\n반죽은 기다림이에요.\n\n## 아침 일곱 시\n\n문을 열면 첫 손님이 와요."
        ),
        (
            "youtube_script",
            "3분 만에 보는 반죽",
            "[오프닝]\n안녕하세요.\n\n[본론]\n물과 밀가루를 섞어요.\n\n[마무리]\n구독해 주세요."
        ),
        ("instagram_reel_script", "30초 식빵", "[훅]\n이 소리 들리세요?\n\n[장면 1]\n빵을 갈라요."),
        (
            "linkedin_post",
            "",
            "작은 가게의 한 해를 돌아봤어요. 손님이 늘어난 까닭은 하나였어요. "
                + "매일 같은 시각에 문을 열었어요. ".PadRight(20)
        ),
        ("facebook_post", "토요일 빵 나눔", "이번 토요일에 빵을 나눠요. 오전 10시에 만나요!"),
    ];

    private readonly WritingPages writing = new();

    public StudioPages Studio => writing.Studio;
    public FakeClaude Claude => writing.Claude;
    public WritingPages Writing => writing;

    public string Schedule { get; private set; } = "";
    public IReadOnlyList<(string Type, string Id)> Pieces { get; private set; } = [];

    /// <summary>A piece with variants and an earlier version.</summary>
    public string Varied { get; private set; } = "";
    public string Done { get; private set; } = "";
    public string Failed { get; private set; } = "";
    public string Waiting { get; private set; } = "";
    public string Message { get; private set; } = "";
    public string Later { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await writing.InitializeAsync();
        var program = writing.Program;
        Schedule = await ScheduleAsync(Long, new { variants = 3 });
        foreach (
            var text in new[]
            {
                "걷기는 돈이 들지 않아요.",
                "저녁 산책은 하루를 닫는 문이에요!",
                "비 오는 날엔 우산을 들고 골목을 돌아요.",
            }
        )
            Claude.Script.Enqueue(FakeClaude.Says(text));
        var run = await writing.RunAsync(Schedule);
        (Done, Varied) = ((string)run["id"]!, (string)run["content_id"]!);
        await EditAsync(Varied, "", "고친 글이에요. <b>굵게</b>가 아니라 글자예요.");
        Claude.Script.Clear();
        var pieces = new List<(string, string)>();
        foreach (var (type, title, body) in Texts)
        {
            var made = await program.PostAsync(
                "/api/content/generate",
                new
                {
                    content_type = type,
                    topic = "빵집",
                    language = "ko",
                    settings = new { model = type == "x_post" ? Unpriced : null },
                }
            );
            pieces.Add((type, (string)made["content"]!["id"]!));
            await EditAsync(pieces[^1].Item2, title, body);
        }
        Pieces = pieces;
        await program.PostAsync("/api/tokens", new { name = "노트북" });
        await program.PostAsync("/api/alerts/settings", new { webhook_url = "https://example.com/hook" });

        Claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        Failed = (string)(await writing.RunAsync(await writing.ScheduleAsync("안 되는 스케줄")))["id"]!;
        Claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error", retryAfter: "3600"));
        var waiting = await writing.ScheduleAsync("Waits");
        await writing.DeliverAsync(waiting);
        Waiting = await writing.NewestRunAsync(waiting);
        Message = await Studio.PublishAsync("/nowhere?a-rather-long-path=to-see-how-it-wraps-on-a-phone", 0);
        Later = await Studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"));
        await Wait.UntilAsync(
            async () =>
                (string?)(await program.GetAsync($"/api/runs/{Waiting}"))["state"] == "waiting"
                && (await program.GetAsync("/api/alerts"))["items"]!.AsArray().Count > 0,
            TimeSpan.FromSeconds(60)
        );
    }

    /// <summary>A weekly schedule, in the middle of a week, so that its neighbours in a calendar are of the same row.</summary>
    public async Task<string> ScheduleAsync(string name, object? settings = null) =>
        (string)
            (
                await writing.Program.PostAsync(
                    "/api/schedule/create",
                    new
                    {
                        name,
                        content_type = "x_post",
                        topic = name,
                        frequency = "weekly",
                        day_of_week = "wednesday",
                        time_of_day = "09:00",
                        timezone = "Asia/Seoul",
                        settings = settings ?? new { },
                    }
                )
            )["id"]!;

    public async Task EditAsync(string piece, string title, string body)
    {
        var edit = new JsonObject { ["body"] = body };
        if (title.Length > 0)
            edit["title"] = title;
        using var content = JsonContent.Create(edit);
        using var answer = await writing.Program.Http.PatchAsync($"/api/contents/{piece}", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync() => writing.DisposeAsync();
}
