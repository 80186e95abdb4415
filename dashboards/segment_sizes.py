"""How many customers each segment of a grouping has and what they brought, as frames for the page to draw.

Belongs here: the questions and the shares that follow from their answers. Does not belong here: drawing.
"""

import re
import textwrap

import pandas as pd

from dashboards import access
from dashboards.shop_window import own_customers, show
from dashboards.text import language, number, percent, t

# scheme of marts.segments -> the column of marts.customer_360 that holds a customer's segment
COLUMN_OF = {
    "rfm": "segment",
    "rfm_8": "segment_8",
    "lifecycle": "lifecycle_stage",
    "persona": "persona",
    "value_tier": "value_tier",
    "loyalty": "loyalty_tier",
    "trust": "trust_band",
    "churn_risk": "churn_risk",
}
NOT_BOUGHT = ""  # stands for "no segment" in widgets, which cannot hold a null
SQUARE_WIDTH = 11  # letters
FIGURES = ("customer_share", "net_revenue", "revenue_share", "order_count", "median_recency_days")

SIZES = """
with

members as (

    select
        {column} as segment,
        net_revenue,
        order_count,
        recency_days,
        currency_code
    from marts.customer_360
    where {limit}

),

sizes as (

    select
        segment,
        count(*) as customer_count,
        sum(net_revenue) as net_revenue,
        sum(order_count) as order_count,
        cast(round(median(recency_days)) as integer) as median_recency_days,
        max(currency_code) as currency_code
    from members
    group by segment

),

names as (

    select
        segment,
        rank,
        case $language when 'zh' then name_zh else name_en end as name,
        case $language when 'zh' then meaning_zh else meaning_en end as meaning,
        case $language when 'zh' then advice_zh else advice_en end as advice
    from marts.segments
    where scheme = $scheme

)

select
    coalesce(names.segment, sizes.segment) as segment,
    coalesce(names.name, sizes.segment) as name,
    names.meaning,
    names.advice,
    coalesce(sizes.customer_count, 0) as customer_count,
    coalesce(sizes.net_revenue, 0) as net_revenue,
    coalesce(sizes.order_count, 0) as order_count,
    sizes.median_recency_days,
    (select max(currency_code) from sizes) as currency_code
from names
full join sizes on names.segment = sizes.segment
order by names.rank nulls last, coalesce(names.segment, sizes.segment) nulls last
"""

SQUARES = """
with

groups as (

    select
        r_score,
        f_score,
        {column} as segment,
        count(*) as customer_count
    from marts.customer_360
    where segment is not null and segment_8 is not null and {limit}
    group by 1, 2, 3

),

ranked as (

    select
        *,
        sum(customer_count) over (partition by r_score, f_score) as square_count,
        count(*) over (partition by r_score, f_score) as group_count,
        row_number() over (partition by r_score, f_score order by customer_count desc, segment) as place
    from groups

)

select r_score, f_score, segment, square_count as customer_count, group_count
from ranked
where place = 1
order by r_score, f_score
"""


def read_sizes(scheme: str) -> pd.DataFrame:
    """One row a segment of the scheme in rank order, with its shares; the last row may be those without one."""
    limit, limited = own_customers()
    asked = {"scheme": scheme, "language": language(), **limited}
    sizes = show(SIZES.format(column=COLUMN_OF[scheme], limit=limit), asked)
    has_segment = sizes["segment"].notna()
    bought = sizes[has_segment]
    total_revenue = bought["net_revenue"].sum()
    sizes["customer_share"] = (sizes["customer_count"] / max(bought["customer_count"].sum(), 1)).where(has_segment)
    # a share of a loss, or of nothing, means nothing
    shares = sizes["net_revenue"] / total_revenue if total_revenue > 0 else pd.Series(float("nan"), sizes.index)
    sizes["revenue_share"] = shares.where(has_segment)
    sizes["name"] = sizes["name"].fillna(t("segments.not_bought"))
    sizes["segment"] = sizes["segment"].fillna(NOT_BOUGHT)
    sizes = sizes[(sizes["segment"] != NOT_BOUGHT) | (sizes["customer_count"] > 0)].reset_index(drop=True)
    return access.hide_small_groups(sizes, "customer_count", *FIGURES)


def both_shares(sizes: pd.DataFrame) -> pd.DataFrame:
    """One row a segment and measure: the shares of customers and of net revenue that are known."""
    names = {"customer_share": t("column.customer_count"), "revenue_share": t("column.net_revenue")}
    long = sizes[["segment", "name", *names]].rename(columns=names)
    long = long.melt(["segment", "name"], list(names.values()), var_name="measure", value_name="share")
    long = long.dropna(subset=["share"])
    return long.assign(share=long["share"].astype(float), share_text=[percent(share) for share in long["share"]])


def read_squares(scheme: str, sizes: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """One row a square of recency and frequency: its largest segment, and how many customers stand in it."""
    names = sizes.set_index("segment")["name"]
    limit, limited = own_customers()
    squares = show(SQUARES.format(column=COLUMN_OF[scheme], limit=limit), limited)
    squares["name"] = squares["segment"].map(names)
    more = ["" if count == 1 else f" +{count - 1}" for count in squares["group_count"]]
    squares["label"] = [_in_lines(name + others) for name, others in zip(squares["name"], more, strict=True)]
    squares["is_chosen"] = squares["segment"] == chosen
    squares = access.hide_small_groups(squares, "customer_count")
    squares["count_text"] = [number(count) for count in squares["customer_count"]]
    return squares.drop(columns="group_count")


def _in_lines(name: str) -> str:
    """A name in lines narrow enough for a square on a telephone; a Chinese one breaks before its last word."""
    if name.isascii():
        return "\n".join(textwrap.wrap(name, SQUARE_WIDTH))
    return re.sub(r"(?<=...)客户", "\n客户", name)
