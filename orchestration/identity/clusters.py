"""From pairs to people: components of likely pairs, taken apart again where one link would join two families.

A component whose pairs all agree is one person. In any other, clusters are compared as profiles: for every field the
best pair of values across the two clusters counts, once, less log2 of the number of pairs of values tried, and the two
likeliest clusters are joined until no two are likelier one than two. Of names, whole ones count before a part of one: a
"Mr Edwards" must not join Joseph Edwards to Benjamin. So a person with three telephones is not punished
for the two that differ, and one chance agreement cannot join two people whose names contradict.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.scoring import IS_ONE_VALUE, IS_WHOLE_NAME, NAME, Bits, Pairs, Parameters, Weights, combine

LARGEST = 150  # records of a component; larger ones are cut again at a higher weight, never skipped
LOW = -5.0  # bits; pairs below do not connect
CELLS = 6_000_000
Numbers = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Decisions:
    """Pairs of record numbers that a human or the source decided; `together` is transitive."""

    together: Numbers
    apart: Numbers


@dataclass(frozen=True)
class Likely:
    """Pairs of record numbers of at least LOW bits, out of so many `compared`."""

    a: Numbers
    b: Numbers
    bits: Bits
    compared: int


NONE = Decisions(np.zeros((0, 2), dtype=np.int64), np.zeros((0, 2), dtype=np.int64))
NO_PAIRS = Likely(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), 0)


def components(count: int, a: Numbers, b: Numbers) -> Numbers:
    """The smallest record number of each record's connected component."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(a), dtype=np.int8), (a, b)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    smallest = np.full(labels.max(initial=-1) + 1, count, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(count))
    return np.asarray(smallest[labels], dtype=np.int64)


def likely_components(count: int, likely: Likely, decisions: Decisions) -> Numbers:
    """Components of likely pairs; any larger than LARGEST is cut at ever higher weights until it is not."""
    a = np.concatenate([likely.a, decisions.together[:, 0]])
    b = np.concatenate([likely.b, decisions.together[:, 1]])
    bits = np.concatenate([likely.bits, np.full(len(decisions.together), 1e6, dtype=np.float32)])
    labels = components(count, a, b)
    threshold = LOW
    while threshold < 40:
        sizes = np.bincount(labels, minlength=count)
        too_large = sizes[labels] > LARGEST
        if not too_large.any():
            break
        threshold += 2.5
        again = (bits >= threshold) & too_large[a] & (labels[a] == labels[b])
        labels = np.where(too_large, components(count, a[again], b[again]), labels)
    return labels


def pairs_within(labels: Numbers) -> tuple[Numbers, Numbers]:
    """All pairs a < b of records of one component."""
    sizes = np.bincount(labels, minlength=len(labels))
    members = np.flatnonzero(sizes[labels] > 1)
    members = members[np.lexsort((members, labels[members]))]
    lefts, rights = [], []
    grouped = sizes[labels[members]]
    for size in np.unique(grouped):
        blocks = members[grouped == size].reshape(-1, size)
        one, other = np.triu_indices(size, 1)
        lefts.append(blocks[:, one].ravel())
        rights.append(blocks[:, other].ravel())
    if not lefts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(lefts), np.concatenate(rights)


def batches(labels: Numbers, pairs_at_once: int) -> Numbers:
    """The number of each record's batch: whole components, with about so many pairs inside them or one larger one."""
    sizes = np.bincount(labels, minlength=len(labels))
    pairs = sizes * (sizes - 1) // 2
    return np.asarray(((np.cumsum(pairs) - pairs) // pairs_at_once)[labels], dtype=np.int64)


def refine(labels: Numbers, pairs: Pairs, weights: Weights, parameters: Parameters, decisions: Decisions) -> Numbers:
    """The final clusters of records, as the smallest record number of each.

    `pairs` holds all pairs inside each component.
    """
    count = len(labels)
    final = np.arange(count)
    inside = labels[pairs.a] == labels[pairs.b]
    if not inside.any():
        return final
    decided = np.zeros(count, dtype=bool)
    decided[labels[decisions.together.ravel()]] = True
    decided[labels[decisions.apart.ravel()]] = True
    owner = labels[pairs.a[inside]]
    weakest = np.full(count, np.inf)
    np.minimum.at(weakest, owner, weights.total[inside])
    agreed = (weakest > 0) & ~decided & np.isfinite(weakest)
    final = np.where(agreed[labels], labels, final)
    disputed = inside & ~agreed[labels[pairs.a]]
    if disputed.any():
        _agglomerate(final, labels, np.flatnonzero(disputed), pairs, weights, parameters, decisions)
    return final


def _agglomerate(final, labels, rows, pairs, weights, parameters, decisions) -> None:
    """All disputed components of about one size at once."""
    owners = labels[pairs.a[rows]]
    disputed = np.zeros(len(labels), dtype=bool)
    disputed[owners] = True
    members = np.flatnonzero(disputed[labels])
    members = members[np.lexsort((members, labels[members]))]
    owned = labels[members]
    begins = np.r_[True, owned[1:] != owned[:-1]]
    component = np.cumsum(begins) - 1
    starts = np.flatnonzero(begins)
    sizes = np.diff(np.r_[starts, len(members)])
    place = np.arange(len(members)) - starts[component]
    component_of, place_of = (np.full(len(labels), -1, dtype=np.int64) for _ in range(2))
    component_of[members], place_of[members] = component, place
    padded = _padded(sizes)
    row_component = component_of[pairs.a[rows]]
    for width in np.unique(padded):
        chosen = np.flatnonzero(padded == width)
        at_once = max(int(CELLS // (width * width * pairs.levels.shape[1])), 1)
        for begin in range(0, len(chosen), at_once):
            some = chosen[begin : begin + at_once]
            slot = np.full(len(sizes), -1, dtype=np.int64)
            slot[some] = np.arange(len(some))
            here = rows[slot[row_component] >= 0]
            batch = _Batch(len(some), int(width), pairs.levels.shape[1], parameters)
            batch.fill(slot[component_of[pairs.a[here]]], place_of[pairs.a[here]], place_of[pairs.b[here]],
                       weights.same[here], weights.family[here], pairs.levels[here])  # fmt: skip
            for kind, decided in (("together", decisions.together), ("apart", decisions.apart)):
                one, other = decided[:, 0], decided[:, 1]
                where = component_of[one]
                mine = (where >= 0) & (where == component_of[other])
                mine[mine] = slot[where[mine]] >= 0
                batch.decide(kind, slot[where[mine]], place_of[one[mine]], place_of[other[mine]])
            labelled = batch.join()
            inside = slot[component] >= 0
            of = members[inside]
            first = members[starts[component[inside]] + labelled[slot[component[inside]], place[inside]]]
            final[of] = first


def _padded(sizes: Numbers) -> Numbers:
    steps = np.array([2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 160, 10_000])
    padded = steps[np.searchsorted(steps, sizes)]
    return np.where(padded == 10_000, sizes, padded)


class _Batch:
    """Components side by side: evidence [component, cluster, cluster, field], joined in step until nothing joins."""

    def __init__(self, count: int, width: int, fields: int, parameters: Parameters) -> None:
        shape = (count, width, width, fields)
        self.parameters = parameters
        self.same = np.full(shape, -np.inf, dtype=np.float32)
        self.family = np.zeros(shape, dtype=np.float32)
        self.equal = np.zeros(shape, dtype=bool)
        self.values = np.ones((count, width, fields), dtype=np.float32)
        self.together, self.apart = (np.zeros((count, width, width), dtype=bool) for _ in range(2))
        self.known, self.whole = (np.zeros((count, width, width), dtype=bool) for _ in range(2))

    def fill(self, slot: Numbers, a: Numbers, b: Numbers, same: Bits, family: Bits, levels: NDArray[np.uint8]) -> None:
        told = levels > 0
        for one, other in ((a, b), (b, a)):
            self.same[slot, one, other] = np.where(told, same, -np.inf)
            self.family[slot, one, other] = family
            self.equal[slot, one, other] = IS_ONE_VALUE[np.arange(levels.shape[1]), levels]
            self.known[slot, one, other] = True
            self.whole[slot, one, other] = IS_WHOLE_NAME[levels[:, NAME]]

    def decide(self, kind: str, slot: Numbers, a: Numbers, b: Numbers) -> None:
        decided = getattr(self, kind)
        decided[slot, a, b] = decided[slot, b, a] = True

    def join(self) -> Numbers:
        """[component, place]: the smallest place of each one's cluster."""
        count, width = self.known.shape[:2]
        labels = np.tile(np.arange(width), (count, 1))
        scores = self._scores_of_all()
        while True:
            flat = scores.reshape(count, -1)
            best = flat.argmax(1)
            joining = np.flatnonzero(flat[np.arange(count), best] > 0)
            if not len(joining):
                return labels
            keep, gone = np.sort(np.stack(np.divmod(best[joining], width)), axis=0)
            self._merge(joining, keep, gone)
            of = labels[joining]
            labels[joining] = np.where(of == gone[:, None], keep[:, None], of)
            scores[joining, gone, :] = scores[joining, :, gone] = -np.inf
            self.known[joining, gone, :] = self.known[joining, :, gone] = False
            row = self._scores_of(joining, keep)
            scores[joining, keep, :] = scores[joining, :, keep] = row

    def _merge(self, at: Numbers, keep: Numbers, gone: Numbers) -> None:
        both = np.isfinite(self.same[at, keep, gone])
        repeated = self.equal[at, keep, gone] | ~both
        self.values[at, keep] = np.maximum(self.values[at, keep] + self.values[at, gone] - repeated, 1)
        better = self.same[at, gone] > self.same[at, keep]
        whole, others = self.whole[at, gone], self.whole[at, keep]
        better[..., NAME] = np.where(whole == others, better[..., NAME], whole)
        for table in (self.same, self.family):
            chosen = np.where(better, table[at, gone], table[at, keep])
            table[at, keep] = chosen
            table[at, :, keep] = chosen
        for flags in (self.equal, self.together, self.apart, self.whole):
            either = flags[at, keep] | flags[at, gone]
            flags[at, keep] = either
            flags[at, :, keep] = either
        self.known[at, keep, keep] = False

    def _scores_of_all(self) -> Bits:
        tried = self.values[:, :, None, :] * self.values[:, None, :, :]
        allowed = self.known & ~self.apart
        return self._scores(self.same, self.family, tried, self.together, allowed)

    def _scores_of(self, at: Numbers, row: Numbers) -> Bits:
        tried = self.values[at, row][:, None, :] * self.values[at]
        allowed = self.known[at, row] & ~self.apart[at, row]
        return self._scores(self.same[at, row], self.family[at, row], tried, self.together[at, row], allowed)

    def _scores(self, same: Bits, family: Bits, tried: Bits, together: NDArray, allowed: NDArray) -> Bits:
        """Bits for joining two clusters, [..., cluster]; the sum over the fields of what their best values say."""
        told = np.isfinite(same)
        same = np.where(told, same, 0)
        price = np.where(same > 0, np.minimum(np.log2(tried), same), 0)
        evidence = (same - price).sum(-1)
        score = combine(evidence, np.where(told, family - price, 0).sum(-1), self.parameters)
        return np.where(allowed, np.where(together, 1e6, score), -np.inf)
