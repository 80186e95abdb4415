"""What was set aside: rows and whole files, with the rule they broke and their original text.

The quarantine holds cells as they came, so nothing here is ever logged or published; counts and rules may be told.
"""

import duckdb

from orchestration.ingestion.arrival import Arrival
from orchestration.ingestion.inbox import InboxFile
from orchestration.ingestion.load import Counts


def refuse(connection: duckdb.DuckDBPyConnection, file: InboxFile, arrival: Arrival, why: str) -> Counts:
    """Quarantine a file whole: every line after the header counts as quarantined, the original is in the archive."""
    rows = max(arrival.lines - 1, 0)
    connection.execute(
        """
        insert into ops.quarantine (file_id, delivery_date, row_number, rule, column_name, reason, original)
        select ?, ?, line, 'file', null, ?, null from range(1, ? + 1) as lines (line)
        """,
        [arrival.file_id, file.delivery_date, why, rows],
    )
    return Counts(rows, 0, rows, 0)
