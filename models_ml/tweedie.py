"""Regression of money with many zeros: a factor on an amount expected already.

Joergensen, "Exponential Dispersion Models", *Journal of the Royal Statistical Society B* 49 (1987): amounts whose
variance is phi x mean^1.5 lie between counts (power 1) and gamma amounts (power 2), as sums of a random number of
random amounts do. With a logarithmic link the model is a factor on the amount that is the offset, so it can only say
what the offset does not. Slopes are drawn towards 0 by a normal prior.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats

POWER = 1.5
LEAST = 0.02  # of the mean amount
PRIOR_DEVIATION = 0.1  # of a slope: a standard deviation of a feature moves amounts by a tenth


@dataclass(frozen=True)
class Tweedie:
    """`slopes` in logarithms per standard deviation of a feature; `centre` and `scale` are those of the training rows.

    Values outside what was learnt from are held to it (`low`, `high`).
    """

    centre: Floats
    scale: Floats
    low: Floats
    high: Floats
    slopes: Floats

    def factor(self, values: NDArray[np.float64]) -> Floats:
        """What the expected amount is to be multiplied by, (n,)."""
        found = np.zeros(len(values))
        for place, (low, high, slope) in enumerate(zip(self.low, self.high, self.slopes / self.scale, strict=True)):
            found += (np.clip(values[:, place], low, high) - self.centre[place]) * slope
        return np.exp(found)

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {name: value.tolist() for name, value in self.__dict__.items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Tweedie":
        """The inverse of `to_dict`."""
        return cls(**{name: np.array(value, dtype=float) for name, value in stored.items()})


def train(values: NDArray[np.float64], actual: Floats, expected: Floats, weights: Floats) -> Tweedie:
    """Learn from `values` (n, features; no gaps), the `actual` amounts (below 0: given back), those `expected` (above
    0, right in total) and `weights`, each (n,). Iteratively reweighted least squares."""
    centre, scale = np.average(values, axis=0, weights=weights), values.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    design = (values - centre) / scale
    unit = float(np.average(expected, weights=weights))
    # Whoever was expected to bring next to nothing and came all the same would decide alone.
    actual, offset = actual / unit, np.log(np.maximum(expected / unit, LEAST))
    spread = weights @ (actual - np.exp(offset)) ** 2 / (weights @ np.exp(POWER * offset))
    penalty = spread / PRIOR_DEVIATION**2
    found = np.zeros(values.shape[1])
    for _ in range(30):
        mean = np.exp(np.clip(offset + design @ found, -30, 30))
        slope = design.T @ (weights * (actual - mean) * mean ** (1 - POWER)) - penalty * found
        bend = design.T @ (design * (weights * mean ** (2 - POWER))[:, None]) + penalty * np.eye(len(found))
        step = np.linalg.solve(bend, slope)
        found = found + step * min(1.0, 1 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return Tweedie(centre, scale, values.min(axis=0), values.max(axis=0), found)
