"""Damages that are done before there is any text: encodings, compression, archives, other formats."""

import gzip
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.orchestration.ingestion.corpus.kinds import HEADER, LINES, ROWS, TWO, Damage, csv_file

GOOD = csv_file(*LINES)
TEXT = GOOD.decode()
OBJECTS = [dict(zip(HEADER.split(","), row, strict=True)) for row in ROWS]
NDJSON = "".join(json.dumps(thing, ensure_ascii=False) + "\n" for thing in OBJECTS)


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_numbers": False}) as book:
        for name, lines in {"orders": rows, **sheets}.items():
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                for place, value in enumerate(line):
                    sheet.write(number, place, value)
    return buffer.getvalue()


def parquet(**columns: pa.Array) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


PARQUET = parquet(
    order_id=pa.array([row[0] for row in ROWS]),
    customer=pa.array([row[1] for row in ROWS]),
    amount=pa.array([row[2] for row in ROWS]),
    ordered_at=pa.array([row[3] for row in ROWS]),
    note=pa.array([row[4] for row in ROWS]),
)
SHEET: list[list[object]] = [list(HEADER.split(",")), *([value or "" for value in row] for row in ROWS)]
BOMB = gzip.compress(GOOD) + gzip.compress(b"a" * 10_000_000, 9) * 30

ENCODINGS = [
    Damage("UTF-8 with a byte-order mark", GOOD.decode().encode("utf-8-sig"), ROWS),
    Damage("UTF-16 little-endian with its mark", b"\xff\xfe" + TEXT.encode("utf-16-le"), ROWS),
    Damage("UTF-16 big-endian with its mark", b"\xfe\xff" + TEXT.encode("utf-16-be"), ROWS),
    Damage("UTF-32 little-endian with its mark", b"\xff\xfe\x00\x00" + TEXT.encode("utf-32-le"), ROWS),
    Damage("UTF-32 big-endian with its mark", b"\x00\x00\xfe\xff" + TEXT.encode("utf-32-be"), ROWS),
    Damage("GB18030, which the contract names", TEXT.encode("gb18030"), ROWS),
    Damage(
        "GB18030 with one Chinese cell in hundreds of ASCII rows",
        csv_file(*(f"B-{n},Bob,1.00,2026-01-01 00:00:00,x" for n in range(400)), LINES[1], encoding="gb18030"),
        [*((f"B-{n}", "Bob", "1.00", "2026-01-01 00:00:00", "x") for n in range(400)), TWO],
    ),
    Damage("UTF-16 cut in the middle of a character", TEXT.encode("utf-16")[:-1], refused="It is not text in"),
    Damage("a byte that no encoding of the contract has", GOOD + b"\xff\xff", unknown="It is not text in"),
    Damage("UTF-8 cut in the middle of a character", GOOD + b"A-9,\xe4\xb8", refused="It is not text in"),
    Damage("bytes of another encoding in the last row", GOOD + b"A-9,\x81\xff,1,2026-01-01,\n", unknown="It is not"),
    Damage("surrogates written as UTF-8", GOOD + b"A-9,\xed\xa0\x80,1,2026-01-01,\n", unknown="It is not text in"),
    Damage("overlong UTF-8", GOOD + b"A-9,\xc0\xaf,1,2026-01-01,\n", refused="It is not text in"),
    Damage(
        "a second byte-order mark inside the text",
        GOOD + "\ufeffA-4,Bob,1,2026-01-01,\n".encode(),
        [*ROWS, ("A-4", "Bob", "1", "2026-01-01", None)],
    ),
    Damage("an image called csv", b"\x89PNG\r\n\x1a\n\x00\xff" * 30, unknown="It is not text in any encoding"),
    Damage("an empty file", b"", unknown="It is empty."),
    Damage("nothing but blanks and line ends", b" \r\n\n \n", unknown="It is empty."),
    Damage("nothing but a byte-order mark", b"\xef\xbb\xbf", unknown="Its first line is not the header"),
]
CONTAINERS = [
    Damage("gzip", gzip.compress(GOOD), ROWS, name="things.csv.gz"),
    Damage("gzip of several parts", gzip.compress(GOOD[:60]) + gzip.compress(GOOD[60:]), ROWS, name="things.csv.gz"),
    Damage("gzip that is called csv", gzip.compress(GOOD), ROWS),
    Damage("a csv that is called gz", GOOD, ROWS, name="things.csv.gz"),
    Damage("gzip cut off", gzip.compress(GOOD * 200_000)[:-40], refused="It is damaged", name="x.csv.gz"),
    Damage("gzip of nothing", gzip.compress(b""), unknown="It is empty.", name="things.csv.gz"),
    Damage("gzip with rubbish behind it", gzip.compress(GOOD) + b"rubbish", unknown="It is damaged", name="t.csv.gz"),
    Damage(
        "gzip whose checksum is wrong", gzip.compress(GOOD)[:-8] + b"\0" * 8, unknown="It is damaged", name="t.csv.gz"
    ),
    Damage("a gzip bomb", BOMB, refused="It unfolds to more than", name="things.csv.gz"),
    Damage("a zip with the export in it", zipped({"things.csv": GOOD}), ROWS, name="weekly.zip"),
    Damage("a zip with the export in a folder", zipped({"a/b/things.csv": GOOD}), ROWS, name="weekly.zip"),
    Damage(
        "a zip with hidden files of a desktop beside it",
        zipped({"things.csv": GOOD, "__MACOSX/._things.csv": b"x", ".hidden.csv": b"x"}),
        ROWS,
        name="weekly.zip",
    ),
    Damage(
        "a zip cut off", zipped({"things.csv": GOOD})[:-30], unknown="It is called a zip file and is none", name="w.zip"
    ),
    Damage("a csv called zip", GOOD, unknown="It is called a zip file and is none", name="weekly.zip"),
    Damage("a zip without files", zipped({}), unknown="It is a zip without files.", name="weekly.zip"),
    Damage(
        "a zip inside a zip",
        zipped({"inner.zip": zipped({"things.csv": GOOD})}),
        unknown="It is a zip inside a zip",
        name="weekly.zip",
    ),
    Damage(
        "a zip whose member leads out of it",
        zipped({"../../things.csv": GOOD}),
        unknown="It holds a file whose name leads out",
        name="weekly.zip",
    ),
    Damage(
        "a zip whose member has an absolute name",
        zipped({"/etc/things.csv": GOOD}),
        unknown="It holds a file whose name leads out",
        name="weekly.zip",
    ),
    Damage(
        "a zip bomb",
        zipped({"things.csv": GOOD + b"A" * 300_000_000}),
        refused="It unfolds to more than",
        name="weekly.zip",
    ),
]
FORMATS = [
    Damage("JSON lines", NDJSON.encode(), ROWS, name="things.ndjson"),
    Damage("JSON lines without a last line end", NDJSON.rstrip("\n").encode(), ROWS, name="things.ndjson"),
    Damage("JSON lines with blank lines between", NDJSON.replace("\n", "\n\n").encode(), ROWS, name="things.ndjson"),
    Damage("JSON lines with Windows line ends", NDJSON.replace("\n", "\r\n").encode(), ROWS, name="things.ndjson"),
    Damage(
        "JSON lines with one line cut off",
        (NDJSON + '{"order_id": "A-4", "amo\n').encode(),
        ROWS,
        [(4, "not_json")],
        name="things.ndjson",
    ),
    Damage(
        "JSON lines with a list among the objects",
        (NDJSON + "[1, 2]\n").encode(),
        ROWS,
        [(4, "not_an_object")],
        name="things.ndjson",
    ),
    Damage(
        "JSON lines with a bare text among the objects",
        (NDJSON + '"hello"\n').encode(),
        ROWS,
        [(4, "not_an_object")],
        name="things.ndjson",
    ),
    Damage(
        "two JSON objects on one line",
        (NDJSON + NDJSON.replace("\n", "") + "\n").encode(),
        ROWS,
        [(4, "not_json")],
        name="things.ndjson",
    ),
    Damage(
        "JSON lines with a NUL inside a text",
        (NDJSON + json.dumps(OBJECTS[0] | {"note": "a\0b"}) + "\n").encode(),
        ROWS,
        [(4, "nul_byte")],
        name="things.ndjson",
    ),
    Damage(
        "JSON numbers instead of texts",
        b'{"order_id": 12345678901234567890, "amount": 1.5, "ordered_at": "2026-01-01"}\n',
        [("12345678901234567890", None, "1.5", "2026-01-01", None)],
        name="things.ndjson",
    ),
    Damage(
        "a JSON text where another line has an object",
        (NDJSON + '{"order_id": {"a": 1}, "amount": "1", "ordered_at": "2026-01-01"}\n').encode(),
        [*ROWS, ('{"a":1}', None, "1", "2026-01-01", None)],
        name="things.ndjson",
    ),
    Damage(
        "a JSON object that nests a thousand deep",
        (NDJSON + '{"order_id":' * 5000 + "1" + "}" * 5000 + "\n").encode(),
        ROWS,
        [(4, "required")],
        name="things.ndjson",
    ),
    Damage(
        "a JSON document with its list in an envelope",
        json.dumps({"orders": OBJECTS, "next": None}).encode(),
        ROWS,
        name="things.json",
    ),
    Damage(
        "a JSON document that is a list", json.dumps(OBJECTS, ensure_ascii=False).encode(), ROWS, name="things.json"
    ),
    Damage(
        "a JSON document cut off",
        json.dumps({"orders": OBJECTS}).encode()[:-30],
        refused="It is cut off",
        name="things.json",
    ),
    Damage(
        "a JSON document with the same page twice",
        json.dumps({"orders": OBJECTS * 2}).encode(),
        ROWS,
        duplicates=3,
        name="things.json",
    ),
    Damage("Parquet", PARQUET, ROWS, name="things.parquet"),
    Damage("Parquet cut off", PARQUET[:-20], unknown="It", name="things.parquet"),
    Damage(
        "Parquet with numbers and times of its own",
        parquet(
            order_id=pa.array(["A-1"]), amount=pa.array([10.5]), ordered_at=pa.array([0], pa.timestamp("us", "UTC"))
        ),
        [("A-1", None, "10.5", "1970-01-01 00:00:00+00", None)],
        name="things.parquet",
    ),
    Damage("a CSV called parquet", GOOD, unknown="It", name="things.parquet"),
    Damage("a workbook", workbook(SHEET), ROWS, name="things.xlsx"),
    Damage("a workbook with a second sheet", workbook(SHEET, other=[["x"]]), ROWS, name="things.xlsx"),
    Damage("a workbook with an empty row in it", workbook([SHEET[0], [], *SHEET[1:]]), ROWS, name="things.xlsx"),
    Damage(
        "a workbook with a note beside the table",
        workbook([*SHEET, ["A-4", "Bob", 1, "2026-01-01", "n", "look here"]]),
        ROWS,
        [(4, "wrong_number_of_cells")],
        name="things.xlsx",
    ),
    Damage(
        "a workbook whose ids are numbers that lost their digits",
        workbook([SHEET[0], [1.23457e17, "Ada", 10, "2026-01-01", ""]]),
        [],
        [(1, "identifier")],
        name="things.xlsx",
    ),
    Damage("a workbook cut off", workbook(SHEET)[:-200], unknown="It", name="things.xlsx"),
    Damage("a CSV called xlsx", GOOD, unknown="It", name="things.xlsx"),
]
DAMAGES = [*ENCODINGS, *CONTAINERS, *FORMATS]
