"""Codes of customers in the reader's words: segments, places, channels, categories of goods, reasons.

Belongs here: which table or family of words names the values of which column. Names that are published with the data
win over words of ours; a code that nobody has named is shown as it is.
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboards.shop_window import Snapshot, current, has_tables, show
from dashboards.text import language, t, word

# column of marts.customer_360 -> scheme of marts.segments
SCHEME_OF = {
    "segment": "rfm",
    "segment_8": "rfm_8",
    "lifecycle_stage": "lifecycle",
    "persona": "persona",
    "value_tier": "value_tier",
    "loyalty_tier": "loyalty",
    "trust_band": "trust",
}
# column -> the family of words that says what its codes mean, where the data does not
FAMILY_OF = {
    "region": "region",
    "status": "status",
    "level": "level",
    "gender": "gender",
    "age_band": "age_band",
    "entity_type": "entity_type",
    "first_source": "system",
    "source_system": "system",
    "source_record_type": "record_type",
    "preferred_channel": "channel",
    "preferred_hour": "hour",
    "preferred_price_level": "price_level",
    "churn_reason_1": "reason",
    "hour": "hour",
    "price_level": "price_level",
    "channel": "channel",
}
UNKNOWN = "unknown"

_NAMES = """
select scheme, segment, case $language when 'zh' then name_zh else name_en end as name
from marts.segments
order by scheme, rank
"""
# table -> what it names: family, code and name
_NAMED_BY = {
    "marts.product_categories": """
        select unnest(['category', 'preferred_category']) as family, category as code,
            case $language when 'zh' then name_zh else name_en end as name
        from marts.product_categories
    """,
    "marts.marketing_channels": """
        select 'first_channel' as family, channel as code,
            case $language when 'zh' then name_zh else name_en end as name
        from marts.marketing_channels
    """,
    # in English a place's code is its name
    "marts.places": """
        select level as family, coalesce(nullif(city, 'unknown'), nullif(province, 'unknown'), country) as code,
            name_zh as name
        from marts.places
        where $language = 'zh'
    """,
}


def every_name() -> pd.DataFrame:
    """scheme, segment and name of every published segment, in the order of its scheme."""
    return show(_NAMES, {"language": language()})


def name_of(column: str, code: str) -> str:
    """What a value of that column is called: its published name, else a word of ours, else the value itself."""
    if code == UNKNOWN:
        return t("word.unknown")
    found = _published(str(current().marts), language(), current()).get((column, code))
    return found or (word(FAMILY_OF[column], code) if column in FAMILY_OF else code)


def in_words(customers: pd.DataFrame) -> pd.DataFrame:
    """The frame with the codes of every column of text but the customer's key in words: for a table on a page."""
    named = customers.copy()
    for column in named.columns.drop("customer_id", errors="ignore"):
        codes = {code for code in named[column].dropna().unique() if isinstance(code, str)}
        if codes:
            named[column] = named[column].map({code: name_of(str(column), code) for code in codes})
    return named


@st.cache_resource(max_entries=8, show_spinner=False)
def _published(marts: str, code: str, _snapshot: Snapshot) -> Mapping[tuple[str, str], str]:
    """(column, code) -> name, of the version in that file and in that language."""
    column_of = {scheme: column for column, scheme in SCHEME_OF.items()}
    names: dict[tuple[str, str], str] = {}
    for scheme, segment, name in every_name().itertuples(index=False):
        names[column_of.get(scheme, scheme), segment] = name
    for table, sql in _NAMED_BY.items():
        if has_tables(table):
            for family, named, name in show(sql, {"language": code}).itertuples(index=False):
                names[family, named] = name
    return names
