"""Are those of whom little is expected told too much, and the others too little?

Models of buying draw everybody towards the mean, and where a log holds customers of several kinds they draw the lowest
too far up. Here belongs what past cutoffs show of that, told as a factor that depends on the expected amount alone: it
changes no ranking and no total. Each fifth of the customers by expected amount has the ratio of what came to what was
told, drawn towards 1 by its own standard error against how far the ratios differ at all (Buehlmann's credibility):
where they differ by chance nothing is changed. Amounts between the fifths' means are read from the straight line
between them, on logarithms.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models_ml.btyd.histories import Floats

PARTS = 5
POWER = 1.5  # of the mean in the variance: between counts (1) and amounts (2)
LEAST_RATIO, LEAST_SLOPE = 0.1, 0.1
TINY = 1e-9


@dataclass(frozen=True)
class Shape:
    """At these logarithms of an expected amount its logarithm is to be raised by so much; rising in the amount."""

    at: tuple[float, ...]
    by: tuple[float, ...]

    def of(self, expected: Floats) -> Floats:
        """The amounts in their right proportions, (n,)."""
        return expected * np.exp(np.interp(np.log(np.maximum(expected, TINY)), self.at, self.by))

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Shape":
        """The inverse of `to_dict`."""
        return cls(tuple(stored["at"]), tuple(stored["by"]))


PLAIN = Shape((0.0,), (0.0,))


def train(expected: Floats, actual: Floats, weight: float) -> Shape:
    """Learn from expected and actual amounts, (n,) each, equal in total; a row tells as much as `weight` rows."""
    order = np.argsort(expected, kind="stable")
    parts = [part for part in np.array_split(order, PARTS) if len(part) and expected[part].sum() > TINY]
    spread = np.maximum(expected, TINY) ** POWER
    chance = float(((actual - expected) ** 2).sum() / spread.sum())
    told = np.array([expected[part].sum() for part in parts])
    ratios = np.array([actual[part].sum() for part in parts]) / told
    errors = chance * np.array([spread[part].sum() for part in parts]) / told**2 / weight  # squared
    differ = max(float(np.mean((ratios - 1) ** 2 - errors)), 0.0) if len(parts) else 0.0
    believed = np.maximum(1 + differ / np.maximum(differ + errors, TINY) * (ratios - 1), LEAST_RATIO)
    at: list[float] = []
    reached: list[float] = []
    for middle, ratio in zip(np.log(told / [len(part) for part in parts]), believed, strict=True):
        if at and middle - at[-1] < TINY:
            continue
        lowest = reached[-1] + LEAST_SLOPE * (middle - at[-1]) if at else -np.inf
        at.append(float(middle))
        reached.append(max(float(middle + np.log(ratio)), lowest))
    if not at:
        return PLAIN
    found = Shape(tuple(at), tuple(np.subtract(reached, at).tolist()))
    off = float(np.log(found.of(expected).sum() / expected.sum()))
    return Shape(found.at, tuple(by - off for by in found.by))
