"""`python -m tests.benchmarks.identity_days replay --core FILE` and `... scale --records DIR`: day by day, at size.

replay: the people of a published core.duckdb arrive day by day, by the day they were first seen; every day is built on
the one before. Counts customers whose records nobody touched and who were renamed all the same, compares the last day
with one pass over everything, and gives ids again from an empty warehouse with the kept crosswalk.

scale: DIR holds people.parquet, identifiers.parquet, dummies.parquet (int_person_records, int_record_identifiers and
the seed dummy_identifiers) and truth.parquet (record_key, person_id). A whole run, plain Splink with the settings of
its tutorial, and a day of --day new records on top of all others. Seconds of processor time and by the wall.
"""

import argparse
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

from orchestration.identity import folded, resolution
from orchestration.identity.clusters import NONE
from orchestration.identity.folded import People
from tests.benchmarks.identity import score
from tests.benchmarks.identity_rivals import SPLINK_THRESHOLD
from tests.orchestration.identity.days import Warehouse

SPLINK_COLUMNS = ("full_name", "email", "phone", "birth_date", "city", "postcode")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["replay", "scale"])
    options.add_argument("--core", type=Path)
    options.add_argument("--records", type=Path)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--day", type=int, default=10_000, help="new records of the day")
    options.add_argument("--without-splink", action="store_true")
    chosen = options.parse_args()
    if chosen.what == "replay":
        replay(chosen.core, chosen.days)
    else:
        scale(chosen.records, chosen.day, not chosen.without_splink)


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


def scale(records: Path, day: int, with_splink: bool) -> None:
    connection = duckdb.connect(config={"threads": 2, "memory_limit": "3GB"})
    connection.execute("set enable_progress_bar = false")
    for name in ("people", "identifiers", "dummies", "truth"):
        connection.execute(f"create table {name}_told as from '{records / name}.parquet'")
    count = connection.execute("select count(*) from people_told").fetchone()[0]
    print(f"{count:,} records")
    all_people = People("people_told", "identifiers_told", "dummies_told")
    _timed("a whole run (fold, train, score, cluster)", lambda: _whole(connection, all_people))
    if with_splink:
        _timed("plain Splink, tutorial settings", lambda: _splink(connection))
    connection.execute(f"""
        create table late as select record_key from people_told order by first_seen_at desc, record_key limit {day}""")
    connection.execute("create table people as from people_told anti join late using (record_key)")
    connection.execute("create table identifiers as from identifiers_told anti join late using (record_key)")
    house = Warehouse(connection, People("people", "identifiers", "dummies_told"))
    _timed("the warehouse from empty, with evidence", house.build)
    connection.execute("insert into people from people_told semi join late using (record_key)")
    connection.execute("insert into identifiers from identifiers_told semi join late using (record_key)")
    _timed(f"a day of {day:,} new records, with evidence", house.build)
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
    found = resolution.resolve(connection, "people_compared", "contacts_told", NONE)
    ids = [row[0] for row in connection.execute("select record_id from folded order by record_no").fetchall()]
    _print_score(connection, dict(zip(ids, found.cluster.tolist(), strict=True)), f"{found.compared:,} pairs compared")


def _splink(connection: duckdb.DuckDBPyConnection) -> None:
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = connection.execute("""
        with contacts as (
            select record_key, min(identifier_value) filter (where identifier_type = 'email') as email,
                min(identifier_value) filter (where identifier_type = 'phone') as phone
            from identifiers_told group by record_key
        )
        select record_key, lower(full_name) as full_name, contacts.email, contacts.phone,
            cast(birth_date as varchar) as birth_date, lower(city) as city, postcode
        from people_told left join contacts using (record_key)""").df()
    rules = [
        block_on("email"), block_on("phone"), block_on("full_name", "city"), block_on("full_name", "birth_date"),
        block_on("birth_date", "city"), block_on("full_name", "postcode"),
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_key",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("full_name"), cl.EmailComparison("email"), cl.ExactMatch("phone"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True), cl.ExactMatch("city"),
            cl.ExactMatch("postcode"),
        ],
    )  # fmt: skip
    inner = duckdb.connect(config={"threads": 2, "memory_limit": "3GB"})
    linker = Linker(DuckDBAPI(inner).register(frame), settings)
    linker.training.estimate_probability_two_random_records_match([rules[0], rules[2]], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    for rule in (rules[0], rules[2]):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, SPLINK_THRESHOLD)
    found = clusters.as_pandas_dataframe()
    _print_score(connection, dict(zip(found["record_key"], found["cluster_id"], strict=True)), "Splink")


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
