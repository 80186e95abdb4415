"""Leads: how likely does each become a customer, and who should have it?

The chance is a logistic regression on what is known when a lead comes in: channel, kind, representative, and how this
representative does with this kind. Every effect has a normal prior (ridge), that of representative x kind the widest
but one, so a pair seen twice moves little. Hours to the first answer are learnt from as well, because quick
representatives would else look able ones; nobody knows them when a lead comes in, so everybody is scored with the
usual hours.

The match gives open leads to representatives so that the sum of the chances is the largest, nobody getting more than
their share (the assignment problem, solved by scipy after Jonker and Volgenant).
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Floats, Ints
from models_ml.refusal import need

INPUTS = ("lead_id", "channel", "kind", "owner_id")
MINIMUM_LEADS, MINIMUM_CONVERTED = 100, 20
# Standard deviation of the prior of each kind of effect, in log odds.
PRIOR = {"channel": 0.5, "kind": 0.4, "owner_id": 0.3, "owner_id x kind": 0.9, "hours": 0.7}
MINIMUM_TESTED, TRAIN_SHARE, DRAWS = 10, 0.7, 400
SLACK = 1.2  # times the even share of leads that a representative can take
ROUNDS = 25  # Newton's method needs about six


@dataclass(frozen=True)
class LeadModel:
    """`effects`: by kind of effect and level, in log odds. `intercept`: of a lead answered after the usual hours."""

    intercept: float
    effects: dict[str, dict[str, float]]

    def log_odds(self, leads: pd.DataFrame) -> pd.DataFrame:
        """The parts of each lead's log odds by kind of effect; an unknown level has no effect."""
        return pd.DataFrame(
            {name: _levels(leads, name).map(told).fillna(0.0) for name, told in self.effects.items()},
            index=leads.index,
        )


def train(leads: pd.DataFrame) -> LeadModel:
    """`leads`: those whose outcome is known, with INPUTS, is_converted and response_hours (missing: never answered).
    Raises Refused below MINIMUM_LEADS or MINIMUM_CONVERTED."""
    need(len(leads), MINIMUM_LEADS, "leads have ended", "已有结果的线索")
    need(int(leads["is_converted"].sum()), MINIMUM_CONVERTED, "leads were converted", "已转化的线索")
    names = [name for name in PRIOR if name != "hours"]
    coded = {name: pd.factorize(_levels(leads, name), sort=True) for name in names}
    hours = leads["response_hours"].to_numpy(dtype=np.float64, na_value=np.nan)
    late = np.log1p(np.where(np.isnan(hours), np.nanmax(np.append(hours, 0.0)), hours))
    blocks = [PRIOR[name] * np.eye(len(levels))[codes] for name, (codes, levels) in coded.items()]
    design = np.column_stack([np.ones(len(leads)), *blocks, PRIOR["hours"] * (late - np.median(late))])
    found = _ridge(design, leads["is_converted"].to_numpy(dtype=np.float64))
    effects, at = {}, 1
    for name, (_, levels) in coded.items():
        part = PRIOR[name] * found[at : at + len(levels)]
        effects[name] = dict(zip(map(str, levels), part.tolist(), strict=True))
        at += len(levels)
    return LeadModel(float(found[0]), effects)


def score(model: LeadModel, leads: pd.DataFrame) -> pd.DataFrame:
    """`leads` with INPUTS -> lead_id, conversion_probability, reason_1, reason_2: the kinds of effect that move the
    odds most, with their direction (channel_helps, owner_hurts ...)."""
    parts = model.log_odds(leads)
    chance = 1 / (1 + np.exp(-(model.intercept + parts.sum(axis=1).to_numpy())))
    reasons = _reasons(parts)
    return pd.DataFrame(
        {
            "lead_id": leads["lead_id"].to_numpy(),
            "conversion_probability": chance,
            "reason_1": reasons[:, 0],
            "reason_2": reasons[:, 1],
        }
    )


def match(model: LeadModel, leads: pd.DataFrame, staff: list[str]) -> pd.Series:
    """The member of `staff` each lead should go to, indexed like `leads`; nobody gets more than SLACK times an even
    share. Raises ValueError when there is no staff."""
    from scipy.optimize import linear_sum_assignment

    if not staff:
        raise ValueError("Leads can only be given to somebody: no representative is known.")
    people = sorted(staff)
    chances = np.column_stack(
        [score(model, leads.assign(owner_id=person))["conversion_probability"].to_numpy() for person in people]
    )
    places = np.repeat(np.arange(len(people)), ceil(SLACK * len(leads) / len(people)))
    row, column = linear_sum_assignment(chances[:, places], maximize=True)
    given = np.empty(len(leads), dtype=object)
    given[row] = np.array(people, dtype=object)[places[column]]
    return pd.Series(given, index=leads.index)


@dataclass(frozen=True)
class Verdict:
    """Out of time, on the latest leads: how well each model tells who converts (area under the ROC curve), and the gain
    with its 95 % interval over drawn leads."""

    auc: float
    rival_auc: float
    gain: float
    gain_lower: float
    gain_upper: float
    trained_on: int
    tested_on: int

    @property
    def is_better(self) -> bool:
        return self.gain_lower > 0

    def sentences(self) -> tuple[str, str]:
        """What was found, in English and Chinese."""
        interval = f"{self.gain:+.3f} [{self.gain_lower:+.3f}, {self.gain_upper:+.3f}]"
        if self.is_better:
            return (
                f"Better than the channel's rate: AUC {self.auc:.3f} against {self.rival_auc:.3f}, gain {interval} on "
                f"{self.tested_on} later leads.",
                f"优于渠道转化率：在 {self.tested_on} 条较晚的线索上 AUC {self.auc:.3f} 对 {self.rival_auc:.3f}，"
                f"增益 {interval}。",
            )
        return (
            f"Not better than the channel's rate, which is published instead: gain of AUC {interval} on "
            f"{self.tested_on} later leads.",
            f"并不优于渠道转化率，因此改为发布后者：在 {self.tested_on} 条较晚的线索上 AUC 增益 {interval}。",
        )


def judge(leads: pd.DataFrame, seed: int) -> Verdict:
    """Learn from the older seven tenths of `leads` (as for `train`, with created_at), be tried on the others, against
    the rate of the channel. Raises what `train` raises, and Refused when the later ones all end alike."""
    need(len(leads), MINIMUM_LEADS, "leads have ended", "已有结果的线索")
    ordered = leads.sort_values(["created_at", "lead_id"], ignore_index=True)
    cut = int(TRAIN_SHARE * len(ordered))
    older, later = ordered.iloc[:cut], ordered.iloc[cut:]
    converted = later["is_converted"].to_numpy(dtype=bool)
    need(
        int(min(converted.sum(), (~converted).sum())),
        MINIMUM_TESTED,
        "later leads of either end",
        "近期已转化或未转化的线索",
    )
    ours = score(train(older), later)["conversion_probability"].to_numpy()
    rival = score(rates(older, "channel"), later)["conversion_probability"].to_numpy()
    dice = np.random.default_rng(seed)
    gains = []
    for _ in range(DRAWS):
        drawn = dice.integers(0, len(later), len(later))
        if 0 < converted[drawn].sum() < len(drawn):
            gains.append(_auc(converted[drawn], ours[drawn]) - _auc(converted[drawn], rival[drawn]))
    auc, rival_auc = _auc(converted, ours), _auc(converted, rival)
    lower, upper = np.quantile(gains, [0.025, 0.975]).tolist()
    return Verdict(auc, rival_auc, auc - rival_auc, lower, upper, len(older), len(later))


def rates(leads: pd.DataFrame, by: str) -> LeadModel:
    """The rival: the rate of conversion of each level of one column, drawn towards everybody's with the weight of
    ten."""
    overall = float(leads["is_converted"].mean())
    grouped = leads.groupby(by)["is_converted"].agg(["sum", "count"])
    rate = (grouped["sum"] + 10 * overall) / (grouped["count"] + 10)
    odds = np.log(rate / (1 - rate)) - np.log(overall / (1 - overall))
    return LeadModel(float(np.log(overall / (1 - overall))), {by: odds.to_dict()})


def _levels(leads: pd.DataFrame, name: str) -> pd.Series:
    columns = name.split(" x ")
    joined = leads[columns[0]].fillna("unknown").astype(str)
    for column in columns[1:]:
        joined = joined + " x " + leads[column].fillna("unknown").astype(str)
    return joined


def _auc(is_positive: NDArray[np.bool_], points: Floats) -> float:
    """Chance that a positive one has more points than a negative one, ties halved (Mann and Whitney)."""
    from scipy.stats import rankdata

    positive = int(is_positive.sum())
    ranks = float(rankdata(points)[is_positive].sum())
    return (ranks - positive * (positive + 1) / 2) / (positive * (len(points) - positive))


def _ridge(design: Floats, outcome: Floats) -> Floats:
    """Coefficients with a standard normal prior on all but the first, by Newton's method (the posterior mode)."""
    precision = np.append(0.0, np.ones(design.shape[1] - 1))
    found = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-design @ found))
        slope = design.T @ (outcome - chance) - precision * found
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            return found
    raise ArithmeticError("The lead score did not settle: its leads do not determine the effects. Look at the export.")


def _reasons(parts: pd.DataFrame) -> np.ndarray:
    names = parts.columns.str.replace("owner_id x kind", "owner_with_kind").str.replace("owner_id", "owner")
    effect = parts.to_numpy()
    order: Ints = np.argsort(-np.abs(effect), axis=1, kind="stable")[:, :2]
    moved = np.take_along_axis(effect, order, axis=1)
    words = np.asarray(names, dtype=object)[order] + np.where(moved < 0, "_hurts", "_helps")
    found = words.copy()
    found[np.abs(moved) <= 0.01] = None
    return np.column_stack([found, np.full((len(parts), max(0, 2 - found.shape[1])), None)])
