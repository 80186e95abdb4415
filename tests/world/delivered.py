"""A small company that has delivered its exports: made once for the tests that read them."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.world.block import live_block
from orchestration.world.books import Books, World
from orchestration.world.company import write_world
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed
from orchestration.world.exports.vendors import FEEDS, schedule
from orchestration.world.seasons import Calendar

PEOPLE, DAYS, SEED, LAST_DAY = 500, 400, 7, date(2026, 2, 1)
KEPT: list[TemporaryDirectory] = []
FEED = {feed.key: feed for feed in FEEDS}


def folder() -> Path:
    """A new folder that is there as long as the tests run."""
    KEPT.append(TemporaryDirectory(prefix="world-"))
    return Path(KEPT[-1].name)


@cache
def delivered(people: int = PEOPLE, daily_days: int = 28) -> Path:
    """The folder with inbox and truth."""
    out = folder()
    write_world(people, DAYS, SEED, out, LAST_DAY, daily_days)
    return out


def world(people: int = PEOPLE, daily_days: int = 28) -> World:
    return World(people, Calendar(LAST_DAY - timedelta(DAYS), DAYS), Dice(SEED), daily_days)


@cache
def books(people: int = PEOPLE) -> Books:
    return live_block(0, world(people))


def paths(feed: Feed, out: Path, daily_days: int = 28) -> list[Path]:
    return [out / "inbox" / path for path in schedule(world(daily_days=daily_days)).paths(feed)]


def rows(key: str, out: Path | None = None) -> Iterator[list[dict]]:
    """The rows of every delivery of a feed, oldest delivery first, as a plain reader sees them."""
    out = out or delivered()
    for file in paths(FEED[key], out):
        if ".ndjson" in file.name:
            opened = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
            yield [json.loads(line) for line in opened.decode().splitlines()]
        else:
            text = io.StringIO(file.read_bytes().decode(FEED[key].encoding), newline="")
            yield list(csv.DictReader(text, strict=False))


def everything(key: str) -> list[dict]:
    return [row for delivery in rows(key) for row in delivery]


def newest(key: str, identity: str) -> dict[str, dict]:
    """The last version of each record."""
    return {row[identity]: row for row in everything(key)}


def last(key: str) -> list[dict]:
    """The last delivery of a full feed."""
    return list(rows(key))[-1]
