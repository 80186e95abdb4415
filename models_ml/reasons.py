"""Why a customer got this probability: effects of a few groups of facts, in log-odds, that add up to the score.

Here belong the effects and their words. Every rung is a sum already (tables, straight lines, step functions, and the
buy-till-you-die model, which is "orders while a customer" plus "still a customer"), so nothing is approximated.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats
from models_ml.churn import Ladder
from models_ml.cuts import Cut, log_odds
from models_ml.levels import Belief
from models_ml.traces import Traces

CODES = ("silence", "frequency", "spend", "tenure", "returns", "trend", "visits")


@dataclass(frozen=True)
class Reasons:
    """`effects` (n, len(CODES)) on the log-odds of an order, against the average active customer, whose log-odds are
    `base`: base + effects summed over the groups is the score's log-odds."""

    base: float
    effects: NDArray[np.float64]

    def ranked(self) -> NDArray[np.intp]:
        """Places in CODES, strongest effect first whatever its sign, (n, len(CODES))."""
        return np.argsort(-np.abs(self.effects), axis=1, kind="stable")


def explain(ladder: Ladder, cut: Cut, rung: str, season: Belief) -> Reasons:
    """The effects behind `ladder.margin(cut, rung) + season.level`. Raises ValueError for a rung not trained."""
    timing = _of_timing(cut)
    if rung == "btyd":
        effects, constant = timing, 0.0
    elif rung in ("recency", "rfm_cell"):
        effects, constant = np.zeros((len(cut.known), len(CODES))), 0.0
        effects[:, 0] = ladder.of_active(cut, rung)
    elif ladder.line is None or ladder.steps is None:
        raise ValueError(f"The rung {rung} was not trained, so there is nothing to explain.")
    else:
        line = _grouped(cut.traces, ladder.line.contributions(cut.traces.values)), ladder.line.constant
        boosted = timing + _grouped(cut.traces, ladder.steps.contributions(cut.traces.values)), ladder.steps.constant
        if rung == "logistic":
            effects, constant = line
        elif rung == "boosting":
            effects, constant = boosted
        else:
            effects, constant = (line[0] + boosted[0] + timing) / 3, (line[1] + boosted[1]) / 3
    effects[:, CODES.index("silence")] += np.where(cut.is_active, 0.0, ladder.dormant.get(rung, 0.0))
    middle = effects[cut.is_active].mean(axis=0) if cut.is_active.any() else effects.mean(axis=0)
    return Reasons(float(constant + middle.sum() + season.level), effects - middle)


def _of_timing(cut: Cut) -> NDArray[np.float64]:
    """log-odds of an order = those of an order while still a customer + what doubt about that takes away."""
    rows, _, place = cut.known.histories.distinct()
    alive = np.maximum(cut.timing.model.alive(rows), 1e-12)[place]
    buys = cut.timing.model.buys(rows, cut.horizon)[place]
    effects = np.zeros((len(cut.known), len(CODES)))
    effects[:, CODES.index("frequency")] = log_odds(np.minimum(buys / alive, 1.0))
    effects[:, CODES.index("silence")] = cut.log_odds - effects[:, CODES.index("frequency")]
    return effects


def _grouped(traces: Traces, contributions: NDArray[np.float64]) -> NDArray[np.float64]:
    groups = np.array(traces.groups)
    return np.column_stack([contributions[:, groups == code].sum(axis=1) for code in CODES])


def own_values(cut: Cut) -> NDArray[np.float64]:
    """The customer's own number behind each group, (n, len(CODES)): days since the last order, order days in a year,
    mean value of an order, days since the first order, share given back, order days in 90 days, days with a visit in 30
    (0 where no log of visits is kept)."""
    known = cut.known
    has_visits = "visits" in cut.traces.groups
    return np.column_stack(
        [
            known.recency,
            np.expm1(cut.traces.column("orders_365d")),
            known.net / known.orders,
            known.histories.observed,
            cut.traces.column("returned_share"),
            np.expm1(cut.traces.column("orders_90d")),
            np.expm1(cut.traces.column("visit_days_30d")) if has_visits else np.zeros(len(known)),
        ]
    )


def words(code: str, value: float, gap: float, currency: str) -> tuple[str, str]:
    """One reason in English and Chinese, with the customer's own numbers.

    `gap`: mean days between order days, NaN for who ordered on one day only. Raises KeyError for an unknown code.
    """
    if code == "silence" and np.isnan(gap):
        return f"No order for {_days(value)} since the first one.", f"首次下单后已有 {value:.0f} 天未再下单。"
    told = {
        "silence": (
            f"No order for {_days(value)}; orders came every {_days(gap)} on average.",
            f"已有 {value:.0f} 天未下单；平均每 {gap:.0f} 天下单一次。",
        ),
        "frequency": (
            f"Ordered on {_days(value)} of the last 365.",
            f"最近 365 天中有 {value:.0f} 天下单。",
        ),
        "spend": (
            f"An order is worth {value:,.0f} {currency} on average.".replace("  ", " "),
            f"平均每单 {value:,.0f} {currency}。",
        ),
        "tenure": (f"The first order was {_days(value)} ago.", f"首次下单在 {value:.0f} 天前。"),
        "returns": (f"{value:.0%} of what was bought was given back.", f"购买金额中 {value:.0%} 已退款。"),
        "trend": (f"Ordered on {value:.0f} of the last 90 days.", f"最近 90 天中有 {value:.0f} 天下单。"),
        "visits": (f"Visited on {value:.0f} of the last 30 days.", f"最近 30 天中有 {value:.0f} 天来访。"),
    }
    return told[code]


def _days(count: float) -> str:
    told = f"{count:.0f}"
    return "1 day" if told == "1" else f"{told} days"


@dataclass(frozen=True)
class Texts:
    """Texts that many customers share: `place` (n,) into `en` and `zh`."""

    place: NDArray[np.intp]
    en: list[str]
    zh: list[str]


def texts(codes: NDArray[np.integer], values: Floats, gaps: Floats, currency: str) -> Texts:
    """The words of many reasons, each text made once: numbers are told rounded, so a million customers share some
    thousands. `codes` are places in CODES; the others as in `words`; (n,) each."""
    is_share, is_silence = codes == CODES.index("returns"), codes == CODES.index("silence")
    shown = np.rint(np.where(is_share, values * 100, values)).astype(np.int64)
    gap = np.where(np.isnan(gaps), -1, np.rint(np.nan_to_num(gaps))).astype(np.int64)
    # Only silence is told with a gap: its keys lie below 0, days and gap side by side.
    keys = np.where(is_silence, -1 - (shown * 1_000_000 + gap + 1), shown * len(CODES) + codes)
    _, first, place = np.unique(keys, return_index=True, return_inverse=True)
    told = [
        words(
            CODES[codes[at]],
            float(shown[at]) / (100 if is_share[at] else 1),
            float(gap[at]) if gap[at] >= 0 else float("nan"),
            currency,
        )
        for at in first
    ]
    return Texts(place, [en for en, _ in told], [zh for _, zh in told])


def gaps(cut: Cut) -> Floats:
    """Mean days between a customer's order days, (n,); NaN where there was only one."""
    histories = cut.known.histories
    return np.where(histories.repeats > 0, histories.last / np.maximum(histories.repeats, 1), np.nan)
