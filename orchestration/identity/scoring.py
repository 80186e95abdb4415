"""How probable it is that two records are of one person: Fellegi and Sunter (1969) with a third class.

Two records that agree on address, telephone and family name may be of one person or of one household, and counting
agreements against strangers alone cannot tell which. So a pair is of one person (chances `same`, trained by
expectation-maximisation without labels), of one household (chances `family`, constants of comparisons.py) or of two
strangers (chances of coincidence, counted in the data, for the very value where values differ in frequency):

    weight = log2( share_same * prod same / (share_strangers * prod coincidence + share_family * prod family) )

Training runs over candidate pairs but speaks of all pairs: those never blocked count as strangers, so blocking does not
bias it. Arrays are one row per pair; weights are bits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity.comparisons import COMPARISONS, levels_sql
from orchestration.identity.frequencies import Frequencies, Values

Bits = NDArray[np.float32]
Levels = NDArray[np.uint8]

SAMPLED_PAIRS = 60_000
TRAINED_PAIRS = 400_000
AT_ONCE = 500_000  # pairs weighed together
ROUNDS = 25
MOST_OF_ONE_PERSON = 0.3  # of all pairs
KNOWN_STRANGERS = 20_000  # pairs known not to share telephone or mailbox: a small or nameless file shows too few
PRIOR_PAIRS = 20.0  # the starting chances weigh as much as so many pairs
RAREST_FAMILIES = 1 / 3000  # pairs of one household to pairs of one person, where training finds hardly any
CONTRADICTIONS = frozenset(
    (
        "given name equal, family name different", "family name equal, given name different", "different",
        "family name equal in another script", "somewhat alike",
    )
)  # fmt: skip
WIDTH = max(len(comparison.levels) for comparison in COMPARISONS) + 1
HAS_LEVEL = np.array([[1 <= n <= len(c.levels) for n in range(WIDTH)] for c in COMPARISONS])


def _table(attribute: str) -> NDArray[np.float64]:
    table = np.ones((len(COMPARISONS), WIDTH))
    for place, comparison in enumerate(COMPARISONS):
        for number, level in enumerate(comparison.levels, start=1):
            table[place, number] = getattr(level, attribute)
    return table


START, FAMILY, LIMIT = _table("same"), _table("family"), _table("bits")
MOST, LEAST = _table("most"), _table("least")
ONE_VALUE = ("equal", "sounds equal", "one part, equal", "street and number equal", "postcode equal", "city equal")
NAME = 0  # its place among COMPARISONS
PART_OF_A_NAME = ("one part, equal", "one part of the other", "one part, different")
IS_WHOLE_NAME = np.array([False, *(level.label not in PART_OF_A_NAME for level in COMPARISONS[NAME].levels)])
IS_ONE_VALUE = np.zeros(START.shape, dtype=bool)  # [comparison, level]: both have the same value, however spelled
for _place, _comparison in enumerate(COMPARISONS):
    for _number, _level in enumerate(_comparison.levels, start=1):
        IS_ONE_VALUE[_place, _number] = _level.label.startswith(ONE_VALUE)


@dataclass(frozen=True)
class Parameters:
    """`same` and `coincidence` [comparison, level]; shares are of all pairs of records. `values`: how common values
    were, by column. `crowded`: block keys so many records share that they say too little. `records`: trained on."""

    same: NDArray[np.float64] = field(default_factory=lambda: START.copy())
    coincidence: NDArray[np.float64] = field(default_factory=lambda: np.ones_like(START))
    share_same: float = 0.0
    share_family: float = 0.0
    values: Mapping[str, Values] = field(default_factory=dict)
    crowded: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    records: int = 0


@dataclass(frozen=True)
class Pairs:
    """Record numbers and levels [pair, comparison]."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    levels: Levels


@dataclass(frozen=True)
class Weights:
    """Evidence against strangers for one person and for one household [pair, comparison], and all of it together."""

    same: Bits
    family: Bits
    total: Bits


def compare(connection: duckdb.DuckDBPyConnection, relation: str) -> Pairs:
    """The levels of every pair of a relation (a, b), ordered by a and b."""
    columns = connection.execute(f"{levels_sql(relation)} order by pairs.a, pairs.b").fetchnumpy()
    levels = np.empty((len(columns["a"]), len(COMPARISONS)), dtype=np.uint8, order="F")  # read column by column
    for place, comparison in enumerate(COMPARISONS):
        levels[:, place] = columns.pop(comparison.name)
    return Pairs(np.asarray(columns["a"], dtype=np.int32), np.asarray(columns["b"], dtype=np.int32), levels)


def chances_of_coincidence(
    sample: Pairs, candidates: Pairs, frequencies: Frequencies, share_same: float
) -> NDArray[np.float64]:
    """[comparison, level], for two strangers: from pairs drawn at random, less the matches hiding among them; exact
    value counts where a level is plain equality; and for telephones and mailboxes the equal pairs whose names
    contradict each other."""
    drawn = max(len(sample.a), 1)
    coincidence = np.ones_like(START)
    for place, comparison in enumerate(COMPARISONS):
        seen = np.bincount(sample.levels[:, place], minlength=WIDTH).astype(float)
        told = max(seen[1:].sum(), 1.0)
        hidden = share_same * START[place] * told
        chance = (np.maximum(seen - hidden, 0.0) + 0.4) / told
        for number, level in enumerate(comparison.levels, start=1):
            if level.frequency and level.label.startswith("equal") and number == 1:
                chance[number] = frequencies.expected[level.frequency]
        coincidence[place] = np.where(HAS_LEVEL[place], np.minimum(chance, 1.0), 1.0)
    total = frequencies.records * (frequencies.records - 1) / 2
    _judge_by_names(coincidence, candidates, max(total, 1.0) * told_share(sample, drawn))
    return coincidence


def told_share(sample: Pairs, drawn: int) -> float:
    """Of all pairs, those in which both names are told; all, where no names can say who is a stranger."""
    return float((sample.levels[:, 0] > 0).sum() / drawn) or 1.0


def train(candidates: Pairs, frequencies: Frequencies, start: Parameters) -> Parameters:
    """Expectation-maximisation from `start`; `coincidence` stays what was counted."""
    step = max(len(candidates.a) // TRAINED_PAIRS, 1)
    some = Pairs(candidates.a[::step], candidates.b[::step], candidates.levels[::step])
    scale = len(candidates.a) / max(len(some.a), 1)
    total = max(frequencies.records * (frequencies.records - 1) / 2, 1.0)
    now = start
    chance = _log_coincidence(some, frequencies, start)
    for _ in range(ROUNDS):
        posterior, family = _posteriors(some, chance, now)
        same = _believe(some.levels, posterior)
        share = max(scale * float(posterior.sum()) / total, 1e-12)
        family_share = min(max(scale * float(family.sum()) / total, share * RAREST_FAMILIES), 0.6 * share)
        moved = float(np.abs(same - now.same).max())
        now = replace(now, same=same, share_same=min(share, MOST_OF_ONE_PERSON), share_family=family_share)
        if moved < 1e-3:
            break
    return now


def weigh(pairs: Pairs, frequencies: Frequencies, parameters: Parameters) -> Weights:
    chance = _log_coincidence(pairs, frequencies, parameters)
    same, family = np.zeros_like(chance), np.zeros_like(chance)
    for place in _told(pairs.levels):
        level = pairs.levels[:, place]
        wanted = np.log2(parameters.same[place])
        limited = np.maximum(chance[:, place], (wanted - LIMIT[place])[level])
        same[:, place] = wanted[level] - limited
        family[:, place] = np.log2(FAMILY[place])[level] - limited
    return Weights(same, family, combine(same.sum(1), family.sum(1), parameters))


def totals(pairs: Pairs, frequencies: Frequencies, parameters: Parameters) -> Bits:
    """Only the weights of `weigh`, a slice at a time: many pairs take little memory."""
    parts = [weigh(part, frequencies, parameters).total for part in slices(pairs)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def slices(pairs: Pairs) -> Iterator[Pairs]:
    for begin in range(0, len(pairs.a), AT_ONCE):
        end = begin + AT_ONCE
        yield Pairs(pairs.a[begin:end], pairs.b[begin:end], pairs.levels[begin:end])


def combine(same: Bits, family: Bits, parameters: Parameters) -> Bits:
    """Bits for one person against everything else, from the sums of both kinds of evidence."""
    strangers = np.log2(max(1 - parameters.share_same - parameters.share_family, 0.01))
    other = np.logaddexp2(strangers, np.log2(parameters.share_family) + family.astype(np.float64))
    return (np.log2(parameters.share_same) + same - other).astype(np.float32)


def probability(bits: Bits) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(bits.astype(np.float64), -60, 60))))


def random_pairs(connection: duckdb.DuckDBPyConnection, records: int) -> Pairs:
    """So many pairs drawn at random, compared: nearly all of strangers."""
    random = np.random.default_rng(20)
    count = SAMPLED_PAIRS
    a, b = random.integers(0, records, count), random.integers(0, records, count)
    connection.register("drawn_pairs", pair_table(np.minimum(a, b)[a != b], np.maximum(a, b)[a != b]))
    try:
        return compare(connection, "drawn_pairs")
    finally:
        connection.unregister("drawn_pairs")


def pair_table(a: NDArray[np.integer], b: NDArray[np.integer]) -> pa.Table:
    """A relation (a, b) to register with DuckDB."""
    return pa.table({"a": np.asarray(a, dtype=np.int32), "b": np.asarray(b, dtype=np.int32)})


def _judge_by_names(coincidence: NDArray[np.float64], candidates: Pairs, named_pairs: float) -> None:
    name = COMPARISONS[0]
    against = np.array([False] + [level.label in CONTRADICTIONS for level in name.levels])
    contradicts = against[candidates.levels[:, 0]]
    for place, comparison in enumerate(COMPARISONS):
        if comparison.name in ("email", "phone"):
            for number, level in enumerate(comparison.levels, start=1):
                if level.label.startswith("equal"):
                    pairs = float((contradicts & (candidates.levels[:, place] == number)).sum())
                    coincidence[place, number] = (pairs + 1) / (named_pairs + KNOWN_STRANGERS)


def _log_coincidence(pairs: Pairs, frequencies: Frequencies, parameters: Parameters) -> Bits:
    chance = np.zeros(pairs.levels.shape, dtype=np.float32, order="F")
    for place in _told(pairs.levels):
        level, comparison = pairs.levels[:, place], COMPARISONS[place]
        chance[:, place] = np.log2(parameters.coincidence[place]).astype(np.float32)[level]
        for number, one in enumerate(comparison.levels, start=1):
            if one.frequency:
                at = np.flatnonzero(level == number)
                share = frequencies.of_others(one.frequency, pairs.a[at], pairs.b[at])
                chance[at, place] += np.log2(share / frequencies.expected[one.frequency]).astype(np.float32)
    return np.minimum(chance, 0.0)


def _told(levels: Levels) -> list[int]:
    """Places of the comparisons that some pair tells. Level 0 has the chance 1 in every table and so weighs nothing."""
    return [place for place in range(len(COMPARISONS)) if levels[:, place].any()]


def _posteriors(pairs: Pairs, chance: Bits, parameters: Parameters) -> tuple[NDArray, NDArray]:
    same = np.full(len(pairs.a), np.log2(parameters.share_same))
    family = np.full(len(pairs.a), np.log2(parameters.share_family))
    strangers = np.full(len(pairs.a), np.log2(max(1 - parameters.share_same - parameters.share_family, 0.01)))
    for place in _told(pairs.levels):
        level, wanted = pairs.levels[:, place], np.log2(parameters.same[place])
        same += wanted[level]
        family += np.log2(FAMILY[place])[level]
        strangers += np.maximum(chance[:, place], (wanted - LIMIT[place])[level])
    everything = np.logaddexp2(np.logaddexp2(same, family), strangers)
    return np.exp2(same - everything), np.exp2(family - everything)


def _believe(levels: Levels, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
    same = START.copy()
    for place in range(len(COMPARISONS)):
        seen = np.bincount(levels[:, place], weights=posterior, minlength=WIDTH)
        start = np.where(HAS_LEVEL[place], START[place], 0.0)
        told = seen[1:].sum()
        chance = (np.where(HAS_LEVEL[place], seen, 0.0) + PRIOR_PAIRS * start) / (told + PRIOR_PAIRS * start.sum())
        same[place] = np.where(HAS_LEVEL[place], np.clip(chance, LEAST[place], MOST[place]), 1.0)
    return same
