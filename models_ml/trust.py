"""Trust (信誉): does a customer deal fairly - or send back, refuse deliveries, pay late, abuse coupons, complain for
nothing?

Each kind of conduct is counted per order that could show it: only what is sent can be refused at the door. The
customer's rate is drawn towards everybody's with the weight of twelve such orders, so one mishap of a newcomer says
little, and compared with it on a log scale: points = -weight x log((rate + 0.03) / (everybody's rate + 0.03)), halved
where the rate is below everybody's, so that being good in one way does not make up for being bad in another. Score =
75 + points of all kinds, kept between 0 and 100: 75 is somebody of whom nothing is known, a long clean record earns
more. With the number of orders fixed, the score never rises when anything is counted once more.

No export says that a delivery was refused. An order of several lines given back whole is taken for refused; one of a
single line may as well have been returned. Of these as large a part counts as refused as explains the rate that orders
of several lines have (a mixture), the rest as returned.

Nothing else enters: no age, sex, origin, address or name, nothing about the person but conduct (CONDUCT is all that is
read). The weights are a policy. A person may decide otherwise for a customer (`overrides`): the appeal.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models_ml.history import Floats
from models_ml.refusal import need

# What is counted, with the points that a doubled rate costs, times log 2.
CONDUCT = {
    "returns": 8.0,
    "refused_deliveries": 16.0,
    "late_payments": 20.0,
    "coupon_abuse": 12.0,
    "unfounded_complaints": 12.0,
}
# Orders; those of them that were sent, and of these those of several lines; single lines given back whole.
COUNTS = ("order_count", "sent_count", "several_lines_count", "given_back_whole")
INPUTS = ("customer_id", *COUNTS, *CONDUCT)
UNKNOWN, HIGH_FROM, LOW_BELOW = 75.0, 83.0, 55.0  # points
PRIOR_ORDERS, FLOOR, CREDIT = 12.0, 0.03, 0.5
MINIMUM_ORDERS = 200
REASONS = 3
DECISIONS = ("trusted", "undo")


@dataclass(frozen=True)
class Norms:
    """Everybody's rate an order of each kind of CONDUCT, in its order; the part of the single lines given back whole
    that counts as refused."""

    rates: tuple[float, ...]
    refused_part: float = 0.0


def train(conduct: pd.DataFrame) -> Norms:
    """`conduct`: one row a customer with the columns INPUTS, counts of whole numbers. Raises Refused below
    MINIMUM_ORDERS."""
    orders = int(conduct["order_count"].sum())
    need(orders, MINIMUM_ORDERS, "orders have been placed", "已下订单")
    several, single = (
        conduct["several_lines_count"].sum(),
        (conduct["sent_count"] - conduct["several_lines_count"]).sum(),
    )
    refused, unclear = conduct["refused_deliveries"].sum() / max(several, 1), conduct["given_back_whole"].sum()
    part = float(min(refused * single / unclear, 1.0)) if unclear else 0.0
    counts, exposures = _counted(conduct, part)
    return Norms(tuple(float(counts[kind].sum() / max(exposures[kind].sum(), 1)) for kind in CONDUCT), part)


def score(norms: Norms, conduct: pd.DataFrame, overrides: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row per row of `conduct`: customer_id, as_of_date, trust_score (0 to 100), trust_band, reason_1 to reason_3
    (kinds of CONDUCT that cost points, most first; `clean_record` or `little_known` when none does), is_overridden.

    `overrides`: decided_at, customer_id, decision ('trusted', 'undo'), in the order of the file; the latest before
    as_of counts. Whoever was declared trusted is not below what somebody unknown gets. Raises ValueError on another
    decision."""
    points = explain(norms, conduct)
    trusted = conduct["customer_id"].isin(_declared_trusted(overrides, as_of)).to_numpy()
    total = np.clip(UNKNOWN + points.to_numpy().sum(axis=1), 0, 100)
    total = np.where(trusted, np.maximum(total, UNKNOWN), total)
    band = np.where(total >= HIGH_FROM, "high", np.where(total < LOW_BELOW, "low", "normal"))
    scores = pd.DataFrame({"customer_id": conduct["customer_id"].to_numpy(), "as_of_date": as_of})
    scores["trust_score"], scores["trust_band"] = total, band
    counts, _ = _counted(conduct, norms.refused_part)
    reasons = _reasons(points.to_numpy(), np.column_stack([counts[kind] for kind in CONDUCT]), conduct)
    for rank in range(REASONS):
        scores[f"reason_{rank + 1}"] = reasons[:, rank]
    return scores.assign(is_overridden=trusted)


def explain(norms: Norms, conduct: pd.DataFrame) -> pd.DataFrame:
    """Points of each kind of CONDUCT, a row a customer; with UNKNOWN they add up to the score before it is bounded."""
    counts, exposures = _counted(conduct, norms.refused_part)
    return pd.DataFrame(
        {
            kind: _points(weight, counts[kind], exposures[kind], norm)
            for (kind, weight), norm in zip(CONDUCT.items(), norms.rates, strict=True)
        }
    )


def _counted(conduct: pd.DataFrame, refused_part: float) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """By kind: how often, what is unclear shared out, and in how many orders it could have been, [n] each."""
    told = {name: conduct[name].to_numpy(dtype=np.float64) for name in INPUTS[1:]}
    counts = {kind: told[kind] for kind in CONDUCT}
    counts["refused_deliveries"] = counts["refused_deliveries"] + refused_part * told["given_back_whole"]
    counts["returns"] = counts["returns"] + (1 - refused_part) * told["given_back_whole"]
    exposures = dict.fromkeys(CONDUCT, told["order_count"]) | {"refused_deliveries": told["sent_count"]}
    return counts, exposures


def _points(weight: float, count: Floats, orders: Floats, norm: float) -> Floats:
    rate = (count + PRIOR_ORDERS * norm) / (orders + PRIOR_ORDERS)
    excess = np.log((rate + FLOOR) / (norm + FLOOR))
    return -weight * np.where(excess > 0, excess, CREDIT * excess)


def _declared_trusted(overrides: pd.DataFrame, as_of: date) -> list[str]:
    unknown = sorted(set(overrides["decision"]) - set(DECISIONS))
    if unknown:
        raise ValueError(f"A decision about trust is one of {', '.join(DECISIONS)}; {len(unknown)} others were found.")
    past = overrides[pd.to_datetime(overrides["decided_at"]) < pd.Timestamp(as_of)]
    latest = past.sort_values("decided_at", kind="stable").drop_duplicates("customer_id", keep="last")
    return latest.loc[latest["decision"].eq("trusted"), "customer_id"].tolist()


def _reasons(points: Floats, counts: Floats, conduct: pd.DataFrame) -> np.ndarray:
    """A kind is named when it is likelier than not to have occurred."""
    kinds = np.array(list(CONDUCT), dtype=object)
    costs = np.where((points < 0) & (counts > 0.5), points, 0.0)
    order = np.argsort(costs, axis=1, kind="stable")[:, :REASONS]
    found = kinds[order]
    found[np.take_along_axis(costs, order, axis=1) == 0] = None
    is_blameless = (costs == 0).all(axis=1)
    is_known = conduct["order_count"].to_numpy() >= PRIOR_ORDERS
    found[is_blameless & is_known, 0] = "clean_record"
    found[is_blameless & ~is_known, 0] = "little_known"
    return found
