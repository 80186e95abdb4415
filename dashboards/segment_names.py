"""Segments in the reader's words: which column of a customer holds which grouping, and what its codes are called."""

import pandas as pd

from dashboards.shop_window import show
from dashboards.text import language, word

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

_NAMES = """
select scheme, segment, case $language when 'zh' then name_zh else name_en end as name
from marts.segments
order by scheme, rank
"""


def every_name() -> pd.DataFrame:
    """scheme, segment and name of every published segment, in the order of its scheme."""
    return show(_NAMES, {"language": language()})


def name_of(column: str, code: str) -> str:
    """What a value of that column is called: its published name, else a word of ours, else the value itself."""
    names = every_name()
    found = names.loc[(names["scheme"] == SCHEME_OF.get(column)) & (names["segment"] == code), "name"]
    return str(found.iloc[0]) if len(found) else word(column, code)


def in_words(customers: pd.DataFrame) -> pd.DataFrame:
    """The frame with the codes of every column that holds segments, or reasons, in words: for a table on a page."""
    named = customers.copy()
    for column in named.columns:
        if column in SCHEME_OF:
            words = {code: name_of(column, code) for code in named[column].dropna().unique()}
            named[column] = named[column].map(words)
        elif "reason" in column:
            named[column] = [word("reason", code) if isinstance(code, str) else None for code in named[column]]
    return named
