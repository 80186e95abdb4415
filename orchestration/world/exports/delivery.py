"""Who delivers what, and on which days: a feed is one kind of file of one system, a delivery one such file of one day.

Nothing is formatted here (lines.py) and nothing is written to disk (inbox.py).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt


class Rhythm(Enum):
    """How often a feed comes once the history has been delivered, in days."""

    DAILY = 1
    WEEKLY = 7


@dataclass(frozen=True)
class Feed:
    """One kind of export. `file` is the name of its files; {day}, {stamp} stand for 2026-11-01 and 202611010800.

    preamble: everything before the first row, as text; encoding: of the finished file. A name that ends in .gz is
    compressed. parts_at_once: where one full delivery comes in several files, their name; {part} is the number of the
    first block of people in it.
    """

    system: str
    name: str
    file: str
    preamble: str = ""
    encoding: str = "utf-8"
    rhythm: Rhythm = Rhythm.WEEKLY
    parts_at_once: str = ""

    @property
    def key(self) -> str:
        return f"{self.system}/{self.name}"


@dataclass(frozen=True)
class Schedule:
    """Deliveries of the life between first_day and last_day: all the past in one, the last `daily_days` in pieces.

    What a delivery dated D tells happened before D began in UTC, which is eight in the morning in China, when the
    files are fetched; so every system has told the same life at the same time. daily_days 0 = one full delivery on
    last_day; as many as there are days = pieces from the beginning.
    """

    first_day: date
    last_day: date
    daily_days: int

    def days(self, rhythm: Rhythm) -> list[date]:
        back = range(0, self.daily_days + 1, rhythm.value)
        found = [self.last_day - timedelta(days) for days in reversed(back)]
        return [day for day in found if day > self.first_day] or [self.last_day]

    def mornings(self, feed: Feed) -> npt.NDArray[np.datetime64]:
        """When each delivery of the feed ends, in UTC microseconds; oldest first."""
        return np.array(self.days(feed.rhythm), dtype="datetime64[us]")

    @property
    def is_at_once(self) -> bool:
        return self.daily_days == 0

    def paths(self, feed: Feed) -> list[PurePosixPath]:
        """The feed's files below the inbox, oldest first; none where it comes in parts."""
        if self.comes_in_parts(feed):
            return []
        return [
            PurePosixPath(feed.system)
            / day.isoformat()
            / feed.file.format(day=day.isoformat(), stamp=f"{day:%Y%m%d}0800")
            for day in self.days(feed.rhythm)
        ]

    def comes_in_parts(self, feed: Feed) -> bool:
        return self.is_at_once and feed.parts_at_once != ""

    def part(self, feed: Feed, block: int) -> PurePosixPath:
        """The file of a full delivery that begins with the people of a block."""
        day = self.last_day.isoformat()
        return PurePosixPath(feed.system) / day / feed.parts_at_once.format(day=day, part=f"{block:05d}")

    def position(self, feed: Feed, moments: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
        """The first delivery of the feed that may tell of each moment (UTC); one past the last = not told yet."""
        return np.searchsorted(self.mornings(feed), moments.astype("datetime64[us]"), side="right")
