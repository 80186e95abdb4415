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


class Frequencies:
    """shares[column][record]: the chance that a stranger has this record's value. expected[column]: see Values."""

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
        if kept:
            self._take(kept)
        else:
            self.recount(np.arange(self.records))

    def recount(self, entities: NDArray[np.int64]) -> None:
        """Count again, once for each of `entities`[record]."""
        self._take({name: self._counted(name, entities) for name in FREQUENCIES})

    def _take(self, kept: Mapping[str, Values]) -> None:
        self.kept = dict(kept)
        for name, values in kept.items():
            self.expected[name] = values.expected
            self.shares[name] = np.where(self._told[name], values.shares_of(self._hashes[name]), 1.0)

    def _counted(self, name: str, entities: NDArray[np.int64]) -> Values:
        told = self._told[name]
        if name not in self._codes:
            self._codes[name] = np.unique(self._hashes[name][told], return_inverse=True)
        hashes, codes = self._codes[name]
        once = np.unique(codes * (self.records + 1) + entities[told]) // (self.records + 1)
        counts = np.bincount(once, minlength=len(hashes)).astype(float)
        total = max(counts.sum(), 2.0)
        several = counts > 1
        return Values(
            hashes[several],
            (counts[several] - 1 + UNSEEN) / (total - 1),
            UNSEEN / (total - 1),
            max(float((counts * (counts - 1)).sum() / (total * (total - 1))), 0.2 / total),
        )
