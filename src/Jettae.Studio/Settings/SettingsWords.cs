namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word TooManyCodes = new("잠시 뒤 다시 시도해 주세요", "Please wait a while");
    public static readonly Word TooManyCodesHow = new(
        "틀린 로그인 링크를 여러 번 써서 이 주소에서는 {0}분 동안 로그인할 수 없어요.",
        "Wrong sign-in links were used too often. Nobody can sign in from this address for {0} minutes."
    );
    public static readonly Word NewLinkHow = new(
        "새 링크가 필요하면, 설치한 방법에 맞는 명령을 서버에서 실행해 주세요.",
        "For a new link, run on the server the command that fits how it is installed."
    );
    public static readonly Word SettingsWriter = new("작가", "Writer");
    public static readonly Word SettingsBrand = new("브랜드", "Brand");
    public static readonly Word SettingsLanguage = new("언어와 시간대", "Language and time zone");
    public static readonly Word SettingsTokens = new("API 토큰", "API tokens");
    public static readonly Word SettingsSessions = new("로그인한 기기", "Signed-in devices");
    public static readonly Word SettingsData = new("내 데이터", "Your data");

    public static readonly Word WriterIsSample = new("샘플 작가가 쓰고 있어요", "The sample writer is writing");
    public static readonly Word WriterIsSampleHow = new(
        "API 키를 붙여 넣으면 다음 글부터 바로 Claude가 써요. 다시 시작하지 않아도 돼요.",
        "Paste an API key, and Claude writes from the next piece on. No restart is needed."
    );
    public static readonly Word WriterConnected = new("연결됨", "Connected");
    public static readonly Word WriterBy = new("{0} · {1}", "{0} · {1}");
    public static readonly Word WriterConfigured = new(
        "환경 변수 ANTHROPIC_API_KEY로 정해져 있어요. 여기서는 확인만 할 수 있어요.",
        "Set by the environment variable ANTHROPIC_API_KEY. Here it can only be checked."
    );
    public static readonly Word WriterOwnerOnly = new(
        "이 서버의 소유자만 바꿀 수 있어요.",
        "Only the owner of this installation can change it."
    );
    public static readonly Word ProviderIs = new("제공자", "Provider");
    public static readonly Word ProviderClaude = new("Claude (Anthropic)", "Claude (Anthropic)");
    public static readonly Word ProviderCompatible = new(
        "OpenAI 호환 (Ollama, vLLM, LM Studio…)",
        "OpenAI-compatible (Ollama, vLLM, LM Studio…)"
    );

    /// <summary>Who writes.</summary>
    public static Word Of(WriterInfo writer) =>
        writer.IsSample ? new("샘플 작가", writer.Name)
        : writer.Name == Writers.Compatible ? new("OpenAI 호환", writer.Name)
        : new(writer.Name, writer.Name);

    public static readonly Word ApiKey = new("API 키", "API key");
    public static readonly Word ApiKeyHow = new(
        "Anthropic 콘솔의 API Keys에서 만들어 붙여 넣어 주세요. 암호화해서 보관하고 다시 보여 주지 않아요.",
        "Make one under API Keys in Anthropic's console and paste it. It is kept encrypted and never shown again."
    );
    public static readonly Word ApiKeyKept = new(
        "…{0}(으)로 끝나는 키를 쓰고 있어요. 바꿀 때만 붙여 넣어 주세요.",
        "The key ending in …{0} is in use. Paste one only to replace it."
    );
    public static readonly Word ApiKeyOptional = new(
        "키가 필요한 서비스에만 입력해 주세요.",
        "Only where one is asked for."
    );
    public static readonly Word ProviderModel = new("모델", "Model");
    public static readonly Word ProviderUrl = new("주소", "Address");
    public static readonly Word ProviderUrlHow = new(
        "비워 두면 Anthropic의 주소를 써요.",
        "Leave it empty for Anthropic's own."
    );
    public static readonly Word ProviderUrlCompatible = new(
        "예: http://localhost:11434/v1",
        "Such as http://localhost:11434/v1"
    );
    public static readonly Word CheckAndConnect = new("확인하고 연결하기", "Check and connect");
    public static readonly Word CheckNow = new("확인하기", "Check");
    public static readonly Word Checking = new("확인하는 중이에요…", "Checking…");
    public static readonly Word ConnectEvenSo = new("그래도 저장하기", "Save it even so");
    public static readonly Word Disconnect = new("연결 끊기", "Disconnect");
    public static readonly Word DisconnectSure = new(
        "연결을 끊으면 키를 지우고, 다음 글부터 샘플 작가가 써요.",
        "The key is deleted, and the sample writer writes from the next piece on."
    );
    public static readonly Word Disconnected = new("연결을 끊었어요", "Disconnected");
    public static readonly Word Advanced = new("고급 설정", "More options");

    public static readonly Word BrandHow = new(
        "새 스케줄은 여기서 정한 값으로 시작해요. 스케줄마다 따로 바꿀 수 있어요.",
        "New schedules begin with this. Each can be changed on its own."
    );
    public static readonly Word BrandName = new("브랜드 이름", "Brand name");
    public static readonly Word BrandVoiceIs = new("말투와 성격", "Voice");
    public static readonly Word BrandVoiceHow = new(
        "예: 전문가지만 어렵지 않게, 농담은 가볍게.",
        "Such as: an expert, never stiff, light humour."
    );
    public static readonly Word BrandAudience = new("독자", "Readers");
    public static readonly Word BrandLanguage = new("글의 언어", "Language of the pieces");
    public static readonly Word SameAsPages = new("화면과 같게", "As the pages");
    public static readonly Word BrandSpeech = new("높임 정도", "Korean speech level");
    public static readonly Word BannedWordsAre = new("쓰지 않을 말", "Words to avoid");
    public static readonly Word BannedWordsHow = new(
        "쉼표나 줄바꿈으로 나눠 주세요.",
        "Separate them by commas or lines."
    );
    public static readonly Word Saved = new("저장했어요", "Saved");

    public static readonly Word PagesLanguage = new("화면 언어", "Language of the pages");
    public static readonly Word AsBrowser = new("브라우저에 맞게", "As the browser");
    public static readonly Word ZoneIs = new("시간대", "Time zone");
    public static readonly Word ZoneHow = new(
        "비워 두면 이 기기의 시간대로 보여 드려요. 예: Asia/Seoul",
        "Leave it empty for this device's own. Such as Asia/Seoul."
    );

    public static readonly Word QStashBuiltIn = new("내장 엔진", "Built in");
    public static readonly Word QStashHosted = new("외부 QStash", "Hosted elsewhere");
    public static readonly Word QStashHow = new(
        "예약을 보관했다가 제때 전달하는 곳이에요.",
        "It holds the bookings and delivers each on time."
    );
    public static readonly Word Reachable = new("연결", "Reachable");
    public static readonly Word TokenAccepted = new("토큰", "Token accepted");
    public static readonly Word KeysKnown = new("서명 키", "Signing keys known");
    public static readonly Word NotAsked = new("확인하지 못함", "Not known");
    public static readonly Word Well = new("정상", "Yes");
    public static readonly Word NotWell = new("문제 있음", "No");

    public static readonly Word TokensHow = new(
        "n8n이나 스크립트가 여러분 대신 API를 쓸 때 필요해요.",
        "For programs that use the API as you: n8n, scripts."
    );
    public static readonly Word ApiReference = new("API 문서 보기", "API reference");
    public static readonly Word DocsHow = new(
        "모든 요청에 토큰을 함께 보내 주세요. 답의 언어는 Accept-Language를 따라요. 토큰은 설정에서 만들어요:",
        "Send a token along with every request. Answers follow Accept-Language. Tokens are made in the settings:"
    );
    public static readonly Word DocsTitle = new("API 문서", "API reference");
    public static readonly Word DocsFile = new("OpenAPI 파일", "OpenAPI document");
    public static readonly Word DocsCurl = new("curl 예시", "With curl");
    public static readonly Word DocsFind = new("찾기", "Find");
    public static readonly Word DocsSigned = new(
        "QStash의 서명이 있어야 받아요:",
        "Taken only with QStash's signature:"
    );
    public static readonly Word DocsBody = new("본문", "Body");
    public static readonly Word DocsRequired = new("필수", "required");
    public static readonly Word NewToken = new("새 토큰", "New token");
    public static readonly Word TokenName = new("이름", "Name");
    public static readonly Word TokenNameHint = new(
        "어디에 쓰는지 적어 두세요. 예: n8n",
        "Say what it is for, such as n8n."
    );
    public static readonly Word TokenScopeIs = new("권한", "Scope");
    public static readonly Word ScopeFull = new("모두", "Everything");
    public static readonly Word ScopeRead = new("읽기만", "Read only");
    public static readonly Word TokenEnds = new("만료", "Expires");
    public static readonly Word Never = new("없음", "Never");
    public static readonly Word InDays = new("{0}일 뒤", "In {0} days");
    public static readonly Word MakeToken = new("토큰 만들기", "Make the token");
    public static readonly Word TokenOnce = new(
        "지금 복사해 두세요. 이 화면을 떠나면 다시 볼 수 없어요.",
        "Copy it now: it is never shown again."
    );
    public static readonly Word NoTokens = new("아직 토큰이 없어요.", "There are no tokens yet.");
    public static readonly Word Revoke = new("폐기", "Revoke");
    public static readonly Word RevokeTokenSure = new(
        "‘{0}’ 토큰을 폐기할까요? 이 토큰을 쓰는 프로그램은 바로 거절돼요.",
        "Revoke “{0}”? Whatever uses it is refused at once."
    );
    public static readonly Word Revoked = new("폐기했어요", "Revoked");
    public static readonly Word MadeAt = new("만든 때", "Made");
    public static readonly Word UsedAt = new("마지막 사용", "Last used");
    public static readonly Word NotUsedYet = new("사용한 적 없음", "Not used yet");

    public static readonly Word ThisDevice = new("이 기기", "This device");
    public static readonly Word SeenAt = new("마지막 접속", "Last seen");
    public static readonly Word EndSession = new("로그아웃시키기", "Sign out");
    public static readonly Word EndOthers = new("다른 기기 모두 로그아웃", "Sign out all others");
    public static readonly Word SessionEnded = new("로그아웃시켰어요", "Signed out");
    public static readonly Word SignInElsewhere = new("다른 기기에서 로그인", "Sign in on another device");
    public static readonly Word SignInElsewhereHow = new(
        "다른 기기에서 이 링크를 열거나 로그인 화면에 붙여 넣어 주세요. {0}분 안에 한 번만 쓸 수 있고, 이 화면을 떠나면 다시 볼 수 없어요.",
        "Open this link on the other device, or paste it into its sign-in page. It works once, within {0} minutes, and is never shown again."
    );
    public static readonly Word UnknownDevice = new("알 수 없는 기기", "Unknown device");

    public static readonly Word ExportHow = new(
        "스케줄, 글, 실행 기록, 브랜드를 JSON 파일 하나로 받아요.",
        "Schedules, pieces, runs and brand in one JSON file."
    );
    public static readonly Word DeleteAllHow = new(
        "스케줄과 예약, 글, 실행 기록, 브랜드를 모두 지워요. 되돌릴 수 없어요.",
        "All schedules with their bookings, pieces, runs and brand are deleted. It cannot be undone."
    );
    public static readonly Word DeleteAll = new("모두 삭제", "Delete everything");
    public static readonly Word TypeToDelete = new("계속하려면 delete라고 적어 주세요", "Type delete to go on");
    public static readonly Word AllDeleted = new("모두 삭제했어요", "Everything is deleted");

    /// <summary>The heading of a group of routes.</summary>
    public static Word DocsGroup(string group) =>
        group switch
        {
            "schedules" => Schedules,
            "contents" => Library,
            "runs" => Runs,
            "settings" => Settings,
            "alerts" => AlertsTitle,
            "access" => new("토큰과 기기", "Tokens and devices"),
            "webhooks" => new("웹훅", "Webhooks"),
            _ => new(group, group),
        };
}
