"""The identity models of a dbt build as functions on one connection: what a day does, without dbt around it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import jinja2

from orchestration.identity import day, decisions, folded, parameters, warehouse
from orchestration.identity.folded import People
from orchestration.identity.overrides import Decision
from orchestration.settings import DBT_PROJECT

DAY = date(2026, 3, 15)
CROSSWALK = DBT_PROJECT / "models" / "intermediate" / "identity" / "customer_crosswalk.sql"
WHAT_COUNTS = {
    "int_records_folded": "* order by record_key",
    "int_record_clusters": "* exclude (clustered_in_run) order by record_key",
    "int_record_links": "* exclude (linked_in_run) order by record_key_a, record_key_b",
}


@dataclass
class Warehouse:
    """Tables as dbt would leave them. `people`: where records come from; runs are numbered from 1."""

    connection: duckdb.DuckDBPyConnection
    people: People
    run_number: int = 0
    crosswalk: str = field(default_factory=lambda: _crosswalk_text())

    def build(self, overrides: Iterable[Decision] = (), as_of: date = DAY) -> None:
        """One dbt build of the identity models."""
        self.run_number += 1
        c, people = self.connection, self.people
        self._append("int_records_folded", lambda kept: folded.bring_up_to_date(c, people, kept))
        self._append("int_match_parameters", lambda kept: parameters.train(c, "int_records_folded", as_of, kept))
        known = parameters.read_parameters(c, "int_match_parameters")
        decisions.write_down(c, "int_records_folded", people.identifiers, overrides)
        self._append(
            "int_record_clusters",
            lambda kept: day.bring_up_to_date(c, day.House("int_records_folded", kept), known, self.run_number),
        )
        tables = ("int_records_folded", "int_record_clusters")
        self._append(
            "int_record_links", lambda kept: warehouse.link(c, warehouse.Clustered(*tables, kept), people, known)
        )

    def assign(self, as_of: date = DAY) -> dict[str, str]:
        """Bring the crosswalk up to date; the customer of every record."""
        self.connection.execute("""
            create table if not exists customer_crosswalk
            (assignment_number bigint, record_key varchar, customer_id varchar, assigned_as_of date)""")
        self.connection.execute(f"insert into customer_crosswalk {self.crosswalk.replace('DAY', as_of.isoformat())}")
        return dict(
            self.connection.execute("""
                select record_key, max_by(customer_id, assignment_number) from customer_crosswalk
                semi join int_record_clusters using (record_key) group by record_key""").fetchall()
        )

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that counts, row by row; the numbers of runs do not."""
        return {
            name: self.connection.execute(f"select {what.replace(' order', f' from {name} order')}").fetchall()
            for name, what in WHAT_COUNTS.items()
        }

    def _append(self, name: str, rows: Any) -> None:
        there = self.connection.execute(
            """select count(*) from information_schema.tables
            where table_name = ? and table_catalog = current_database()""",
            [name],
        ).fetchone() != (0,)
        fresh = rows(name if there else None)  # read by DuckDB, by its name
        self.connection.execute(
            f"insert into {name} by name from fresh" if there else f"create table {name} as from fresh"
        )
        del fresh


def _crosswalk_text() -> str:
    """The model's SQL for a table that is there. dbt itself would need seconds to say the same."""
    return jinja2.Template(CROSSWALK.read_text(encoding="utf-8")).render(
        config=lambda **_: "",
        ref=lambda name: name,
        this="customer_crosswalk",
        is_incremental=lambda: True,
        new_customer_id=lambda: "cast(uuid() as varchar)",
        as_of_date=lambda: "date 'DAY'",
        var=lambda *names: names[-1],
    )
