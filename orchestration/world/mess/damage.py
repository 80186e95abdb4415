"""One damage and what it needs to be told exactly. Which files meet which damage is decided in plan.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np

from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed
from orchestration.world.mess.sheet import Sheet, read


@dataclass(frozen=True)
class Damage:
    """A line of truth/damages.parquet. `file`: as it now lies in the inbox (as it would have lain, when missing);
    `other_file`: where its rows went or came from, '' = nowhere. Rows are records of the clean file: lost = in no
    delivery any more, held back = only in other_file, altered = reading differently here, repeated = here or in
    other_file once more. `keys`: the first cells of the records concerned, when they are a few."""

    file: str
    kind: str
    detail: str
    other_file: str = ""
    rows_lost: int = 0
    rows_held_back: int = 0
    rows_altered: int = 0
    rows_repeated: int = 0
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Victim:
    """A delivery that is to be damaged: the feed, the day's place among its deliveries, and all of them."""

    inbox: Path
    feed: Feed
    paths: list[PurePosixPath]
    place: int
    dice: Dice

    @property
    def path(self) -> PurePosixPath:
        return self.paths[self.place]

    @property
    def file(self) -> Path:
        return self.inbox / self.path

    @property
    def sheet(self) -> Sheet:
        return read(self.file, self.feed)

    def some(self, count: int, share: float) -> np.ndarray:
        """Positions of about that share of `count` things, at least one of them."""
        chosen = np.flatnonzero(self.dice.happens(f"damage {self.path}", share, np.arange(count)))
        return chosen if len(chosen) else np.arange(min(1, count))


Inflict = Callable[[Victim], list[Damage]]
