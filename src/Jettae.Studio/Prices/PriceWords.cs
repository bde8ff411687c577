namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word SettingsPrices = new("가격", "Prices");
    public static readonly Word PricesHow = new(
        "실행의 비용을 이 표로 계산해요. 백만 토큰당 미국 달러예요. 이미 끝난 실행의 비용은 바뀌지 않아요.",
        "Costs are worked out by this table, in US dollars per million tokens. What has run keeps what it cost."
    );
    public static readonly Word NoPrices = new("아직 가격이 없어요.", "There are no prices yet.");
    public static readonly Word Unpriced = new(
        "{0}의 가격이 없어서 비용을 계산하지 못해요.",
        "{0} has no price, so what it writes has no cost."
    );
    public static readonly Word EnterPrice = new("가격 넣기", "Enter a price");
    public static readonly Word AddPrice = new("가격 추가하기", "Add a price");
    public static readonly Word ChangePrice = new("바꾸기", "Change");
    public static readonly Word PriceOfModel = new("{0}, {1}부터", "{0}, from {1}");
    public static readonly Word DeletePriceSure = new(
        "{1}부터 적용되는 {0} 가격을 삭제할까요? 이미 끝난 실행의 비용은 그대로예요.",
        "Delete the price of {0} from {1} on? What has run keeps what it cost."
    );
    public static readonly Word PriceDeleted = new("삭제했어요", "Deleted");
    public static readonly Word PriceFrom = new("적용 시작일 (UTC)", "Valid from (UTC)");
    public static readonly Word PriceSince = new("{0}부터", "from {0}");
    public static readonly Word PriceInput = new("입력", "Input");
    public static readonly Word PriceCachedInput = new("캐시에서 읽은 입력", "Cached input");
    public static readonly Word PriceCacheWrite = new("캐시에 쓴 입력", "Cache write");
    public static readonly Word PriceOutput = new("출력", "Output");
    public static readonly Word PriceAsInput = new("비워 두면 입력과 같아요.", "Left empty: as input.");
    public static readonly Word PriceLongFrom = new("긴 입력 (이 토큰 수를 넘으면)", "Long input (tokens over)");
    public static readonly Word PriceLongFactor = new("몇 배", "Costs times");
    public static readonly Word PriceLong = new("입력이 {0} 토큰을 넘으면 {1}배", "over {0} input tokens: × {1}");
    public static readonly Word PriceInUse = new("지금", "Now");
    public static readonly Word PriceLater = new("예정", "Later");
}
