"""Logistic regression with an offset and a ridge, by Newton's method.

scikit-learn's has no offset, and loading it would cost the daily run more than fitting a few dozen numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models_ml.btyd.histories import Floats


@dataclass(frozen=True)
class Logistic:
    """`slopes` in log-odds per standard deviation of a feature; `centre` and `scale` are those of the training rows.

    Values outside what was learnt from are held to it (`low`, `high`): a straight line says nothing out there.
    """

    centre: Floats
    scale: Floats
    low: Floats
    high: Floats
    slopes: Floats
    constant: float

    def contributions(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Effect of every feature on every row in log-odds, (n, features); with `constant` they add up to `margin`."""
        return (np.clip(values, self.low, self.high) - self.centre) / self.scale * self.slopes

    def margin(self, values: NDArray[np.float64]) -> Floats:
        """Log-odds on top of the offset, (n,)."""
        found = np.full(len(values), self.constant)
        for place, (low, high, slope) in enumerate(zip(self.low, self.high, self.slopes / self.scale, strict=True)):
            found += (np.clip(values[:, place], low, high) - self.centre[place]) * slope
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, for JSON."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in self.__dict__.items()
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Logistic":
        """The inverse of `to_dict`."""
        centre, scale, low, high, slopes = (
            np.array(stored[name], dtype=float) for name in ("centre", "scale", "low", "high", "slopes")
        )
        return cls(centre, scale, low, high, slopes, float(stored["constant"]))


def train(values: NDArray[np.float64], truth: Floats, offset: Floats, weights: Floats, ridge: float = 10.0) -> Logistic:
    """Learn from `values` (n, features; no gaps), `truth` (0 or 1), `offset` (log-odds) and `weights`, each (n,)."""
    centre, scale = np.average(values, axis=0, weights=weights), values.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    design = np.column_stack([np.ones(len(values)), (values - centre) / scale])
    penalty = np.append(1e-6, np.full(values.shape[1], ridge))
    found = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(offset + design @ found, -30, 30)))
        slope = design.T @ (weights * (truth - chance)) - penalty * found
        bend = design.T @ (design * (weights * chance * (1 - chance))[:, None]) + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        found = found + step * min(1.0, 5 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return Logistic(centre, scale, values.min(axis=0), values.max(axis=0), found[1:], float(found[0]))
