"""The one door to the published snapshot: find it, open it read-only, ask it questions.

Belongs here: where the snapshot lies, how it is opened, and the bound on what may be read from it.
Does not belong here: any SQL, anything drawn, and any way of writing.

A version's folder never changes once published, so everything is cached by its path; only the small pointer file is
read again, once a rerun. Nothing re-opens a path whose content was replaced.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboards import access

# More than a page can show; a page that needs more has forgotten to aggregate or to page.
MAX_ROWS = 10_000
STREAM_ROWS = 5_000

_PINNED = "shop_window.snapshot"
_COLUMNS = """
select table_schema, table_name, column_name from information_schema.columns where table_catalog = $database
"""
# DuckDB names a database after its file, so in marts.duckdb the tables of marts stand in the schema `main`, and
# marts.customer_360 is their address there as it is in the warehouse.
_NAMES = "set search_path = 'main,ml,ops'"
_NAMES_WITH_PEOPLE = "use marts"  # there the nameless file is attached as `marts`, the other one as `people`


class NothingPublishedError(Exception):
    """No run has published anything yet. Do: `crm run`."""


class SnapshotUnreadableError(Exception):
    """What the pointer names is missing, damaged or of another release. Do: `crm run`, or `crm rollback`."""


class TooManyRowsError(Exception):
    """A page asked for more rows than a page can show: aggregate, or add LIMIT and OFFSET."""


@dataclass(frozen=True)
class Snapshot:
    """One published version: where its two files lie and what it speaks for."""

    version: str
    marts: Path
    people: Path
    as_of_date: date
    published_at: datetime
    run_id: str
    checks: Mapping[str, int] = field(default_factory=dict)


def refresh() -> Snapshot:
    """Read the pointer and hold on to what it names until the next rerun: one page never mixes two versions."""
    snapshot = find(published_folder())
    _nameless(str(snapshot.marts))
    st.session_state[_PINNED] = snapshot
    return snapshot


def current() -> Snapshot:
    """The version this rerun speaks for. `refresh` must have run."""
    return st.session_state[_PINNED]


def data_folder() -> Path:
    """$CRM_DATA; without it, the data folder of this checkout."""
    return Path(os.environ.get("CRM_DATA") or Path(__file__).parents[1] / "data")


def published_folder() -> Path:
    """Where the versions lie."""
    return data_folder() / "published"


def find(published: Path) -> Snapshot:
    """The version that current.json names. Raises NothingPublishedError or SnapshotUnreadableError."""
    pointer = published / "current.json"
    try:
        version = json.loads(pointer.read_text(encoding="utf-8"))["version"]
    except FileNotFoundError as missing:
        raise NothingPublishedError(str(pointer)) from missing
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise SnapshotUnreadableError(f"{pointer}: {problem!r}") from problem
    if not isinstance(version, str) or Path(version).name != version:
        raise SnapshotUnreadableError(f"{pointer}: the version is not the name of a folder: {version!r}")
    return version_of(published / version)


def show(sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """The answer to one `select` on the nameless file of this rerun's version.

    `parameters` are bound by name (`$name`), never pasted. Integers arrive as Int64, decimals as float64, dates as
    `datetime.date`. Raises TooManyRowsError past MAX_ROWS and SnapshotUnreadableError when the file cannot answer.
    """
    return _select(str(current().marts), None, sql, dict(parameters or {}))


def show_of(snapshot: Snapshot, sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """The same of another version, for comparing it with this one."""
    return _select(str(snapshot.marts), None, sql, dict(parameters or {}))


def versions() -> Iterator[Snapshot]:
    """Every published version that can still be opened, newest first."""
    for folder in sorted(published_folder().iterdir(), reverse=True):
        if (folder / "manifest.json").is_file() and not folder.is_symlink():
            try:
                yield version_of(folder)
            except SnapshotUnreadableError:
                continue  # half published, and never pointed to


def before(snapshot: Snapshot) -> Snapshot | None:
    """The newest version published before that one; None when there is none."""
    return next((each for each in versions() if each.version < snapshot.version), None)


def own_customers() -> tuple[str, dict[str, object]]:
    """A condition on marts.customer_360, and its parameters: only the customers this visitor may see."""
    return access.row_limit(columns("marts.customer_360"))


def of_own_customers(customer_id: str) -> tuple[str, dict[str, object]]:
    """The same for any table with a column of customers; whoever may see all is spared a join of a million keys."""
    limit, limited = own_customers()
    if limit == access.EVERY_ROW:
        return limit, limited
    return f"{customer_id} in (select customer_id from marts.customer_360 where {limit})", limited


def show_people(sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """The same on both files; what names a person is called `people.marts.<table>`.

    Raises access.NotAllowedError for a role without the right, before the file of people is opened.
    """
    access.demand("people")
    return _select(str(current().marts), str(current().people), sql, dict(parameters or {}))


@dataclass(frozen=True)
class Question:
    """One `select` with its parameters, and whether its answer names people. Held by a download until it is wanted."""

    sql: str
    parameters: Mapping[str, object]
    names_people: bool = False


def stream(snapshot: Snapshot, question: Question) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The answer in batches of at most STREAM_ROWS plain tuples: for downloads of any length in bounded memory.

    Takes the version explicitly, because a download runs outside the rerun that offered it. Whether the visitor may
    have names is asked by whoever offers the download.
    """
    try:
        with closing(_cursor(str(snapshot.marts), str(snapshot.people) if question.names_people else None)) as cursor:
            cursor.execute(question.sql, dict(question.parameters))
            while batch := cursor.fetchmany(STREAM_ROWS):
                yield batch
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem


def columns(table: str) -> frozenset[str]:
    """The columns of a nameless table; none when this version does not have the table."""
    schema, _, name = table.partition(".")
    return _columns()[{"marts": "main"}.get(schema, schema), name]


def columns_of_people(table: str) -> frozenset[str]:
    """The columns of a table of `marts` in the file of people; none when this version does not have it."""
    listed = show_people(_COLUMNS, {"database": "people"})
    return frozenset(listed.loc[(listed["table_schema"] == "marts") & (listed["table_name"] == table), "column_name"])


def has_tables(*tables: str) -> bool:
    """Whether this version has all those nameless tables."""
    return all(columns(table) for table in tables)


def _columns() -> defaultdict[tuple[str, str], frozenset[str]]:
    listed = show(_COLUMNS, {"database": "marts"})
    found: defaultdict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for (schema, name), group in listed.groupby(["table_schema", "table_name"])["column_name"]:
        found[str(schema), str(name)] = frozenset(group)
    return found


def version_of(folder: Path) -> Snapshot:
    """What lies in a version's folder. Raises SnapshotUnreadableError."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        snapshot = Snapshot(
            version=folder.name,
            marts=folder / "marts.duckdb",
            people=folder / "people.duckdb",
            as_of_date=date.fromisoformat(manifest["as_of_date"]),
            published_at=datetime.fromisoformat(manifest["published_at"]),
            run_id=manifest["run_id"],
            checks=manifest.get("checks", {}),
        )
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise SnapshotUnreadableError(f"{folder.name}: manifest.json: {problem!r}") from problem
    if snapshot.published_at.tzinfo is None:
        raise SnapshotUnreadableError(f"{folder.name}: manifest.json: published_at has no timezone")
    return snapshot


@st.cache_data(max_entries=256, show_spinner=False)
def _select(marts: str, people: str | None, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
    try:
        with closing(_cursor(marts, people)) as cursor:
            cursor.execute(sql, parameters)
            table = _bounded(cursor.to_arrow_reader(STREAM_ROWS))
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem
    return _to_pandas(table)


def _bounded(reader: pa.RecordBatchReader) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    for batch in reader:
        batches.append(batch)
        if sum(each.num_rows for each in batches) > MAX_ROWS:
            raise TooManyRowsError(f"a page may show at most {MAX_ROWS:,} rows: aggregate, or add LIMIT and OFFSET")
    return pa.Table.from_batches(batches, schema=reader.schema)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    def plain(field: pa.Field) -> pa.Field:
        if pa.types.is_decimal(field.type):
            return field.with_type(pa.float64())
        return field.with_type(pa.int64()) if pa.types.is_integer(field.type) else field

    whole_numbers = {pa.int64(): pd.Int64Dtype()}
    return table.cast(pa.schema([plain(field) for field in table.schema])).to_pandas(types_mapper=whole_numbers.get)


def _cursor(marts: str, people: str | None) -> duckdb.DuckDBPyConnection:
    cursor = (_with_people(marts, people) if people else _nameless(marts)).cursor()
    cursor.execute(_NAMES_WITH_PEOPLE if people else _NAMES)  # a cursor does not inherit it
    return cursor


@st.cache_resource(max_entries=2, show_spinner=False)
def _nameless(marts: str) -> duckdb.DuckDBPyConnection:
    """One read-only instance a process and version: this one's and the one's before it, which it is compared with."""
    try:
        connection = duckdb.connect(marts, read_only=True, config=_config())
        connection.execute(_NAMES)
        return _lock(connection)
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem


@st.cache_resource(max_entries=1, show_spinner=False)
def _with_people(marts: str, people: str) -> duckdb.DuckDBPyConnection:
    """An instance of its own for roles that may see people: nothing of it can be reached from the nameless one."""
    try:
        connection = duckdb.connect(":memory:", config=_config())
        connection.execute(f"attach '{_quoted(marts)}' as marts (read_only)")
        connection.execute(f"attach '{_quoted(people)}' as people (read_only)")
        return _lock(connection)
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem


def _config() -> dict[str, str | bool | int | float | list[str]]:
    """How an instance is opened. Its reader gets no way out: no other file, no network, no Python variable."""
    return {
        "memory_limit": os.environ.get("CRM_MEMORY_LIMIT", "1GB"),
        "threads": os.environ.get("CRM_THREADS", "2"),
        "temp_directory": "",  # the pages write nothing, not even what does not fit into memory
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
    }


def _lock(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("set enable_progress_bar = false")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _quoted(path: str) -> str:
    return path.replace("'", "''")
