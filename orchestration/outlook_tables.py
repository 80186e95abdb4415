"""From a forecast to the rows of tables: value, churn and reasons of one day. No model and no database here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from models_ml.forecast import Forecast
    from models_ml.gate import Decision
    from models_ml.hindsight import Listed

VALUE = {
    "customer_id": "varchar",
    "as_of_date": "date",
    "horizon_days": "integer",
    "expected_orders": "double",
    "expected_net_revenue": "decimal(18, 2)",
    "lower_80": "decimal(18, 2)",
    "upper_80": "decimal(18, 2)",
    "lifetime_value": "decimal(18, 2)",
    "p_alive": "double",
    "currency_code": "varchar",
    "model": "varchar",
    "model_run_id": "varchar",
}
CHURN = {
    "customer_id": "varchar",
    "as_of_date": "date",
    "horizon_days": "integer",
    "churn_probability": "double",
    "purchase_probability": "double",
    "purchase_probability_30d_ago": "double",
    "reason_1": "varchar",
    "reason_2": "varchar",
    "reason_3": "varchar",
    "model": "varchar",
    "model_run_id": "varchar",
}
REASONS = {
    "customer_id": "varchar",
    "as_of_date": "date",
    "subject": "varchar",
    "rank": "integer",
    "reason": "varchar",
    "effect": "double",
    "own_value": "double",
    "text_en": "varchar",
    "text_zh": "varchar",
}
TOLD = 3


@dataclass(frozen=True)
class Day:
    """What every row says besides its numbers."""

    as_of_date: date
    currency_code: str


def value_rows(found: "Forecast", day: Day) -> pd.DataFrame:
    """One row a customer who ever ordered; none where the gate of value refused."""
    from models_ml.value import lifetime_value

    if not found.model.money:
        return pd.DataFrame(columns=list(VALUE))
    look = found.outlook
    frame = pd.DataFrame(
        {
            "customer_id": found.customer_ids,
            "as_of_date": pd.Timestamp(day.as_of_date),
            "horizon_days": found.model.horizon,
            "expected_orders": look.expected_orders,
            "expected_net_revenue": look.expected_net_revenue,
            "lower_80": look.lower_80,
            "upper_80": look.upper_80,
            "lifetime_value": lifetime_value(found.cut),
            "p_alive": found.cut.timing.model.alive(found.cut.known.histories),
            "currency_code": day.currency_code,
            "model": f"{found.cut.timing.family}_{found.model.money}",
            "model_run_id": "",
        }
    )
    return frame


def churn_rows(found: "Forecast", day: Day) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a customer who ever ordered, and TOLD reasons of each; none where the gate of churn refused.

    Effects are on the log-odds of churn: above 0 speaks for leaving.
    """
    from models_ml import health, reasons

    if not found.rung:
        return pd.DataFrame(columns=list(CHURN)), pd.DataFrame(columns=list(REASONS))
    ids = found.customer_ids
    why = reasons.explain(found.model.ladder, found.cut, found.rung, found.model.season)
    ranked = why.ranked()[:, :TOLD]
    codes = pd.Index(reasons.CODES)
    buys = found.buys
    scores = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of_date": pd.Timestamp(day.as_of_date),
            "horizon_days": found.model.horizon,
            "churn_probability": 1 - buys,
            "purchase_probability": buys,
            "purchase_probability_30d_ago": health.chances_before(found),
            **{f"reason_{rank + 1}": pd.Categorical.from_codes(ranked[:, rank], codes) for rank in range(TOLD)},
            "model": found.rung,
            "model_run_id": "",
        }
    )
    values, gaps = reasons.own_values(found.cut), reasons.gaps(found.cut)
    row = np.repeat(np.arange(len(ids)), TOLD)
    place = ranked.ravel()
    told = reasons.texts(place, values[row, place], gaps[row], day.currency_code)
    # Dictionaries and not strings by the million: DuckDB reads them as such.
    return scores, pd.DataFrame(
        {
            "customer_id": pd.Categorical.from_codes(row, pd.Index(ids)),
            "as_of_date": pd.Timestamp(day.as_of_date),
            "subject": "churn",
            "rank": np.tile(np.arange(1, TOLD + 1), len(ids)),
            "reason": pd.Categorical.from_codes(place, codes),
            "effect": -why.effects[row, place],
            "own_value": values[row, place],
            "text_en": _shared(told.en, told.place),
            "text_zh": _shared(told.zh, told.place),
        }
    )


def _shared(texts: list[str], place: np.ndarray) -> pd.Categorical:
    codes, distinct = pd.factorize(np.array(texts, dtype=object))
    return pd.Categorical.from_codes(codes[place], pd.Index(distinct))


def measures(decision: "Decision") -> tuple[dict[str, Any], ...]:
    """What was measured of every candidate, for the books: JSON knows no infinity, so an open end is None."""
    return tuple(
        {
            "name": f"{one.candidate}.{one.name}",
            "value": _finite(one.found.value),
            "lower": _finite(one.found.lower),
            "upper": _finite(one.found.upper),
            "rival": one.rival,
        }
        for one in decision.measures
    )


def calibration(decision: "Decision") -> tuple[dict[str, Any], ...]:
    """The calibration table of what was published."""
    return tuple(asdict(one) for one in decision.calibration)


def back_test(cutoff: str, listed: "Sequence[Listed]") -> tuple[dict[str, Any], ...]:
    """The list of a test against what happened, with its cutoff."""
    return tuple({"cutoff": cutoff, **asdict(one)} for one in listed)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
