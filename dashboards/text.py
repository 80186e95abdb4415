"""Every word the pages show, and how numbers, money and dates are written in the reader's language.

Belongs here: looking up a string, formatting a value, choosing the language. The strings are in `locales/`.
Does not belong here: names and advice of segments (they are published with the data, in `marts.segments`).

`t` gives plain text (table cells, chart labels, figures). `md` is for anything Streamlit reads as Markdown: it escapes
the values put in, so that nothing in the data can become a link, an image or a heading.
"""

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import streamlit as st
import yaml
from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent

LANGUAGES = {"en": "English", "zh": "中文"}
MISSING = "–"

_CHOSEN = "language"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# What Markdown makes a link of after it has taken the backslashes away, and the invisible joint that keeps it from it.
_LINKED = re.compile(r"(https?|ftp|mailto|www)(?=[.:])|(?<=\S)(?=@)", re.IGNORECASE)
_JOINT = "\u2060"


def t(key: str, **values: str) -> str:
    """The string of that name in the reader's language. Raises KeyError for a name no locale file has."""
    return _strings(language())[key].format(**values)


def md(key: str, **values: str) -> str:
    """The same for Markdown: the values are escaped, the string itself is ours."""
    return t(key, **{name: escape(value) for name, value in values.items()})


def word(family: str, code: str) -> str:
    """A code from the data in words, such as ("gate", "passed"); the code itself when it is a new one."""
    return _strings(language()).get(f"{family}.{code}", code)


def has(key: str) -> bool:
    """Whether the locale files know that name."""
    return key in _strings(language())


def escape(value: str) -> str:
    """Text from the data, made harmless inside Markdown."""
    unlinked = _LINKED.sub(lambda found: found.group(0) + _JOINT, " ".join(value.split()))
    return _PUNCTUATION.sub(r"\\\1", unlinked)


def language() -> str:
    """The code of the reader's language: chosen, else asked for in the address, else the browser's, else English."""
    if _CHOSEN not in st.session_state:
        asked = [st.query_params.get("lang"), (st.context.locale or "").split("-")[0].lower()]
        st.session_state[_CHOSEN] = next((code for code in asked if code in LANGUAGES), "en")
    return st.session_state[_CHOSEN]


def choose_language() -> None:
    """The switch in the sidebar. The address follows it, so a link keeps its language."""
    language()
    st.sidebar.segmented_control(
        t("language.label"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key=_CHOSEN, required=True
    )
    if st.query_params.get("lang") != language():
        st.query_params["lang"] = language()


def number(value: float | None) -> str:
    """1234567 -> 1,234,567; nothing -> a dash."""
    return MISSING if value is None or pd.isna(value) else format_decimal(value, format="#,##0", locale=language())


def money(value: float | None, currency: str | None) -> str:
    """To the penny: £1,234.50."""
    return _money(value, currency, "#,##0.00")


def money_rounded(value: float | None, currency: str | None) -> str:
    """To the pound, for totals: £1,235."""
    return _money(value, currency, "#,##0")


def percent(value: float | None) -> str:
    """A share of one: 0.1234 -> 12.3%."""
    return MISSING if value is None or pd.isna(value) else format_percent(value, format="#,##0.0%", locale=language())


def decimal(value: float | None, digits: int = 1) -> str:
    """A number with a fixed count of decimals: 12.3."""
    if value is None or pd.isna(value):
        return MISSING
    return format_decimal(value, format=f"#,##0.{'0' * digits}", locale=language())


def change(value: float) -> str:
    """A relative change with its sign: 0.05 -> +5.0%."""
    return format_percent(value, format="+#,##0.0%;-#,##0.0%", locale=language())


def day(value: date | None) -> str:
    """Dec 10, 2011."""
    return MISSING if value is None or pd.isna(value) else format_date(value, format="medium", locale=language())


def period(start: date, grain: str) -> str:
    """The name of the month, week or day that begins on that date, short enough for an axis."""
    return format_date(start, format=t(f"pattern.{grain}"), locale=language())


def ago(age: timedelta) -> str:
    """3 hours ago."""
    return format_timedelta(-age, add_direction=True, locale=language())


def span(age: timedelta) -> str:
    """3 days."""
    return format_timedelta(age, locale=language())


def listing(words: list[str]) -> str:
    """Several words in one sentence, separated as the language does it."""
    return t("list.separator").join(words)


def _money(value: float | None, currency: str | None, pattern: str) -> str:
    if value is None or pd.isna(value):
        return MISSING
    if currency is None:
        return format_decimal(value, format=pattern, locale=language())
    return format_currency(value, currency, format=f"¤{pattern}", locale=language(), currency_digits=False)


@cache
def _strings(code: str) -> dict[str, str]:
    return yaml.safe_load((Path(__file__).parent / "locales" / f"{code}.yml").read_text(encoding="utf-8"))
