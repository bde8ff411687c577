namespace Jettae.Studio;

/// <summary>What the platform of a content type asks.</summary>
/// <param name="HasTitle">The piece has a title line of its own.</param>
/// <param name="Limit">The platform's limit for the whole piece; null: none.</param>
/// <param name="MaxOutputTokens">Room for the answer, thinking included.</param>
/// <param name="Ask">The form to ask for, in the prompt.</param>
internal sealed record ContentRules(bool HasTitle, int? Limit, int MaxOutputTokens, Word Ask)
{
    public static ContentRules For(ContentType type) =>
        type switch
        {
            ContentType.XPost => new(
                false,
                XText.Limit,
                4096,
                new(
                    "X(트위터) 게시물 하나. 한글은 글자마다 2로 세어 합계 280을 넘지 않게, 한글이라면 130자 안으로 써 주세요. 해시태그는 많아야 2개. 게시물 본문만 답하세요.",
                    "One post for X. At most 260 characters; a link counts 23, an emoji 2. At most 2 hashtags. Answer with the post's text only."
                )
            ),
            ContentType.Thread => new(
                false,
                null,
                8192,
                new(
                    "X(트위터) 스레드. 게시물 4~8개를 빈 줄로 나누고, 게시물마다 한글 130자 안으로 써 주세요. 첫 게시물은 혼자서도 눈길을 끌어야 해요. 번호는 붙이지 말고 본문만 답하세요.",
                    "A thread for X: 4 to 8 posts with a blank line between them, each at most 260 characters. The first must hook on its own. No numbering. Answer with the text only."
                )
            ),
            ContentType.BlogPost => new(
                true,
                null,
                16000,
                new(
                    "블로그 글. 첫 줄에 제목만 쓰고(60자 이내, 기호나 '제목:' 없이), 빈 줄을 두고 본문을 쓰세요. 본문은 1,200~2,000자, 소제목을 둔 여러 문단으로.",
                    "A blog post. First line: the title alone (at most 60 characters, no label, no markup), then a blank line, then the body: 600 to 1,000 words in paragraphs with subheadings."
                )
            ),
            ContentType.YoutubeScript => new(
                true,
                null,
                16000,
                new(
                    "유튜브 대본. 첫 줄에 영상 제목만 쓰고(70자 이내), 빈 줄 다음에 대본을 쓰세요. [오프닝], [본문], [마무리]로 나누고 말로 읽을 문장으로, 3~5분 분량으로.",
                    "A YouTube script. First line: the video's title alone (at most 70 characters), a blank line, then the script in parts [Opening], [Main], [Closing], in spoken sentences, 3 to 5 minutes."
                )
            ),
            ContentType.InstagramReelScript => new(
                true,
                2200,
                8192,
                new(
                    "인스타그램 릴스 대본. 첫 줄에 제목만, 빈 줄 다음에 30~45초 분량의 대본을 [훅], [장면], [마무리]로 나누어 쓰고, 끝에 해시태그를 5개까지. 모두 합쳐 2,000자 이내.",
                    "An Instagram reel script. First line: the title alone, a blank line, then 30 to 45 seconds in parts [Hook], [Scenes], [Closing], and at most 5 hashtags. At most 2,000 characters in all."
                )
            ),
            ContentType.LinkedinPost => new(
                true,
                3000,
                8192,
                new(
                    "링크드인 글. 첫 줄에 제목만, 빈 줄 다음에 본문 600~1,200자. 처음 두 문장에서 핵심을 말하고, 해시태그는 3개까지.",
                    "A LinkedIn post. First line: the title alone, a blank line, then 150 to 300 words. Say the point in the first two sentences; at most 3 hashtags."
                )
            ),
            ContentType.FacebookPost => new(
                true,
                63206,
                8192,
                new(
                    "페이스북 글. 첫 줄에 제목만, 빈 줄 다음에 본문 300~700자. 읽는 사람이 답하고 싶어질 물음으로 끝내 주세요.",
                    "A Facebook post. First line: the title alone, a blank line, then 80 to 180 words that end with a question people like to answer."
                )
            ),
            _ => throw new InvalidOperationException($"No rules for {type}."),
        };
}
