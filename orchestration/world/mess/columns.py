"""Damages to the header: a column renamed, added, moved or missing. The rows go with it, so nothing is shifted."""

from orchestration.world.mess.damage import Damage, Victim
from orchestration.world.mess.sheet import Sheet, unquoted

# What the vendor's next release calls it, by feed; the second is a column that nobody's key needs.
RENAMED = {
    "shopify/orders": ("Total", "Order Total"),
    "shopify/customers": ("Total Spent", "Amount Spent"),
    "tmall/orders": ("订单状态", "交易状态"),
    "tmall/order_details": ("购买数量", "数量"),
    "youzan/points": ("变动积分", "积分变动"),
    "salesforce/Lead": ("Status", "Lead Status"),
    "salesforce/Opportunity": ("StageName", "Stage"),
    "erp/quotes": ("net_amount", "net amount"),
    "ads/campaign_costs": ("cost", "spend"),
}
DROPPED = {
    **{"shopify/orders": "Risk Level", "shopify/customers": "Tags", "tmall/orders": "物流公司"},
    **{"tmall/order_details": "商家编码", "youzan/points": "关联订单号", "salesforce/Lead": "Industry"},
    **{"salesforce/Opportunity": "Type", "erp/quotes": "salesperson", "ads/campaign_costs": "impressions"},
}


def column_renamed(victim: Victim) -> list[Damage]:
    sheet = victim.sheet
    old, new = RENAMED[victim.feed.key]
    header = _header(sheet)
    place = sheet.position(old)
    header[place] = header[place].replace(old, new)
    _write(victim, sheet, header, sheet.rows())
    return [Damage(str(victim.path), "column_renamed", f"{old} is called {new}")]


def column_added(victim: Victim) -> list[Damage]:
    """A column nobody has heard of, in the middle."""
    sheet = victim.sheet
    place = len(sheet.columns) // 2
    quote = '"' if sheet.header.startswith('"') else ""
    header, rows = _header(sheet), sheet.rows()
    header.insert(place, f"{quote}new_in_this_release{quote}")
    for row in rows:
        row.insert(place, f"{quote}x{quote}")
    _write(victim, sheet, header, rows)
    return [Damage(str(victim.path), "column_added", f"new_in_this_release, column {place + 1}, says x everywhere")]


def columns_reordered(victim: Victim) -> list[Damage]:
    """The second half of the columns comes first."""
    sheet = victim.sheet
    middle = len(sheet.columns) // 2
    rows = [row[middle:] + row[:middle] for row in sheet.rows()]
    header = _header(sheet)
    _write(victim, sheet, header[middle:] + header[:middle], rows)
    return [Damage(str(victim.path), "columns_reordered", f"begins with column {middle + 1}")]


def column_missing(victim: Victim) -> list[Damage]:
    sheet = victim.sheet
    place = sheet.position(DROPPED[victim.feed.key])
    header, rows = _header(sheet), sheet.rows()
    altered = sum(bool(unquoted(row[place])) for row in rows)
    for row in [header, *rows]:
        del row[place]
    _write(victim, sheet, header, rows)
    told = f"{DROPPED[victim.feed.key]} was not exported"
    return [Damage(str(victim.path), "column_missing", told, rows_altered=altered)]


def _header(sheet: Sheet) -> list[str]:
    return sheet.header.removesuffix(sheet.end).split(",")


def _write(victim: Victim, sheet: Sheet, header: list[str], rows: list[list[str]]) -> None:
    changed = sheet.with_rows(rows)
    Sheet(",".join(header) + sheet.end, changed.records, sheet.encoding, sheet.end).write(victim.file)
