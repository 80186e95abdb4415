"""A file of person records as `crm link` takes it: known columns as text; refused with a sentence if it tells nothing.

How a cell is folded does not stand here (`records.py`); only what no cell says by itself does: in which order a file
writes day and month, and which rows repeat one another.
"""

from pathlib import Path

import duckdb

from orchestration.identity import records

COMPARED = frozenset(records.COLUMNS) - {
    "record_id",
    "source_system",
    "entity_type",
    "country",
    "first_seen_at",
    "last_seen_at",
}
TELLING = COMPARED - {"gender", "region", "occupation", "house_number"}
ALONE_ENOUGH = frozenset(("email", "phone", "national_id", "company"))
KINDS = {
    **dict.fromkeys(("full_name", "given_name", "family_name"), "a name"),
    **dict.fromkeys(("street", "house_number", "city", "postcode", "region"), "an address"),
}
COPIES = 20  # of equal records that are compared; more would be more of the same, and fill every index
DAY_AND_MONTH = r"^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$"


class NothingToLinkError(Exception):
    """The file cannot be linked; the message says why and what to do."""


def read(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """`input_records`: the file's known columns as text, and a number of the row where it has no record_id;
    `arrived_ids` (row_no, record_id, repeats, repeats_too): every row, and of one of COPIES equal rows and more the
    first two it equals, where it is not among `input_records`.

    Raises:
        NothingToLinkError: no column to match on, no record, or record ids that repeat.
    """
    _take_in(connection, source)
    there = {row[0].strip().lower(): row[0] for row in connection.execute("describe arrived").fetchall()}
    known = [column for column in records.COLUMNS if column in there]
    _refuse_what_tells_nothing(connection, source, {column: there[column] for column in known})
    chosen = [f'cast("{there[column]}" as varchar) as {column}' for column in known if column != "record_id"]
    named = f"""trim(cast("{there["record_id"]}" as varchar))""" if "record_id" in known else "cast(row_no as varchar)"
    connection.execute(f"""
        create temp table all_records as select row_no, {named} as record_id, {", ".join(chosen)} from arrived""")
    total, distinct = connection.execute(
        "select count(*), count(distinct nullif(record_id, '')) from all_records"
    ).fetchone() or (0, 0)
    if total != distinct:
        raise NothingToLinkError(
            f"{total - distinct} rows of {source.name} repeat a record_id "
            "or have none. Give every row an id of its own."
        )
    if "birth_date" in known:
        _put_the_day_first(connection, "source_system" if "source_system" in known else "''")
    _set_copies_aside(connection, [column for column in known if column != "record_id"])


def _take_in(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    """`arrived`: the file as it is, and row_no. A file whose quotation marks follow no rule is read more patiently."""
    readers = ["read_csv(?, all_varchar = true, header = true)"]
    readers += ["read_csv(?, all_varchar = true, header = true, strict_mode = false, null_padding = true)"]
    if source.suffix.lower() in (".parquet", ".pq"):
        readers = ["read_parquet(?)"]
    for reader in readers:
        try:
            connection.execute(f"create temp table arrived as select *, row_number() over () as row_no from {reader}",
                               [str(source)])  # fmt: skip
        except duckdb.Error as error:
            cause: duckdb.Error | None = error
        else:
            return
    raise NothingToLinkError(
        f"{source.name} could not be read as CSV or Parquet. Save it with a header row as UTF-8 CSV or as Parquet."
    ) from cause


def _refuse_what_tells_nothing(connection: duckdb.DuckDBPyConnection, source: Path, there: dict[str, str]) -> None:
    filled = [
        column
        for column, name in there.items()
        if column in COMPARED
        and connection.execute(f"select count(*) from arrived where trim(cast(\"{name}\" as varchar)) <> ''").fetchone()
        != (0,)
    ]
    if not TELLING.intersection(filled):
        raise NothingToLinkError(
            f"There is nothing to match on in {source.name}: none of its columns holds a name, contact point, date of "
            f"birth, document or address. Name them as in: {', '.join(sorted(TELLING))}."
        )
    kinds = {KINDS.get(column, column) for column in filled} - {"gender"}
    if len(kinds) == 1 and not kinds & ALONE_ENOUGH:
        raise NothingToLinkError(
            f"{source.name} tells {kinds.pop()} of its records and nothing else, and many people share one. Add "
            f"another column, as in: {', '.join(sorted(TELLING))}."
        )


def _put_the_day_first(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """05/03/1990 is the fifth of March, unless the same source writes days above 12 in the second place and none in the
    first."""
    connection.execute(f"""
        create temp table all_records_dated as
        with parts as (
            select row_no, coalesce({source}, '') as source,
                try_cast(regexp_extract(birth_date, '{DAY_AND_MONTH}', 1) as integer) as one,
                try_cast(regexp_extract(birth_date, '{DAY_AND_MONTH}', 2) as integer) as other
            from all_records
        ),
        month_first as (select source from parts group by source having max(one) <= 12 and max(other) > 12)
        select all_records.* replace (
            case when parts.source in (from month_first)
                then regexp_replace(birth_date, '{DAY_AND_MONTH}', '\\3-\\1-\\2') else birth_date end as birth_date
        )
        from all_records inner join parts using (row_no)""")
    connection.execute("drop table all_records")
    connection.execute("alter table all_records_dated rename to all_records")


def _set_copies_aside(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    """Of equal records COPIES are compared."""
    connection.execute(f"""
        create temp table arrived_ids as
        with numbered as (
            select row_no, record_id,
                row_number() over equal_ones as copy_no,
                first_value(record_id) over equal_ones as one,
                nth_value(record_id, 2) over (equal_ones rows between unbounded preceding and unbounded following)
                    as other
            from all_records
            window equal_ones as (partition by {", ".join(columns)} order by row_no)
        )
        select row_no, record_id, case when copy_no > {COPIES} then one end as repeats,
            case when copy_no > {COPIES} then other end as repeats_too
        from numbered""")
    connection.execute("""
        create temp table input_records as
        select all_records.* exclude (row_no) from all_records
        semi join (select record_id from arrived_ids where repeats is null) as compared using (record_id)""")
