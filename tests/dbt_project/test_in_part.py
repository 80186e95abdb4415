"""Tables built part by part are, row by row, what their whole text makes of everything; without news nothing is built.

The events of the synthetic company come by the real door, in an order they should not come in. dbt builds visits and
what they stand on; the answer is the compiled text of each model, run whole.
"""

import gzip
import json
import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import ledger
from orchestration.ingestion.contracts import Contract, load_contracts
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.load import create_raw_table
from orchestration.ingestion.receive import Yard, receive
from orchestration.settings import CHECKOUT, CONTRACTS
from tests.dbt_project.house import House

MODELS = (
    *("stg_segment__events", "stg_snowplow__events", "marketing_channels"),
    *("customer_records", "int_events_keyed", "fct_events", "fct_sessions"),
    *("int_web_users", "product_categories", "int_seen_categories_counted"),
)
BUILT = (
    *("marts.customer_records", "intermediate.int_events_keyed", "marts.fct_sessions"),
    *("intermediate.int_web_users", "intermediate.int_seen_categories_counted"),
)
LAST_DAY = date(2026, 3, 1)


@dataclass
class Website(House):
    """A warehouse of nothing but the website's events, whose identity engine is a table that the test writes."""

    feeds: dict[str, Contract] = field(default_factory=dict)
    runs: int = 0

    def found(self) -> None:
        """Empty books and raw tables, and a record for everybody who ever signed in."""
        self.feeds = {contract.name: contract for contract in load_contracts(CONTRACTS)}
        with self.open() as connection:
            ledger.open_books(connection)
            for name in ("segment/events", "snowplow/events"):
                create_raw_table(connection, self.feeds[name])
            connection.execute("create schema intermediate")
            connection.execute("""
                create table intermediate.int_person_records as
                select 'segment|web_user|' || i as record_key, 'segment' as source_system,
                    'web_user' as source_record_type, cast(i as varchar) as source_record_id, 'person' as entity_type
                from range(0) as t(i);
                create table intermediate.int_record_links (record_key_a varchar, record_key_b varchar, rule varchar,
                    identifier_type varchar, match_probability double, status varchar, is_on_path boolean);
                create table intermediate.customer_crosswalk (assignment_number bigint, record_key varchar,
                    customer_id varchar, assigned_as_of date)
            """)

    def deliver(self, day: date, *paths: Path) -> None:
        """Let files in by the real door, dated a day."""
        self.runs += 1
        contract = self.feeds["segment/events"]
        files = [InboxFile(path, "segment", day, path.stat().st_size, contract, "") for path in paths]
        with self.open() as connection:
            receive(connection, contract, files, self._yard())
            self._meet_everybody(connection)

    def _yard(self) -> Yard:
        return Yard(self.folder / "archive", self.folder / "decoded", f"run {self.runs}", LAST_DAY)

    def _meet_everybody(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("""
            insert into intermediate.int_person_records
            select distinct 'segment|web_user|' || user_id, 'segment', 'web_user', user_id, 'person'
            from raw_segment.events where user_id is not null and user_id not in
                (select source_record_id from intermediate.int_person_records);
            insert into intermediate.customer_crosswalk
            select row_number() over (order by record_key) + (select count(*) from intermediate.customer_crosswalk),
                record_key, 'customer of ' || record_key, date '2026-01-01'
            from intermediate.int_person_records
            where record_key not in (select record_key from intermediate.customer_crosswalk)
        """)
        forget = "delete from built.states where relation = 'intermediate.int_person_records'"
        if connection.execute("select count(*) from duckdb_tables() where schema_name = 'built'").fetchone() != (0,):
            connection.execute(forget)  # dbt keeps the version of a table it builds; this one is built here


@pytest.fixture
def website(warehouse: Path) -> Website:
    website = Website(warehouse, MODELS)
    website.found()
    return website


def late_copies(website: Website, path: Path) -> Path:
    """Events that were told already, told again: received earlier, by another visitor, who thereby gets them."""
    told = website.read("""
        select message_id, occurred_at from raw_segment.events where user_id is null order by message_id limit 40
    """)
    visitors = website.read("select distinct anonymous_id from raw_segment.events order by 1 limit 40")
    lines = [
        {
            "messageId": message, "type": "page", "anonymousId": visitor, "timestamp": f"{moment}",
            "receivedAt": "2020-01-01T00:00:00Z", "context": {"page": {"path": "/told-again"}},
        }
        for (message, moment), (visitor,) in zip(told, visitors, strict=True)
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return path


def in_its_place(path: Path, folder: Path) -> Path:
    """Another file of the same name: every third call is not in it, every fifth is somebody else's."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    calls = [json.loads(line) for number, line in enumerate(lines) if number % 3]
    for number, call in enumerate(calls):
        if number % 5 == 0:
            call["anonymousId"] = calls[0].get("anonymousId")
    corrected = folder / path.name
    folder.mkdir()
    corrected.write_bytes(gzip.compress("".join(f"{json.dumps(call)}\n" for call in calls).encode()))
    return corrected


# A merge; a row that a mended contract sets aside, whose delivery is read again; somebody's record is gone.
MERGE = """
    insert into intermediate.customer_crosswalk
    select (select max(assignment_number) from intermediate.customer_crosswalk) + 1, record_key, 'customer of two',
        date '2026-02-28'
    from intermediate.customer_crosswalk order by record_key limit 2
"""
QUARANTINE = """
    delete from raw_segment.events where _delivery_date = date '2026-02-25' and _row_number % 3 = 0;
    update ops.row_conservation set run_id = 'a later run' where delivery_date = date '2026-02-25'
"""


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))])
def test_a_table_built_in_part_is_the_table_built_whole(website: Website, tmp_path: Path, seed: int):
    files = {date.fromisoformat(path.parent.name): path for path in (CHECKOUT / "data/sample/segment").rglob("*.*")}
    first, *others = sorted(files)
    order = random.Random(seed).sample(others, len(others))
    website.deliver(first, files[first])
    website.build(LAST_DAY)
    steps = [
        lambda: [website.deliver(day, files[day]) for day in order[:3]],
        lambda: [website.change(MERGE), website.deliver(first, in_its_place(files[first], tmp_path / "corrected"))],
        lambda: website.deliver(order[3], files[order[3]], late_copies(website, tmp_path / "copies.ndjson")),
        lambda: website.change(QUARANTINE),
        lambda: [website.deliver(day, files[day]) for day in order[4:]],
    ]
    for number, step in enumerate(random.Random(seed).sample(steps, len(steps))):
        step()
        day = date(2026, 2, 26) if number == 2 else LAST_DAY
        assert "intermediate.int_events_keyed" in website.build(day)
        assert website.changes("intermediate.int_events_keyed") is not None
        for relation in BUILT:
            assert website.rows(relation) == website.whole(relation.partition(".")[2]), (number, relation)
    assert website.build(LAST_DAY) == set()
