"""How common a record's values are: counted once per entity when parameters are trained, and kept with them.

A loyal customer's many records do not make a name common. What is kept are the values that several entities have; any
other value, met before or not, is as rare as the rarest. So a weight depends on two records and the parameters alone,
not on who else came since: a day's scoring gives what scoring everything would.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.identity.comparisons import FREQUENCIES

UNSEEN = 0.4  # of a value nobody else has: how many others would turn out to have it, at most


@dataclass(frozen=True)
class Values:
    """Of one column: the sorted `hashes` of values that several entities have and the chance that a stranger has each,
    that chance for any `other` value, and the chance that two strangers agree."""

    hashes: NDArray[np.uint64]
    shares: NDArray[np.float64]
    other: float
    expected: float

    def shares_of(self, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
        if not len(self.hashes):
            return np.full(len(hashes), self.other)
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[place] == hashes, self.shares[place], self.other)


@dataclass(frozen=True)
class Guess:
    """Who may be whom while training: the entity of each record, and pairs of records of two entities that are one
    person with probability `chance`."""

    entities: NDArray[np.int64]
    a: NDArray[np.integer]
    b: NDArray[np.integer]
    chance: NDArray[np.float64]


class Frequencies:
    """shares[column][record]: the chance that a stranger has this record's value. expected[column]: see Values.

    `guess`: while training, who may be whom.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, kept: Mapping[str, Values] | None = None) -> None:
        wanted = ", ".join(
            f"hash({name}) as {name}, coalesce(length({name}), 0) > 0 as has_{name}" for name in FREQUENCIES
        )
        columns = connection.execute(f"select {wanted} from folded order by record_no").fetchnumpy()
        self._hashes = {name: np.asarray(columns[name], dtype=np.uint64) for name in FREQUENCIES}
        self._told = {name: np.asarray(columns[f"has_{name}"], dtype=bool) for name in FREQUENCIES}
        self._codes: dict[str, tuple[NDArray[np.uint64], NDArray[np.int64]]] = {}
        self.records = len(next(iter(self._hashes.values())))
        self.shares: dict[str, NDArray[np.float64]] = {}
        self.expected: dict[str, float] = {}
        self.kept: dict[str, Values] = {}
        self.guess: Guess | None = None
        if kept:
            self._take(kept)
        else:
            none = np.zeros(0, dtype=np.int64)
            self.recount(Guess(np.arange(self.records), none, none, none.astype(float)))

    def recount(self, guess: Guess) -> None:
        """Count again: how many people are expected to have each value."""
        self.guess = guess
        self._take({name: self._counted(name, guess) for name in FREQUENCIES})

    def of_others(self, name: str, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float64]:
        """The chance that a stranger has the commoner of the values of pairs. While training, two records are not
        counted as two people to judge whether they are: where each is an entity, one of them is left out."""
        share = self.shares[name]
        commoner = np.maximum(share[a], share[b])
        if self.guess is None:
            return commoner
        entities, hashes, values = self.guess.entities, self._hashes[name], self.kept[name]
        counted_twice = (entities[a] != entities[b]) & (hashes[a] == hashes[b])
        return np.where(counted_twice, np.maximum(commoner - values.other / UNSEEN, values.other), commoner)

    def _take(self, kept: Mapping[str, Values]) -> None:
        self.kept = dict(kept)
        for name, values in kept.items():
            self.expected[name] = values.expected
            self.shares[name] = np.where(self._told[name], values.shares_of(self._hashes[name]), 1.0)

    def _counted(self, name: str, guess: Guess) -> Values:
        told = self._told[name]
        if name not in self._codes:
            self._codes[name] = np.unique(self._hashes[name][told], return_inverse=True)
        hashes, codes = self._codes[name]
        code = np.full(self.records, -1, dtype=np.int64)
        code[told] = codes
        step = self.records + 1
        once = np.unique(codes * step + guess.entities[told])
        counts = np.bincount(once // step, weights=1 / (1 + _doubles(once, code, guess, step)), minlength=len(hashes))
        total = max(counts.sum(), 2.0)
        several = counts > 1.01
        return Values(
            hashes[several],
            (counts[several] - 1 + UNSEEN) / (total - 1),
            UNSEEN / (total - 1),
            max(float((counts * (counts - 1)).sum() / (total * (total - 1))), 0.2 / total),
        )


def _doubles(once: NDArray[np.int64], code: NDArray[np.int64], guess: Guess, step: int) -> NDArray[np.float64]:
    """How many others of one value each entity of that value is expected to be: `once` are sorted code * step + entity.

    Of a person in n parts each part is expected to be n - 1 others, so the sum of 1 / (1 + others) counts one.
    """
    same = (code[guess.a] == code[guess.b]) & (code[guess.a] >= 0)
    a, b, chance, value = guess.a[same], guess.b[same], guess.chance[same], code[guess.a[same]]
    one, other = (np.searchsorted(once, value * step + guess.entities[side]) for side in (a, b))
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((-chance, high, low))
    low, high, chance = low[order], high[order], chance[order]
    first = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])] if len(low) else np.zeros(0, dtype=bool)
    found = np.zeros(len(once))
    np.add.at(found, low[first], chance[first])
    np.add.at(found, high[first], chance[first])
    return found
