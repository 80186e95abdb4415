"""The company's own books: everything that happened in the lives of one block of people, before anybody wrote it down.

Facts only. How a system spells a person, which ids and headers it uses and what goes wrong in its files stands in
records/, exports/ and mess/. What the facts come from stands in people.py, lives.py and their neighbours.
Every table is a pandas DataFrame with the columns, dtypes and order of columns.TABLES (checked when books are made).
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from orchestration.world.columns import TABLES
from orchestration.world.dice import Dice
from orchestration.world.seasons import Calendar

BLOCK = 2_000  # people; a fact of the world: relations stay inside a block, and bigger ones are no faster
REPS, AGENTS, CLERKS, STORES = 6, 6, 4, 2  # staff and shops that a block of people has of its own
STAFF = REPS + AGENTS + CLERKS + 4  # reps, agents, clerks, then: sales lead, support lead, marketer, analyst


@dataclass(frozen=True)
class World:
    """What everybody in every block knows. `people`: how many there are (the last block may be cut)."""

    people: int
    calendar: Calendar
    dice: Dice
    daily_days: int = 28  # the last so many days are delivered in pieces

    @property
    def last_day(self) -> date:
        """The day of the last deliveries; everything happened before it."""
        return self.calendar.end

    @property
    def blocks(self) -> int:
        return -(-self.people // BLOCK)


@dataclass(frozen=True)
class Books:
    """One block of people: `block` (0..) and one table per name of TABLES."""

    block: int
    people: pd.DataFrame
    phones: pd.DataFrame
    emails: pd.DataFrame
    addresses: pd.DataFrame
    accounts: pd.DataFrame
    stores: pd.DataFrame
    staff: pd.DataFrame
    memberships: pd.DataFrame
    level_changes: pd.DataFrame
    points: pd.DataFrame
    wallet: pd.DataFrame
    coupons: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    refunds: pd.DataFrame
    visits: pd.DataFrame
    events: pd.DataFrame
    campaign_members: pd.DataFrame
    campaign_costs: pd.DataFrame
    leads: pd.DataFrame
    lead_fit: pd.DataFrame
    opportunities: pd.DataFrame
    stage_events: pd.DataFrame
    quotes: pd.DataFrame
    quote_lines: pd.DataFrame
    contracts: pd.DataFrame
    tasks: pd.DataFrame
    tickets: pd.DataFrame
    comments: pd.DataFrame
    return_visits: pd.DataFrame
    records: pd.DataFrame
    goals: pd.DataFrame
    traps: pd.DataFrame
    truth: pd.DataFrame

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "block":
                _check(field.name, getattr(self, field.name))


def join(blocks: list[Books]) -> Books:
    """Neighbouring blocks as one; `block` is that of the first."""
    names = [field.name for field in fields(Books) if field.name != "block"]
    tables = {name: pd.concat([getattr(books, name) for books in blocks], ignore_index=True) for name in names}
    return Books(block=blocks[0].block, **tables)


def table(name: str, columns: dict[str, Any]) -> pd.DataFrame:
    """The table of that name from its columns, each cast to its dtype and put in order. Raises KeyError for a column
    that is missing, ValueError for one that is not agreed."""
    if unknown := columns.keys() - TABLES[name].keys():
        raise ValueError(f"The books have no columns {sorted(unknown)} in {name}.")
    return pd.DataFrame({column: _cast(columns[column], kind.dtype) for column, kind in TABLES[name].items()})


def _cast(values: Any, dtype: str) -> Any:
    return pd.array(values, dtype="str") if dtype == "str" else np.asarray(values, dtype=dtype)


def _check(name: str, frame: pd.DataFrame) -> None:
    expected = [(column, kind.dtype) for column, kind in TABLES[name].items()]
    found = [(str(column), str(dtype)) for column, dtype in frame.dtypes.items()]
    if found != expected:
        raise ValueError(f"The table {name} of the books is not what is agreed: {set(found) ^ set(expected)}.")
