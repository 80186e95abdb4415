"""What the company sells, at what price, and how likely somebody with a taste takes what. The same in every world."""

from dataclasses import dataclass

import numpy as np

from orchestration.world.elementary import exp, log

RATES = (1.0, 9.0, 7.2, 5.2)  # yuan for one unit of codes.CURRENCIES, all years
FAVOURITE = 0.55  # share of lines out of the favourite category; the others fall evenly on all categories
TIERS = 5  # price tastes, cheap to dear
YUAN_OF_TIER = (45.0, 76.5, 130.05, 221.085, 375.8445)
LINES, QUANTITIES = (0.56, 0.25, 0.12, 0.07), (0.82, 0.14, 0.04)  # 1, 2, 3, 4 lines; 1, 2, 3 pieces
_GOODS = {  # category: Chinese, English, price of the cheapest in yuan, goods from cheap to dear
    "tea": (
        "茶叶 39 茉莉花茶:Jasmine_tea 红茶:Black_tea 绿茶:Green_tea 白茶:White_tea 乌龙茶:Oolong_tea "
        "普洱茶:Pu'er_tea 龙井:Longjing_tea 岩茶:Rock_tea"
    ),
    "tableware": (
        "餐具 25 汤匙:Soup_spoon 饭碗:Rice_bowl 马克杯:Mug 盘子:Plate 茶杯:Teacup 茶壶:Teapot "
        "筷子套装:Chopstick_set 餐具套装:Dinner_set"
    ),
    "home": (
        "家居 35 香薰蜡烛:Scented_candle 毛巾:Towel 靠垫:Cushion 台灯:Table_lamp 毯子:Blanket 地毯:Rug "
        "被子:Duvet 落地灯:Floor_lamp"
    ),
    "stationery": (
        "文具 12 便签:Sticky_notes 笔记本:Notebook 书签:Bookmark_set 日历:Calendar 钢笔:Fountain_pen "
        "文件包:Document_case 毛笔套装:Brush_set 皮面手账:Leather_planner"
    ),
    "clothing": (
        "服饰 59 袜子:Socks T恤:T-shirt 围巾:Scarf 衬衫:Shirt 毛衣:Sweater 连衣裙:Dress 外套:Jacket "
        "羽绒服:Down_coat"
    ),
    "beauty": (
        "美妆 29 护手霜:Hand_cream 香皂:Soap 面膜:Face_mask 洗发水:Shampoo 口红:Lipstick 面霜:Face_cream "
        "精华液:Serum 香水:Perfume"
    ),
    "toys": (
        "玩具 19 拼图:Jigsaw 毛绒熊:Teddy_bear 积木:Building_blocks 棋盘游戏:Board_game 风筝:Kite "
        "玩偶屋:Doll's_house 遥控车:Remote_car 木马:Rocking_horse"
    ),
    "outdoor": (
        "户外 45 水壶:Water_bottle 头灯:Head_torch 背包:Backpack 登山杖:Trekking_poles 睡袋:Sleeping_bag "
        "折叠椅:Folding_chair 雨衣:Rain_jacket 帐篷:Tent"
    ),
}  # fmt: skip
PACKINGS = (("", "", 1.0), ("礼盒装 ", "Gift box ", 1.5))


@dataclass(frozen=True)
class Product:
    """`prices`: hundredths, by position of codes.CURRENCIES."""

    sku: str
    name: str
    name_latin: str
    category: int
    prices: tuple[int, int, int, int]


def _make() -> tuple[Product, ...]:
    made = []
    for category, goods in enumerate(_GOODS.values()):
        _, cheapest, *names = goods.split()
        for place, name in enumerate(names):
            written, latin = name.replace("_", " ").split(":")
            for kind, (gift, gift_latin, factor) in enumerate(PACKINGS):
                yuan = float(cheapest) * 1.38**place * factor
                prices = tuple(int(yuan / rate) * 100 + (0 if rate == 1 else 95) for rate in RATES)
                sku = f"{list(_GOODS)[category][:2].upper()}{place + 1:02d}{kind}{category + 1}"
                made.append(Product(sku, gift + written, gift_latin + latin, category, prices))  # type: ignore[arg-type]
    return tuple(made)


PRODUCTS = _make()
CATEGORIES = tuple((latin, goods.split()[0]) for latin, goods in _GOODS.items())
CATEGORY_OF = np.array([product.category for product in PRODUCTS])
PRICES = np.array([product.prices for product in PRODUCTS])  # [product, currency]


def _tastes() -> np.ndarray:
    """Probability of each product on a line, [favourite category, tier, product]: near the tier's price, more often."""
    yuan = log(PRICES[:, 0] / 100.0)
    chosen = np.zeros((len(CATEGORIES), TIERS, len(PRODUCTS)))
    for tier in range(TIERS):
        lure = exp(-((yuan - log(np.array([YUAN_OF_TIER[tier]]))) ** 2) / 1.5)
        within = lure / np.bincount(CATEGORY_OF, weights=lure)[CATEGORY_OF]
        for favourite in range(len(CATEGORIES)):
            share = (1 - FAVOURITE) / len(CATEGORIES) + FAVOURITE * (favourite == CATEGORY_OF)
            chosen[favourite, tier] = within * share
    return chosen


TASTES = _tastes()
PIECES = float(np.dot(LINES, [1, 2, 3, 4]) * np.dot(QUANTITIES, [1, 2, 3]))  # in an order, on average
GOODS = (
    PIECES * np.cumsum(TASTES[..., None] * PRICES, axis=2)[:, :, -1]
)  # expected goods of an order, [favourite, tier, currency], hundredths
