"""Why records are one person: the pairs worth keeping, what each field says, and a connected path through each cluster.

`account_for` turns a resolution into rows; `waterfall` turns one of these rows into words. Evidence is kept as data
({field, value_a, value_b, level, bits}) so that any reader can tell it in any language.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity import scoring
from orchestration.identity.clusters import Decisions, Numbers, components
from orchestration.identity.comparisons import COMPARISONS
from orchestration.identity.evidence_words import WORDS
from orchestration.identity.resolution import Resolution

GREY = -2.0  # bits: p > .2; likely enough for a steward to look at
SHOWN = {
    "name": "full_name",
    "birth_date": "birth_date",
    "national_id": "national_id",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "place": "city",
    "company": "company",
    "gender": "gender",
    "nickname": "nickname",
    "occupation": "occupation",
    "birth_place": "birth_place",
    "first_seen": "first_seen_at",
}
STRONG = ("email", "phone", "national_id", "nickname")


@dataclass(frozen=True)
class Links:
    """Pairs of record numbers, parallel arrays. `start`: bits before anything is
    compared; `same`: bits of each field; `household`: bits taken off because they could be two of one household.
    They add
    up to the weight, except where a statement or a decision outweighs it. `rule`: statement, override, strong_id or
    probabilistic. `status`:
    accepted (one customer), grey (a steward should look), held_back (a cluster too odd to be published) or apart
    (likely
    by itself, and yet two people)."""

    a: Numbers
    b: Numbers
    bits: NDArray[np.float32]
    same: NDArray[np.float32]
    start: float
    household: NDArray[np.float32]
    levels: NDArray[np.uint8]
    rule: NDArray[np.object_]
    status: NDArray[np.object_]
    on_path: NDArray[np.bool_]
    bridge: NDArray[np.bool_]


def account_for(resolution: Resolution, clusters: Numbers, stated: Decisions, overrides: Decisions) -> Links:
    """The pairs that make or question customers: the path through every one, grey pairs and those kept apart.

    `clusters` are the resolution's, except for those held back.
    """
    count = len(clusters)
    pairs, weights = resolution.pairs, resolution.weights
    one = clusters[pairs.a] == clusters[pairs.b]
    held = ~one & (resolution.cluster[pairs.a] == resolution.cluster[pairs.b])
    rule = _rules(resolution)
    bits = weights.total.astype(np.float64).copy()
    keys = _keys(pairs.a, pairs.b, count)
    for name, decided, worth in (("statement", stated.together, 60.0), ("override", overrides.together, 90.0)):
        at = (
            np.isin(keys, _keys(decided[:, 0], decided[:, 1], count))
            if len(decided)
            else np.zeros(len(keys), dtype=bool)
        )
        rule[at], bits[at] = name, worth
    on_path = _spanning(count, pairs.a, pairs.b, bits, one)
    status = np.where(one, "accepted", np.where(weights.total > 0, "apart", "grey")).astype(object)
    status[held & (weights.total > 0)] = "held_back"
    decided_apart = (
        np.isin(keys, _keys(overrides.apart[:, 0], overrides.apart[:, 1], count))
        if len(overrides.apart)
        else np.zeros(len(keys), bool)
    )
    rule[decided_apart], status[decided_apart] = "override", "apart"
    kept = on_path | (~one & (weights.total > GREY)) | held & (weights.total > 0) | decided_apart
    bridge = on_path & _bridges(count, pairs.a, pairs.b, one & ((bits > 0) | on_path), on_path, clusters)
    start = float(np.log2(resolution.parameters.share_same))
    household = np.minimum(weights.total - weights.same.sum(1) - start, 0.0)
    return Links(
        pairs.a[kept].astype(np.int64), pairs.b[kept].astype(np.int64), bits[kept].astype(np.float32),
        weights.same[kept], start, household[kept], pairs.levels[kept], rule[kept], status[kept], on_path[kept],
        bridge[kept],
    )  # fmt: skip


def table(connection: duckdb.DuckDBPyConnection, links: Links) -> pa.Table:
    """The links as they are kept: keys, rule, weight, probability, evidence as JSON."""
    rows = connection.execute(f"""
        with written as (
            select record_no, string_agg(distinct value, ', ' order by value) filter (where kind = 'email') as emails,
                string_agg(distinct value, ', ' order by value) filter (where kind = 'phone') as phones
            from contacts_written group by record_no
        )
        select record_id, {", ".join(SHOWN.values())}
        from (
            select numbered.* replace (
                coalesce(emails, email) as email, coalesce(phones, phone) as phone,
                coalesce(full_name, nullif(concat_ws(' ', given_name, family_name), '')) as full_name,
                nullif(concat_ws(' ', street, house_number), '') as street,
                nullif(concat_ws(' ', city, postcode), '') as city
            )
            from numbered left join written using (record_no)
        ) order by record_id""").fetchnumpy()
    ids = rows["record_id"]
    values = {field: rows[column].tolist() for field, column in SHOWN.items()}
    evidence = [
        json.dumps(_fields(values, links, row) + _rest(links, row), ensure_ascii=False) for row in range(len(links.a))
    ]
    return pa.table(
        {
            "record_key_a": pa.array(ids[links.a].tolist(), pa.string()),
            "record_key_b": pa.array(ids[links.b].tolist(), pa.string()),
            "rule": pa.array(links.rule.tolist(), pa.string()),
            "identifier_type": pa.array(_strong_fields(links), pa.string()),
            "match_weight": pa.array(np.round(links.bits.astype(np.float64), 2)),
            "match_probability": pa.array(np.round(scoring.probability(links.bits), 6)),
            "evidence": pa.array(evidence, pa.string()),
            "is_on_path": pa.array(links.on_path),
            "is_bridge": pa.array(links.bridge),
            "status": pa.array(links.status.tolist(), pa.string()),
        }
    )


def _strong_fields(links: Links) -> list[str | None]:
    """The strong identifier two records share, where that is what links them; of several the first of STRONG."""
    fields = np.full(len(links.a), None, dtype=object)
    for place, comparison in reversed(list(enumerate(COMPARISONS))):
        if comparison.name in STRONG:
            fields[(links.levels[:, place] == 1) & (links.rule == "strong_id")] = comparison.name
    return list(fields)


def _rules(resolution: Resolution) -> NDArray[np.object_]:
    rule = np.full(len(resolution.pairs.a), "probabilistic", dtype=object)
    for place, comparison in enumerate(COMPARISONS):
        if comparison.name in STRONG:
            rule[resolution.pairs.levels[:, place] == 1] = "strong_id"
    return rule


def _keys(a: Numbers, b: Numbers, count: int) -> Numbers:
    return np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)


def _spanning(
    count: int, a: Numbers, b: Numbers, bits: NDArray[np.float64], one: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The strongest tree through every cluster: maximum spanning forest over pairs of one cluster."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    rows = np.flatnonzero(one)
    cost = 1000.0 - bits[rows] + rows * 1e-9
    tree = minimum_spanning_tree(coo_matrix((cost, (a[rows], b[rows])), shape=(count, count)).tocsr()).tocoo()
    chosen = _keys(tree.row, tree.col, count)
    return one & np.isin(_keys(a, b, count), chosen)


def _bridges(count, a, b, agreed, on_path, cluster) -> NDArray[np.bool_]:
    """Path pairs without which their cluster would fall apart into two groups of two records and more.

    One pair of every cluster is left out at a time, in all clusters at once.
    """
    sizes = np.bincount(cluster, minlength=count)
    owner = cluster[a]
    rows = np.flatnonzero(agreed & (sizes[owner] >= 4))
    many = np.bincount(owner[rows], minlength=count) > 3 * sizes  # so many that no single one holds it together
    rows = rows[~many[owner[rows]]]
    path = rows[on_path[rows]]
    path = path[np.argsort(owner[path], kind="stable")]
    begins = np.flatnonzero(np.r_[True, owner[path][1:] != owner[path][:-1]]) if len(path) else np.zeros(0, int)
    rank = np.arange(len(path)) - np.repeat(begins, np.diff(np.r_[begins, len(path)]))
    found = np.zeros(len(a), dtype=bool)
    for place in range(int(rank.max(initial=-1)) + 1):
        left_out = path[rank == place]
        tried = np.zeros(count, dtype=bool)
        tried[owner[left_out]] = True
        rest = rows[tried[owner[rows]]]
        rest = rest[~np.isin(rest, left_out)]
        sides = components(count, a[rest], b[rest])
        side_sizes = np.bincount(sides, minlength=count)
        one, other = sides[a[left_out]], sides[b[left_out]]
        found[left_out] = (one != other) & (np.minimum(side_sizes[one], side_sizes[other]) >= 2)
    return found


def _fields(values: dict[str, Any], links: Links, row: int) -> list[dict[str, object]]:
    rule, levels = links.rule[row], links.levels[row]
    fields: list[dict[str, object]] = []
    if rule in ("statement", "override"):
        fields.append({"field": rule, "level": "stated by the source" if rule == "statement" else "decided by a human"})
    for place in np.flatnonzero(levels):
        comparison = COMPARISONS[place]
        told = values[comparison.name]
        fields.append(
            {
                "field": comparison.name,
                "value_a": _text(told[links.a[row]]),
                "value_b": _text(told[links.b[row]]),
                "level": comparison.levels[levels[place] - 1].label,
                "bits": round(float(links.same[row, place]), 1),
            }
        )
    return fields


def _rest(links: Links, row: int) -> list[dict[str, object]]:
    """What no field says: how rare matches are to begin with, and that families share much."""
    rest: list[dict[str, object]] = [
        {"field": "start", "level": "two records drawn at random", "bits": round(links.start, 1)}
    ]
    if links.household[row] < -0.05:
        bits = round(float(links.household[row]), 1)
        rest.append({"field": "household", "level": "they could be two of one household", "bits": bits})
    return rest


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def in_words(evidence: str, language: str = "en") -> Iterable[str]:
    """A waterfall, one line a step: what it adds in bits, what that comes to, what was compared and how.

    It begins with how rare a match is, goes on with the weightiest field, and ends with what a household explains too.
    """
    words = WORDS[language]
    entries = json.loads(evidence)
    ruled = [entry["field"] for entry in entries if "bits" not in entry]
    steps = sorted((entry for entry in entries if "bits" in entry), key=_step)
    compared = any(entry["field"] not in LAST_AND_FIRST for entry in steps)
    yield from (words[f"{rule} {'first' if compared else 'alone'}"] for rule in ruled)
    if ruled and not compared:
        return
    total = 0.0
    for entry in steps:
        total += entry["bits"]
        level = words.get(entry["level"], entry["level"])
        told = " / ".join(str(value) for value in dict.fromkeys((entry.get("value_a"), entry.get("value_b"))) if value)
        told = words["in brackets"].format(told) if told else ""
        field = (
            "" if entry["field"] in LAST_AND_FIRST else words["is"].format(words.get(entry["field"], entry["field"]))
        )
        yield f"{entry['bits']:+6.1f}  = {total:+6.1f}  {field}{level}{told}"


LAST_AND_FIRST = {"start": -1, "household": 1}


def _step(entry: dict[str, Any]) -> tuple[int, float]:
    return LAST_AND_FIRST.get(entry["field"], 0), -abs(entry["bits"])
