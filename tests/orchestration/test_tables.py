"""A table is made once, and grows by what it lacks; what stands in it stays."""

import duckdb

from orchestration.tables import count, grow


def test_a_table_is_made_with_its_schema_and_grows_by_the_columns_that_it_lacks():
    with duckdb.connect() as connection:
        grow(connection, "books.entries", {"name": "varchar"})
        connection.execute("insert into books.entries values ('old')")
        for _ in range(2):
            grow(connection, "books.entries", {"name": "varchar", "rows": "bigint", "day": "date"})
        assert connection.execute("select name, rows, day from books.entries").fetchall() == [("old", None, None)]
        described = connection.execute("describe books.entries").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == [
            ("name", "VARCHAR"),
            ("rows", "BIGINT"),
            ("day", "DATE"),
        ]
        assert count(connection, "books.entries where rows is null") == 1


def test_a_column_that_nobody_asks_for_any_more_and_another_type_are_left_alone():
    with duckdb.connect() as connection:
        grow(connection, "books.entries", {"name": "varchar", "old": "integer"})
        grow(connection, "books.entries", {"name": "bigint"})
        described = connection.execute("describe books.entries").fetchall()
        assert [(name, kind) for name, kind, *_ in described] == [("name", "VARCHAR"), ("old", "INTEGER")]
