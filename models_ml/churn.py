"""How likely is each customer to order within the horizon, and so: how likely not to?

Here belong the rungs of the ladder, from one that knows only when somebody last ordered to the mean of three models,
and the reasons for a score. Which rung may be published is the business of `gate`.

A cutoff has its own level: before Christmas everybody is likelier to order than before summer. Learning it as if it
were a trait of the customers spoils their ranking, so every cutoff's level is taken out first (a fixed effect) and the
forecast gets the level of its season: that of a year ago where the log was long enough then, else half of that of
the newest complete cutoff (`levels`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from models_ml import additive, logistic
from models_ml.additive import Additive
from models_ml.btyd.histories import Floats
from models_ml.cuts import Cut, log_odds, probability
from models_ml.levels import Belief, Level, believed
from models_ml.logistic import Logistic
from models_ml.traces import NAMES

RUNGS = ("recency", "rfm_cell", "btyd", "logistic", "boosting", "mean")
TABLE_BINS = 10
PRIOR_CUSTOMERS = 20.0
STEP_DAYS = 30
MOST_CUTOFFS = 16
SEASON_NEEDS_DAYS = 180
YEAR = 365


@dataclass(frozen=True)
class Table:
    """Rates of buying by cells of features, as log-odds around the level of the cutoff."""

    features: tuple[str, ...]
    edges: tuple[Floats, ...]
    margins: Floats

    def margin(self, cut: Cut) -> Floats:
        """Log-odds of buying, (n,)."""
        place = np.zeros(len(cut.known), dtype=np.intp)
        for name, edges in zip(self.features, self.edges, strict=True):
            place = place * (len(edges) + 1) + np.searchsorted(edges, cut.traces.column(name), side="right")
        return self.margins[place]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {
            "features": list(self.features),
            "edges": [edges.tolist() for edges in self.edges],
            "margins": self.margins.tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Table":
        """The inverse of `to_dict`."""
        edges = tuple(np.array(edges, dtype=float) for edges in stored["edges"])
        return cls(tuple(stored["features"]), edges, np.array(stored["margins"], dtype=float))


@dataclass(frozen=True)
class Ladder:
    """All rungs, trained; None where there was no complete cutoff to learn from.

    `dormant` is by rung what must be added for customers without an order in the last year: a rate that was fitted to
    the living is too high for them. `effects` keeps what the line and the steps said of a cutoff, for rungs share them.
    """

    recency: Table | None
    rfm_cell: Table | None
    line: Logistic | None
    steps: Additive | None
    dormant: Mapping[str, float]
    cutoffs: tuple[int, ...]
    rows: int
    effects: WeakKeyDictionary[Cut, tuple[Floats, Floats]] = field(default_factory=WeakKeyDictionary, repr=False)

    @property
    def rungs(self) -> tuple[str, ...]:
        """Those that can score, lowest first."""
        return RUNGS if self.line is not None else ("btyd",)

    def margin(self, cut: Cut, rung: str) -> Floats:
        """Log-odds of an order within the horizon by a rung, before the level of the season, (n,).

        Raises ValueError where the rung was not trained.
        """
        return self.of_active(cut, rung) + np.where(cut.is_active, 0.0, self.dormant.get(rung, 0.0))

    def of_active(self, cut: Cut, rung: str) -> Floats:
        """The same without what is added for the dormant."""
        if rung == "btyd":
            return cut.log_odds
        if rung not in self.rungs or not (self.recency and self.rfm_cell and self.line and self.steps):
            raise ValueError(f"The rung {rung} was not trained: the log had no complete horizon to learn from.")
        if rung in ("recency", "rfm_cell"):
            return (self.recency if rung == "recency" else self.rfm_cell).margin(cut)
        if cut not in self.effects:
            self.effects[cut] = self.line.margin(cut.traces.values), self.steps.margin(cut.traces.values)
        line, steps = self.effects[cut]
        if rung == "logistic":
            return line
        boosted = cut.log_odds + steps
        if rung == "boosting":
            return boosted
        return (line + boosted + cut.log_odds) / 3

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        parts = {"recency": self.recency, "rfm_cell": self.rfm_cell, "line": self.line, "steps": self.steps}
        stored = {name: part.to_dict() if part is not None else None for name, part in parts.items()}
        return stored | {"dormant": dict(self.dormant), "cutoffs": list(self.cutoffs), "rows": self.rows}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Ladder":
        """The inverse of `to_dict`."""
        recency, rfm_cell = (
            Table.from_dict(stored[name]) if stored[name] else None for name in ("recency", "rfm_cell")
        )
        line = Logistic.from_dict(stored["line"]) if stored["line"] else None
        steps = Additive.from_dict(stored["steps"]) if stored["steps"] else None
        return cls(recency, rfm_cell, line, steps, stored["dormant"], tuple(stored["cutoffs"]), int(stored["rows"]))


def train(cuts: Sequence[Cut]) -> Ladder:
    """Learn every rung from complete cutoffs (`came` is there), on the customers active at each.

    Horizons that overlap tell the same orders several times, so a row weighs STEP_DAYS / horizon. Without cutoffs only
    the rung `btyd` can score.
    """
    if not cuts:
        return Ladder(None, None, None, None, {}, (), 0)
    values = np.vstack([cut.traces.values[cut.is_active] for cut in cuts])
    known = np.concatenate([cut.log_odds[cut.is_active] for cut in cuts])
    truth = np.concatenate([cut.outcome.bought[cut.is_active] for cut in cuts])
    levels = np.concatenate([np.full(int(cut.is_active.sum()), level_of(cut, cut.log_odds)) for cut in cuts])
    weights = np.full(len(truth), min(1.0, STEP_DAYS / cuts[0].horizon))
    ladder = Ladder(
        recency=_table(("recency",), values, truth, levels, TABLE_BINS),
        rfm_cell=_table(("recency_rank", "orders_rank", "net_rank"), values, truth, levels, 5),
        line=logistic.train(values, truth, levels, weights, ridge=100.0),
        steps=additive.train(values, truth, known + levels, weights, BOOSTING),
        dormant={},
        cutoffs=tuple(cut.known.cutoff for cut in cuts),
        rows=len(truth),
    )
    return replace(ladder, dormant={rung: _dormant_level(ladder, rung, cuts) for rung in ladder.rungs})


BOOSTING = additive.Settings(rounds=20, rate=0.1, bins=16, leaves=3, ridge=5.0, least=100.0)


def level_of(cut: Cut, margin: Floats) -> float:
    """What must be added to log-odds so that, on average over the active, as many buy as did at this cutoff."""
    bought, margin = cut.outcome.bought[cut.is_active], margin[cut.is_active]
    return additive.level(margin, np.ones(len(margin)), float(bought.mean()))


def season(ladder: Ladder, rung: str, year_ago: Cut | None, complete: Sequence[Cut]) -> Belief:
    """The level of the time of year in log-odds, from a cutoff a year ago and the complete ones, newest first.

    `year_ago` counts only with SEASON_NEEDS_DAYS of log before it: a shorter log shows newcomers, not a season.
    """
    counts = year_ago is not None and year_ago.came is not None and year_ago.known.cutoff >= SEASON_NEEDS_DAYS
    then = _level(ladder, rung, year_ago) if counts and year_ago is not None else None
    return believed(then, [_level(ladder, rung, cut) for cut in complete])


def _level(ladder: Ladder, rung: str, cut: Cut) -> Level:
    margin = ladder.margin(cut, rung)
    value = level_of(cut, margin)
    chance = probability(margin + value)[cut.is_active]
    return Level(value, float(1 / np.sqrt(max((chance * (1 - chance)).sum(), 1e-9))))


def _dormant_level(ladder: Ladder, rung: str, cuts: Sequence[Cut]) -> float:
    """Held towards 0 by PRIOR_CUSTOMERS."""
    margins, bought = [], []
    for cut in cuts:
        margin = ladder.margin(cut, rung)
        margins.append((margin + level_of(cut, margin))[~cut.is_active])
        bought.append(cut.outcome.bought[~cut.is_active])
    margin, truth = np.concatenate(margins), np.concatenate(bought)
    if not len(truth):
        return 0.0
    rate = (truth.sum() + PRIOR_CUSTOMERS * (1 / (1 + np.exp(-margin))).mean()) / (len(truth) + PRIOR_CUSTOMERS)
    return additive.level(margin, np.ones(len(margin)), float(rate))


def _table(features: tuple[str, ...], values: np.ndarray, truth: Floats, levels: Floats, bins: int) -> Table:
    columns = [values[:, NAMES.index(name)] for name in features]
    edges = tuple(additive.edges_of(column, bins) for column in columns)
    place = np.zeros(len(truth), dtype=np.intp)
    for column, edge in zip(columns, edges, strict=True):
        place = place * (len(edge) + 1) + np.searchsorted(edge, column, side="right")
    cells = int(np.prod([len(edge) + 1 for edge in edges]))
    count = np.bincount(place, minlength=cells)
    rate = truth.mean()
    rates = (np.bincount(place, truth, cells) + PRIOR_CUSTOMERS * rate) / (count + PRIOR_CUSTOMERS)
    around = np.bincount(place, levels, cells) / np.maximum(count, 1)
    return Table(features, edges, log_odds(rates) - around)
