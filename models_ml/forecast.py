"""From a fitted model to the scores of a day: everybody in the log, as they are when the day begins.

Here belong what is kept of a model between the days it is trained for (plain numbers) and what is made of it. How it
is learnt, tested and chosen stands in `training`. A model may score any day from its own on; the measures of drift
tell when it should not any more.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml import value
from models_ml.btyd.histories import Floats
from models_ml.churn import Ladder
from models_ml.cuts import Cut, Fits, probability, seen
from models_ml.drift import Moved, Reference, drift
from models_ml.levels import Belief
from models_ml.order_log import OrderLog
from models_ml.value import Outlook, Value

PLAIN = "btyd"


@dataclass(frozen=True)
class Model:
    """What was learnt for one day, `horizon` days ahead.

    `rung` is that of `churn` which passed its gate, `money` the candidate which passed that of value ('' where none
    did), `basis` the rung of buying that money stands on. `seasons`: level of the season by rung, for `shown` and
    `basis`. `reference` and `moved`: what drift is measured against (None: there was nothing complete) and how far it
    was when this was trained.
    """

    horizon: int
    fits: Fits
    ladder: Ladder
    rung: str
    money: str
    basis: str
    seasons: Mapping[str, Belief]
    value: Value
    reference: Reference | None
    moved: tuple[Moved, ...]

    @property
    def shown(self) -> str:
        """The rung whose log-odds are worked out: the published one, or the plainest where none is."""
        return self.rung or PLAIN

    @property
    def season(self) -> Belief:
        """The level of the season put into those."""
        return self.seasons[self.shown]

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {
            **{name: getattr(self, name) for name in ("horizon", "rung", "money", "basis")},
            **{name: getattr(self, name).to_dict() for name in ("fits", "ladder", "value")},
            "seasons": {rung: asdict(level) for rung, level in self.seasons.items()},
            "reference": self.reference.to_dict() if self.reference else None,
            "moved": [asdict(one) for one in self.moved],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Model":
        """The inverse of `to_dict`."""
        return cls(
            **{name: stored[name] for name in ("horizon", "rung", "money", "basis")},
            fits=Fits.from_dict(stored["fits"]),
            ladder=Ladder.from_dict(stored["ladder"]),
            value=Value.from_dict(stored["value"]),
            seasons={rung: Belief(**level) for rung, level in stored["seasons"].items()},
            reference=Reference.from_dict(stored["reference"]) if stored["reference"] else None,
            moved=tuple(Moved(**one) for one in stored["moved"]),
        )


@dataclass(frozen=True)
class Forecast:
    """The answer for all who ever ordered before the day, in the order of `cut.known.customers`.

    `outlook` tells of money (where `model.money` is empty nothing of it may be shown); `margin` are the log-odds of an
    order within the horizon by `model.shown`, level of the season included, (n,); `moved` is the drift of the day.
    """

    model: Model
    log: OrderLog
    cut: Cut
    outlook: Outlook
    margin: Floats
    moved: tuple[Moved, ...]

    @property
    def customer_ids(self) -> NDArray[np.object_]:
        """Whom each element speaks of."""
        return self.log.customer_ids[self.cut.known.customers]

    @property
    def rung(self) -> str:
        """The rung whose probabilities may be shown; '' where none may."""
        return self.model.rung

    @property
    def buys(self) -> Floats:
        """P(an order within the horizon), (n,)."""
        return probability(self.margin)

    @property
    def has_drifted(self) -> bool:
        """Whether a measure has passed its limit that had not when the model was trained."""
        then = {one.name for one in self.model.moved if one.value > one.limit}
        return any(one.value > one.limit and one.name not in then for one in self.moved)


def score(model: Model, log: OrderLog, as_of: pd.Timestamp) -> Forecast:
    """Score everybody who ordered before the day. Raises Refused when nobody had."""
    cut = seen(log, log.number_of(as_of), model.horizon, model.fits)
    margins = {rung: model.ladder.margin(cut, rung) for rung in model.seasons}
    margin = margins[model.shown]
    moved = drift(cut, margin, model.reference) if model.reference else ()
    outlook = value.score(model.value, cut, margins[model.basis], model.seasons[model.basis].level)
    return Forecast(model, log, cut, outlook, margin + model.season.level, tuple(moved))
