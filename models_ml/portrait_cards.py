"""The cards of the portrait models: what each is for, whom it speaks of, how it is made, and where it fails.

What was measured in a run is added by whoever runs it; the rules themselves stand in the docstrings of the models.
"""

CARDS: dict[str, tuple[str, str]] = {
    "named_segments": (
        "Purpose: the RFM groups, so that people may be treated by them. Everybody who has bought. Edges are set "
        "when a quarter begins and reach each customer on a day of the quarter of their own; a new group counts "
        "when it has held for 3 to 10 days after a purchase, and for 3 to 28 where only time has passed: how many is "
        "each customer's own. Limit: a group lags so many days behind what a customer does.",
        "用途：RFM 分组，供分层服务使用。对象：所有购买过的客户。分界每季度重设，并在季度内分散到每位客户；因购买而"
        "变动的，新分组须连续成立 3 至 10 天；仅因时间推移而变动的，须连续成立 3 至 28 天，具体天数因客户而异且固定"
        "不变。局限：分组比行为晚相应的天数。",
    ),
    "lifecycle": (
        "Purpose: where each customer stands in their life with us. A state machine over order dates: declining "
        "after 1.5 and lost after 3 times the expected gap, fixed when the order is placed. Every day balances: "
        "opening + in - out = closing. Limit: lost is a rule, not a proof; some come back, and are then called "
        "won back.",
        "用途：客户所处的生命周期阶段。仅由下单日期推出的状态机：静默超过预期间隔的 1.5 倍为衰退，3 倍为流失，间"
        "隔在下单时确定。每日账目平衡：期初 + 转入 - 转出 = 期末。局限：流失是规则而非事实，部分客户会回来，届时"
        "记为赢回。",
    ),
    "value_tiers": (
        "Purpose: service by what customers bring. Net revenue of 365 days, refunds off, against edges set each "
        "quarter: the best 5 %, the next 15 %, the next 30 %, the others. Limit: it looks back; what is to come "
        "stands in the value model.",
        "用途：按贡献分级服务。以 365 天净收入（扣除退款）对照每季度设定的分界：前 5 %、其后 15 %、其后 30 %、其"
        "余。局限：只看过去，未来价值见价值模型。",
    ),
    "loyalty": (
        "Purpose: reward the habit of coming back, whatever is spent. Frequency (0.6) and regularity (0.4) of "
        "the order days of 365 days; no amount of money enters. Limit: the weights are a policy, not a finding.",
        "用途：奖励回购习惯，与金额无关。由 365 天内下单日的频率（0.6）和规律性（0.4）构成，不含任何金额。局限："
        "权重是约定，不是发现。",
    ),
    "personas": (
        "Purpose: a few pictures of customers to talk about. k-means on slow habits, centres frozen for a "
        "quarter, names handed on to the nearest group of the next fit. Limit: a person near an edge is as much "
        "one as the other, see confidence; never a reason to refuse anybody anything.",
        "用途：便于交流的几类客户画像。对稳定的购买习惯做 k-means，中心每季度冻结，名称传给下一次拟合中最近的组。"
        "局限：靠近边界的客户两边都像（见置信度）；不得据此拒绝任何人。",
    ),
    "preferences": (
        "Purpose: what to show first. The likeliest category, brand, channel, part of the day and price level of "
        "the next purchase; own purchases first, then peers (same first system), then everybody. The confidence "
        "is the chance that the next purchase is of it. Limit: a low confidence is a guess, and is labelled as "
        "one.",
        "用途：优先展示什么。下一次购买最可能的品类、品牌、渠道、时段和价位；先看本人，再看同类客户，最后看全体。"
        "置信度即下一次购买符合的概率。局限：置信度低即为猜测，并如实标注。",
    ),
    "trust": (
        "Purpose: terms of payment and refund. Returns, refused deliveries, late payments, coupon abuse and "
        "unfounded complaints per order, against everybody's; more of any never raises the score. No attribute "
        "of the person is read. A person may overrule it (overrides/trust.csv). Limits: no export names refusals "
        "or unfounded complaints; they are inferred and can be wrong: hear the customer first.",
        "用途：付款与退款条件。按每单的退货、拒收、拖欠、滥用优惠券和无理投诉与全体相比；任何一项增加都不会提高分"
        "数。不读取任何个人属性；可人工推翻（overrides/trust.csv）。局限：没有导出数据直接说明拒收或无理投诉，均"
        "为推断，可能有误，应先听取客户意见。",
    ),
    "health": (
        "Purpose: early warning. The calibrated chance of an order in the next 90 days from the churn model, in "
        "hundredths, with its reasons and the change in 30 days. Limit: as good as the churn model, whose card "
        "says how good that is.",
        "用途：预警。来自流失模型的未来 90 天下单概率（校准后，百分制），附原因及 30 天变化。局限：质量取决于流失"
        "模型，见其模型卡。",
    ),
    "next_products": (
        "Purpose: what to propose. Again: own purchases, half as much after 180 days, and a little popularity. "
        "New: what buyers of the same goods bought. Limit: among the thousand most popular products only, and "
        "blind to stock.",
        "用途：推荐商品。再次购买：本人购买（180 天减半）加少量热度；新品：购买同类商品者还买了什么。局限：只在最"
        "热的一千种商品中寻找，不考虑库存。",
    ),
    "next_purchases": (
        "Purpose: when to remind. The median and the middle 80 % of the days to the next order, if there is one. "
        "Learnt from finished gaps that began more than a year ago. Limit: it does not say whether they come; "
        "that is health.",
        "用途：何时提醒。若再次下单，其日期的中位数和 80 % 区间；由一年前开始且已结束的间隔学得。局限：不回答是否"
        "会来，见健康分。",
    ),
    "lead_scores": (
        "Purpose: which leads to call first, and who should. Ridge logistic regression on channel, kind and "
        "representative; hours to the answer are learnt from and never used to score. The match gives nobody "
        "more than 1.2 times an even share. Limit: a representative seen with few leads of a kind is taken for "
        "average with it.",
        "用途：先联系哪些线索、由谁联系。对渠道、类型和销售做岭逻辑回归；响应时长只用于学习，不用于评分。分配时每"
        "人不超过平均份额的 1.2 倍。局限：某销售在某类线索上样本少时按平均水平看待。",
    ),
    "sales_forecast": (
        "Purpose: the next three months of net revenue. The best of: last month, the same month a year ago, that "
        "with growth, exponential smoothing, by rolling back-test. Limit: campaigns, prices and openings to come "
        "are unknown.",
        "用途：未来三个月净收入。在上月、去年同月、去年同月加增长、指数平滑中，以滚动回测择优。局限：未知未来的活"
        "动、调价和开店。",
    ),
}


def card(model: str, remarks: tuple[str, str]) -> tuple[str, str]:
    """The card of a model in English and Chinese, with what is to be remarked of this run. Raises KeyError."""
    en, zh = CARDS[model]
    return f"{en}\n\n{remarks[0]}".strip(), f"{zh}\n\n{remarks[1]}".strip()
