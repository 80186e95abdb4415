"""The engine from end to end: records in, pairs with their evidence and clusters out."""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.identity import blocking, clusters, identifiers, records, scoring
from orchestration.identity.clusters import NONE, Decisions
from orchestration.identity.scoring import Frequencies, Pairs, Parameters, Weights

SURE = 3.3  # bits: p > .9, for the entities values are counted by


@dataclass(frozen=True)
class Resolution:
    """`cluster[record]`: the smallest record number of the record's cluster. `pairs`: those compared and not unlikely."""

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
    count = records.fold(connection, relation, more_contacts)
    identifiers.judge(connection)
    blocking.block(connection)
    candidates = scoring.compare(connection, "candidates")
    frequencies = Frequencies(connection)
    parameters = known or _learn(connection, candidates, frequencies, count)
    return _decide(connection, candidates, frequencies, parameters, decisions)


def _learn(
    connection: duckdb.DuckDBPyConnection, candidates: Pairs, frequencies: Frequencies, count: int
) -> Parameters:
    """Two rounds of training: the second counts values by the entities that the first one found."""
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
