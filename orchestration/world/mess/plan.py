"""Which deliveries meet which damage, and the list of what was done: truth/damages.parquet."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed, Schedule
from orchestration.world.exports.inbox import LEDGER
from orchestration.world.exports.vendors import FEEDS
from orchestration.world.mess import columns, files, rows
from orchestration.world.mess.damage import Damage, Inflict, Victim
from orchestration.world.refusal import ImpossibleWorldError

LEVELS = {0: 0, 1: 1, 2: 4}  # how many deliveries meet each kind of damage, where there are as many
BIGGEST = 64_000_000  # bytes; what no spreadsheet opens is left alone
FEWEST = 3  # records: less shows nothing
NEW_COLUMNS = tuple(columns.RENAMED)
# Each kind with the feeds it happens to; what comes first is chosen first.
KINDS: tuple[tuple[Inflict, tuple[str, ...]], ...] = (
    (rows.week_missing, ("ads/campaign_costs", "youzan/balances", "service/return_visits", "erp/orders")),
    (rows.merged_records, ("salesforce/Lead", "salesforce/Contact")),
    (rows.deleted_records, ("shopify/customers", "salesforce/Account", "erp/quotes", "salesforce/Opportunity")),
    (rows.late_rows, ("shopify/orders", "youzan/points", "tmall/orders", "erp/orders")),
    (rows.corrected_later, tuple(rows.AMOUNTS)),
    (rows.delivered_twice, ("tmall/orders", "shopify/orders", "zendesk/tickets", "salesforce/Task")),
    (rows.cut_short, ("shopify/orders", "salesforce/Task", "zendesk/tickets", "tmall/order_details")),
    (columns.column_renamed, NEW_COLUMNS),
    (columns.column_added, NEW_COLUMNS[2:] + NEW_COLUMNS[:2]),
    (columns.columns_reordered, NEW_COLUMNS[5:] + NEW_COLUMNS[:5]),
    (columns.column_missing, NEW_COLUMNS[7:] + NEW_COLUMNS[:7]),
    (files.excel_copy, ("shopify/orders", "shopify/customers", "youzan/points")),
    (files.wrong_encoding, ("tmall/orders", "youzan/points", "youzan/customers", "tmall/order_details")),
    (files.preamble_and_total, ("tmall/order_details", "youzan/coupons", "ads/campaign_costs", "hr/staff")),
)
ON_THE_LAST = {rows.merged_records, rows.deleted_records}


def make_mess(out: Path, level: int, seed: int) -> list[Damage]:
    """Damage the finished deliveries in out/inbox and tell of it in out/truth/damages.parquet.

    level 0 damages nothing, 1 each kind once, 2 each kind up to four times; a delivery is damaged at most once, and
    what no damage names keeps its bytes. Equal arguments do equal damage. Raises ImpossibleWorldError for
    another level.
    """
    if level not in LEVELS:
        raise ImpossibleWorldError(f"There is no mess of level {level}: choose 0 (none), 1 (some) or 2 (much).")
    ledger = out / "truth" / LEDGER
    told = json.loads(ledger.read_text(encoding="utf-8"))
    last_day = date.fromisoformat(told["last_day"])
    schedule = Schedule(last_day - timedelta(told["days"]), last_day, told["daily_days"])
    deliveries = {feed.key: (feed, schedule.paths(feed)) for feed in FEEDS}
    used: set[PurePosixPath] = set()
    dice = Dice(seed)
    damages: list[Damage] = []
    for inflict, keys in KINDS:
        left = LEVELS[level]
        for key in keys:
            hit = _first_damaged(inflict, _victims(out / "inbox", *deliveries[key], dice), used) if left else []
            used.update(PurePosixPath(name) for damage in hit for name in (damage.file, damage.other_file))
            damages += hit
            left -= bool(hit)
    pq.write_table(_table(damages), out / "truth" / "damages.parquet")
    present = sorted(str(file.relative_to(out / "inbox")) for file in (out / "inbox").rglob("*") if file.is_file())
    ours = {str(path) for path in used} | set(told["files"])
    told["files"] = [name for name in present if name in ours]
    ledger.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return damages


def _first_damaged(inflict: Inflict, victims: Iterator[Victim], used: set[PurePosixPath]) -> list[Damage]:
    """What came of it for the first delivery on which the damage showed; nothing when there was none."""
    return next((done for victim in victims if _may_meet(inflict, victim, used) and (done := inflict(victim))), [])


def _victims(inbox: Path, feed: Feed, paths: list[PurePosixPath], dice: Dice) -> Iterator[Victim]:
    """A feed's deliveries in a drawn order."""
    order = dice.uniform(f"order of {feed.key}", range(len(paths))).argsort(kind="stable").tolist()
    return (Victim(inbox, feed, paths, place, dice) for place in order)


def _may_meet(inflict: Inflict, victim: Victim, used: set[PurePosixPath]) -> bool:
    """Whether the delivery is whole, of a fit size, and where this damage makes sense."""
    last = len(victim.paths) - 1
    if inflict in ON_THE_LAST and victim.place != last:
        return False
    if inflict is rows.late_rows and victim.place == last:
        return False
    hit = victim.paths[victim.place : victim.place + 7] if inflict is rows.week_missing else [victim.path]
    if inflict is rows.week_missing and (len(hit) < 7 or victim.place == 0):
        return False
    if any(path in used or not (victim.inbox / path).exists() for path in hit):
        return False
    return victim.file.stat().st_size <= BIGGEST and len(victim.sheet.records) >= FEWEST


def _table(damages: list[Damage]) -> pa.Table:
    text, number = pa.string(), pa.int64()
    schema = pa.schema(
        [("file", text), ("kind", text), ("detail", text), ("other_file", text)]
        + [(f"rows_{fate}", number) for fate in ("lost", "held_back", "altered", "repeated")]
        + [("keys", pa.list_(text))]
    )
    return pa.Table.from_pylist([asdict(damage) for damage in damages], schema)
