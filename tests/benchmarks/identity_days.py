"""`python -m tests.benchmarks.identity_days replay --core FILE` and `... scale --records DIR`: day by day, at size.

replay: the people of a published core.duckdb arrive day by day, by the day they were first seen; every day is built on
the one before. Counts customers whose records nobody touched and who were renamed all the same, compares the last day
with one pass over everything, and gives ids again from an empty warehouse with the kept crosswalk.

scale: DIR holds people.parquet, identifiers.parquet, dummies.parquet (int_person_records, int_record_identifiers and
the seed dummy_identifiers) and truth.parquet (record_key, person_id). A whole run with what the sources state, plain
Splink with the settings of its tutorial (which cannot be told), and a day of --day new records on top of all others;
--only one of them, where its own peak of memory is wanted. Seconds of processor time and by the wall.
"""

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np

from orchestration.identity import decisions, folded, resolution
from orchestration.identity.clusters import NONE, Decisions
from orchestration.identity.folded import People
from tests.benchmarks import identity_rivals
from tests.benchmarks.identity import score
from tests.orchestration.identity.days import Warehouse


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["replay", "scale"])
    options.add_argument("--core", type=Path)
    options.add_argument("--records", type=Path)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--day", type=int, default=10_000, help="new records of the day")
    options.add_argument("--only", choices=["whole", "splink", "day"])
    options.add_argument("--splink-memory", default="3GB")
    chosen = options.parse_args()
    if chosen.what == "replay":
        replay(chosen.core, chosen.days)
    else:
        scale(chosen)


def replay(core: Path, days: int) -> None:
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute(f"attach '{core}' as core (read_only)")
        last = connection.execute("""
            select cast(max(first_seen_at) as date) from core.intermediate.int_person_records""").fetchone()[0]
        house = Warehouse(connection, People("people", "identifiers", "core.seeds.dummy_identifiers"))
        connection.execute("create table people as from core.intermediate.int_person_records limit 0")
        connection.execute("create table identifiers as from core.intermediate.int_record_identifiers limit 0")
        customers: dict[str, str] = {}
        renamed = untouched = 0
        began = time.process_time()
        for number in range(days, -1, -1):
            _arrive(connection, last - timedelta(days=number))
            house.build(as_of=last - timedelta(days=number))
            before, customers = customers, house.assign(last - timedelta(days=number))
            now = {tuple(sorted(records)): customer for customer, records in _groups(customers).items()}
            for customer, records in _groups(before).items():
                same = now.get(tuple(sorted(records)))
                untouched += same is not None
                renamed += same not in (None, customer)
        print(f"{days} days, {len(customers)} records, {time.process_time() - began:.0f} s of processor time")
        print(f"customers nobody touched, summed over the days: {untouched:,}, renamed {renamed}")
        day_by_day = house.tables()
        for table in day_by_day:
            connection.execute(f"drop table {table}")
        house.build(as_of=last)
        one_pass = house.tables()
        for name, rows in day_by_day.items():
            print(f"{name}: {len(rows):,} rows, {'equal to' if rows == one_pass[name] else 'NOT equal to'} one pass")
        assigned = house.assign(last)
        changed = sum(assigned[record] != customer for record, customer in customers.items())
        print(f"ids given from empty with the kept crosswalk: {changed} different")


def scale(chosen: argparse.Namespace) -> None:
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
    connection.execute("set enable_progress_bar = false")
    for name in ("people", "identifiers", "dummies", "truth"):
        connection.execute(f"create table {name}_told as from '{chosen.records / name}.parquet'")
    count = connection.execute("select count(*) from people_told").fetchone()[0]
    print(f"{count:,} records")
    if chosen.only in (None, "whole"):
        all_people = People("people_told", "identifiers_told", "dummies_told")
        _timed("a whole run (fold, train, score, cluster)", lambda: _whole(connection, all_people))
    if chosen.only in (None, "splink"):
        _timed("plain Splink, tutorial settings", lambda: _splink(connection, chosen.splink_memory))
    if chosen.only in (None, "day"):
        _day(connection, chosen.day)


def _day(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    connection.execute(f"""
        create table late as
        select record_key from people_told order by first_seen_at desc, record_key limit {count}""")
    connection.execute("create table people as from people_told anti join late using (record_key)")
    connection.execute("create table identifiers as from identifiers_told anti join late using (record_key)")
    house = Warehouse(connection, People("people", "identifiers", "dummies_told"))
    _timed("the warehouse from empty, with evidence", house.build)
    connection.execute("insert into people from people_told semi join late using (record_key)")
    connection.execute("insert into identifiers from identifiers_told semi join late using (record_key)")
    _timed(f"a day of {count:,} new records, with evidence", house.build)
    anew = connection.execute("""
        select count(*) from int_record_clusters
        where clustered_in_run = (select max(clustered_in_run) from int_record_clusters)""").fetchone()[0]
    print(f"records clustered anew: {anew:,}")


def _timed(what: str, function: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:<46}{time.process_time() - cpu:>8.1f} s CPU{time.perf_counter() - wall:>8.1f} s wall, peak {peak:,} MB",
        flush=True,
    )


def _whole(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    folded.read(connection, people)
    connection.execute("""
        create or replace temp view contacts_told as
        select record_id, kind, value from contacts_all where not is_dummy""")
    found = resolution.resolve(connection, "people_compared", "contacts_told", _stated(connection))
    ids = [row[0] for row in connection.execute("select record_id from folded order by record_no").fetchall()]
    _print_score(connection, dict(zip(ids, found.cluster.tolist(), strict=True)), f"{found.compared:,} pairs compared")


def _stated(connection: duckdb.DuckDBPyConnection) -> Decisions:
    """What sources state of one another's records, in numbers that follow the order of the keys."""
    decisions.write_down(connection, "people_told", "identifiers_told", [])
    connection.execute("""
        create or replace temp table numbers as
        select record_key, row_number() over (order by record_key) - 1 as record_no from people_told""")
    found = connection.execute("""
        select one.record_no as a, other.record_no as b from decided
        inner join numbers as one on decided.record_key_a = one.record_key
        inner join numbers as other on decided.record_key_b = other.record_key order by a, b""").fetchnumpy()
    return Decisions(np.stack([found["a"], found["b"]], axis=1).astype(np.int64), NONE.apart)


def _splink(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    frame = connection.execute("""
        with contacts as (
            select record_key, min(identifier_value) filter (where identifier_type = 'email') as email,
                min(identifier_value) filter (where identifier_type = 'phone') as phone
            from identifiers_told group by record_key
        )
        select record_key as record_id, lower(full_name) as full_name, contacts.email, contacts.phone,
            cast(birth_date as varchar) as birth_date, lower(city) as city, postcode
        from people_told left join contacts using (record_key)""").df()
    with duckdb.connect(config={"threads": 2, "memory_limit": memory}) as own:
        found = identity_rivals.splink(frame, identity_rivals.AT_SIZE, own)
    _print_score(connection, dict(zip(frame["record_id"], found, strict=True)), "Splink")


def _print_score(connection: duckdb.DuckDBPyConnection, found: dict[str, object], what: str) -> None:
    truth = connection.execute("select record_key, person_id from truth_told").fetchall()
    for name, part in (("all", truth), ("no marketplace", [row for row in truth if not row[0].startswith("tmall|")])):
        one = score([found[record] for record, _ in part], [person for _, person in part])
        print(f"  {what}, {name}: precision {one.precision:.4f}, recall {one.recall:.4f}, F1 {one.f1:.4f}")


def _arrive(connection: duckdb.DuckDBPyConnection, day) -> None:
    connection.execute(f"""
        insert into people from core.intermediate.int_person_records
        where coalesce(cast(first_seen_at as date), date '1900-01-01') <= date '{day}'
            and record_key not in (select record_key from people)""")
    connection.execute("""
        insert into identifiers from core.intermediate.int_record_identifiers
        where record_key in (select record_key from people)
            and record_key not in (select record_key from identifiers)""")


def _groups(customers: dict[str, str]) -> dict[str, list[str]]:
    found = defaultdict(list)
    for record, customer in customers.items():
        found[customer].append(record)
    return found


if __name__ == "__main__":
    main()
