"""frame -> a table on the page: translated headers, definitions as their help, numbers and dates in one style.

Belongs here: how a column is drawn, decided by its name and type. Does not belong here: which rows and columns.
The viewer can copy and download what a table shows, so its texts are as inert as an export's.
"""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from pandas.api import types

from dashboards.definitions import definition
from dashboards.exports import inert
from dashboards.text import MISSING, day, escape, number, percent, t, word


def show_table(frame: pd.DataFrame, **options: Any) -> Any:
    """Draw the frame; every column needs a `column.<name>` in the locale files. `options` go to st.dataframe."""
    drawn = frame.copy()
    for name in drawn.columns:
        if types.is_bool_dtype(drawn[name]):
            drawn[name] = [word("yes_no", str(cell).lower()) for cell in drawn[name]]
        elif not types.is_numeric_dtype(drawn[name]):
            drawn[name] = drawn[name].map(inert)
        elif _is_share(name):
            drawn[name] = drawn[name] * 100
    return st.dataframe(
        drawn,
        hide_index=True,
        placeholder=MISSING,
        column_config={name: _column(name, frame[name]) for name in frame.columns},
        **options,
    )


def show_short_table(frame: pd.DataFrame) -> None:
    """A handful of rows that must be readable at once, also on a telephone: plain, wrapped, without a toolbar."""
    words = {
        t(f"column.{name}"): [percent(cell) if name.endswith("_share") else _in_words(cell) for cell in frame[name]]
        for name in frame.columns
    }
    st.table(pd.DataFrame(words), border="horizontal", hide_index=True)


def _in_words(cell: Any) -> str:
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, str):
        return escape(cell)
    return number(cell)


def _column(name: str, cells: pd.Series) -> Any:
    label = t(f"column.{name}")
    meaning = definition(name)
    if name.endswith(("_date", "_of", "_on", "_month")):
        return st.column_config.DateColumn(label, help=meaning, format=t("pattern.date_column"))
    if name == "occurred_at":
        return st.column_config.DatetimeColumn(label, help=meaning, format=t("pattern.moment_column"))
    if _is_share(name):
        return st.column_config.NumberColumn(label, help=meaning, format="%.1f%%")
    if name == "customer_id":
        return st.column_config.TextColumn(label, help=meaning, width=130)
    if name == "evidence":
        return st.column_config.TextColumn(label, help=meaning, width=420)
    if types.is_bool_dtype(cells) or not types.is_numeric_dtype(cells):
        return st.column_config.TextColumn(label, help=meaning)
    return st.column_config.NumberColumn(label, help=meaning, format="%,d" if _is_whole(cells) else "%,.2f")


def _is_share(name: str) -> bool:
    return name.endswith(("_share", "_probability")) or name == "p_alive"


def _is_whole(cells: pd.Series) -> bool:
    return types.is_integer_dtype(cells)
