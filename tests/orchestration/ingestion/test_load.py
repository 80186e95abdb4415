"""Every row of a file is loaded, quarantined or a duplicate, and every cell arrives as it was written.

Python's csv module is the outside oracle: it reads the same bytes and shares nothing with the SQL under test.
"""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.ingestion import reading, records
from orchestration.ingestion.receive import Received
from orchestration.ingestion.sources import Source
from tests.orchestration.ingestion.intake import Intake, contract_of, csv_text, intake_for

often = settings(max_examples=30, deadline=None)

HEADER = ["name", "note"]
CELLS = st.text(alphabet="ab ,;\"'\\\n\r\t中é#\x1e\x1f|", max_size=5)
ROWS = st.lists(st.one_of(st.tuples(CELLS, CELLS), st.sampled_from([("x", "y"), ("", ""), tuple(HEADER)])), max_size=12)

Row = tuple[str | None, ...]


@pytest.fixture(scope="module")
def whole_module_intake() -> Iterator[Intake]:
    with intake_for(contract_of(*HEADER)) as intake:
        yield intake


@pytest.fixture
def intake(whole_module_intake: Intake) -> Intake:
    whole_module_intake.forget()
    return whole_module_intake


def read_by_python(text: str) -> tuple[list[Row], list[tuple[int, str]]] | None:
    """Whole rows and (row number, rule) of broken ones; None when no part of the file can be relied on."""
    try:
        header, *records = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error:
        return None
    whole: list[Row] = []
    broken = []
    for number, record in enumerate(filter(None, records), start=1):
        while len(record) > len(header) and record[-1] == "":
            record.pop()
        if record == header:
            broken.append((number, "repeated_header"))
        elif len(record) != len(header):
            if any("\n" in cell for cell in record):
                return None
            broken.append((number, "wrong_number_of_cells"))
        elif any("\x00" in cell for cell in record):
            broken.append((number, "nul_byte"))
        else:
            whole.append(tuple(cell or None for cell in record))
    return whole, broken


def assert_as_python_reads(intake: Intake, text: str, received: Received) -> None:
    found = read_by_python(text)
    assert received.is_balanced
    if found is None:
        assert intake.rows() == []
        assert intake.quarantine() == [(None, "file", None)]
        return
    whole, broken = found
    assert intake.rows() == list(dict.fromkeys(whole))
    assert [(number, rule) for number, rule, _ in intake.quarantine()] == broken
    assert received.rows_read == len(whole) + len(broken)
    assert received.rows_loaded == len(set(whole))
    assert received.rows_quarantined == len(broken)
    assert received.rows_duplicate == len(whole) - len(set(whole))


@often
@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "ab中"]), st.sampled_from(["utf-8", "utf-8-sig"]))
@example([("x\x1fy", "z"), ("x", "y\x1fz")], "\n", "", "utf-8")
@example([("\x1e", "q"), ("", "q")], "\n", "", "utf-8")
@example([("a\r\nb", "\n\n"), ("a\nb", "\n")], "\r\n", "", "utf-8")
def test_of_any_rows_each_distinct_one_is_loaded_once_with_its_cells_unchanged(
    whole_module_intake: Intake, rows: list[tuple[str, str]], line_end: str, quoting: str, encoding: str
):
    whole_module_intake.forget()
    text = csv_text(HEADER, rows, line_end, quoting)
    received = whole_module_intake.deliver(text.encode(encoding))
    assert received.rows_read == len(rows)
    assert_as_python_reads(whole_module_intake, text, received)


@often
@given(st.sampled_from(['ab,"\n\r', "ab,\n\n", 'ab",\r\n', 'ab,"\n\x00']).flatmap(lambda a: st.text(a, max_size=16)))
@example('1,2\n"3,4\n5,6\n')
@example('1,"2\n3,4\n5,"6\n')
@example("1,2\n3\n4,5,6\n,\n")
@example("1,2,\n3\n")
def test_of_any_text_at_all_no_row_is_lost_and_none_is_made_up(whole_module_intake: Intake, body: str):
    whole_module_intake.forget()
    text = "name,note\n" + body
    assert_as_python_reads(whole_module_intake, text, whole_module_intake.deliver(text))


@settings(often, max_examples=15)
@given(ROWS)
def test_the_fast_and_the_slow_way_of_reading_come_to_the_same_rows(
    whole_module_intake: Intake, rows: list[tuple[str, str]]
):
    loaded = []
    for way in (reading.read_fast, lambda *_: None):
        whole_module_intake.forget()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "read_fast", way)
            whole_module_intake.deliver(csv_text(HEADER, rows))
        loaded.append((whole_module_intake.rows(), whole_module_intake.quarantine()))
        loaded.append((whole_module_intake.all("select _row_hash from raw_shop.things order by all"), []))
    assert loaded[:2] == loaded[2:]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_fast_reader_that_passes_over_a_line_is_found_out_by_the_bytes(
    intake: Intake, monkeypatch: pytest.MonkeyPatch, rows: int
):
    scan = Source.scan.fget
    assert scan is not None
    monkeypatch.setattr(
        Source, "scan", property(lambda source: f"(select * from {scan(source)} limit {rows}) as scanned")
    )
    received = intake.deliver('name,note\n1,"a\nb"\n2,x\n3,y\n')
    assert intake.rows() == [("1", "a\nb"), ("2", "x"), ("3", "y")]
    assert received.rows_read == 3


def test_a_file_larger_than_a_batch_is_read_whole_the_slow_way(intake: Intake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(records, "BATCH_ROWS", 3)
    for count in (2, 3, 4, 7):
        intake.forget()
        rows = [(str(number), "x") for number in range(count)]
        received = intake.deliver(csv_text(HEADER, rows) + "ragged\n")
        assert intake.rows() == rows
        assert (received.rows_read, received.rows_quarantined) == (count + 1, 1)


@pytest.mark.parametrize(
    ("body", "rows", "quarantined"),
    [
        ("1,2\n3,4", [("1", "2"), ("3", "4")], []),
        ("1,2\n\n\n3,4\n\n", [("1", "2"), ("3", "4")], []),
        ("1,2\r\n3,4\n5,6\r\n", [("1", "2"), ("3", "4"), ("5", "6")], []),
        ("1,2\r3,4\r", [("1", "2"), ("3", "4")], []),
        (",\n,2\n1,\n", [(None, None), (None, "2"), ("1", None)], []),
        ('"",""\n', [(None, None)], []),
        (" 1 ,2 \n", [(" 1 ", "2 ")], []),
        ("NULL,null\n\\N,NA\n", [("NULL", "null"), ("\\N", "NA")], []),
        ("#1,2\n", [("#1", "2")], []),
        ("007,1e3\n", [("007", "1e3")], []),
        (
            "1,2\n3\n4,5,6\n7,8\n",
            [("1", "2"), ("7", "8")],
            [(2, "wrong_number_of_cells"), (3, "wrong_number_of_cells")],
        ),
        ("1,2\nname,note\n3,4\n", [("1", "2"), ("3", "4")], [(2, "repeated_header")]),
        ("1,2\nname,note\n3\n", [("1", "2")], [(2, "repeated_header"), (3, "wrong_number_of_cells")]),
        ("1,2\n3\x00,4\n5,6\n", [("1", "2"), ("5", "6")], [(2, "nul_byte")]),
        ("", [], []),
    ],
)
def test_what_becomes_of_a_file_of_this_form(intake: Intake, body: str, rows: list, quarantined: list):
    received = intake.deliver("name,note\n" + body)
    assert intake.rows() == rows
    assert [(number, rule) for number, rule, _ in intake.quarantine()] == quarantined
    assert received.is_balanced


def test_a_header_without_a_line_end_is_an_export_without_rows(intake: Intake):
    received = intake.deliver("name,note")
    assert (received.files, received.rows_read, received.is_balanced) == (1, 0, True)
    assert intake.all("select status, reason from ops.deliveries") == [("loaded", "")]


@pytest.mark.parametrize("body", ['1,2\n"3,4\n5,6\n', '1,2\n"3,4\n5,6"\n7,8\n', '1,"2\n3,4\n5,"6\n', '1,"x"y\n2,3\n'])
def test_a_quote_that_is_never_closed_refuses_the_file_whole(intake: Intake, body: str):
    received = intake.deliver("name,note\n" + body)
    lines = body.count("\n")
    assert intake.rows() == []
    assert intake.quarantine() == [(None, "file", None)]
    assert (received.rows_read, received.rows_quarantined, received.is_balanced) == (lines, lines, True)
    ((status, reason),) = intake.all("select status, reason from ops.deliveries")
    assert status == "quarantined"
    assert "quot" in reason


@pytest.mark.parametrize("end", ["", "only one cell\n"], ids=["the fast way", "the slow way"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_more_than_a_mebibyte_refuses_the_file_and_one_of_less_is_loaded(
    intake: Intake, end: str, quote: str
):
    for length, rows in ((900_000, 1), (1_100_000, 0), (3_000_000, 0)):
        intake.forget()
        received = intake.deliver(f"name,note\n1,{quote}{'x' * length}{quote}\n{end}")
        assert received.is_balanced
        assert intake.all("select count(*), coalesce(max(length(note)), 0) from raw_shop.things") == [
            (rows, length * rows)
        ]


def test_a_file_in_no_known_encoding_is_refused_whole_and_its_lines_are_counted(intake: Intake):
    received = intake.deliver(b"name,note\n1,\xff\n2,x\n")
    assert (received.rows_read, received.rows_quarantined) == (2, 2)
    assert intake.rows() == []
    assert intake.all("select status, encoding, reason from ops.deliveries") == [
        ("quarantined", "unreadable", "It is not text in utf-8.")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_cells_arrive_unchanged_from_another_encoding(encoding: str):
    rows = [("Größe", "a\nb"), ("naïve", 'say "é"')]
    with intake_for(contract_of(*HEADER, encodings=["cp1252"])) as intake:
        intake.deliver(csv_text(HEADER, rows).encode(encoding))
        assert intake.rows() == rows
        assert not list((intake.folder / "decoded").glob("*"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "'"])
def test_the_contract_names_the_delimiter(delimiter: str):
    with intake_for(contract_of(*HEADER, delimiter=delimiter)) as intake:
        intake.deliver(delimiter.join(HEADER) + "\n" + delimiter.join(["1,5", f'"a{delimiter}b"']) + "\n")
        assert intake.rows() == [("1,5", f"a{delimiter}b")]


def test_columns_that_fill_nothing_are_named_and_a_column_that_is_not_there_is_empty(intake: Intake):
    intake.deliver("NAME,colour,,size\n1,red,,2\n")
    assert intake.rows() == [("1", None)]
    assert intake.all("select unmapped_columns from ops.deliveries") == [("colour, size",)]


def test_a_header_that_stands_twice_refuses_the_file_because_nobody_knows_which_counts(intake: Intake):
    received = intake.deliver("NAME,name,colour\n1,2,red\n")
    assert (received.rows_read, received.rows_quarantined) == (1, 1)
    ((reason,),) = intake.all("select reason from ops.deliveries")
    assert reason.startswith("The header name stands there twice")


def test_line_breaks_in_the_header_and_in_columns_that_nobody_asked_for_do_not_upset_the_count(intake: Intake):
    received = intake.deliver('name,"what\nelse",note\n1,"x\ny\nz",2\n3,,4\n')
    assert intake.rows() == [("1", "2"), ("3", "4")]
    assert (received.rows_read, received.is_balanced) == (2, True)


def test_every_row_knows_its_file_its_line_and_its_day(intake: Intake):
    intake.deliver("name,note\na,1\nb,2\n")
    ((sha256, day),) = intake.all("select sha256, delivery_date from ops.deliveries")
    assert intake.all("select name, _row_number, _file_id, _delivery_date from raw_shop.things order by all") == [
        ("a", 1, sha256[:16], day),
        ("b", 2, sha256[:16], day),
    ]


def test_a_quarantined_row_is_kept_as_it_came(intake: Intake):
    intake.deliver('name,note\n1,2,"3 ""x"""\n')
    assert intake.all("select original from ops.quarantine") == [('["1", "2", "3 \\"x\\""]',)]


def test_a_column_added_to_a_contract_is_added_to_its_table():
    with intake_for(contract_of("name")) as intake:
        intake.deliver("name\na\n")
        intake.contract = contract_of("name", "note")
        intake.deliver("name,note\nb,1\n", name="later.csv")
        assert sorted(intake.rows()) == [("a", None), ("b", "1")]
