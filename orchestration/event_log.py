"""Dagster's event log on SQLite, its database files kept open. What is logged, and where, is Dagster's own.

Dagster opens a file anew for every event: a new engine, whose statements have to be compiled again, and on closing it a
checkpoint of the write-ahead log. A run tells some seven hundred events, each in two files.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, create_engine
from sqlalchemy.pool import StaticPool

# The index and the runs somebody looks at; a web server that has shown a thousand runs does not hold a thousand files.
FILES_OPEN = 8


class KeptOpenEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log with one connection per file, used by one thread at a time."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptOpenEventLogStorage":
        return cls(config_value["base_dir"], inst_data)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def has_table(self, table_name: str) -> bool:
        # Asked at every asset check, by a connection of its own. Dagster adds tables and takes none away.
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def _engine(self, shard: str) -> Engine:
        # A run's file is deleted with its run; a connection to it would go on writing to nowhere.
        if shard in self._engines and not os.access(self.path_for_shard(shard), os.F_OK):
            self._close(shard)
        if shard not in self._engines:
            while len(self._engines) >= FILES_OPEN:
                self._close(next(iter(self._engines)))
            self._engines[shard] = _open(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def _close(self, shard: str) -> None:
        self._engines.pop(shard).dispose()
        self._initialized_dbs.discard(shard)

    def dispose(self) -> None:
        super().dispose()
        with self._db_lock:
            for shard in list(self._engines):
                self._close(shard)


def _open(address: str) -> Engine:
    arguments = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = create_engine(address, poolclass=StaticPool, connect_args=arguments)

    # With a write-ahead log the file survives a power cut whole. Only the last events may be missing from it, and a run
    # that was cut short is reported as failed anyway.
    @event.listens_for(engine, "connect")
    def _spare_the_disk(connection: Any, _: Any) -> None:
        connection.execute("pragma synchronous = normal")

    return engine
