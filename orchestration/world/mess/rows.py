"""Damages to rows: late, twice, corrected later, cut off, never delivered, deleted or merged in the source."""

from datetime import date

from orchestration.world.mess.damage import Damage, Victim
from orchestration.world.mess.sheet import cells, read, unquoted

LATEST = 40  # days
DUMMIES = {"test@test.com", "noname@example.com", "无", "n/a"}
# The column a correction is about.
AMOUNTS = {
    "shopify/orders": "Lineitem price",
    "youzan/points": "变动积分",
    "erp/orders": "unit_price",
    "ads/campaign_costs": "cost",
}


def late_rows(victim: Victim) -> list[Damage]:
    """Some records come up to 40 days later, in a delivery that does not tell of them otherwise."""
    sheet = victim.sheet
    days = [path.parent.name for path in victim.paths]
    present = [n for n in range(victim.place + 1, len(days)) if (victim.inbox / victim.paths[n]).exists()]
    reachable = [n for n in present if _days(days[victim.place], days[n]) <= LATEST]
    if not reachable:
        return []
    target = reachable[int(victim.dice.whole(f"late {victim.path}", 0, len(reachable) - 1)[0])]
    told_again = {
        _key(record)
        for n in present
        if n <= target
        for record in read(victim.inbox / victim.paths[n], victim.feed).records
    }
    keys = [key for key in dict.fromkeys(map(_key, sheet.records)) if key not in told_again]
    late = {keys[n] for n in victim.some(len(keys), 0.15)} if keys else set()
    if not late:
        return []
    moved = [record for record in sheet.records if _key(record) in late]
    sheet.with_records([record for record in sheet.records if _key(record) not in late]).write(victim.file)
    later = read(victim.inbox / victim.paths[target], victim.feed)
    later.with_records([*later.records, *moved]).write(victim.inbox / victim.paths[target])
    lateness = _days(days[victim.place], days[target])
    return [
        Damage(
            str(victim.path),
            "late_rows",
            f"{len(moved)} records come {lateness} days late",
            other_file=str(victim.paths[target]),
            rows_held_back=len(moved),
            keys=sorted(late),
        )
    ]


def delivered_twice(victim: Victim) -> list[Damage]:
    again = _beside(victim, " (1)")
    (victim.inbox / again).write_bytes(victim.file.read_bytes())
    count = len(victim.sheet.records)
    return [Damage(str(victim.path), "delivered_twice", "the same bytes again", again, rows_repeated=count)]


def corrected_later(victim: Victim) -> list[Damage]:
    """First with wrong amounts on some rows, then once more as it should be."""
    sheet = victim.sheet
    again = _beside(victim, "_corrected")
    (victim.inbox / again).write_bytes(victim.file.read_bytes())
    place = sheet.position(AMOUNTS[victim.feed.key])
    rows = sheet.rows()
    wrong = [n for n in victim.some(len(rows), 0.1) if unquoted(rows[n][place])]
    for n in wrong:
        rows[n][place] = "0.01"
    sheet.with_rows(rows).write(victim.file)
    return [
        Damage(
            str(victim.path),
            "corrected_later",
            f"{AMOUNTS[victim.feed.key]} reads 0.01 on some rows; the other file is right",
            again,
            rows_altered=len(wrong),
            rows_repeated=len(rows),
            keys=[unquoted(rows[n][0]) for n in wrong],
        )
    ]


def cut_short(victim: Victim) -> list[Damage]:
    """The transfer broke off in the middle of a record."""
    sheet = victim.sheet
    whole = len(sheet.records) * 3 // 5
    broken = sheet.records[whole]
    sheet.with_records([*sheet.records[:whole], broken[: len(broken) // 2]]).write(victim.file)
    lost = len(sheet.records) - whole
    return [Damage(str(victim.path), "cut_short", f"ends inside record {whole + 1}", rows_lost=lost)]


def week_missing(victim: Victim) -> list[Damage]:
    """Seven deliveries in a row were never made, nor made up for."""
    damages = []
    for path in victim.paths[victim.place : victim.place + 7]:
        lost = len(read(victim.inbox / path, victim.feed).records)
        (victim.inbox / path).unlink()
        damages.append(Damage(str(path), "week_missing", "never delivered", rows_lost=lost))
    return damages


def deleted_records(victim: Victim) -> list[Damage]:
    """Gone from the last full delivery: marked where the source marks them, absent where it does not."""
    sheet = victim.sheet
    gone = set(victim.some(len(sheet.records), 0.01).tolist())
    keys = [_key(sheet.records[n]) for n in sorted(gone)]
    if "IsDeleted" in sheet.columns:
        place, rows = sheet.position("IsDeleted"), sheet.rows()
        gone = {n for n in gone if rows[n][place] == '"0"'}
        keys = [unquoted(rows[n][0]) for n in sorted(gone)]
        for n in gone:
            rows[n][place] = '"1"'
        sheet.with_rows(rows).write(victim.file)
        return [Damage(str(victim.path), "deleted_records", "IsDeleted is 1", rows_altered=len(gone), keys=keys)]
    sheet.with_records([record for n, record in enumerate(sheet.records) if n not in gone]).write(victim.file)
    return [Damage(str(victim.path), "deleted_records", "absent from the full file", rows_lost=len(gone), keys=keys)]


def merged_records(victim: Victim) -> list[Damage]:
    """The source merged a later record of the same mailbox into an earlier one, and says so."""
    sheet = victim.sheet
    rows, email = sheet.rows(), sheet.position("Email")
    deleted, master = sheet.position("IsDeleted"), sheet.position("MasterRecordId")
    first: dict[str, int] = {}
    merged = []
    for n, row in enumerate(rows):
        mailbox = unquoted(row[email]).strip().lower()
        if mailbox and row[deleted] == '"0"' and mailbox not in DUMMIES and first.setdefault(mailbox, n) != n:
            row[deleted], row[master] = '"1"', rows[first[mailbox]][0]
            merged.append(unquoted(row[0]))
    sheet.with_rows(rows).write(victim.file)
    told = "MasterRecordId names the record that stayed; found by mailbox, so a shared one merges strangers"
    return [Damage(str(victim.path), "merged_records", told, rows_altered=len(merged), keys=merged)] if merged else []


def _key(record: str) -> str:
    return unquoted(cells(record.rstrip("\r\n"))[0])


def _beside(victim: Victim, mark: str) -> str:
    stem, dot, ending = victim.path.name.partition(".")
    return str(victim.path.with_name(f"{stem}{mark}{dot}{ending}"))


def _days(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
