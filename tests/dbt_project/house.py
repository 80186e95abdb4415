"""A warehouse in a folder that dbt builds models in, and what tests ask of it: what was built, and is it right.

Exports come in by the real door; who is who is told by the test, in place of the identity engine.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration import ledger
from orchestration.ingestion.contracts import Contract, load_contracts
from orchestration.ingestion.inbox import scan
from orchestration.ingestion.load import create_raw_table
from orchestration.ingestion.receive import Yard, receive
from orchestration.settings import CONTRACTS, DBT_PROJECT


@dataclass
class House:
    """`models` are what a build selects, `variables` dbt's. CRM_WAREHOUSE and CRM_DATA must name the folder."""

    folder: Path
    models: Sequence[str]
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def core(self) -> Path:
        return self.folder / "core.duckdb"

    def open(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.core), config={"threads": 1})

    def change(self, sql: str) -> None:
        with self.open() as connection:
            connection.execute(sql)

    def read(self, sql: str) -> list[tuple]:
        with self.open() as connection:
            return connection.execute(sql).fetchall()

    def build(self, day: date, *arguments: str) -> set[str]:
        """dbt's build as of a day; returns the tables that it wrote."""
        before = self._versions()
        outcome = self._dbt(
            *("build", "--select", *self.models, "--exclude-resource-types", "test", "unit_test"),
            *("--vars", json.dumps({"as_of_date": day.isoformat(), **self.variables}), *arguments),
        )
        assert outcome.success, [result.message for result in outcome.result.results if result.message]
        return {name for name, version in self._versions().items() if before.get(name) != version}

    def check(self, command: str, *names: str, arguments: Sequence[str] = ()) -> list[int]:
        """What `build` or `test` finds by each test, one after the other: dbt asks no more where one failed."""
        day = ("--vars", json.dumps({"as_of_date": "2026-04-01", "tests_in_part_from": 0}))
        found = [self._dbt(command, "--select", name, *day, *arguments).result.results[-1] for name in names]
        assert [result.node.name for result in found] == list(names)
        return [result.failures for result in found]

    def _dbt(self, *arguments: str) -> Any:
        from dbt.cli.main import dbtRunner

        from orchestration import dbt_build

        outcome = dbtRunner(manifest=dbt_build._manifest()).invoke([
            *arguments,
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "warehouse"),
            *("--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")),
            *("--log-level", "none", "--log-level-file", "none", "--no-write-json"),
        ])  # fmt: skip
        dbt_build._let_go()
        return outcome

    def rows(self, relation: str) -> list[tuple]:
        return self.read(f"select * from {relation} order by all")

    def whole(self, name: str) -> list[tuple]:
        """What the model's text, run whole, says now."""
        return self.read(f"select * from ({self.text(name)}) order by all")

    def text(self, name: str) -> str:
        """The model as the last build compiled it."""
        return next((self.folder / "target" / "compiled").rglob(f"{name}.sql")).read_text(encoding="utf-8")

    def build_over_spoilt(self, day: date, spoilt: Mapping[str, str]) -> dict[str, int]:
        """Build over tables of which a column is spoilt; returns of each how many rows stand as they were.

        What stands is whole but for this column, and what was built is whole. `spoilt`: of each relation a column that
        nothing else here reads.
        """
        for relation, column in spoilt.items():
            self.change(f"update {relation} set {column} = 'spoilt'")
        self.build(day)
        stood = {}
        for relation, column in spoilt.items():
            whole = f"({self.text(relation.partition('.')[2])})"
            as_if_spoilt = f"select * replace ('spoilt' as {column}) from"
            assert self.rows(f"({as_if_spoilt} {relation})") == self.rows(f"({as_if_spoilt} {whole})"), relation
            built = self.read(f"select * from {relation} where {column} is distinct from 'spoilt'")
            assert set(built) <= set(self.rows(whole)), relation
            stood[relation] = len(self.rows(relation)) - len(built)
        return stood

    def changes(self, relation: str) -> int | None:
        """How many rows went or came when a table was built last; None where nobody kept them."""
        kept = self.read(f"select changed_from is not null from built.states where relation = '{relation}'")
        if kept != [(True,)]:
            return None
        return int(self.read(f"select count(*) from built.{relation.replace('.', '__')}__changes")[0][0])

    def _versions(self) -> dict[str, tuple]:
        """What tables were built from; views and what others made stand for nothing built."""
        if self.read("select count(*) from duckdb_tables() where schema_name = 'built'") == [(0,)]:
            return {}
        found = self.read("select relation, inputs, looked_at_in from built.states where inputs is not null")
        return {name: (inputs, seen) for name, inputs, seen in found}


@dataclass
class Company(House):
    """A warehouse of what some systems deliver. `last_day` is the day its runs speak for."""

    systems: Sequence[str] = ()
    last_day: date = date(2026, 3, 1)
    feeds: list[Contract] = field(default_factory=list)
    runs: int = 0

    def found(self) -> None:
        """Empty books and raw tables, and nobody known to be anybody."""
        self.feeds = load_contracts(CONTRACTS)
        with self.open() as connection:
            ledger.open_books(connection)
            for contract in self.feeds:
                create_raw_table(connection, contract)
            connection.execute("""
                create schema intermediate;
                create table intermediate.int_record_links (record_key_a varchar, record_key_b varchar, rule varchar,
                    identifier_type varchar, match_weight double, match_probability double, evidence varchar,
                    is_on_path boolean, is_bridge boolean, status varchar);
                create table intermediate.customer_crosswalk (assignment_number bigint, record_key varchar,
                    customer_id varchar, assigned_as_of date)
            """)

    def deliver(self, inbox: Path, *days: date) -> None:
        """Let all files of the days in by the real door, one day after the other."""
        files = [file for file in scan(inbox, self.feeds, self.last_day) if file.system in self.systems]
        for day in days:
            self.runs += 1
            yard = Yard(self.folder / "archive", self.folder / "decoded", f"run {self.runs}", self.last_day)
            with self.open() as connection:
                for contract in self.feeds:
                    due = [file for file in files if file.contract is contract and file.delivery_date == day]
                    receive(connection, contract, due, yard)

    def meet(self, records: str) -> None:
        """Give every record of a query, which is nobody yet, to a customer of its own."""
        self.change(f"""
            insert into intermediate.customer_crosswalk
            select row_number() over (order by record_key) + (select count(*) from intermediate.customer_crosswalk),
                record_key, 'customer of ' || record_key, date '2026-01-01'
            from ({records})
            where record_key not in (select record_key from intermediate.customer_crosswalk)
        """)

    def merge(self, count: int) -> None:
        """Some records turn out to be one customer's."""
        self.change(f"""
            insert into intermediate.customer_crosswalk
            select (select max(assignment_number) from intermediate.customer_crosswalk) + row_number() over (),
                record_key, 'customer of several', date '2026-02-28'
            from (select record_key from intermediate.customer_crosswalk order by hash(record_key) limit {count})
        """)
