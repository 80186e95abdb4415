"""What a cell means, as SQL: one function for each habit of spreadsheets, marketplaces and people.

Every function takes SQL for a cell and gives SQL for the cell in one canonical spelling, and leaves alone what it
does not understand: `rules.py` then refuses it. A cell goes through four steps (bare text, value, parts, canonical);
each is a column of its own in `judging.py`, for an expression that holds itself many times over outgrows the memory.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.ingestion.contract_model import Column, Contract

MOMENT = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9:.]+ ?(Z|UTC|[+-]00(:?00)?)?)?"
# Zero-width space and joiner, direction marks that phones copied from a contact card carry, soft hyphen, BOM.
INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
INVISIBLE += "\u2066\u2067\u2068\u2069\ufeff\u00ad"
BLANK = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"
BLANK += "".join(map(chr, range(0x2000, 0x200B)))
# What every decimal and whole number of a raw table can hold; see `rules.py`.
PLAIN_NUMBERS = {"integer": "[+-]?[0-9]{1,18}", "decimal": "[+-]?[0-9]{1,13}(?:[.][0-9]{0,9})?"}
WIDE, NARROW = "０１２３４５６７８９，．－＋：／（）＊", "0123456789,.-+:/()*"
CURRENCY_BEFORE = (
    "(?:US\\$|HK\\$|NT\\$|A\\$|C\\$|S\\$|R\\$|Rs\\.?|[$€£¥￥₹₩₽]|(?i:CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|INR|PKR))"
)
CURRENCY_AFTER = "(?:元|圆|円|人民币|美元|欧元|[$€£¥￥₹₩₽]|(?i:CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD|INR|PKR|yuan))"
TRUE_WORDS = ("true", "1", "yes", "y", "是", "t")
FALSE_WORDS = ("false", "0", "no", "n", "否", "f")
DAY_OR_MONTH_FIRST = "([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})"
TIME = "(?:[ T,]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?))?"
OFFSET = "(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})"
AFTER_DAY = f"{TIME} *((?i:[AP]M))? *({OFFSET})?"
AROUND = "(?:\\s|[''=\"])*"


@dataclass(frozen=True)
class Reading:
    """How the cells of one file are read: the file's own day order, where it shows one."""

    contract: Contract
    day_first: bool | None = None

    @property
    def is_day_first(self) -> bool | None:
        """Whether 3/4/2026 is in April: what the contract says, else what the file shows; None when neither does."""
        told = self.contract.cells.day_first
        return self.day_first if told is None else told


def needs_cleaning(column: Column, reading: Reading) -> str | None:
    """SQL condition: a cell may not be in its canonical spelling. None for a column that stays as it is written."""
    contract, name = reading.contract, column.name
    if column.type == "timestamp" and contract.time_zone != "UTC":
        return f"{name} is not null"
    if column.type == "timestamp" or (column.type == "date" and contract.cells.clean):
        return f"{name} is not null and not {is_moment(name)}"
    if column.values:
        return f"{name} is not null and {name} not in ({', '.join(map(repr_sql, column.values))})"
    if not contract.cells.clean:
        return is_masked(name) if column.masked else None
    if column.type in ("decimal", "integer"):
        marked = f" or contains({name}, '.')" if contract.cells.decimal_mark == "," else ""
        return f"not regexp_full_match({name}, '{PLAIN_NUMBERS[column.type]}'){marked}"
    if column.type == "boolean":
        return f"{name} is not null and {name} not in ('true', 'false')"
    unmasked = f" or {is_masked(name)}" if column.masked else ""
    words = ", ".join(map(repr_sql, ("", *contract.cells.null_words)))
    dirty = f"({_stripped(_visible(name))} <> {name} or {name}[1] in ('''', '=') or {name} in ({words}))"
    return f"case when {_is_plain(name, contract.cells.null_words)} then false else {dirty} end{unmasked}"


def bare(column: Column, cell: str, reading: Reading) -> str:
    """First step: without what spreadsheets put around a cell."""
    return text(cell) if reading.contract.cells.clean else cell


def value(column: Column, cell: str, reading: Reading) -> str:
    """Second step: null for null words and for what is masked, the contract's word for a synonym."""
    cells = reading.contract.cells
    if column.values:
        return synonym(_no_null_words(cell, cells.null_words) if cells.clean else cell, column.values)
    if column.masked:
        return f"case when {is_masked(cell)} then null else {_no_null_words(cell, cells.null_words)} end"
    return _no_null_words(cell, cells.null_words) if cells.clean else cell


def parts(column: Column, cell: str, reading: Reading) -> str:
    """Third step: a time as 'Y-M-D H:M am|offset', an amount with its sign in front and nothing around it."""
    if column.type in ("timestamp", "date"):
        return moment_parts(cell, reading)
    return signed(cell) if column.type in ("decimal", "integer") and reading.contract.cells.clean else cell


def canonical(column: Column, cell: str, found: str, reading: Reading) -> str:
    """Last step: the cell in its canonical spelling, of its value and its parts."""
    match column.type:
        case "timestamp":
            return moment(cell, found, reading.contract.time_zone)
        case "date" if reading.contract.cells.clean:
            return day(cell, found)
        case "decimal" | "integer" if reading.contract.cells.decimal_mark == ",":
            return number_with_comma(cell, found, column.type)
        case "decimal" | "integer" if reading.contract.cells.clean:
            return number(cell, found, column.type)
        case "boolean" if reading.contract.cells.clean:
            return boolean(cell)
    return cell


def text(cell: str) -> str:
    """Without invisible characters, outer blanks and tabs, and Excel's guards: '007 and ="007" are 007.

    An apostrophe is a guard only before a digit or a sign: 't Hooft keeps his.
    """
    unguarded = f"regexp_replace({_stripped(_visible(cell))}, '^=\"(.*)\"$', '\\1', 's')"
    return _stripped(f"regexp_replace({_stripped(unguarded)}, '^''([0-9+=@-])', '\\1')")


def is_masked(cell: str) -> str:
    """SQL condition: a platform has masked (138****1234, 王**) or encrypted (##..., $$..., ~...) the cell."""
    return f"coalesce(regexp_matches({cell}, '[*＊]|^(?:##|[$][$]|~)'), false)"


def narrow(cell: str) -> str:
    """Full-width digits and signs as everybody else writes them."""
    return f"translate({cell}, '{WIDE}', '{NARROW}')"


def synonym(cell: str, values: dict[str, tuple[str, ...]]) -> str:
    """The allowed value that a cell means, whatever its case and the width of its commas."""
    folded = f"lower(replace(trim({cell}), '，', ','))"
    cases = " ".join(
        f"when {repr_sql(word.replace('，', ',').lower())} then {repr_sql(name)}"
        for name, words in values.items()
        for word in (name, *words)
    )
    return f"case {folded} {cases} else {cell} end"


def signed(cell: str) -> str:
    """An amount without its currency, with its sign in front: 12.00- and (12.00) are negative."""
    digits = f"replace({narrow(cell)}, '−', '-')"
    amount = f"regexp_replace({digits}, '^([+-]?) *{CURRENCY_BEFORE} *', '\\1')"
    amount = f"regexp_replace({amount}, ' *{CURRENCY_AFTER}$', '')"
    return f"regexp_replace(regexp_replace({amount}, '^\\((.+)\\)$', '-\\1'), '^([^+-].*)-$', '-\\1')"


def number(cell: str, amount: str, kind: str) -> str:
    """A plain number of a signed amount: 1,234.50 and 1 234.50 are thousands.

    1,5 and 3.5万 are left as they are, because nobody can be sure.
    """
    thousands = "[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:[.][0-9]*)?"
    plain = (
        f"case when regexp_full_match({amount}, '{thousands}') "
        f"then regexp_replace({amount}, '[, ]', '', 'g') else {amount} end"
    )
    whole = f"regexp_replace({plain}, '^([+-]?[0-9]+)[.]0*$', '\\1')" if kind == "integer" else plain
    return f"case when {_is_number(cell, kind)} then {cell} when {_is_number(whole, kind)} then {whole} else {cell} end"


def number_with_comma(cell: str, amount: str, kind: str) -> str:
    """A plain number where a comma stands before the cents: 1.234,50 and 1 234,50 are 1234.50, and 1.234 is 1234.

    1.5 is no number there. It would be one to everybody else, so it comes out as something that no rule lets in.
    """
    spelled = "[+-]?(?:[0-9]+|[0-9]{1,3}(?:(?:[.][0-9]{3})+|(?: [0-9]{3})+))(?:,[0-9]*)?"
    plain = f"translate({amount}, ',. ', '.')"
    whole = f"regexp_replace({plain}, '^([+-]?[0-9]+)[.]0*$', '\\1')" if kind == "integer" else plain
    return f"case when regexp_full_match({amount}, '{spelled}') then {whole} else '? ' || {cell} end"


def boolean(cell: str) -> str:
    """true or false for what people say instead."""
    said = f"lower(trim({cell}))"
    yes, no = (", ".join(map(repr_sql, words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"case when {said} in ({yes}) then 'true' when {said} in ({no}) then 'false' else {cell} end"


def moment_parts(cell: str, reading: Reading) -> str:
    """'Y-M-D H:M:S am|offset' of a date or time in any spelling this file may use; null of anything else."""
    digits = narrow(cell) if reading.contract.cells.clean else cell
    cases = [
        f"when regexp_matches({digits}, '{pattern}') then regexp_replace({digits}, '{pattern}', '{order} \\4 \\5|\\6')"
        for pattern, order in _forms(reading)
    ]
    return f"case {' '.join(cases)} end"


def moment(cell: str, found: str, zone: str) -> str:
    """A point in time in UTC. A cell that names no offset speaks the contract's time zone."""
    local, offset = _wall_clock(found), f"split_part({found}, '|', 2)"
    placed = f"timezone('UTC', timezone('{zone}', {local}))" if zone != "UTC" else local
    digits = f"rpad(regexp_replace({offset}, '[^0-9]', '', 'g'), 4, '0')"
    minutes = f"(try_cast({digits}[1:2] as integer) * 60 + try_cast({digits}[3:4] as integer))"
    shifted = f"{local} + to_minutes(case when {offset} like '-%' then 1 else -1 end * {minutes})"
    utc = f"case when {offset} = '' then {placed} when {offset} in ('Z', 'UTC', 'GMT') then {local} else {shifted} end"
    told = f"coalesce(cast({utc} as varchar), {cell})"
    return told if zone != "UTC" else f"case when {is_moment(cell)} then {cell} else {told} end"


def day(cell: str, found: str) -> str:
    """A calendar day as YYYY-MM-DD; a time that stands beside it is left off."""
    told = f"coalesce(strftime({_wall_clock(found)}, '%Y-%m-%d'), {cell})"
    return f"case when {is_moment(cell)} then {cell} else {told} end"


def is_moment(cell: str) -> str:
    """SQL condition: the cell is a day or a time in UTC that every engine casts to the same value."""
    return f"(regexp_full_match({cell}, '{MOMENT}') and try_cast({cell} as timestamp) is not null)"


def is_day_first(cell: str) -> str:
    """SQL condition: a date that only makes sense with the day in front."""
    return f"try_cast(regexp_extract({cell}, '^{AROUND}{DAY_OR_MONTH_FIRST}', 1) as integer) > 12"


def is_month_first(cell: str) -> str:
    """SQL condition: a date that only makes sense with the month in front."""
    return f"try_cast(regexp_extract({cell}, '^{AROUND}{DAY_OR_MONTH_FIRST}', 2) as integer) > 12"


def _wall_clock(found: str) -> str:
    """The time on the wall of 'Y-M-D H:M:S am|offset', as a timestamp."""
    spelled = f"trim(split_part({found}, '|', 1))"
    half_day = f"try_strptime({spelled}, ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p'])"
    return f"coalesce(try_cast({spelled} as timestamp), {half_day})"


def _forms(reading: Reading) -> list[tuple[str, str]]:
    """(pattern, its groups in the order year-month-day) of the spellings this file may use."""
    forms = [("([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", "\\1-\\2-\\3")]
    if reading.contract.cells.clean:
        forms.append(("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?", "\\1-\\2-\\3"))
        forms.append(("([0-9]{4})([0-9]{2})([0-9]{2})", "\\1-\\2-\\3"))
        if reading.is_day_first is not None:
            forms.append((DAY_OR_MONTH_FIRST, "\\3-\\2-\\1" if reading.is_day_first else "\\3-\\1-\\2"))
    return [(f"^ *{pattern}{AFTER_DAY} *$", order) for pattern, order in forms]


def _is_plain(cell: str, null_words: Sequence[str]) -> str:
    """Cheap and certain: ASCII, begins with a letter or digit that begins no null word, ends with no blank."""
    begins_null = {letter for word in null_words for letter in (word[:1].lower(), word[:1].upper())}
    harmless = "".join(letter for letter in string.ascii_letters + string.digits if letter not in begins_null)
    return f"regexp_full_match({cell}, '[{harmless}](?:[!-~ ]*[!-~])?')"


def _is_number(cell: str, kind: str) -> str:
    pattern = "[+-]?[0-9]+" if kind == "integer" else "[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)"
    return f"regexp_full_match({cell}, '{pattern}')"


def _no_null_words(cell: str, null_words: Sequence[str]) -> str:
    return f"case when {cell} in ({', '.join(map(repr_sql, ('', *null_words)))}) then null else {cell} end"


def _visible(cell: str) -> str:
    return f"translate({cell}, {repr_sql(INVISIBLE)}, '')"


def _stripped(cell: str) -> str:
    return f"trim({cell}, {repr_sql(BLANK)})"


def repr_sql(word: str) -> str:
    """A text as an SQL literal."""
    return "'" + word.replace("'", "''") + "'"
