"""A first glance at whole rows: one pattern that a row matches only when nothing is to be done about any cell of it.

To ask every cell of a million rows whether it needs cleaning and which rules it breaks costs more than to read them.
Of a clean file one look at each row settles it; only rows that do not match are asked cell by cell (`judging.py`).
A pattern may be too strict, never too lax: what it lets pass, `cleaning.py` would leave alone and `rules.py` let in.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.ingestion.cleaning import MOMENT, PLAIN_NUMBERS, Reading, repr_sql
from orchestration.ingestion.contract_model import Column

# Letters of other scripts that are neither blank nor invisible: Latin, kana, Chinese, Korean.
WIDE_LETTERS = r"\x{c0}-\x{24f}\x{3041}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}"
# Signs that may stand inside a cell: Chinese punctuation, full-width forms without the asterisk that masks.
WIDE_SIGNS = r"\x{3001}-\x{301f}\x{ff01}-\x{ff09}\x{ff0b}-\x{ff5e}"
BETWEEN = "\x1f"
ANYTHING = f"[^{BETWEEN}]*"
SPECIAL = set("\\.+*?()|[]{}^$")


@dataclass(frozen=True)
class Glance:
    """SQL over `records`: which of its columns one look settles, and the condition of a row that it does not settle."""

    columns: frozenset[str]
    is_doubtful: str


def row_text(cells: Iterable[str]) -> str:
    """SQL for all cells of a row as one text, with a mark between them."""
    texts = ", ".join(f"coalesce({cell}, '')" for cell in cells)
    return f"concat_ws(chr(31), {texts})"


def glance_over(columns: Sequence[Column], reading: Reading, text: str) -> Glance:
    """What one look at each row can settle of these columns; `text` is SQL for the row's `row_text`."""
    shapes = {column.name: plain_shape(column, reading) for column in columns}
    settled = frozenset(name for name, shape in shapes.items() if shape is not None)
    if not settled:
        return Glance(settled, "false")
    # A row with the mark inside a cell has a mark too many and matches nothing: marks and shapes cannot slip.
    pattern = BETWEEN.join(ANYTHING if shape is None else shape for shape in shapes.values())
    moments = [c.name for c in columns if c.name in settled and c.type in ("date", "timestamp")]
    tests = [f"not regexp_full_match({text}, {repr_sql(pattern)})"]
    tests += [f"({name} is not null and try_cast({name} as timestamp) is null)" for name in moments]
    return Glance(settled, f"({' or '.join(tests)})")


def plain_shape(column: Column, reading: Reading) -> str | None:
    """The pattern of cells that are surely well as they are; it matches the empty cell where that may be.

    None where no pattern can tell, or where nothing costly is asked of the column.
    """
    shape = _filled_shape(column, reading)
    if shape is None:
        return None
    return shape if column.required and column.level == "row" else f"(?:{shape})?"


def _filled_shape(column: Column, reading: Reading) -> str | None:
    cells = reading.contract.cells
    if column.values:
        return f"(?:{'|'.join(map(_literally, column.values))})" if column.type == "text" else None
    match column.type:
        case "timestamp" | "date":
            is_local = column.type == "timestamp" and reading.contract.time_zone != "UTC"
            return None if is_local else f"(?:{MOMENT})"
        case "integer" | "decimal":
            return "[+-]?[0-9]{1,13}" if cells.decimal_mark == "," else f"(?:{PLAIN_NUMBERS[column.type]})"
        case "boolean":
            return "(?:true|false)" if cells.clean else "(?:0|1|true|false)"
    return _text_shape(column, cells.null_words) if cells.clean or column.masked else None


def _text_shape(column: Column, null_words: Sequence[str]) -> str:
    """A letter or digit, anything visible, no blank at the end; no null word, no mask, no 1E+17."""
    left_out = ("*" if column.masked else "") + ("+" if column.identifier else "")
    inside = f"{_visible_without(left_out)}{WIDE_LETTERS}{WIDE_SIGNS}"
    has_wide_null = any(word and not word[0].isascii() and word[0].isalpha() for word in null_words)
    letters = set(string.ascii_letters + string.digits)
    begun = {letter for word in null_words for letter in (word[:1].lower(), word[:1].upper())} & letters
    first = "".join(sorted(letters - begun)) + ("" if has_wide_null else WIDE_LETTERS)
    starts = [f"[{first}]", *(f"{letter}[{_seconds(letter, null_words)}]" for letter in sorted(begun))]
    return f"(?:{'|'.join(starts)})(?:[{inside} ]*[{inside}])?"


def _seconds(letter: str, null_words: Sequence[str]) -> str:
    """Letters and digits with which a cell that begins like a null word goes on differently."""
    taken = {word[1:2].lower() for word in null_words if word[:1].lower() == letter.lower()}
    return "".join(sign for sign in string.ascii_letters + string.digits if sign.lower() not in taken)


def _visible_without(left_out: str) -> str:
    """The visible ASCII characters as the inside of a character class, without some of them."""
    return "".join(f"\\x{ord(sign):02x}" for sign in map(chr, range(0x21, 0x7F)) if sign not in left_out)


def _literally(word: str) -> str:
    return "".join(f"\\{sign}" if sign in SPECIAL else sign for sign in word)
