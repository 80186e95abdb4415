"""frame -> Altair chart. Small frames in, with every label already in the reader's words.

Belongs here: marks, scales and tooltips. Does not belong here: a query, a sum, or a colour of the page. Backgrounds,
axes and the order of colours come from the theme in .streamlit/config.toml, so both themes hold.
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboards.text import number, t

# A whole chart is held to Vega's schema when it is drawn; holding every part to it before takes as long again.
alt.utils.schemapi.disable_debug_mode()

# Text drawn inside a chart is the one thing Vega does not take from the theme.
INK = {"light": "#1f2933", "dark": "#f2f5f9"}
_EDGE = {"light": "#d9822b", "dark": "#f0a04b"}
_BLUE = "#3b8fd4"
_PADDING = {"left": 0, "top": 5, "right": 22, "bottom": 5}  # on the right, room for half a label


def bars_over_time(frame: pd.DataFrame, title: str) -> alt.Chart:
    """One bar a period, oldest first; a period that has not ended is fainter.

    Columns: label and value_text (words), value (number), is_whole (bool).
    """
    return (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("label:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy", grid=False)),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(format=",.0f", tickCount=4, tickMinStep=1)),
            opacity=alt.condition("datum.is_whole", alt.value(1), alt.value(0.45)),
            tooltip=[alt.Tooltip("label:N", title=t("chart.period")), alt.Tooltip("value_text:N", title=title)],
        )
        .properties(height=220, padding=_PADDING)
    )


def count_bars(labels: Sequence[str], counts: pd.Series, title: str) -> alt.Chart:
    """One bar for each label, as high as its count."""
    words = [number(count) for count in counts]
    return bars_over_time(
        pd.DataFrame({"label": labels, "value": counts.astype(float), "value_text": words, "is_whole": True}), title
    )


def shares(frame: pd.DataFrame) -> alt.Chart:
    """Two bars a segment: its share of the customers and its share of the revenue.

    Columns: segment (code), name, measure and share_text (words), share (0..1). A click selects the segment.
    """
    clicked = alt.selection_point(name="segment", fields=["segment"])
    return (
        alt.Chart(frame)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelPadding=8)),
            yOffset=alt.YOffset("measure:N", sort=None),
            x=alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=4)),
            color=alt.Color("measure:N", sort=None, title=None, legend=alt.Legend(orient="top", offset=4)),
            tooltip=[
                alt.Tooltip("name:N", title=t("column.name")),
                alt.Tooltip("measure:N", title=t("chart.measure")),
                alt.Tooltip("share_text:N", title=t("chart.share")),
            ],
        )
        .add_params(clicked)
        .properties(height=34 * frame["name"].nunique() + 60, padding=_PADDING)
    )


def rfm_map(frame: pd.DataFrame, theme: str) -> alt.LayerChart:
    """Recency across frequency, a square for each pair of scores, deeper blue for more customers.

    Columns: r_score, f_score (1..5), segment (code), label (name broken into lines), name, count_text (words),
    customer_count, is_chosen (bool). `theme` is a key of INK. A click selects the square's segment.
    """
    clicked = alt.selection_point(name="segment", fields=["segment"])
    base = alt.Chart(frame).encode(
        x=alt.X(
            "f_score:O",
            title=t("chart.f_score"),
            scale=alt.Scale(domain=[1, 2, 3, 4, 5], paddingInner=0.04, paddingOuter=0),
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y(
            "r_score:O",
            title=t("chart.r_score"),
            scale=alt.Scale(domain=[5, 4, 3, 2, 1], paddingInner=0.04, paddingOuter=0),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=t("column.name")),
            alt.Tooltip("count_text:N", title=t("column.customer_count")),
            alt.Tooltip("r_score:O", title=t("column.r_score")),
            alt.Tooltip("f_score:O", title=t("column.f_score")),
        ],
    )
    squares = (
        base.mark_rect(cornerRadius=3, color=_BLUE)
        .encode(
            fillOpacity=_depth(frame, "customer_count", [0.08, 0.7]),
            stroke=alt.condition("datum.is_chosen", alt.value(_EDGE[theme]), alt.value(None)),
            strokeWidth=alt.value(2),
        )
        .add_params(clicked)
    )
    counts = base.mark_text(color=INK[theme], fontSize=14, fontWeight=600, dy=-20).encode(text="count_text:N")
    names = base.mark_text(color=INK[theme], fontSize=11, lineBreak="\n", baseline="top", dy=-10).encode(text="label:N")
    return (squares + counts + names).properties(height=440)


def timeline(frame: pd.DataFrame) -> alt.Chart:
    """A tick for everything that happened, a row for each kind. Drag and scroll to look closer.

    Columns: event, amount_text and day_text (words), occurred_at (moment).
    """
    return (
        alt.Chart(frame)
        .mark_point(filled=True, size=55, opacity=0.6)
        .encode(
            x=alt.X("occurred_at:T", title=None, axis=alt.Axis(labelOverlap="greedy", format="%Y-%m-%d", tickCount=6)),
            y=alt.Y("event:N", title=None, sort=None),
            color=alt.Color("event:N", legend=None, sort=None),
            tooltip=[
                alt.Tooltip("day_text:N", title=t("chart.day")),
                alt.Tooltip("event:N", title=t("column.event")),
                alt.Tooltip("amount_text:N", title=t("column.amount")),
            ],
        )
        .properties(height=36 * frame["event"].nunique() + 40, padding=_PADDING)
        .interactive(bind_y=False)
    )


def risk_matrix(frame: pd.DataFrame, theme: str) -> alt.LayerChart:
    """Risk down, value across, deeper for more money at stake; each cell says how many, how much and what to do.

    Columns: risk_name, value_name, action, short, count_text, stake_text (words), at_stake (number). `theme` is a key
    of INK.
    """
    names = {"risk": list(dict.fromkeys(frame["risk_name"])), "value": list(dict.fromkeys(frame["value_name"]))}
    base = alt.Chart(frame).encode(
        x=alt.X("value_name:O", sort=names["value"], title=None, axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("risk_name:O", sort=names["risk"], title=None, axis=alt.Axis(labelLimit=90)),
        tooltip=[
            alt.Tooltip("risk_name:N", title=t("chart.risk")),
            alt.Tooltip("value_name:N", title=t("chart.value")),
            alt.Tooltip("count_text:N", title=t("column.customer_count")),
            alt.Tooltip("stake_text:N", title=t("column.at_stake")),
            alt.Tooltip("action:N", title=t("chart.action")),
        ],
    )
    cells = base.mark_rect(cornerRadius=3, color=_EDGE[theme]).encode(
        fillOpacity=_depth(frame, "at_stake", [0.06, 0.7])
    )
    counts = base.mark_text(color=INK[theme], fontSize=16, fontWeight=600, dy=-22).encode(text="count_text:N")
    stakes = base.mark_text(color=INK[theme], fontSize=12, dy=-1).encode(text="stake_text:N")
    actions = base.mark_text(color=INK[theme], fontSize=12, fontStyle="italic", dy=20).encode(text="short:N")
    return (cells + counts + stakes + actions).properties(height=330)


def calibration(frame: pd.DataFrame) -> alt.LayerChart:
    """What was predicted across, what happened up; on the diagonal a model is right about its own doubt.

    Columns: predicted, observed (0..1), count, and the same as predicted_text, observed_text, count_text.
    """
    axis = alt.Axis(format=".0%", tickCount=5)
    scale = alt.Scale(domain=[0, 1])
    points = (
        alt.Chart(frame)
        .mark_point(filled=True, opacity=0.9)
        .encode(
            x=alt.X("predicted:Q", title=t("chart.predicted"), axis=axis, scale=scale),
            y=alt.Y("observed:Q", title=t("chart.observed"), axis=axis, scale=scale),
            size=alt.Size("count:Q", legend=None, scale=alt.Scale(range=[40, 400])),
            tooltip=[
                alt.Tooltip("predicted_text:N", title=t("chart.predicted")),
                alt.Tooltip("observed_text:N", title=t("chart.observed")),
                alt.Tooltip("count_text:N", title=t("column.customer_count")),
            ],
        )
    )
    right = pd.DataFrame({"predicted": [0.0, 1.0], "observed": [0.0, 1.0]})
    diagonal = alt.Chart(right).mark_line(strokeDash=[4, 4], color="gray").encode(x="predicted:Q", y="observed:Q")
    return (diagonal + points).properties(height=260, padding=_PADDING)


def cohorts(frame: pd.DataFrame, theme: str) -> alt.LayerChart:
    """A square for each cohort and month since: the share that came back in whole percent, deeper where it is larger.

    Columns: cohort, share_text, size_text (words), months_since (whole), share (0..1), percent (whole), oldest cohort
    first. `theme` is a key of INK.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("months_since:O", title=t("chart.months_since"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("cohort:O", sort=None, title=None),
        tooltip=[
            alt.Tooltip("cohort:N", title=t("column.cohort_month")),
            alt.Tooltip("months_since:O", title=t("chart.months_since")),
            alt.Tooltip("share_text:N", title=t("chart.came_back")),
            alt.Tooltip("size_text:N", title=t("column.customer_count")),
        ],
    )
    squares = base.mark_rect(cornerRadius=2, color=_BLUE).encode(fillOpacity=_depth(frame, "share", [0.05, 0.75]))
    numbers = base.mark_text(color=INK[theme], fontSize=10).encode(text="percent:Q")
    height = 26 * frame["cohort"].nunique() + 50
    return (squares + numbers).properties(height=height, padding=_PADDING)


def steps(frame: pd.DataFrame, theme: str) -> alt.LayerChart:
    """A bar for each step, in the order of the rows.

    Columns: name, count_text, share_text, definition (words), customer_count.
    """
    base = alt.Chart(frame).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
        x=alt.X(
            "customer_count:Q", title=None, axis=None, scale=alt.Scale(domain=_from_nothing(frame["customer_count"]))
        ),
        tooltip=[
            alt.Tooltip("name:N", title=t("chart.step")),
            alt.Tooltip("count_text:N", title=t("column.customer_count")),
            alt.Tooltip("share_text:N", title=t("chart.share")),
            alt.Tooltip("definition:N", title=t("column.meaning")),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2)
    labels = base.mark_text(align="left", dx=6, color=INK[theme]).encode(text="share_text:N")
    return (bars + labels).properties(height=34 * len(frame) + 20, padding={**_PADDING, "right": 60})


def flows(frame: pd.DataFrame, theme: str) -> alt.LayerChart:
    """Where people came from down, where they went across.

    Columns: from_name, to_name, count_text, revenue_text (words), customer_count, to_place (numbers: where to_name
    stands), rows in the order of from_name. `theme` is a key of INK.
    """
    base = alt.Chart(frame).encode(
        x=alt.X("to_name:N", sort=alt.SortField("to_place"), title=t("chart.to"), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("from_name:N", sort=None, title=t("chart.from")),
        tooltip=[
            alt.Tooltip("from_name:N", title=t("chart.from")),
            alt.Tooltip("to_name:N", title=t("chart.to")),
            alt.Tooltip("count_text:N", title=t("column.customer_count")),
            alt.Tooltip("revenue_text:N", title=t("column.net_revenue")),
        ],
    )
    squares = base.mark_rect(cornerRadius=3, color=_BLUE).encode(
        fillOpacity=_depth(frame, "customer_count", [0.08, 0.7])
    )
    counts = base.mark_text(color=INK[theme], fontSize=13, fontWeight=600).encode(text="count_text:N")
    return (squares + counts).properties(height=52 * frame["from_name"].nunique() + 60, padding=_PADDING)


def _depth(frame: pd.DataFrame, column: str, opacities: list[float]) -> alt.FillOpacity:
    """Deeper for more, by the root: a large cell does not bleach the others."""
    scale = alt.Scale(type="sqrt", domain=_from_nothing(frame[column]), range=opacities)
    return alt.FillOpacity(f"{column}:Q", legend=None, scale=scale)


def _from_nothing(values: pd.Series) -> list[float]:
    """From 0 to the largest; to 1 where all are hidden, because a browser cannot draw a scale that ends nowhere."""
    largest = values.astype(float).max()
    return [0.0, float(largest) if largest > 0 else 1.0]
