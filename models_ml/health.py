"""Customer health: the calibrated chance that a customer is active in the next 90 days, and nothing else.

The chance comes from the churn model, which has a gate of its own; no weights are made up here. The score is that
chance in hundredths; the reasons are the churn model's groups of reasons; the change is against the score of 30 days
before, where one was kept. Without a published churn model there is no health score, and that is said."""

from datetime import date, timedelta

import pandas as pd

from models_ml.refusal import TooLittleData

BACK, LATEST, EARLIEST = 30, 28, 37  # days: how far to look back, and what passes for it
REASONS = ("reason_1", "reason_2", "reason_3")


def score(chances: pd.DataFrame, kept: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """`chances`: customer_id, purchase_probability (0 to 1), REASONS. `kept`: customer_id, as_of_date, health_score
    of days before. Returns customer_id, as_of_date, health_score (0 to 100), change_30d (points; missing without a
    score kept for a day EARLIEST to LATEST days ago, the nearest to BACK counts), REASONS. Raises TooLittleData
    without chances."""
    if chances.empty:
        raise TooLittleData(
            "No calibrated chance of buying within 90 days is published for this day, so nobody has a health score: it "
            "would have to be made up. Publish the churn model first.",
            "当日没有已发布的、经过校准的 90 天内购买概率，因此不给出健康分，以免凭空编造；请先发布流失模型。",
        )
    found = chances[["customer_id", *REASONS]].assign(
        as_of_date=as_of, health_score=100 * chances["purchase_probability"].astype("float64")
    )
    before = found["customer_id"].map(_then(kept, as_of))
    return found.assign(change_30d=found["health_score"] - before.astype("float64"))


def _then(kept: pd.DataFrame, as_of: date) -> pd.Series:
    days = pd.to_datetime(kept["as_of_date"])
    old = days.between(pd.Timestamp(as_of - timedelta(EARLIEST)), pd.Timestamp(as_of - timedelta(LATEST)))
    distance = (days[old] - pd.Timestamp(as_of - timedelta(BACK))).abs()
    if distance.empty:
        return pd.Series(dtype="float64")
    day = days[old].to_numpy()[int(distance.to_numpy().argmin())]
    return kept[days == day].set_index("customer_id")["health_score"]
