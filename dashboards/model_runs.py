"""What the books say of a model: its card, its figures against the naive rival, its calibration and drift.

Belongs here: reading ops.model_runs and drawing one model. Columns that an older version does not have are left out.
"""

import json
import re
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboards import access, charts
from dashboards.shop_window import columns, current, show
from dashboards.tables import show_short_table, show_table
from dashboards.text import MISSING, day, decimal, escape, language, md, number, percent, t, word

_LAST = """
select * from (
    select *, row_number() over (partition by model order by as_of_date desc, model_run_id desc) as place
    from ops.model_runs
    where as_of_date <= $as_of
)
where place = 1
order by model
"""


def last_runs() -> pd.DataFrame:
    """The newest entry of every model, up to the day of this version."""
    return show(_LAST, {"as_of": current().as_of_date})


def draw_evidence(model: str) -> None:
    """Calibration and figures of one model, or a sentence when it has not said them."""
    runs = last_runs()
    found = runs[runs["model"] == model]
    if found.empty:
        st.caption(t("models.not_run"))
        return
    run = found.iloc[0]
    left, right = st.columns(2)
    with left:
        _draw_calibration(_parsed(run, "calibration"))
    with right:
        _draw_metrics(_parsed(run, "metrics"), run)


def draw_back_test(model: str) -> None:
    """The list of the newest test of a model against what happened; nothing where its books hold none."""
    runs = last_runs()
    cells = [cell for _, run in runs[runs["model"] == model].iterrows() for cell in _parsed(run, "back_test")]
    if not cells:
        return
    frame = pd.DataFrame(cells)
    st.subheader(t("leaving.back_test"), help=t("definition.back_test"))
    high = frame[frame["risk"] == "high"]
    if not access.hides(_size(high)):
        st.markdown(
            md(
                "leaving.back_test_says",
                day=day(date.fromisoformat(frame["cutoff"].iloc[0])),
                listed=number(_size(high)),
                left=number(high["left"].sum()),
                share=percent(high["left"].sum() / max(_size(high), 1)),
                others=percent((frame["left"].sum() - high["left"].sum()) / max(_size(frame) - _size(high), 1)),
            )
        )
    table = pd.DataFrame(
        {
            "band": [
                f"{t(f'leaving.risk.{r}')} · {t(f'leaving.value.{v}')}" for r, v in frame[["risk", "value"]].values
            ],
            "customer_count": frame["count"],
            "foretold_share": frame["predicted"].astype(float),
            "left_share": frame["left"] / frame["count"],
            "spent": frame["spent"].astype(float).round(),
            "spent_after": frame["spent_after"].astype(float).round(),
        }
    )
    table = access.hide_small_groups(table, "customer_count", *table.columns[2:])
    show_table(table, key="back-test", height="content")


def _size(frame: pd.DataFrame) -> int:
    return int(frame["count"].sum())


def draw_card(run: pd.Series) -> None:
    """Everything about one model, as its card says it."""
    st.subheader(escape(word("model", run["model"])))
    refused = run["gate"] != "passed"
    st.badge(
        word("gate", run["gate"]),
        color="orange" if refused else "green",
        icon=":material/block:" if refused else ":material/check:",
    )
    if refused and run["gate_reason"]:
        st.warning(escape(in_one_language(run["gate_reason"])), icon=":material/block:")
    card = run.get(f"card_{language()}")
    for paragraph in str(card).split("\n\n") if isinstance(card, str) and card else []:
        st.markdown(escape(paragraph))
    facts = {
        "as_of_date": day(run["as_of_date"]),
        "trained_on": day(run["trained_on"]) if pd.notna(run.get("trained_on")) else "",
        "scored_count": number(run["rows"]),
        "rung": _said("rung", run),
        "rival": _said("rival", run),
        "cutoffs": _cutoffs(run),
        "season": _said("season", run),
    }
    shown = [(t(f"column.{name}"), str(said)) for name, said in facts.items() if isinstance(said, str) and said]
    show_short_table(pd.DataFrame(shown, columns=["profile_field", "profile_value"]))
    left, right = st.columns(2)
    with left:
        _draw_calibration(_parsed(run, "calibration"))
    with right:
        _draw_metrics(_parsed(run, "metrics"), run)
    _draw_drift(_parsed(run, "drift"))


def in_one_language(told: str) -> str:
    """The reader's half of a sentence that the books hold as English followed by Chinese; else the whole."""
    english, chinese = re.fullmatch(r"([^\u3000-\u9fff\uff00-\uffef]*)(.*)", told, re.DOTALL).groups()  # type: ignore[union-attr]
    return (chinese if language() == "zh" else english).strip() or told


def has_cards() -> bool:
    """Whether this version's books have more than a gate to say of a model."""
    return "metrics" in columns("ops.model_runs")


def _said(what: str, run: pd.Series) -> str:
    code = run.get(what)
    if not isinstance(code, str) or not code:
        return ""
    return {"rung": word("rung", code), "rival": word("rival", code), "season": word("season", code)}[what]


def _parsed(run: pd.Series, name: str) -> list[dict[str, Any]]:
    text = run.get(name)
    return [each for each in json.loads(text) if isinstance(each, dict)] if isinstance(text, str) and text else []


def _cutoffs(run: pd.Series) -> str:
    text = run.get("cutoffs")
    return ", ".join(json.loads(text)) if isinstance(text, str) and text else ""


def _draw_calibration(points: list[dict[str, Any]]) -> None:
    if not points:
        return
    st.markdown(f"**{t('models.calibration')}**", help=t("definition.calibration"))
    frame = pd.DataFrame(points)[["predicted", "observed", "count"]].astype(float)
    frame["predicted_text"] = [percent(each) for each in frame["predicted"]]
    frame["observed_text"] = [percent(each) for each in frame["observed"]]
    frame["count_text"] = [number(each) for each in frame["count"]]
    st.altair_chart(charts.calibration(frame), width="stretch")


def _draw_metrics(metrics: list[dict[str, Any]], run: pd.Series) -> None:
    if not metrics:
        st.caption(t("models.no_metrics"))
        return
    st.markdown(f"**{t('models.metrics')}**", help=t("definition.metrics"))
    # Every candidate was measured; of a model that is published its own measures count.
    published = [each for each in metrics if str(each.get("name")).partition(".")[0] == run.get("rung")]
    rows = [
        {
            "model_metric": _metric_name(str(each.get("name"))),
            "metric_value": _figure(each.get("value")),
            "metric_interval": _interval(each),
            "metric_rival": _figure(each.get("rival")),
        }
        for each in published or metrics
    ]
    show_short_table(pd.DataFrame(rows))
    rival = run.get("rival")
    if isinstance(rival, str) and rival:
        st.caption(md("models.rival", rival=word("rival", rival)))


def _draw_drift(drift: list[dict[str, Any]]) -> None:
    if not drift:
        return
    with st.expander(t("models.drift")):
        rows = [
            {
                "drift_of": word("drift_input", str(each.get("name"))),
                "metric_value": _figure(each.get("value")),
                "metric_limit": _figure(each.get("limit")),
            }
            for each in drift
        ]
        show_short_table(pd.DataFrame(rows))


def _metric_name(name: str) -> str:
    """`mean.ece 2026-05-05` is the measure ece of the rung mean at a cutoff: the rung is said elsewhere."""
    measure, _, cutoff = name.rpartition(".")[2].partition(" ")
    return " ".join([word("model_metric", measure), cutoff]).strip()


def _figure(value: Any) -> str:
    return decimal(round(float(value), 3) + 0.0, 3) if isinstance(value, int | float) else MISSING  # + 0.0: no -0.000


def _interval(metric: dict[str, Any]) -> str:
    if metric.get("lower") is None or metric.get("upper") is None or metric["lower"] == metric["upper"]:
        return MISSING  # measured once, without an interval
    return f"{_figure(metric['lower'])} … {_figure(metric['upper'])}"
