"""The rivals on any frame of person records (columns as for `crm link`): exact matching, plain Splink as its tutorials
set it up, and recordlinkage as its examples do. Each gives one cluster per row. Which columns are compared follows from
the columns there are; nothing is tuned, here as there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from orchestration.identity.clusters import components

SPLINK_THRESHOLD = 0.95
EXACT_KEYS = (
    ("email",), ("phone",), ("national_id",), ("nickname",), ("full_name", "birth_date"), ("full_name", "street"),
    ("given_name", "family_name", "birth_date"), ("given_name", "family_name", "street"), ("company", "postcode"),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Keys by which Splink looks for pairs, and by which it trains; those are used whose columns there are. Columns
    that are compared `exactly`, and not as the library does their kind."""

    blocks: tuple[tuple[str, ...], ...]
    trainings: tuple[tuple[str, ...], ...]
    exactly: tuple[str, ...] = ()


TUTORIAL = Plan(
    (
        ("email",), ("phone",), ("national_id",), ("nickname",), ("birth_date",), ("full_name",), ("company",),
        ("given_name", "family_name"), ("family_name", "postcode"), ("region", "street"), ("postcode", "house_number"),
    ),
    (("birth_date",), ("given_name", "family_name"), ("full_name",), ("email",), ("company",), ("city",)),
)  # fmt: skip
# A name or a birthday alone makes pairs by the square of the records: two columns together, as the tutorials advise,
# and plain equality, which takes less time.
AT_SIZE = Plan(
    (
        ("email",), ("phone",), ("full_name", "city"), ("full_name", "birth_date"), ("birth_date", "city"),
        ("full_name", "postcode"),
    ),
    (("email",), ("full_name", "city")),
    ("phone", "city", "postcode"),
)  # fmt: skip


def exact(frame: pd.DataFrame) -> list[int]:
    """Rows that share a whole key, and the rows those share one with."""
    plain = frame.astype("string").apply(lambda column: column.str.lower().str.replace(r"[\s+-]", "", regex=True))
    edges = []
    for key in _there(frame, EXACT_KEYS):
        whole = plain[list(key)].dropna()
        first = whole.groupby(list(key)).ngroup()
        heads = first.drop_duplicates()
        edges.append((whole.index.to_numpy(), first.map(dict(zip(heads, heads.index, strict=True))).to_numpy()))
    a, b = (np.concatenate([edge[side] for edge in edges] or [np.zeros(0, dtype=int)]) for side in (0, 1))
    return components(len(frame), a, b).tolist()


def splink(frame: pd.DataFrame, plan: Plan = TUTORIAL, connection: Any = ":memory:") -> list[str]:
    """Comparisons of Splink's library by kind of column, three trainings, one threshold: as in its tutorials.

    Args:
        connection: of DuckDB, where memory or threads are to be limited.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    blocks = [block_on(*key) for key in _there(frame, plan.blocks)] or [block_on("city")]
    comparisons = _splink_comparisons(frame, plan)
    columns = ["record_id", *(name for name in frame.columns if name in comparisons)]
    told = frame[list(dict.fromkeys([*columns, *_blocked(frame, plan)]))]
    told = told.astype(str).where(told.notna(), None)
    if "birth_date" in told:
        told["birth_date"] = told["birth_date"].str.replace(r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3", regex=True)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=blocks,
        comparisons=list(comparisons.values()),
    )
    linker = Linker(DuckDBAPI(connection).register(told), settings)
    linker.training.estimate_probability_two_random_records_match(blocks[:2], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    for key in _there(frame, plan.trainings)[:3]:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*key))
        except ValueError as error:  # a chance so small that Splink refuses it; its other trainings stand
            print(f"  Splink gave up its training on {', '.join(key)}: {str(error)[:80]}")
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, SPLINK_THRESHOLD)
    by_id = clusters.as_pandas_dataframe().set_index("record_id")["cluster_id"]
    return [str(by_id[record]) for record in frame["record_id"]]


def recordlinkage(frame: pd.DataFrame) -> list[int]:
    """Its FEBRL example on any columns: pairs with one equal name, exact and string comparisons, half of them agree."""
    import recordlinkage as rl

    people = frame.astype(str).where(frame.notna(), None)
    indexer = rl.Index()
    for column in ("given_name", "full_name", "company"):
        if column in people:
            indexer.block(column)
            break
    pairs = indexer.index(people)
    compare = rl.Compare()
    exactly = [c for c in ("given_name", "birth_date", "city", "region", "email", "phone", "postcode") if c in people]
    roughly = [c for c in ("family_name", "full_name", "company", "street") if c in people]
    for column in exactly:
        compare.exact(column, column)
    for column in roughly:
        compare.string(column, column, method="levenshtein", threshold=0.85)
    agreed = compare.compute(pairs, people).sum(axis=1).to_numpy()
    chosen = pairs[agreed > (len(exactly) + len(roughly)) / 2]
    a, b = (chosen.get_level_values(side).to_numpy() for side in (0, 1))
    return components(len(people), a, b).tolist()


def _there(frame: pd.DataFrame, keys: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [key for key in keys if all(column in frame and frame[column].notna().any() for column in key)]


def _blocked(frame: pd.DataFrame, plan: Plan) -> list[str]:
    return [column for key in _there(frame, (*plan.blocks, ("city",))) for column in key]


def _splink_comparisons(frame: pd.DataFrame, plan: Plan) -> dict[str, object]:
    import splink.comparison_library as cl

    library = {
        "given_name": cl.NameComparison("given_name"),
        "family_name": cl.NameComparison("family_name"),
        "full_name": cl.NameComparison("full_name"),
        "company": cl.NameComparison("company"),
        "birth_date": cl.DateOfBirthComparison("birth_date", input_is_string=True),
        "email": cl.EmailComparison("email"),
        "phone": cl.LevenshteinAtThresholds("phone", [1, 2]),
        "national_id": cl.DamerauLevenshteinAtThresholds("national_id", [1, 2]),
        "street": cl.JaroWinklerAtThresholds("street", [0.9, 0.7]),
        "postcode": cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        "nickname": cl.ExactMatch("nickname"),
        "city": cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        "region": cl.ExactMatch("region"),
        "gender": cl.ExactMatch("gender"),
        "occupation": cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        "birth_place": cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
    }
    library |= {name: cl.ExactMatch(name) for name in plan.exactly}
    return {name: one for name, one in library.items() if name in frame and frame[name].notna().any()}
