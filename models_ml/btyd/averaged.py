"""Two buy-till-you-die models at once: nobody knows whether customers leave after an order or at any moment.

Each is believed to the same degree, so every probability and every moment is the mean of theirs (Hoeting, Madigan,
Raftery, Volinsky, "Bayesian Model Averaging", *Statistical Science* 14, 1999, with equal weights). Whichever way the
customers of a shop really leave, the average is nearly as good as the better of the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models_ml.btyd.beta_geometric import BetaGeometric
from models_ml.btyd.histories import Floats, Histories
from models_ml.btyd.pareto import Pareto

Single = BetaGeometric | Pareto


@dataclass(frozen=True)
class Averaged:
    """The fitted models; at least one."""

    parts: tuple[Single, ...]

    def alive(self, of: Histories) -> Floats:
        """P(still a customer at the end of observation), (n,)."""
        return self._mean(lambda part: part.alive(of))

    def expect(self, of: Histories, horizon: float) -> Floats:
        """Expected order days in the next `horizon`, (n,)."""
        return self._mean(lambda part: part.expect(of, horizon))

    def expect_by(self, of: Histories, horizons: Sequence[float]) -> list[Floats]:
        """`expect` for each of several horizons: who is still a customer is found out once."""
        alive = [part.alive(of) for part in self.parts]
        return [
            np.mean([part.of_living(of, horizon) * here for part, here in zip(self.parts, alive, strict=True)], axis=0)
            for horizon in horizons
        ]

    def buys(self, of: Histories, horizon: float) -> Floats:
        """P(at least one order in the next `horizon`), (n,)."""
        return self._mean(lambda part: part.buys(of, horizon))

    def second_moment(self, of: Histories, horizon: float) -> Floats:
        """E[orders squared] in the next `horizon`, (n,)."""
        return self._mean(lambda part: part.second_moment(of, horizon))

    def _mean(self, of: Callable[[Single], Floats]) -> Floats:
        return np.mean([of(part) for part in self.parts], axis=0)
