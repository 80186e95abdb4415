"""What tells a segment from everybody else, and how two segments overlap.

Belongs here: the comparisons below the segment map. Effect sizes: Cohen's d for numbers (difference of means over
the pooled standard deviation) and Cohen's h for shares (difference of arcsine-transformed shares), Cohen 1988.
"""

import math
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboards import access
from dashboards.choices import pick
from dashboards.code_names import SCHEME_OF, every_name, name_of
from dashboards.segment_rules import FIELDS
from dashboards.shop_window import columns, own_customers, show
from dashboards.tables import show_short_table
from dashboards.text import decimal, md, money_rounded, percent, t

STRONGEST = 12
LOOKED_AT = 50_000  # customers: an effect worth telling is as plain in so many as in a million
NOTABLE = 0.2  # an effect below it is called small, and is not worth a marketer's time
SCORES = ("r_score", "f_score", "m_score")
SHOWN_HEIGHT = 320

_OVERLAP = """
select
    count(*) filter (where is_one and not is_other) as only_one,
    count(*) filter (where is_one and is_other) as both_count,
    count(*) filter (where is_other and not is_one) as only_other,
    coalesce(sum(net_revenue) filter (where is_one and not is_other), 0) as only_one_revenue,
    coalesce(sum(net_revenue) filter (where is_one and is_other), 0) as both_revenue,
    coalesce(sum(net_revenue) filter (where is_other and not is_one), 0) as only_other_revenue,
    max(currency_code) as currency_code
from (
    select
        net_revenue,
        currency_code,
        coalesce({one} = $one, false) as is_one,
        coalesce({other} = $other, false) as is_other
    from marts.customer_360
    where {limit}
)
"""


@dataclass(frozen=True)
class Picked:
    """A segment: the column of customer_360 that holds it, its code and its name."""

    column: str
    code: str
    name: str


def draw_distinctions(picked: Picked) -> None:
    """The traits in which the segment differs most from all other customers who have been scored."""
    st.subheader(t("comparison.distinctions"), help=t("definition.effect"))
    traits = [*_number_traits(picked), *_word_traits(picked)]
    strongest = sorted(traits, key=lambda trait: -abs(trait["effect"]))[:STRONGEST]
    notable = [trait for trait in strongest if abs(trait["effect"]) >= NOTABLE]
    if not notable:
        st.caption(t("comparison.nothing_distinct"))
        return
    show_short_table(pd.DataFrame(notable)[["trait", "here", "elsewhere", "effect_text"]])
    if (share := _looked_at()) < 1:
        st.caption(md("comparison.sampled", share=percent(share)))


def draw_overlap(picked: Picked) -> None:
    """How many are in this segment and in another one of any scheme, and what they spent."""
    st.subheader(t("comparison.overlap"), help=t("definition.comparison.overlap"))
    others = _every_segment(picked)
    if others.empty:
        st.caption(t("comparison.no_other"))
        return
    names = {f"{row.column}-{row.segment}": f"{row.scheme_name} · {row.name}" for row in others.itertuples()}
    chosen = pick(t("comparison.with"), names, "overlap")
    column, _, code = chosen.partition("-")
    limit, limited = own_customers()
    question = {"one": picked.code, "other": code, **limited}
    found = show(_OVERLAP.format(one=picked.column, other=column, limit=limit), question).iloc[0]
    rows = pd.DataFrame(
        {
            "name": [
                md("comparison.only", name=picked.name),
                t("comparison.both"),
                md("comparison.only", name=names[chosen].partition(" · ")[2]),
            ],
            "customer_count": [found["only_one"], found["both_count"], found["only_other"]],
            "net_revenue": [found["only_one_revenue"], found["both_revenue"], found["only_other_revenue"]],
        }
    )
    rows = access.hide_small_groups(rows, "customer_count", "net_revenue")
    rows["net_revenue"] = [money_rounded(each, found["currency_code"]) for each in rows["net_revenue"]]
    show_short_table(rows)


def cohens_h(here: float, elsewhere: float) -> float:
    """The effect size of two shares: the difference of their arcsine-transformed values (Cohen 1988)."""
    return 2 * math.asin(math.sqrt(here)) - 2 * math.asin(math.sqrt(elsewhere))


def _number_traits(picked: Picked) -> list[dict]:
    present = columns("marts.customer_360")
    given = SCORES if picked.column in ("segment", "segment_8") else ()  # they made the segment: no news in them
    names = [n for n, kind in FIELDS.items() if kind in ("number", "share") and n in present and n not in given]
    parts = [f"avg({name}) as {name}_mean, var_samp({name}) as {name}_var" for name in names]
    told, asked = _told(picked, names)
    found = show(f"{told} select here, count(*) as size, {', '.join(parts)} from told group by here", asked)
    if len(found) < 2:
        return []
    inside, outside = found[found["here"]].iloc[0], found[~found["here"]].iloc[0]
    if access.hides(inside["size"]):
        return []
    traits = []
    for name in names:
        here, elsewhere = inside[f"{name}_mean"], outside[f"{name}_mean"]
        spread = (inside[f"{name}_var"] + outside[f"{name}_var"]) / 2
        if pd.isna(here) or pd.isna(elsewhere) or pd.isna(spread) or spread <= 0:
            continue
        write = percent if FIELDS[name] == "share" else decimal
        traits.append(
            _trait(t(f"column.{name}"), write(here), write(elsewhere), (here - elsewhere) / math.sqrt(spread))
        )
    return traits


def _word_traits(picked: Picked) -> list[dict]:
    present = columns("marts.customer_360") - {picked.column, "segment", "segment_8"}
    names = [name for name, kind in FIELDS.items() if kind == "word" and name in present]
    parts = [
        f"select '{name}' as field, {name} as value, count(*) filter (where here) as here_count, "
        f"count(*) filter (where not here) as elsewhere_count from told where {name} is not null group by {name}"
        for name in names
    ]
    if not parts:
        return []
    told, asked = _told(picked, names)
    found = show(f"{told} select * from ({' union all '.join(parts)}) where here_count + elsewhere_count >= 10", asked)
    traits = []
    for field, group in found.groupby("field"):
        here_total, elsewhere_total = group["here_count"].sum(), group["elsewhere_count"].sum()
        if not here_total or not elsewhere_total:
            continue
        for code, here_count, elsewhere_count in zip(
            group["value"], group["here_count"], group["elsewhere_count"], strict=True
        ):
            if access.hides(here_count):
                continue
            here, elsewhere = float(here_count / here_total), float(elsewhere_count / elsewhere_total)
            title = f"{t(f'column.{field}')} · {name_of(str(field), code)}"
            traits.append(_trait(title, percent(here), percent(elsewhere), cohens_h(here, elsewhere)))
    return traits


def _told(picked: Picked, names: list[str]) -> tuple[str, dict[str, object]]:
    """`told`: those columns of every customer with a segment of that grouping, and whether it is the picked one."""
    limit, limited = own_customers()
    customers = f"select {', '.join(names)}, {picked.column} = $code as here from marts.customer_360"
    told = f"{customers} where {picked.column} is not null and {limit}"
    asked: dict[str, object] = {"code": picked.code, **limited}
    if (share := _looked_at()) < 1:
        told, asked = f"{told} and customer_id < $until", {**asked, "until": f"{int(share * 16**4):04x}"}
    return f"with told as materialized ({told})", asked


def _looked_at() -> float:
    """The share of customers that effects are measured on: all of them, up to LOOKED_AT. Their keys are random."""
    count = int(show("select count(*) as customer_count from marts.customer_360")["customer_count"].item())
    return min(LOOKED_AT / max(count, 1), 1.0)


def _trait(title: str, here: str, elsewhere: str, effect: float) -> dict:
    return {"trait": title, "here": here, "elsewhere": elsewhere, "effect": effect, "effect_text": f"{effect:+.2f}"}


def _every_segment(picked: Picked) -> pd.DataFrame:
    names, present = every_name(), columns("marts.customer_360")
    column_of = {scheme: column for column, scheme in SCHEME_OF.items() if column in present}
    names["column"] = names["scheme"].map(column_of)
    names = names[names["column"].notna() & ~((names["column"] == picked.column) & (names["segment"] == picked.code))]
    names["scheme_name"] = [t(f"scheme.{scheme}") for scheme in names["scheme"]]
    return names[names["column"] != picked.column].reset_index(drop=True)
