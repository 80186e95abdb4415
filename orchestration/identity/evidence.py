"""Why records are one person: the pairs worth keeping, what each field says, and a connected path through each cluster.

`account_for` turns a resolution into rows; `waterfall` turns one of these rows into words. Evidence is kept as data
({field, value_a, value_b, level, bits}) so that any reader can tell it in any language.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity import scoring
from orchestration.identity.clusters import Decisions, Numbers, components
from orchestration.identity.comparisons import COMPARISONS
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
}
STRONG = ("email", "phone", "national_id", "nickname")


@dataclass(frozen=True)
class Links:
    """Pairs of record numbers, parallel arrays. `rule`: statement, override, strong_id or probabilistic. `status`:
    accepted (one customer), grey (a steward should look), held_back (a cluster too odd to be published) or apart (likely
    by itself, and yet two people)."""

    a: Numbers
    b: Numbers
    bits: NDArray[np.float32]
    same: NDArray[np.float32]
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
        at = np.isin(keys, _keys(*decided.T, count)) if len(decided) else np.zeros(len(keys), dtype=bool)
        rule[at], bits[at] = name, worth
    on_path = _spanning(count, pairs.a, pairs.b, bits, one)
    status = np.where(one, "accepted", np.where(weights.total > 0, "apart", "grey")).astype(object)
    status[held & (weights.total > 0)] = "held_back"
    decided_apart = np.isin(keys, _keys(*overrides.apart.T, count)) if len(overrides.apart) else np.zeros(len(keys), bool)
    rule[decided_apart], status[decided_apart] = "override", "apart"
    kept = on_path | (~one & (weights.total > GREY)) | held & (weights.total > 0) | decided_apart
    bridge = on_path & _bridges(count, pairs.a, pairs.b, one & ((bits > 0) | on_path), on_path, clusters)
    return Links(
        pairs.a[kept].astype(np.int64), pairs.b[kept].astype(np.int64), bits[kept].astype(np.float32),
        weights.same[kept], pairs.levels[kept], rule[kept], status[kept], on_path[kept], bridge[kept],
    )  # fmt: skip


def table(connection: duckdb.DuckDBPyConnection, links: Links, with_values: bool = True) -> pa.Table:
    """The links as they are kept: keys, rule, weight, probability, evidence as JSON."""
    rows = connection.execute(
        f"select record_id, {', '.join(SHOWN.values())} from numbered order by record_no"
    ).fetchnumpy()
    ids = rows["record_id"]
    values = {field: rows[column] for field, column in SHOWN.items()}
    evidence = [
        json.dumps(_fields(values if with_values else {}, a, b, levels, same, rule), ensure_ascii=False)
        for a, b, levels, same, rule in zip(links.a, links.b, links.levels, links.same, links.rule, strict=True)
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


def _spanning(count: int, a: Numbers, b: Numbers, bits: NDArray[np.float64], one: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The strongest tree through every cluster: maximum spanning forest over pairs of one cluster."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    rows = np.flatnonzero(one)
    cost = 1000.0 - bits[rows] + rows * 1e-9
    tree = minimum_spanning_tree(coo_matrix((cost, (a[rows], b[rows])), shape=(count, count)).tocsr()).tocoo()
    chosen = _keys(tree.row, tree.col, count)
    return one & np.isin(_keys(a, b, count), chosen)


def _bridges(count, a, b, agreed, on_path, cluster) -> NDArray[np.bool_]:  # type: ignore[no-untyped-def]
    """Path pairs without which their cluster would fall apart into two groups of two records and more."""
    sizes = np.bincount(cluster, minlength=count)
    rows = np.flatnonzero(agreed & (sizes[cluster[a]] >= 4))
    found = np.zeros(len(a), dtype=bool)
    order = rows[np.argsort(cluster[a[rows]], kind="stable")]
    for group in np.split(order, np.flatnonzero(np.diff(cluster[a[order]])) + 1):
        members = np.unique(np.concatenate([a[group], b[group]]))
        if len(group) > 3 * len(members):  # so many agreements that no single one holds it together
            continue
        one, other = np.searchsorted(members, a[group]), np.searchsorted(members, b[group])
        for place, row in enumerate(group):
            if on_path[row]:
                rest = np.arange(len(group)) != place
                sides = np.bincount(components(len(members), one[rest], other[rest]))
                found[row] = sorted(sides[sides > 0])[0] >= 2 and (sides > 0).sum() == 2
    return found


def _fields(values, a, b, levels, same, rule) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    fields: list[dict[str, object]] = []
    if rule in ("statement", "override"):
        fields.append({"field": rule, "level": "stated by the source" if rule == "statement" else "decided by a human"})
    for place in np.flatnonzero(levels):
        comparison = COMPARISONS[place]
        entry: dict[str, object] = {"field": comparison.name}
        if values:
            entry |= {"value_a": _text(values[comparison.name][a]), "value_b": _text(values[comparison.name][b])}
        entry |= {"level": comparison.levels[levels[place] - 1].label, "bits": round(float(same[place]), 1)}
        fields.append(entry)
    return fields


def _text(value: object) -> str | None:
    return None if value is None or value is np.ma.masked else str(value)


def in_words(evidence: str, language: str = "en") -> Iterable[str]:
    """One line per field, the weightiest first: what was compared, how, and what it says in bits."""
    words = WORDS[language]
    entries = json.loads(evidence)
    for entry in sorted(entries, key=lambda one: -abs(one.get("bits", 99))):
        field, level = words.get(entry["field"], entry["field"]), words.get(entry["level"], entry["level"])
        if "bits" not in entry:
            yield f"{field}: {level}"
            continue
        values = " / ".join(str(value) for value in dict.fromkeys((entry.get("value_a"), entry.get("value_b"))) if value)
        yield f"{entry['bits']:+6.1f}  {field}: {level}" + (f" ({values})" if values else "")


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "birth_date": "date of birth", "national_id": "document number", "place": "place", "birth_place": "place of birth",
        "statement": "the source says so", "override": "a decision", "street": "address",
    },
    "zh": {
        "name": "姓名", "birth_date": "出生日期", "national_id": "证件号码", "email": "邮箱", "phone": "电话", "street": "地址",
        "place": "城市/邮编", "company": "公司", "gender": "性别", "nickname": "昵称", "occupation": "职业",
        "birth_place": "出生地", "statement": "来源系统声明", "override": "人工决定", "stated by the source": "来源系统说明是同一人",
        "decided by a human": "由人工决定", "equal": "相同", "equal in the other order": "姓与名次序相反但相同",
        "equal in another script": "中文与拼音写法相同", "sounds equal": "读音相同", "one part, equal": "只有一部分，相同",
        "short form or initial": "简称或首字母", "family name equal, given name alike": "姓相同，名相近",
        "given name equal, family name alike": "名相同，姓相近", "alike": "相近", "words in common": "有相同的词",
        "one part of the other": "是另一个的一部分", "one part, different": "只有一部分，不同",
        "given name equal, family name different": "名相同，姓不同",
        "family name equal in another script": "姓相同，名为另一种文字", "family name equal, given name different": "姓相同，名不同",
        "somewhat alike": "略相近", "different": "不同", "day of the year equal": "月日相同", "day of the year different": "月日不同",
        "a typing error": "仅差一处笔误", "two parts of three equal": "三部分中两部分相同", "one more typing error": "差两处笔误",
        "a generation apart": "相差一代人", "equal, shared": "相同，但多人共用", "equal, shared, years apart": "相同，但使用时间不重叠",
        "same user and number, other domain": "用户名相同，域名不同", "fits the mask": "与脱敏号码吻合",
        "street and number equal": "街道和门牌相同", "street equal": "街道相同", "street alike, number equal": "街道相近，门牌相同",
        "street alike": "街道相近", "number equal": "门牌相同", "postcode equal": "邮编相同",
        "city equal, postcode alike": "城市相同，邮编相近", "city equal": "城市相同", "city alike": "城市相近",
        "region equal": "地区相同", "postcode alike": "邮编相近",
    },
}  # fmt: skip
