"""What a cell means, as SQL: one function for each habit of spreadsheets, marketplaces and people.

Every function takes SQL for a cell and gives SQL for the cell in one canonical spelling, and leaves alone what it
does not understand: `rules.py` then refuses it. Nothing here reads a contract but `canonical`.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.ingestion.contract_model import Column, Contract

MOMENT = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9:.]+ ?(Z|UTC|[+-]00(:?00)?)?)?"
# Zero-width space and joiner, direction marks that phones copied from a contact card carry, soft hyphen, BOM.
INVISIBLE = "[\\x{200b}\\x{200e}\\x{200f}\\x{202a}-\\x{202e}\\x{2060}-\\x{2064}\\x{2066}-\\x{2069}\\x{feff}\\x{00ad}]"
BLANK = "[\\s\\x{00a0}\\x{1680}\\x{2000}-\\x{200a}\\x{202f}\\x{205f}\\x{3000}\\x{0085}\\x{001c}-\\x{001f}]"
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


@dataclass(frozen=True)
class Reading:
    """How the cells of one file are read: the file's own day order, where it shows one."""

    contract: Contract
    day_first: bool | None = None


def canonical(column: Column, cell: str, reading: Reading) -> str:
    """The cell of a column in its canonical spelling; `cell` itself where the contract wants it as written."""
    cells = reading.contract.cells
    value = text(cell, cells.null_words) if cells.clean else cell
    if column.masked:
        value = unmasked(value)
    if column.values:
        value = synonym(value, column.values)
    match column.type:
        case "timestamp":
            return moment(value, reading)
        case "date" if cells.clean:
            return day(value, reading)
        case "decimal" | "integer" if cells.clean:
            return number(value, column.type)
        case "boolean" if cells.clean:
            return boolean(value)
    return value


def text(cell: str, null_words: Sequence[str]) -> str:
    """Without invisible characters, outer blanks and tabs, and Excel's guards ('007 and ="007"); null words are null.

    An apostrophe is a guard only before a digit or a sign: 't Hooft keeps his.
    """
    words = ", ".join(f"'{_quoted(word)}'" for word in ("", *null_words))
    visible = f"regexp_replace({cell}, '{INVISIBLE}', '', 'g')"
    bare = f"regexp_replace({_stripped(visible)}, '^=\"(.*)\"$', '\\1', 's')"
    guarded = f"regexp_replace({_stripped(bare)}, '^''([0-9+=@-])', '\\1')"
    cleaned = _stripped(guarded)
    return (
        f"case when {_is_plain(cell, null_words)} then {cell} "
        f"else (case when {cleaned} in ({words}) then null else {cleaned} end) end"
    )


def _is_plain(cell: str, null_words: Sequence[str]) -> str:
    """Cheap and certain: ASCII, begins with a letter or digit that begins no null word, ends with no blank."""
    begins_null = {letter for word in null_words for letter in (word[:1].lower(), word[:1].upper())}
    harmless = "".join(letter for letter in string.ascii_letters + string.digits if letter not in begins_null)
    return f"regexp_full_match({cell}, '[{harmless}](?:[!-~ ]*[!-~])?')"


def unmasked(cell: str) -> str:
    """Null for what a platform has masked (138****1234, 王**) or encrypted (##..., $$..., ~...)."""
    return f"case when regexp_matches({cell}, '[*＊]|^(?:##|[$][$]|~)') then null else {cell} end"


def is_masked(cell: str) -> str:
    """SQL condition: `unmasked` takes the value away."""
    return f"coalesce(regexp_matches({cell}, '[*＊]|^(?:##|[$][$]|~)'), false)"


def narrow(cell: str) -> str:
    """Full-width digits and signs as everybody else writes them."""
    return f"translate({cell}, '{WIDE}', '{NARROW}')"


def synonym(cell: str, values: dict[str, tuple[str, ...]]) -> str:
    """The allowed value that a cell means, whatever its case and the width of its commas."""
    folded = f"lower(replace(trim({cell}), '，', ','))"
    cases = " ".join(
        f"when {folded} in ({', '.join(repr_sql(word.replace('，', ',').lower()) for word in (value, *words))}) "
        f"then {repr_sql(value)}"
        for value, words in values.items()
    )
    return f"case {cases} else {cell} end"


def number(cell: str, kind: str) -> str:
    """A plain number: without currency words and thousands marks, with its sign in front.

    12.00- and (12.00) are negative, 1,234.50 and 1 234.50 are thousands; 1,5 and 3.5万 are left as they are, because
    nobody can be sure.
    """
    digits = f"replace({narrow(cell)}, '−', '-')"
    bare = (
        f"regexp_replace(regexp_replace({digits}, '^([+-]?) *{CURRENCY_BEFORE} *', '\\1'), ' *{CURRENCY_AFTER}$', '')"
    )
    signed = f"regexp_replace(regexp_replace({bare}, '^\\((.+)\\)$', '-\\1'), '^([^+-].*)-$', '-\\1')"
    thousands = "[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:[.][0-9]*)?"
    plain = (
        f"case when regexp_full_match({signed}, '{thousands}') "
        f"then regexp_replace({signed}, '[, ]', '', 'g') else {signed} end"
    )
    whole = f"regexp_replace({plain}, '^([+-]?[0-9]+)[.]0*$', '\\1')" if kind == "integer" else plain
    is_number = "regexp_full_match({}, '[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)')"
    return (
        f"case when {is_number.format(cell)} and not ({cell} like '%.%' and '{kind}' = 'integer') then {cell} "
        f"when {is_number.format(whole)} then {whole} else {cell} end"
    )


def boolean(cell: str) -> str:
    """true or false for what people say instead."""
    said = f"lower(trim({cell}))"
    yes, no = (", ".join(map(repr_sql, words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"case when {said} in ({yes}) then 'true' when {said} in ({no}) then 'false' else {cell} end"


def moment(cell: str, reading: Reading) -> str:
    """A point in time in UTC. A cell that names no offset speaks the contract's time zone."""
    local, offset = _local(cell, reading), _offset(cell, reading)
    zone = reading.contract.time_zone
    placed = f"timezone('UTC', timezone('{zone}', {local}))" if zone != "UTC" else local
    sign = f"case when {offset} like '-%' then 1 else -1 end"
    digits = f"rpad(regexp_replace({offset}, '[^0-9]', '', 'g'), 4, '0')"
    minutes = f"(try_cast({digits}[1:2] as integer) * 60 + try_cast({digits}[3:4] as integer))"
    shifted = f"{local} + to_minutes({sign} * {minutes})"
    named = f"regexp_matches({offset}, '[0-9]')"
    utc = f"case when {offset} = '' then {placed} when {named} then {shifted} else {local} end"
    told = f"coalesce(cast({utc} as varchar), {cell})"
    return told if zone != "UTC" else f"case when {is_moment(cell)} then {cell} else {told} end"


def day(cell: str, reading: Reading) -> str:
    """A calendar day as YYYY-MM-DD; a time that stands beside it is left off."""
    told = f"coalesce(strftime({_local(cell, reading)}, '%Y-%m-%d'), {cell})"
    return f"case when {is_moment(cell)} then {cell} else {told} end"


def is_moment(cell: str) -> str:
    """SQL condition: the cell is a day or a time in UTC that every engine casts to the same value."""
    return f"(regexp_full_match({cell}, '{MOMENT}') and try_cast({cell} as timestamp) is not null)"


def is_day_first(cell: str) -> str:
    """SQL condition: a date that only makes sense with the day in front."""
    return f"try_cast(regexp_extract({cell}, '^ *{DAY_OR_MONTH_FIRST}', 1) as integer) > 12"


def is_month_first(cell: str) -> str:
    """SQL condition: a date that only makes sense with the month in front."""
    return f"try_cast(regexp_extract({cell}, '^ *{DAY_OR_MONTH_FIRST}', 2) as integer) > 12"


def _forms(reading: Reading) -> list[tuple[str, str]]:
    """(pattern, replacement to 'Y-M-D time am'), of the spellings this file may use; time is group 4, offset 6."""
    after = f"{AFTER_DAY} *$"
    forms = [("([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", "\\1-\\2-\\3 \\4 \\5")]
    if reading.contract.cells.clean:
        forms.append(("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?", "\\1-\\2-\\3 \\4 \\5"))
        forms.append(("([0-9]{4})([0-9]{2})([0-9]{2})", "\\1-\\2-\\3 \\4 \\5"))
        first = reading.contract.cells.day_first if reading.contract.cells.day_first is not None else reading.day_first
        if first is not None:
            order = "\\3-\\2-\\1 \\4 \\5" if first else "\\3-\\1-\\2 \\4 \\5"
            forms.append((DAY_OR_MONTH_FIRST, order))
    return [(f"^ *{pattern}{after}", replacement) for pattern, replacement in forms]


def _local(cell: str, reading: Reading) -> str:
    """The time on the wall, as a timestamp; null when the cell is in no known spelling."""
    digits = narrow(cell) if reading.contract.cells.clean else cell
    cases = []
    for pattern, replacement in _forms(reading):
        spelled = f"trim(regexp_replace({digits}, '{pattern}', '{replacement}'))"
        half_day = f"try_strptime({spelled}, ['%Y-%m-%d %I:%M %p', '%Y-%m-%d %I:%M:%S %p'])"
        cases.append(
            f"when regexp_matches({digits}, '{pattern}') then coalesce(try_cast({spelled} as timestamp), {half_day})"
        )
    return f"(case {' '.join(cases)} end)"


def _offset(cell: str, reading: Reading) -> str:
    """The offset that a cell names ('Z', '+08:00', ...), or ''."""
    pattern = f"[0-9](?i:[AP]M)? *({OFFSET}) *$"
    timed = f"{cell} like '%:%'"
    return f"(case when {timed} then regexp_extract({cell}, '{pattern}', 1) else '' end)"


def _stripped(cell: str) -> str:
    return f"regexp_replace({cell}, '^{BLANK}+|{BLANK}+$', '', 'g')"


def repr_sql(value: str) -> str:
    """A text as an SQL literal."""
    return f"'{_quoted(value)}'"


def _quoted(value: str) -> str:
    return value.replace("'", "''")
