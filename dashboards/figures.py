"""A row of figures, each in its card: what it is, how much, what it means, and how it changed or what share it is.

Belongs here: the drawing of cards. Does not belong here: where a figure comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Figure:
    """One card, in words. `note` is said in grey below it; `change` has an arrow, green where it is for the better."""

    label: str
    value: str
    meaning: str | None = None
    note: str | None = None
    change: str | int | None = None
    is_better_lower: bool = False


def draw_figures(figures: Sequence[Figure]) -> None:
    """The cards side by side, as many as fit; the others below."""
    with st.container(horizontal=True):
        for figure in figures:
            has_change = figure.change is not None
            st.metric(
                figure.label,
                figure.value,
                figure.change if has_change else figure.note,
                delta_color="off" if not has_change else "inverse" if figure.is_better_lower else "normal",
                delta_arrow="auto" if has_change else "off",
                help=figure.meaning,
                border=True,
                height="stretch",
            )
