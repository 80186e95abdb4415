"""A day's identity, whatever it brought, ends in the tables that one pass over everything gives; nobody is renamed."""

import random
from collections import defaultdict

import duckdb
import pyarrow as pa
import pytest

from orchestration.identity import resolution, slices
from orchestration.identity.folded import People
from orchestration.identity.overrides import Decision
from tests.orchestration.identity.days import Warehouse
from tests.orchestration.identity.test_resolution import Row, town

COLUMNS = (
    "record_key", "source_system", "entity_type", "full_name", "nickname", "company_name", "phone", "birth_date",
    "gender", "street", "city", "postcode", "region", "country", "first_seen_at", "last_seen_at",
)  # fmt: skip


class Town:
    """Records as they arrive, day by day, and the warehouse they arrive in."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        rows = [row | {"record_key": f"{row['source_system']}|{row['record_id']}"} for row in town()[:350]]
        self.dice.shuffle(rows)
        self.waiting, self.here = rows[:60], {str(row["record_key"]): row for row in rows[60:]}
        self.warehouse = Warehouse(duckdb.connect(), People("people", "identifiers", "dummies"))
        self.warehouse.connection.execute("set threads = 2")

    def build(self, overrides: list[Decision]) -> dict[str, str]:
        tell(self.warehouse.connection, list(self.here.values()))
        self.warehouse.build(overrides)
        return self.warehouse.assign()

    def in_one_pass(self, overrides: list[Decision]) -> dict[str, list[tuple]]:
        """The tables of an empty warehouse with the same parameters, from the same records in another order."""
        rows = list(self.here.values())
        self.dice.shuffle(rows)
        kept = self.warehouse.connection.execute("from int_match_parameters").to_arrow_table()
        with duckdb.connect() as connection:
            connection.execute("set threads = 1")
            tell(connection, rows)
            connection.register("kept", kept)
            connection.execute("create table int_match_parameters as from kept")
            anew = Warehouse(connection, self.warehouse.people)
            anew.build(overrides)
            return anew.tables()


def tell(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> None:
    contacts = [
        (row["record_key"], kind, row[kind]) for row in rows for kind in ("email", "phone") if row.get(kind) is not None
    ]
    tables = {
        "people": pa.table({
            name: pa.array([None if name == "phone" else row.get(name, "person" if name == "entity_type" else None)
                            for row in rows], pa.string())
            for name in COLUMNS
        }),
        "identifiers": pa.table({
            name: pa.array([contact[place] for contact in contacts], pa.string())
            for place, name in enumerate(("record_key", "identifier_type", "identifier_value"))
        }),
        "dummies": pa.table({"identifier_type": ["phone"], "identifier_value": ["13800138000"]}),
    }  # fmt: skip
    for name, table in tables.items():
        connection.register("told", table)
        connection.execute(f"create or replace table {name} as from told")
        connection.unregister("told")


def something_happens(town: Town, what: str) -> None:
    keys = sorted(town.here)
    if what == "new records":
        town.here |= {str(row["record_key"]): row for row in (town.waiting.pop() for _ in range(20))}
    elif what == "corrections":
        for key in town.dice.sample(keys, 12):
            other = town.here[town.dice.choice(keys)]
            field = town.dice.choice(["full_name", "email", "phone", "birth_date", "street"])
            town.here[key] = town.here[key] | {field: other[field]}
    elif what == "deletions":
        for key in town.dice.sample(keys, 12):
            town.waiting.insert(0, town.here.pop(key))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_a_day_ends_where_one_pass_would_and_renames_nobody_it_did_not_touch(seed: int):
    town = Town(seed)
    decided: list[Decision] = []
    customers: dict[str, str] = {}
    for what in ("nothing", "new records", "corrections", "deletions", "decisions", "taken back", "new records"):
        something_happens(town, what)
        if what == "decisions":
            keys = sorted(town.here)
            pairs = [sorted(town.dice.sample(keys, 2)) for _ in range(4)]
            joined = [records for records in groups(customers).values() if len(records) > 1][:4]
            decided = [Decision("together", *pair) for pair in pairs]
            decided += [Decision("apart", *sorted(records)[:2]) for records in joined]
        elif what == "taken back":
            decided = decided[1:-1]
        before, customers = customers, town.build(decided)
        assert town.warehouse.tables() == town.in_one_pass(decided), what
        now = {tuple(sorted(records)): customer for customer, records in groups(customers).items()}
        untouched = {tuple(sorted(records)): customer for customer, records in groups(before).items()}
        assert all(now[records] == customer for records, customer in untouched.items() if records in now), what


def test_a_normal_day_clusters_only_what_it_touches():
    town = Town(3)
    town.build([])
    something_happens(town, "new records")
    town.build([])
    anew, all_records = town.warehouse.connection.execute("""
        select count(*) filter (where clustered_in_run = 2), count(*) from int_record_clusters""").fetchone() or (0, 0)
    assert 20 <= anew < all_records / 3


def test_what_is_folded_clustered_and_linked_some_at_a_time_is_what_is_at_once(monkeypatch: pytest.MonkeyPatch):
    town = Town(3)
    town.build([])
    monkeypatch.setattr(slices, "AT_ONCE", 23)
    monkeypatch.setattr(resolution, "PAIRS_AT_ONCE", 40)
    assert town.in_one_pass([]) == town.warehouse.tables()
    something_happens(town, "corrections")
    town.build([])
    assert town.in_one_pass([]) == town.warehouse.tables()


def test_an_empty_warehouse_with_the_kept_crosswalk_gives_everybody_the_same_id():
    town = Town(4)
    town.build([])
    something_happens(town, "new records")
    customers = town.build([])
    for table in ("int_records_folded", "int_record_clusters", "int_record_links"):
        town.warehouse.connection.execute(f"drop table {table}")
    assert town.build([]) == customers


def groups(customers: dict[str, str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for record, customer in customers.items():
        found[customer].append(record)
    return found
