"""What is learnt from bytes: the original is kept as it came, text is text or it is nothing, lines are counted."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import arrival as arriving
from orchestration.ingestion.arrival import Arrival, fingerprint, take_in

briefly = settings(max_examples=60, deadline=None)
TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=40)
LINES = st.text(alphabet='ab,\r\n"中\x00', max_size=30)


def arrive(folder: Path, content: bytes, *encodings: str) -> Arrival:
    path = folder / "export.csv"
    path.write_bytes(content)
    return take_in(path, encodings or ("utf-8",), folder / "archive", folder / "scratch")


def text_of(arrival: Arrival) -> str:
    assert arrival.text is not None
    return arrival.text.read_bytes().decode("utf-8-sig")


@briefly
@given(st.binary(max_size=200))
def test_the_archive_keeps_the_bytes_as_they_came_under_their_hash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    folder = tmp_path_factory.mktemp("arrival")
    arrival = arrive(folder, content)
    sha256 = hashlib.sha256(content).hexdigest()
    assert (arrival.sha256, arrival.size, arrival.file_id) == (sha256, len(content), sha256[:16])
    assert arrival.original == folder / "archive" / sha256[:2] / sha256
    assert arrival.original.read_bytes() == content
    assert fingerprint(folder / "export.csv") == sha256
    assert [path for path in (folder / "archive").rglob("*") if path.is_file()] == [arrival.original]


def test_the_same_bytes_are_kept_once_and_others_beside_them(tmp_path: Path):
    first, again, other = (arrive(tmp_path, content) for content in (b"a\n", b"a\n", b"b\n"))
    assert first == again
    assert sum(path.is_file() for path in (tmp_path / "archive").rglob("*")) == 2
    assert other.original.read_bytes() == b"b\n"


@briefly
@given(st.binary(max_size=60))
@example(b"\xe4\xb8")
@example(b"\xed\xa0\x80")
@example(b"\xc0\x80")
def test_bytes_are_text_exactly_when_they_are_utf8(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    marks = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
    if content.startswith(marks):
        return
    arrival = arrive(tmp_path_factory.mktemp("arrival"), content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        assert (arrival.text, arrival.encoding) == (None, "unreadable")
    else:
        assert arrival.text == arrival.original


@briefly
@given(TEXT, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_is_found_by_its_byte_order_mark_and_comes_out_unchanged(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str
):
    assume(not (encoding == "utf-16" and text.startswith("\x00")))  # the very bytes of a UTF-32 mark
    arrival = arrive(tmp_path_factory.mktemp("arrival"), text.encode(encoding))
    assert text_of(arrival) == text
    assert arrival.encoding == encoding
    assert arrival.has_nul == ("\x00" in text)


@pytest.mark.parametrize(
    ("encoding", "named"), [("cp1252", "cp1252"), ("gb18030", "gb18030"), ("utf-16-le", "utf-16-le")]
)
def test_an_encoding_without_a_mark_is_taken_from_the_contract(tmp_path: Path, encoding: str, named: str):
    text = "Größe\n中文\n" if encoding != "cp1252" else "Größe\nnaïve €\n"
    arrival = arrive(tmp_path, text.encode(encoding), "ascii", named)
    assert (text_of(arrival), arrival.encoding) == (text, named)
    assert arrival.original.read_bytes() == text.encode(encoding)


def test_utf8_is_tried_before_what_the_contract_names(tmp_path: Path):
    assert text_of(arrive(tmp_path, "Größe\n".encode(), "cp1252")) == "Größe\n"


def test_a_fault_at_the_very_end_is_a_fault(tmp_path: Path):
    for content in (b"a,b\n" * 50 + b"\xe4\xb8", ("a,b\n" * 50).encode("utf-16")[:-1]):
        assert arrive(tmp_path, content).text is None


def test_what_fits_no_encoding_is_no_text_and_leaves_no_copy(tmp_path: Path):
    arrival = arrive(tmp_path, b"Gr\x81\x8d\xfc\n" + b"\n" * 3, "cp1252", "ascii")
    assert (arrival.text, arrival.encoding, arrival.lines) == (None, "unreadable", 4)
    assert arrival.original.exists()
    assert list((tmp_path / "scratch").iterdir()) == []


@briefly
@given(LINES, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.integers(1, 7))
@example("a\nb", "utf-8", 7)
@example("a\nb\n", "utf-8", 7)
@example("", "utf-8", 7)
@example("a\n", "utf-16", 3)
def test_lines_are_counted_with_or_without_a_last_line_end_however_the_bytes_are_read(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str, chunk: int
):
    assume(not (encoding == "utf-16" and text.startswith("\x00")))  # the very bytes of a UTF-32 mark
    content = text.encode(encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving, "CHUNK_BYTES", chunk)
        arrival = arrive(tmp_path_factory.mktemp("arrival"), content)
    lines = text.split("\n")
    is_bare_mark = text == "" and content != b""
    assert arrival.lines == len(lines) - (lines[-1] == "") or (is_bare_mark and arrival.lines == 1)
    assert arrival.has_nul == ("\x00" in text)
    assert text_of(arrival) == text


@briefly
@given(
    st.one_of(st.text("a\u00e9\u4e2d\U0001f600", max_size=12).map(str.encode), st.binary(max_size=12)),
    st.integers(1, 5),
)
@example("\U0001f600".encode() + b"\xf0\x9f", 3)
@example(b"\xf4\x90\x80\x80", 2)
@example(b"\xed\xa0\x80", 1)
def test_a_character_that_the_end_of_a_chunk_cuts_is_still_a_character(content: bytes, size: int):
    measured = arriving._Measured()
    for start in range(0, len(content), size):
        measured.see(content[start : start + size])
    measured.end()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        assert not measured.is_utf8
    else:
        assert measured.is_utf8


@briefly
@given(st.lists(st.integers(0, 60), max_size=8), st.integers(1, 40))
def test_the_longest_line_is_known_to_within_a_window(lengths: list[int], size: int):
    content, lines = b"\n".join(b"x" * length for length in lengths), arriving._Lines()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arriving, "WINDOW_BYTES", 16)
        for start in range(0, len(content), size):
            lines.see(content[start : start + size])
    longest = max(lengths, default=0)
    assert longest <= lines.longest_line <= max(longest, 16)


def test_a_file_that_is_gone_is_an_error_and_not_an_empty_delivery(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        take_in(tmp_path / "gone.csv", ("utf-8",), tmp_path / "archive", tmp_path / "scratch")
