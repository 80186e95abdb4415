"""The one door to the published snapshot: find it, open it read-only, ask it questions.

Belongs here: where the snapshot lies, how it is opened, and the bound on what may be read from it.
Does not belong here: any SQL, anything drawn, and any way of writing.

A version's folder never changes once published, so everything is cached by its path; only the small pointer file is
read again, once a rerun. Nothing re-opens a path whose content was replaced.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import streamlit as st

# More than a page can show; a page that needs more has forgotten to aggregate or to page.
MAX_ROWS = 10_000
STREAM_ROWS = 5_000

_PINNED = "shop_window.snapshot"
# DuckDB names a database after its file, so in marts.duckdb the tables of marts stand in the schema `main`, and
# marts.customer_360 is their address there as it is in the warehouse.
_NAMES = "set search_path = 'main,ml,ops'"


class NothingPublishedError(Exception):
    """No run has published anything yet. Do: `crm run`."""


class SnapshotUnreadableError(Exception):
    """What the pointer names is missing, damaged or of another release. Do: `crm run`, or `crm rollback`."""


class TooManyRowsError(Exception):
    """A page asked for more rows than a page can show: aggregate, or add LIMIT and OFFSET."""


@dataclass(frozen=True)
class Snapshot:
    """One published version: where its nameless file lies and what it speaks for."""

    version: str
    marts: Path
    as_of_date: date
    published_at: datetime
    run_id: str


def refresh() -> Snapshot:
    """Read the pointer and hold on to what it names until the next rerun: one page never mixes two versions."""
    snapshot = find(published_folder())
    _connection(str(snapshot.marts))
    st.session_state[_PINNED] = snapshot
    return snapshot


def current() -> Snapshot:
    """The version this rerun speaks for. `refresh` must have run."""
    return st.session_state[_PINNED]


def published_folder() -> Path:
    """$CRM_DATA/published; without CRM_DATA, the data folder of this checkout."""
    data = os.environ.get("CRM_DATA") or Path(__file__).parents[1] / "data"
    return Path(data) / "published"


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
    return _describe(published / version)


def show(sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """The answer to one `select` on this rerun's version.

    `parameters` are bound by name (`$name`), never pasted. Integers arrive as Int64, decimals as float64, dates as
    `datetime.date`. Raises TooManyRowsError past MAX_ROWS and SnapshotUnreadableError when the file cannot answer.
    """
    return _select(str(current().marts), sql, dict(parameters or {}))


def stream(snapshot: Snapshot, sql: str, parameters: Mapping[str, object]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The same, in batches of at most STREAM_ROWS plain tuples: for downloads of any length in bounded memory.

    Takes the version explicitly, because a download runs outside the rerun that offered it.
    """
    try:
        with closing(_cursor(str(snapshot.marts))) as cursor:
            cursor.execute(sql, dict(parameters))
            while batch := cursor.fetchmany(STREAM_ROWS):
                yield batch
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem


def _describe(folder: Path) -> Snapshot:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        snapshot = Snapshot(
            version=folder.name,
            marts=folder / "marts.duckdb",
            as_of_date=date.fromisoformat(manifest["as_of_date"]),
            published_at=datetime.fromisoformat(manifest["published_at"]),
            run_id=manifest["run_id"],
        )
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise SnapshotUnreadableError(f"{folder.name}: manifest.json: {problem!r}") from problem
    if snapshot.published_at.tzinfo is None:
        raise SnapshotUnreadableError(f"{folder.name}: manifest.json: published_at has no timezone")
    return snapshot


@st.cache_data(max_entries=256, show_spinner=False)
def _select(marts: str, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
    try:
        with closing(_cursor(marts)) as cursor:
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


def _cursor(marts: str) -> duckdb.DuckDBPyConnection:
    cursor = _connection(marts).cursor()
    cursor.execute(_NAMES)  # a cursor does not inherit it
    return cursor


@st.cache_resource(max_entries=1, show_spinner=False)
def _connection(marts: str) -> duckdb.DuckDBPyConnection:
    """One read-only instance a process and version. The one before is let go when a new version is opened.

    The file is nameless, but its reader still gets no way out: no other file, no network, no Python variable.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": os.environ.get("CRM_MEMORY_LIMIT", "2GB"),
        "threads": os.environ.get("CRM_THREADS", "2"),
        "temp_directory": "",  # the pages write nothing, not even what does not fit into memory
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
    }
    try:
        connection = duckdb.connect(marts, read_only=True, config=config)
        connection.execute(_NAMES)
        connection.execute("set enable_progress_bar = false")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as problem:
        raise SnapshotUnreadableError(str(problem)) from problem
    return connection
