"""Customer health: the calibrated chance of an order within 90 days, its reasons, and how it has changed in 30 days.

No weights of our own: the score is the churn model's probability in hundredths. The change compares with what the same
model, at the same level of the season, says of the customer as he or she was 30 days earlier: it tells of the
customer's conduct alone and neither of the time of year nor of a model that was trained anew. Without a published churn
model there is no health score, and that is said.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models_ml.btyd.histories import Floats
from models_ml.refusal import Refused

if TYPE_CHECKING:
    from models_ml.forecast import Forecast

BACK = 30  # days
REASONS = ("reason_1", "reason_2", "reason_3")


def chances_before(found: "Forecast") -> Floats:
    """P(an order within the horizon) of the customers of a forecast as they were BACK days before its day, (n,); NaN
    for those who had not ordered yet."""
    from models_ml.cuts import probability, seen

    known, model = found.cut.known, found.model
    chances = np.full(len(known), np.nan)
    try:
        then = seen(found.log, known.cutoff - BACK, model.horizon, model.fits)
    except Refused:  # nobody had ordered yet
        return chances
    margin = model.ladder.margin(then, found.rung) + model.season.level
    chances[np.searchsorted(known.customers, then.known.customers)] = probability(margin)
    return chances


def score(chances: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """`chances`: customer_id, purchase_probability and purchase_probability_30d_ago (0 to 1; the latter missing for who
    had not ordered by then), REASONS. Returns customer_id, as_of_date, health_score (0 to 100), change_30d (points),
    REASONS. Raises Refused without chances."""
    if chances.empty:
        raise Refused(
            "No calibrated chance of buying within 90 days is published for this day, so nobody has a health score: it "
            "would have to be made up. Publish the churn model first.",
            "当日没有已发布的、经过校准的 90 天内购买概率，因此不给出健康分，以免凭空编造；请先发布流失模型。",
        )
    now, before = (
        100 * chances[name].astype("float64") for name in ("purchase_probability", "purchase_probability_30d_ago")
    )
    return chances[["customer_id", *REASONS]].assign(as_of_date=as_of, health_score=now, change_30d=now - before)
