"""The parameters as they are kept, a row each, and when they are trained anew.

Level numbers from 1 are levels of a comparison. Level 0 holds what else a training found: how common values are
(comparison `value NAME`; the level is the value's hash, or `other` or `expected`), the block keys that too many share
(`crowded key`), the number of records and the version of the engine.
"""

import hashlib
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity import resolution, scoring
from orchestration.identity.comparisons import COMPARISONS, FREQUENCIES
from orchestration.identity.folded import engine
from orchestration.identity.frequencies import Values
from orchestration.identity.scoring import Parameters

TRAINED_FOR_DAYS = 90
MOST_GROWTH = 1.5  # records now to records trained on
SCHEMA = pa.schema(
    [
        ("trained_as_of", pa.date32()), ("comparison", pa.string()), ("level_number", pa.int32()),
        ("level", pa.string()), ("chance_same", pa.float64()), ("chance_coincidence", pa.float64()),
        ("match_weight", pa.float64()),
    ]
)  # fmt: skip


def train(connection: duckdb.DuckDBPyConnection, folded: str, as_of: date, kept: str | None) -> pa.Table:
    """New parameters, as rows; none while those in use hold.

    They hold for TRAINED_FOR_DAYS, until there are MOST_GROWTH times the records they were trained on, and not for
    another version of the engine.
    """
    if kept and _still_hold(connection, folded, as_of, kept):
        return SCHEMA.empty_table()
    if kept:
        as_of = _not_before_the_last(connection, as_of, kept)
    connection.execute(f"""
        create or replace temp table folded as
        select cast(row_number() over (order by record_key) - 1 as integer) as record_no, * from {folded}
        order by record_no""")
    return rows_of(resolution.learn(connection)[2], as_of)


def rows_of(parameters: Parameters, as_of: date) -> pa.Table:
    levels = [
        (comparison.name, number, level.label, float(parameters.same[place, number]),
         float(parameters.coincidence[place, number]),
         float(np.log2(parameters.same[place, number] / parameters.coincidence[place, number])))
        for place, comparison in enumerate(COMPARISONS)
        for number, level in enumerate(comparison.levels, start=1)
    ]  # fmt: skip
    levels.append(("share", 1, "same", parameters.share_same, parameters.share_family, 0.0))
    levels.append(("records", 0, "count", 0.0, float(parameters.records), 0.0))
    levels.append(("engine", 0, engine(), 0.0, 0.0, 0.0))
    parts = [_table(list(column) for column in zip(*levels, strict=True))]
    for name, values in parameters.values.items():
        texts = [*values.hashes.astype(str).tolist(), "other", "expected"]
        parts.append(_found(f"value {name}", texts, [*values.shares.tolist(), values.other, values.expected]))
    parts.append(_found("crowded key", parameters.crowded.astype(str).tolist(), [0.0] * len(parameters.crowded)))
    found = pa.concat_tables(parts)
    return found.add_column(0, SCHEMA.field(0), pa.array([as_of] * len(found), pa.date32()))


def read_parameters(connection: duckdb.DuckDBPyConnection, kept: str) -> Parameters:
    """The newest of the kept parameters.

    Raises:
        ValueError: there are none.
    """
    connection.execute(f"""
        create or replace temp table newest_parameters as
        select * from {kept} where trained_as_of = (select max(trained_as_of) from {kept})""")
    levels = connection.execute("""
        select comparison, level_number, level, chance_same, chance_coincidence from newest_parameters
        where level_number > 0 or comparison = 'records'""").fetchall()
    if not levels:
        raise ValueError("No match parameters have been trained yet. Build int_match_parameters first.")
    same, coincidence = scoring.START.copy(), np.ones_like(scoring.START)
    shares, records = (0.0, 0.0), 0
    places = {comparison.name: place for place, comparison in enumerate(COMPARISONS)}
    for comparison, number, _, chance, other in levels:
        if comparison == "share":
            shares = (chance, other)
        elif comparison == "records":
            records = int(other)
        else:
            same[places[comparison], number], coincidence[places[comparison], number] = chance, other
    crowded, _ = _read_found(connection, "crowded key")
    values = {name: _read_values(connection, name) for name in FREQUENCIES}
    return Parameters(same, coincidence, *shares, values=values, crowded=crowded, records=records)


def stamp(parameters: Parameters) -> str:
    """Stands for everything a pair is weighed by."""
    digest = hashlib.sha256(engine().encode())
    for array in (parameters.same, parameters.coincidence, parameters.crowded):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr((parameters.share_same, parameters.share_family)).encode())
    for name, values in sorted(parameters.values.items()):
        digest.update(repr((name, values.other, values.expected)).encode())
        digest.update(values.hashes.tobytes() + values.shares.tobytes())
    return digest.hexdigest()[:16]


def _not_before_the_last(connection: duckdb.DuckDBPyConnection, as_of: date, kept: str) -> date:
    """The newest training is the one in use, so one for a day gone by takes the place of the last."""
    row = connection.execute(f"select max(trained_as_of) from {kept}").fetchone()
    day = max(as_of, row[0]) if row and row[0] else as_of
    connection.execute(f"delete from {kept} where trained_as_of = ?", [day])
    return day


def _still_hold(connection: duckdb.DuckDBPyConnection, folded: str, as_of: date, kept: str) -> bool:
    row = connection.execute(f"""
        select max(trained_as_of), max_by(level, trained_as_of) filter (where comparison = 'engine'),
            max_by(chance_coincidence, trained_as_of) filter (where comparison = 'records'),
            (select count(*) from {folded})
        from {kept} where level_number = 0 or comparison = 'share'""").fetchone()
    trained, made_by, then, now = row or (None, None, None, 0)
    if trained is None or made_by != engine() or then is None:
        return False
    return (as_of - trained).days < TRAINED_FOR_DAYS and now <= MOST_GROWTH * then


def _found(comparison: str, levels: list[str], chances: list[float]) -> pa.Table:
    count = len(levels)
    return _table([[comparison] * count, [0] * count, levels, [0.0] * count, chances, [0.0] * count])


def _table(columns) -> pa.Table:
    kinds = list(SCHEMA)[1:]
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, kinds, strict=True)],
        names=[kind.name for kind in kinds],
    )


def _read_values(connection: duckdb.DuckDBPyConnection, name: str) -> Values:
    hashes, shares = _read_found(connection, f"value {name}")
    rest = dict(
        connection.execute(
            """select level, chance_coincidence from newest_parameters
            where comparison = ? and level in ('other', 'expected')""",
            [f"value {name}"],
        ).fetchall()
    )
    return Values(hashes, shares, rest["other"], rest["expected"])


def _read_found(
    connection: duckdb.DuckDBPyConnection, comparison: str
) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    found = connection.execute(
        """
        select cast(level as ubigint) as hash, chance_coincidence as chance from newest_parameters
        where comparison = ? and level_number = 0 and level not in ('other', 'expected') order by hash""",
        [comparison],
    ).fetchnumpy()
    return np.asarray(found["hash"], dtype=np.uint64), np.asarray(found["chance"], dtype=np.float64)
