namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word NarrowDown = new("필터", "Filters");
    public static readonly Word ClearFilters = new("필터 모두 지우기", "Clear all");
    public static readonly Word TagsLabel = new("태그", "Tags");
    public static readonly Word LanguageLabel = new("언어", "Language");
    public static readonly Word PiecesCount = new("글 {0}개", "{0} piece(s)");
    public static readonly Word SelectPiece = new("‘{0}’ 선택", "Select “{0}”");
    public static readonly Word ApprovePiece = new("‘{0}’ 승인", "Approve “{0}”");
    public static readonly Word SelectNone = new("선택 해제", "Clear selection");
    public static readonly Word AddTag = new("태그 달기", "Add tag");
    public static readonly Word RemoveTag = new("‘{0}’ 태그 빼기", "Remove the tag “{0}”");
    public static readonly Word TagHint = new("태그를 적고 Enter", "Type a tag, then Enter");
    public static readonly Word LibraryKeys = new(
        "j·k 이동 · Enter 열기 · a 승인 · x 선택 · / 찾기",
        "j k move · Enter open · a approve · x select · / search"
    );
    public static readonly Word ApprovedMany = new("글 {0}개를 승인했어요", "{0} approved");
    public static readonly Word ArchivedMany = new("글 {0}개를 보관했어요", "{0} archived");
    public static readonly Word TaggedMany = new("글 {0}개에 ‘{1}’ 태그를 달았어요", "{0} tagged “{1}”");
    public static readonly Word DeletedMany = new("글 {0}개를 삭제했어요", "{0} deleted");
    public static readonly Word DeletedAlready = new("이미 삭제된 글이에요", "Deleted already");
    public static readonly Word DeletePiecesSure = new(
        "글 {0}개를 모든 버전과 함께 삭제할까요? 되돌릴 수 없어요.",
        "Delete {0} piece(s) with all versions? It cannot be undone."
    );
    public static readonly Word Export = new("내보내기", "Export");
    public static readonly Word ExportMarkdown = new("Markdown (.md)", "Markdown (.md)");
    public static readonly Word ExportCsv = new("엑셀에서 열기 (.csv)", "For a spreadsheet (.csv)");
    public static readonly Word ExportJson = new("JSON (.json)", "JSON (.json)");

    public static readonly Word Reject = new("반려", "Reject");
    public static readonly Word Note = new("메모", "Note");
    public static readonly Word NoteHint = new(
        "비워 두어도 돼요. 왜 그렇게 정했는지 적어 두면 나중에 도움이 돼요.",
        "May be left empty. Why it was decided helps later."
    );
    public static readonly Word StatusSet = new("‘{0}’ 상태로 바꿨어요", "Now: {0}");
    public static readonly Word Rewrite = new("다시 쓰기", "Rewrite");
    public static readonly Word RewriteHow = new("어떻게 바꿀까요?", "What should change?");
    public static readonly Word RewriteKept = new(
        "지금 글은 버전 기록에 남아 있어서 언제든 되돌릴 수 있어요.",
        "The present text stays among the versions and can be taken back."
    );
    public static readonly Word WentOnMeanwhile = new(
        "그 사이에 글이 바뀌었어요. 그래도 저장하면 지금 저장된 글은 버전 기록에 남아요.",
        "The piece has changed meanwhile. Save anyway, and the text that is stored now stays among the versions."
    );
    public static readonly Word SaveAnyway = new("그래도 저장", "Save anyway");
    public static readonly Word RewriteAgain = new("한 번 더 바꾸기", "Change it once more");
    public static readonly Word[] RewriteWishes =
    [
        new("더 짧게", "Shorter"),
        new("더 친근하게", "Friendlier"),
        new("더 전문적으로", "More professional"),
        new("첫 문장을 더 눈길 끌게", "A stronger opening"),
        new("구체적인 예를 하나 넣어서", "With one concrete example"),
        new("해시태그 없이", "Without hashtags"),
    ];
    public static readonly Word Versions = new("버전 기록", "Versions");
    public static readonly Word VersionNumber = new("버전 {0}", "Version {0}");
    public static readonly Word VersionNow = new("지금 버전", "Current");
    public static readonly Word WhatChanged = new("달라진 곳", "What changed");
    public static readonly Word ComparedWithNow = new(
        "이 버전에서 지금 버전으로",
        "From this version to the current one"
    );
    public static readonly Word ComparedWithBefore = new(
        "앞 버전에서 지금 버전으로",
        "From the version before to this one"
    );
    public static readonly Word Restore = new("이 버전으로 되돌리기", "Restore this version");
    public static readonly Word Restored = new("버전 {0}(으)로 되돌렸어요", "Version {0} is back");
    public static readonly Word Variant = new("다른 초안 {0}", "Variant {0}");
    public static readonly Word UseVariant = new("이 초안 사용하기", "Use this one");
    public static readonly Word CopyPost = new("게시물 {0} 복사", "Copy post {0}");
    public static readonly Word PostNumber = new("{1}개 중 {0}번째", "{0} of {1}");
    public static readonly Word SeeMore = new("…더보기", "…see more");
    public static readonly Word SeeLess = new("접기", "See less");
    public static readonly Word SpokenFor = new("말하면 약 {0}", "About {0} spoken");
    public static readonly Word YourAccount = new("내 계정", "Your account");

    public static Word Of(VersionKind kind) =>
        kind switch
        {
            VersionKind.Written => new("처음 쓴 글", "As written"),
            VersionKind.Variant => new("다른 초안", "Variant"),
            VersionKind.Edited => new("직접 고침", "Edited"),
            VersionKind.Regenerated => new("다시 씀", "Rewritten"),
            _ => new("되돌림", "Restored"),
        };

    /// <summary>A language by its own name, as it is known; else its code.</summary>
    public static string OfLanguage(string code) =>
        code switch
        {
            "ko" => Korean.ToString(),
            "en" => English.ToString(),
            _ => code,
        };

    public static readonly Word DeletePieceSure = new(
        "이 글을 삭제할까요? 되돌릴 수 없어요.",
        "Delete this piece? It cannot be undone."
    );
    public static readonly Word NothingFound = new("찾는 글이 없어요", "Nothing found");
    public static readonly Word NoPieces = new("아직 쓴 글이 없어요", "Nothing written yet");
    public static readonly Word NoPiecesHow = new(
        "스케줄에서 ‘지금 실행하기’를 누르면 첫 글이 여기에 나타나요.",
        "Press “Run now” on a schedule, and the first piece appears here."
    );
    public static readonly Word Length = new("길이", "Length");
    public static readonly Word Title = new("제목", "Title");
    public static readonly Word Body = new("본문", "Body");
    public static readonly Word Approve = new("승인", "Approve");
    public static readonly Word Archive = new("보관", "Archive");
    public static readonly Word BackToDraft = new("초안으로", "Back to draft");

    public static Word Of(ContentType type) =>
        type switch
        {
            ContentType.XPost => new("X 포스트", "X post"),
            ContentType.Thread => new("스레드", "Thread"),
            ContentType.BlogPost => new("블로그 글", "Blog post"),
            ContentType.YoutubeScript => new("유튜브 대본", "YouTube script"),
            ContentType.InstagramReelScript => new("릴스 대본", "Reel script"),
            ContentType.LinkedinPost => new("링크드인 글", "LinkedIn post"),
            _ => new("페이스북 글", "Facebook post"),
        };

    public static Word Of(ContentStatus status) =>
        status switch
        {
            ContentStatus.Draft => new("초안", "Draft"),
            ContentStatus.Approved => new("승인됨", "Approved"),
            ContentStatus.Rejected => new("반려됨", "Rejected"),
            _ => new("보관됨", "Archived"),
        };
}
