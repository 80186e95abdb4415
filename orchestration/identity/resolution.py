"""The engine from end to end: records in, pairs with their evidence and clusters out."""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.identity import blocking, clusters, identifiers, records, scoring
from orchestration.identity.clusters import NONE, Decisions
from orchestration.identity.scoring import Frequencies, Pairs, Parameters, Weights

LARGEST_CUSTOMER = 60
MOST_FAMILY_NAMES = 4
SURE = 3.3  # bits: p > .9, for the entities values are counted by


@dataclass(frozen=True)
class Resolution:
    """`cluster[record]`: the smallest record number of the record's cluster. `pairs`: those compared "
    "and not unlikely."""

    cluster: NDArray[np.int64]
    pairs: Pairs
    weights: Weights
    parameters: Parameters
    compared: int


def resolve(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    more_contacts: str | None = None,
    decisions: Decisions = NONE,
    known: Parameters | None = None,
) -> Resolution:
    """Fold, block, compare, train (unless the parameters are known), weigh and cluster.

    Leaves `folded` (record_no, record_id ...) in the connection.
    """
    candidates, frequencies = _prepare(connection, relation, more_contacts)
    if known is None:
        known = _learn(connection, candidates, frequencies)
    else:
        _recount(candidates, frequencies, known)
    return _decide(connection, candidates, frequencies, known, decisions)


def learn(connection: duckdb.DuckDBPyConnection, relation: str, more_contacts: str | None = None) -> Parameters:
    """Only train."""
    candidates, frequencies = _prepare(connection, relation, more_contacts)
    return _learn(connection, candidates, frequencies)


def hold_back(connection: duckdb.DuckDBPyConnection, resolution: Resolution, decisions: Decisions) -> NDArray[np.int64]:
    """The clusters, those of a suspicious make-up taken back to what was stated or decided.

    Suspicious: more records than LARGEST_CUSTOMER, or more than MOST_FAMILY_NAMES family names.
    """
    family = connection.execute(
        "select case when given_latin <> '' then family_latin else '' end as family from folded order by record_no"
    ).fetchnumpy()["family"]
    codes = np.unique(family, return_inverse=True)[1]
    named = np.asarray(family != "", dtype=bool)
    sizes = np.bincount(resolution.cluster, minlength=len(codes))
    pairs = np.unique(np.stack([resolution.cluster[named], codes[named]]), axis=1)
    names = np.bincount(pairs[0], minlength=len(codes))
    held = ((sizes > LARGEST_CUSTOMER) | (names > MOST_FAMILY_NAMES))[resolution.cluster]
    if not held.any():
        return resolution.cluster
    stated = clusters.components(len(codes), decisions.together[:, 0], decisions.together[:, 1])
    return np.where(held, stated, resolution.cluster)


def _prepare(
    connection: duckdb.DuckDBPyConnection, relation: str, more_contacts: str | None
) -> tuple[Pairs, Frequencies]:
    records.fold(connection, relation, more_contacts)
    identifiers.judge(connection)
    blocking.block(connection)
    return scoring.compare(connection, "candidates"), Frequencies(connection)


def _learn(connection: duckdb.DuckDBPyConnection, candidates: Pairs, frequencies: Frequencies) -> Parameters:
    """Two rounds of training: the second counts values by the entities that the first one found."""
    count = frequencies.records
    total = max(count * (count - 1) / 2, 1.0)
    parameters = Parameters(share_same=0.3 * count / total, share_family=0.06 * count / total)
    sample = scoring.random_pairs(connection, count)
    for _ in range(2):
        chances = scoring.chances_of_coincidence(sample, candidates, frequencies, parameters.share_same)
        parameters = scoring.train(candidates, frequencies, replace(parameters, coincidence=chances))
        _recount(candidates, frequencies, parameters)
    return parameters


def _recount(candidates: Pairs, frequencies: Frequencies, parameters: Parameters) -> None:
    bits = scoring.weigh(candidates, frequencies, parameters).total
    sure = bits > SURE
    frequencies.recount(clusters.components(frequencies.records, candidates.a[sure], candidates.b[sure]))


def _decide(
    connection: duckdb.DuckDBPyConnection,
    candidates: Pairs,
    frequencies: Frequencies,
    parameters: Parameters,
    decisions: Decisions,
) -> Resolution:
    weights = scoring.weigh(candidates, frequencies, parameters)
    labels = clusters.likely_components(frequencies.records, candidates, weights, decisions)
    pairs = _within_and_likely(connection, labels, candidates, weights)
    weights = scoring.weigh(pairs, frequencies, parameters)
    final = clusters.refine(labels, pairs, weights, parameters, decisions)
    return Resolution(final, pairs, weights, parameters, len(candidates.a))


def _within_and_likely(
    connection: duckdb.DuckDBPyConnection, labels: NDArray[np.int64], candidates: Pairs, weights: Weights
) -> Pairs:
    """Every pair inside a component, blocked or not, and likely ones across components (from a component cut again)."""
    a, b = clusters.pairs_within(labels)
    kept = (labels[candidates.a] != labels[candidates.b]) & (weights.total >= clusters.LOW)
    wanted = scoring.pair_table(np.concatenate([a, candidates.a[kept]]), np.concatenate([b, candidates.b[kept]]))
    connection.register("wanted_pairs", wanted)
    try:
        return scoring.compare(connection, "wanted_pairs")
    finally:
        connection.unregister("wanted_pairs")
