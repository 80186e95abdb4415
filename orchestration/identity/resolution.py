"""The engine from end to end: records in, pairs with their evidence and clusters out."""

from dataclasses import dataclass, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.identity import blocking, clusters, identifiers, records, scoring
from orchestration.identity.clusters import NONE, Decisions, Likely, Numbers
from orchestration.identity.frequencies import Frequencies, Guess
from orchestration.identity.scoring import Bits, Pairs, Parameters, Weights

LARGEST_CUSTOMER = 60
MOST_FAMILY_NAMES = 4
DOUBTFUL = -6.0  # bits; pairs below hardly change a count
ROUNDS = 2  # of training; each counts values by the entities the one before found
PAIRS_AT_ONCE = 2_000_000  # of components settled together
SETTLING = 3  # countings of the pairs of one person, each by the entities the one before made likely


@dataclass(frozen=True)
class Resolution:
    """`cluster[record]`: the smallest record number of the record's cluster. `pairs`: all inside a component, and
    likely ones across. `compared`: candidate pairs scored."""

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
    prepare(connection, relation, more_contacts)
    candidates, frequencies, known = learn(connection) if known is None else score(connection, known)
    likely = likely_pairs(candidates, scoring.totals(candidates, frequencies, known))
    return settle(connection, likely, frequencies, known, decisions)


def hold_back(connection: duckdb.DuckDBPyConnection, cluster: Numbers, decisions: Decisions) -> Numbers:
    """The clusters (for each record the smallest number of one of its own), those of a suspicious make-up taken back to
    what was stated or decided.

    Suspicious: more records than LARGEST_CUSTOMER, or more than MOST_FAMILY_NAMES family names.
    """
    family = connection.execute(
        "select case when given_latin <> '' then family_latin else '' end as family from folded order by record_no"
    ).fetchnumpy()["family"]
    codes = np.unique(family, return_inverse=True)[1]
    named = np.asarray(family != "", dtype=bool)
    sizes = np.bincount(cluster, minlength=len(codes))
    pairs = np.unique(np.stack([cluster[named], codes[named]]), axis=1)
    names = np.bincount(pairs[0], minlength=len(codes))
    held = ((sizes > LARGEST_CUSTOMER) | (names > MOST_FAMILY_NAMES))[cluster]
    if not held.any():
        return cluster
    stated = clusters.components(len(codes), decisions.together[:, 0], decisions.together[:, 1])
    return np.where(held, stated, cluster)


def prepare(connection: duckdb.DuckDBPyConnection, relation: str, more_contacts: str | None) -> None:
    """`folded` with everything that is compared, and `block_keys`."""
    records.fold(connection, relation, more_contacts)
    identifiers.judge(connection)
    identifiers.attach(connection)
    blocking.key(connection)


def learn(connection: duckdb.DuckDBPyConnection) -> tuple[Pairs, Frequencies, Parameters]:
    """Candidate pairs of all of `folded`, how common its values are, and parameters trained on them.

    Values are counted by the entities that the round before found, of records that are likelier one than two: a person
    counted twice makes a rare name look shared, and that keeps the two records apart.
    """
    _list_keys(connection)
    crowd = blocking.crowded(connection, "keyed")
    blocking.block(connection, "keyed", crowd)
    candidates, frequencies = scoring.compare(connection, "candidates"), Frequencies(connection)
    count = frequencies.records
    total = max(count * (count - 1) / 2, 1.0)
    parameters = Parameters(share_same=0.3 * count / total, share_family=0.06 * count / total)
    sample = scoring.random_pairs(connection, count)
    for _ in range(ROUNDS):
        chances = scoring.chances_of_coincidence(sample, candidates, frequencies, parameters.share_same)
        parameters = scoring.train(candidates, frequencies, replace(parameters, coincidence=chances))
        bits = scoring.totals(candidates, frequencies, parameters)
        share = _share_of_one_person(candidates, bits, parameters.share_same, count)
        frequencies.recount(_guess(candidates, _at_share(bits, share / parameters.share_same), count))
        parameters = replace(parameters, share_same=share)
    frequencies.guess = None
    chances = scoring.chances_of_coincidence(sample, candidates, frequencies, parameters.share_same)
    parameters = replace(parameters, coincidence=chances, values=frequencies.kept, crowded=crowd, records=count)
    return candidates, frequencies, parameters


def _share_of_one_person(candidates: Pairs, bits: Bits, trained: float, count: int) -> float:
    """Of all pairs, those of one person: every pair of an entity, since a person's records are pairs even where two of
    them share nothing that was blocked or tells; and doubtful ones as often as they say. Never less than `trained`,
    which knows candidates one by one. More such pairs make others likelier, so they are counted a few times."""
    share = trained
    for _ in range(SETTLING):
        guess = _guess(candidates, _at_share(bits, share / trained), count)
        sizes = np.bincount(guess.entities).astype(float)
        sizes = sizes[sizes <= LARGEST_CUSTOMER]
        found = (sizes * (sizes - 1) / 2).sum() + guess.chance.sum()
        share = min(max(trained, float(found) / max(count * (count - 1) / 2, 1.0)), scoring.MOST_OF_ONE_PERSON)
    return share


def _at_share(bits: Bits, times: float) -> Bits:
    """The weights, were pairs of one person so many times as frequent."""
    return bits + np.float32(np.log2(times))


def _guess(candidates: Pairs, bits: Bits, count: int) -> Guess:
    """Entities are records likelier one than two; pairs below that are one person as often as they say."""
    one = bits > 0
    entities = clusters.components(count, candidates.a[one], candidates.b[one])
    doubtful = ~one & (bits > DOUBTFUL) & (entities[candidates.a] != entities[candidates.b])
    a, b = candidates.a[doubtful], candidates.b[doubtful]
    return Guess(entities, a, b, scoring.probability(bits[doubtful]))


def score(connection: duckdb.DuckDBPyConnection, known: Parameters) -> tuple[Pairs, Frequencies, Parameters]:
    """The same with parameters that are known."""
    _list_keys(connection)
    blocking.block(connection, "keyed", known.crowded)
    return scoring.compare(connection, "candidates"), Frequencies(connection, known.values), known


def likely_pairs(candidates: Pairs, bits: Bits) -> Likely:
    """Those worth keeping."""
    keep = bits >= clusters.LOW
    return Likely(candidates.a[keep], candidates.b[keep], bits[keep], len(candidates.a))


def settle(
    connection: duckdb.DuckDBPyConnection,
    likely: Likely,
    frequencies: Frequencies,
    parameters: Parameters,
    decisions: Decisions,
) -> Resolution:
    """The clusters that likely pairs make. A component's clusters depend on nothing outside it."""
    labels = clusters.likely_components(frequencies.records, likely, decisions)
    pairs = compare_within(connection, labels, likely)
    weights = scoring.weigh(pairs, frequencies, parameters)
    final = clusters.refine(labels, pairs, weights, parameters, decisions)
    return Resolution(final, pairs, weights, parameters, likely.compared)


def clusters_settled(
    connection: duckdb.DuckDBPyConnection,
    likely: Likely,
    frequencies: Frequencies,
    parameters: Parameters,
    decisions: Decisions,
) -> Numbers:
    """Only the clusters of `settle`, some components at a time: many records take little memory."""
    labels = clusters.likely_components(frequencies.records, likely, decisions)
    batch = clusters.batches(labels, PAIRS_AT_ONCE)
    alone = np.arange(len(labels))
    final = alone
    for number in range(int(batch.max(initial=-1)) + 1):
        some = np.where(batch == number, labels, alone)
        pairs = compare_within(connection, some, clusters.NO_PAIRS)
        weights = scoring.weigh(pairs, frequencies, parameters)
        final = np.minimum(final, clusters.refine(some, pairs, weights, parameters, decisions))
    return final


def compare_within(connection: duckdb.DuckDBPyConnection, labels: Numbers, likely: Likely) -> Pairs:
    """Every pair inside a component, blocked or not, and the likely ones across components."""
    a, b = clusters.pairs_within(labels)
    across = labels[likely.a] != labels[likely.b]
    wanted = scoring.pair_table(np.concatenate([a, likely.a[across]]), np.concatenate([b, likely.b[across]]))
    connection.register("wanted_pairs", wanted)
    try:
        return scoring.compare(connection, "wanted_pairs")
    finally:
        connection.unregister("wanted_pairs")


def _list_keys(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace temp table keyed as select record_no, unnest(block_keys) as block_key from folded"
    )
