"""Writes the whole world: what four systems would export, and the truth no system knows. Here the parts meet."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from orchestration.world.dice import Dice
from orchestration.world.exports import retail, salesforce, snowplow, zendesk
from orchestration.world.exports.delivery import Delivery, Export
from orchestration.world.lives import Lives, live
from orchestration.world.people import meet
from orchestration.world.sales import sell
from orchestration.world.seasons import Calendar

FEWEST_DAYS = 60  # the last thirty come in pieces, and something must lie before them


@dataclass(frozen=True)
class WorldSummary:
    """What was written: where, how many files, and rows by feed ('retail/order_lines', repeats included)."""

    inbox: Path
    truth: Path
    people: int
    first_day: date
    last_day: date
    files: int
    rows: dict[str, int]


def write_world(people: int, days: int, seed: int, out: Path, last_day: date) -> WorldSummary:
    """The `days` days before `last_day` in the life of a retailer, delivered into out/inbox, with out/truth beside it.

    The last deliveries are dated last_day and everything in them happened before it, so it is the day to run for.
    Equal arguments write equal bytes. Raises ValueError for a world too small to be one or outside the calendar,
    FileExistsError when a system's folder in the inbox holds deliveries of another origin (they are left alone).
    """
    if people < 1 or days < FEWEST_DAYS:
        raise ValueError(f"A world needs at least 1 person and {FEWEST_DAYS} days; asked for {people} and {days}.")
    calendar, dice = Calendar(last_day - timedelta(days), days), Dice(seed)
    persons = meet(people, dice)
    lives = live(persons, calendar, dice)
    exports = [
        retail.export(persons, lives, calendar, dice),
        salesforce.export(persons, lives, sell(persons, calendar, dice), calendar, dice),
        zendesk.export(persons, lives, calendar, dice),
        snowplow.export(persons, lives, calendar, dice),
    ]
    deliveries = [delivery for export in exports for delivery in export.deliveries]
    _refuse_strangers(out / "inbox", deliveries)
    for delivery in deliveries:
        delivery.write(out / "inbox")
    _write_truth(exports, persons, lives, calendar, out / "truth")
    rows: dict[str, int] = {}
    for delivery in deliveries:
        rows[delivery.feed] = rows.get(delivery.feed, 0) + len(delivery.frame)
    return WorldSummary(out / "inbox", out / "truth", people, calendar.first_day, last_day, len(deliveries), rows)


def _refuse_strangers(inbox: Path, deliveries: list[Delivery]) -> None:
    ours = {inbox / delivery.path for delivery in deliveries}
    for system in sorted({delivery.system for delivery in deliveries}):
        for file in sorted((inbox / system).rglob("*")):
            if file.is_file() and file not in ours:
                raise FileExistsError(
                    f"{file} is not of this world, and two worlds in one inbox make nonsense: "
                    "choose another folder, or move that file away first."
                )


def _write_truth(exports: list[Export], people: pd.DataFrame, lives: Lives, calendar: Calendar, truth: Path) -> None:
    truth.mkdir(parents=True, exist_ok=True)
    keys = ["source_system", "source_record_type", "source_record_id"]
    behind = pd.concat([export.people for export in exports]).sort_values(keys, ignore_index=True)
    behind.to_parquet(truth / "person_records.parquet", index=False)
    orders = lives.orders.groupby("person")["at"].agg(["size", "min"])
    first = orders["min"].reindex(people.index)
    table = pd.DataFrame(
        {
            "person_id": people["person_id"],
            "is_buyer": people["is_buyer"],
            "purchase_rate": people["rate"].where(people["is_buyer"]),
            "first_order_date": _dates(first, calendar),
            "dropout_date": _dates(lives.stopped_at, calendar),
            "order_count": orders["size"].reindex(people.index, fill_value=0),
        }
    )
    table.to_parquet(truth / "people.parquet", index=False)


def _dates(moments: pd.Series, calendar: Calendar) -> pd.Series:
    times = pd.Series(calendar.timestamps(moments.fillna(0)), moments.index)
    return times.where(moments.notna()).dt.date
