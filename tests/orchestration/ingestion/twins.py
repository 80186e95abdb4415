"""What the cleaning rules mean, said a second time in plain Python: an oracle that shares no code with the SQL."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

INVISIBLE = {
    0x200B,
    0x200E,
    0x200F,
    0xAD,
    0xFEFF,
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2065),
    *range(0x2066, 0x206A),
}
SYMBOLS = ("US$", "HK$", "NT$", "A$", "C$", "S$", "R$", "Rs.", "Rs", *"$€£¥￥₹₩₽")
CODES = ("CNY", "RMB", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "INR", "PKR")
AFTER = ("人民币", "美元", "欧元", "yuan", *"元圆円$€£¥￥₹₩₽", *CODES)
NARROW = str.maketrans("０１２３４５６７８９，．－＋：／（）＊−", "0123456789,.-+:/()*-")


def text(cell: str, null_words: tuple[str, ...]) -> str | None:
    """Bare text; None for nothing and for a null word."""
    cell = "".join(letter for letter in cell if ord(letter) not in INVISIBLE).strip()
    if len(cell) >= 3 and cell.startswith('="') and cell.endswith('"'):
        cell = cell[2:-1].strip()
    if len(cell) >= 2 and cell[0] == "'" and cell[1] in "0123456789+=@-":
        cell = cell[1:]
    cell = cell.strip()
    return None if cell == "" or cell in null_words else cell


def amount(cell: str) -> Decimal | None:
    """The number that an amount of money means; None where nobody can be sure."""
    said = cell.translate(NARROW)
    sign = said[0] if said[:1] in ("+", "-") else ""
    said = _without_currency(said[len(sign) :].lstrip(" ") if _has_currency(said[len(sign) :]) else said[len(sign) :])
    said = sign + said
    if len(said) > 2 and said.startswith("(") and said.endswith(")"):
        said = "-" + said[1:-1]
    if len(said) > 1 and said.endswith("-") and said[0] not in "+-":
        said = "-" + said[:-1]
    for mark in (",", " "):
        groups = said.split(".")[0].lstrip("+-").split(mark)
        if len(groups) > 1 and 1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]):
            said = said.replace(mark, "") if mark not in said.partition(".")[2] else said
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", said):
        return None
    try:
        return Decimal(said)
    except InvalidOperation:
        return None


def _has_currency(said: str) -> bool:
    return any(said.strip(" ").upper().startswith(word.upper()) for word in (*SYMBOLS, *CODES))


def _without_currency(said: str) -> str:
    before = next((word for word in SYMBOLS if said.startswith(word)), "")
    before = before or next((word for word in CODES if said.upper().startswith(word)), "")
    said = said[len(before) :].lstrip(" ") if before else said
    after = next((word for word in AFTER if said.endswith(word) or said.upper().endswith(word.upper())), "")
    return said[: -len(after)].rstrip(" ") if after else said


def to_utc(wall_clock: datetime, zone: str, offset_minutes: int | None) -> datetime:
    """A time on the wall as a naive time in UTC."""
    if offset_minutes is not None:
        return wall_clock - timedelta(minutes=offset_minutes)
    return wall_clock.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
