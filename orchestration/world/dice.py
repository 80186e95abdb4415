"""Chance by question, not by queue: the answer depends on the seed, the question and who is asked, never on who
was asked before. That is what lets person 17 live the same life in a town of 100 and in a town of 100,000.

No distribution that belongs to one subject stands here.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from orchestration.world.elementary import cosine_of_turn, exp, log

Counter = npt.ArrayLike


@dataclass(frozen=True)
class Dice:
    """Counter-based random numbers: splitmix64 (Steele, Lea, Flood 2014) over a hash of seed and question.

    Counters are whole numbers >= 0, scalars or arrays that broadcast; every answer has their broadcast shape.
    """

    seed: int

    def bits(self, question: str, *counters: Counter) -> npt.NDArray[np.uint64]:
        digest = blake2b(f"{self.seed}/{question}".encode(), digest_size=8).digest()
        state = np.array([int.from_bytes(digest, "little")], dtype=np.uint64)
        for counter in counters:
            state = _mix(state + np.atleast_1d(counter).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
        return state

    def uniform(self, question: str, *counters: Counter) -> npt.NDArray[np.float64]:
        """Strictly between 0 and 1."""
        return ((self.bits(question, *counters) >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def happens(self, question: str, probability: npt.ArrayLike, *counters: Counter) -> npt.NDArray[np.bool_]:
        return self.uniform(question, *counters) < np.asarray(probability)

    def pick(self, question: str, weights: npt.ArrayLike, *counters: Counter) -> npt.NDArray[np.int64]:
        """Positions in `weights`, each as likely as its share of their sum."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(edges[:-1] / edges[-1], self.uniform(question, *counters), side="right")

    def whole(self, question: str, low: int, high: int, *counters: Counter) -> npt.NDArray[np.int64]:
        """Low to high, both included, all equally likely."""
        return low + (self.uniform(question, *counters) * (high - low + 1)).astype(np.int64)

    def exponential(self, question: str, *counters: Counter) -> npt.NDArray[np.float64]:
        """Mean 1."""
        return -log(self.uniform(question, *counters))

    def normal(self, question: str, *counters: Counter) -> npt.NDArray[np.float64]:
        """Mean 0, deviation 1 (Box and Muller 1958)."""
        length = np.sqrt(2 * self.exponential(question + ", length", *counters))
        return length * cosine_of_turn(self.uniform(question + ", angle", *counters))

    def gamma(self, question: str, shape: float, counter: Counter) -> npt.NDArray[np.float64]:
        """Gamma with that shape, below 1 too, and scale 1 (Marsaglia and Tsang 2000: try, and try again)."""
        who = np.atleast_1d(counter)
        d = shape + 1 - 1 / 3
        found = np.full(len(who), np.nan)
        waiting = np.arange(len(who))
        attempt = 0
        while len(waiting):
            x = self.normal(question, who[waiting], attempt)
            root = 1 + x / np.sqrt(9 * d)
            v = root * root * root
            u = self.uniform(question + ", accepted", who[waiting], attempt)
            good = (v > 0) & (log(u) < 0.5 * x * x + d - d * v + d * log(np.where(v > 0, v, 1.0)))
            found[waiting[good]] = d * v[good]
            waiting = waiting[~good]
            attempt += 1
        return found * exp(log(self.uniform(question + ", boost", who)) / shape)

    def beta(self, question: str, a: float, b: float, counter: Counter) -> npt.NDArray[np.float64]:
        one, other = self.gamma(question + ", one", a, counter), self.gamma(question + ", other", b, counter)
        return one / (one + other)


def _mix(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
