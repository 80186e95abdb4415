"""Bytes to text, strictly: a byte that does not fit its encoding is an error, never a question mark."""

import codecs
from collections.abc import Iterable
from pathlib import Path

# What stays in the processor's own memory while it is looked at; chunks of 4 MB take half as long again.
CHUNK_BYTES = 1024 * 1024
# What a detector must have seen before its guess is worth telling.
ENOUGH_BYTES = 64

# The longer marks first: UTF-32 little-endian begins like UTF-16.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


def candidates(head: bytes, named: Iterable[str]) -> list[str]:
    """The encodings worth trying, best first: by byte-order mark, else UTF-8, else what contracts name."""
    for mark, name in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return [name]
    return list(dict.fromkeys(["utf-8", *named]))


def decode_head(head: bytes, named: Iterable[str]) -> str | None:
    """The beginning of a file as text, or None when no candidate fits. A character cut at the end is left off."""
    for name in candidates(head, named):
        try:
            return codecs.getincrementaldecoder(name)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
    return None


def cut_off_bytes(text: bytes) -> int:
    """How many bytes at the end of UTF-8 are the beginning of a character that goes on elsewhere: 0 to 3."""
    for back, byte in enumerate(reversed(text[-3:]), start=1):
        if byte >= 0xC0:
            return back if back < 2 + (byte >= 0xE0) + (byte >= 0xF0) else 0
        if byte < 0x80:
            return 0
    return 0


def is_utf8(text: bytes, length: int) -> bool:
    """Whether the first `length` bytes are UTF-8, as strictly as Python decodes it; Arrow makes no text of them."""
    import pyarrow as pa

    ends = pa.array([0, length], pa.int64()).buffers()[1]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(text)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def is_damaged_utf8(path: Path) -> bool:
    """Whether most of what is beyond ASCII is UTF-8: then a few wrong bytes are damage, and no other encoding.

    GB18030 takes nearly any bytes for Chinese; a UTF-8 file that was cut off would come in as nonsense.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    whole = broken = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            text = decoder.decode(chunk)
            marks = text.count("\ufffd")
            broken += marks
            whole += len(text) - marks - len(text.encode("ascii", "ignore"))
    return whole > broken


def detect(head: bytes) -> str | None:
    """What a detector takes the beginning of a file for; the last resort, and often wrong.

    None when fewer than ENOUGH_BYTES of it are beyond ASCII: then every guess is as good as another.
    """
    if sum(byte > 127 for byte in head) < ENOUGH_BYTES:
        return None
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return best.encoding if best is not None else None
