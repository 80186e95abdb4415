"""Damages to the structure of a CSV: quotes, lines, headers, totals, delimiters, sizes."""

from tests.orchestration.ingestion.corpus.kinds import HEADER, LINES, ONE, ROWS, TWO, Damage, csv_file

FOUR = "A-4,Bob,4.00,2026-01-05 00:00:00,x"
FOURTH = ("A-4", "Bob", "4.00", "2026-01-05 00:00:00", "x")
RAGGED = "wrong_number_of_cells"

QUOTES = [
    Damage(
        "a quote that is never closed, in the last row", csv_file(*LINES, 'A-4,"Bob,4.00'), refused="Its quoting breaks"
    ),
    Damage(
        "a quote that is never closed, in the first row",
        csv_file('A-0,"x,1,2026-01-01,', *LINES),
        refused="Its quoting",
    ),
    Damage(
        "two open quotes that close each other",
        csv_file('A-0,"x,1,2026-01-01,n', LINES[0], 'A-9,y",1,2026-01-01,n'),
        [],
        [(1, "spans_rows")],
    ),
    Damage(
        "text after a closing quote", csv_file(*LINES, 'A-4,"Bob"x,4.00,2026-01-05,x'), refused="Its quoting breaks"
    ),
    Damage(
        "a quote in the middle of a bare cell",
        csv_file(*LINES, 'A-4,5" pipe,4.00,2026-01-05 00:00:00,x'),
        [*ROWS, ("A-4", '5" pipe', "4.00", "2026-01-05 00:00:00", "x")],
    ),
    Damage(
        "doubled quotes inside quotes",
        csv_file(*LINES, 'A-4,"B""o""b",4.00,2026-01-05 00:00:00,x'),
        [*ROWS, ("A-4", 'B"o"b', "4.00", "2026-01-05 00:00:00", "x")],
    ),
    Damage(
        "everything in quotes",
        csv_file('"A-4","Bob","4.00","2026-01-05 00:00:00","x"', header=HEADER.replace(",", '","').join('""')),
        [FOURTH],
    ),
    Damage(
        "a backslash before a quote", csv_file(*LINES, 'A-4,"Bo\\"b",4.00,2026-01-05,x'), refused="Its quoting breaks"
    ),
    Damage(
        "single quotes around cells",
        csv_file(*LINES, "A-4,'Bob',4.00,2026-01-05 00:00:00,x"),
        [*ROWS, ("A-4", "'Bob'", "4.00", "2026-01-05 00:00:00", "x")],
    ),
    Damage(
        "curly quotes",
        csv_file(*LINES, "A-4,“Bob”,4.00,2026-01-05 00:00:00,x"),
        [*ROWS, ("A-4", "“Bob”", "4.00", "2026-01-05 00:00:00", "x")],
    ),
    Damage(
        "a blank before an opening quote",
        csv_file(*LINES, 'A-4, "Bob, B",4.00,2026-01-05,x'),
        [*ROWS, ("A-4", "Bob, B", "4.00", "2026-01-05", "x")],
    ),
]
RAGGED_ROWS = [
    Damage("a row with a cell too few", csv_file(LINES[0], "A-9,Bob,1.00,2026-01-01", *LINES[1:]), ROWS, [(2, RAGGED)]),
    Damage("a row with a cell too many", csv_file(LINES[0], FOUR + ",y", *LINES[1:]), ROWS, [(2, RAGGED)]),
    Damage("a bare comma in a name", csv_file(*LINES, "A-4,Bob, Jr.,4.00,2026-01-05,x"), ROWS, [(4, RAGGED)]),
    Damage("a row of one cell", csv_file(LINES[0], "hello", *LINES[1:]), ROWS, [(2, RAGGED)]),
    Damage("every row one cell too short", csv_file(*("A,b,1.00,2026-01-01",) * 2), [], [(1, RAGGED), (2, RAGGED)]),
    Damage("a row cut off at the end of the file", csv_file(*LINES) + b"A-4,Bob,4.0", ROWS, [(4, RAGGED)]),
    Damage("a trailing delimiter on every row", csv_file(*(line + "," for line in LINES)), ROWS),
    Damage("a trailing delimiter on every line", csv_file(*(line + "," for line in LINES), header=HEADER + ","), ROWS),
    Damage("a trailing delimiter on the header alone", csv_file(*LINES, header=HEADER + ","), ROWS),
    Damage(
        "many trailing delimiters, as a spreadsheet leaves them", csv_file(*(line + ",,,," for line in LINES)), ROWS
    ),
    Damage(
        "rows of nothing but delimiters", csv_file(*LINES, ",,,,", ",,,,"), ROWS, [(4, "required"), (5, "required")]
    ),
    Damage("blank lines between rows", csv_file(LINES[0], "", "", LINES[1], LINES[2], ""), ROWS),
    Damage(
        "a row cut in two by a bare line break",
        csv_file(*LINES, "A-4,Bob", ",4.00,2026-01-05,x"),
        ROWS,
        [(4, RAGGED), (5, RAGGED)],
    ),
]
LINE_ENDS = [
    Damage("Windows line ends", csv_file(*LINES, end="\r\n"), ROWS),
    Damage("line ends of old Macs", csv_file(*LINES, end="\r"), ROWS),
    Damage("mixed line ends", (HEADER + "\r\n" + LINES[0] + "\n" + LINES[1] + "\r\n" + LINES[2] + "\n").encode(), ROWS),
    Damage("all three line ends", (HEADER + "\n" + LINES[0] + "\r" + LINES[1] + "\r\n" + LINES[2]).encode(), ROWS),
    Damage("no line end at the end", csv_file(*LINES)[:-1], ROWS),
    Damage(
        "a line break inside a quoted cell",
        csv_file(*LINES, 'A-4,Bob,4.00,2026-01-05 00:00:00,"a\nb"'),
        [*ROWS, (*FOURTH[:4], "a\nb")],
    ),
    Damage(
        "a Windows line break inside a quoted cell",
        csv_file(*LINES, 'A-4,Bob,4.00,2026-01-05 00:00:00,"a\r\nb"'),
        [*ROWS, (*FOURTH[:4], "a\r\nb")],
    ),
    Damage(
        "a lone carriage return inside a quoted cell",
        csv_file(*LINES, 'A-4,Bob,4.00,2026-01-05 00:00:00,"a\rb"'),
        [*ROWS, (*FOURTH[:4], "a\rb")],
    ),
    Damage(
        "Unicode line separators inside a cell",
        csv_file(*LINES, "A-4,Bob,4.00,2026-01-05 00:00:00,a\u2028b\x85c"),
        [*ROWS, (*FOURTH[:4], "a\u2028b\x85c")],
    ),
    Damage(
        "form feeds and vertical tabs inside a cell",
        csv_file(*LINES, "A-4,Bob,4.00,2026-01-05 00:00:00,a\x0bb\x0cc"),
        [*ROWS, (*FOURTH[:4], "a\x0bb\x0cc")],
    ),
    Damage("a NUL inside a cell", csv_file(*LINES, "A-4,B\0b,4.00,2026-01-05,x"), ROWS, [(4, "nul_byte")]),
    Damage("a tail of NULs, as a full disk leaves it", csv_file(*LINES) + b"\0" * 500, ROWS, [(4, RAGGED)]),
    Damage("the end-of-file sign of DOS", csv_file(*LINES) + b"\x1a", ROWS, [(4, RAGGED)]),
]
HEADERS = [
    Damage("the header again in the middle", csv_file(LINES[0], HEADER, *LINES[1:]), ROWS, [(2, "repeated_header")]),
    Damage("the header twice at the top", csv_file(HEADER, *LINES), ROWS, [(1, "repeated_header")]),
    Damage(
        "two exports put one after the other",
        csv_file(*LINES) + csv_file(FOUR),
        [*ROWS, FOURTH],
        [(4, "repeated_header")],
    ),
    Damage(
        "the columns in another order",
        csv_file("x,2026-01-05 00:00:00,4.00,Bob,A-4", header=",".join(reversed(HEADER.split(",")))),
        [FOURTH],
    ),
    Damage(
        "a column that the contract does not know",
        csv_file(*(line + ",more" for line in LINES), header=HEADER + ",new"),
        ROWS,
    ),
    Damage(
        "a header in other letters and blanks",
        csv_file(*LINES, header=" ORDER_ID ,Customer,AMOUNT, ordered_at,Note "),
        ROWS,
    ),
    Damage("a header in Chinese", csv_file(*LINES, header=HEADER.replace("order_id", "订单编号")), ROWS),
    Damage(
        "a header with a required column missing",
        csv_file("A-1,Ada", header="order_id,customer"),
        unknown="It looks like shop/things, but lacks the column",
    ),
    Damage(
        "no header at all", (LINES[0] + "\n" + LINES[1] + "\n").encode(), unknown="Its first line is not the header"
    ),
    Damage("a header and no row", csv_file(), []),
    Damage("a header without a line end", HEADER.encode(), []),
    Damage(
        "a header that names a known column twice",
        csv_file(FOUR + ",5", header=HEADER + ",amount"),
        refused="The header amount stands there twice",
    ),
    Damage("a header that names an unknown column twice", csv_file(FOUR + ",1,2", header=HEADER + ",x,x"), [FOURTH]),
    Damage("a header with unnamed columns", csv_file(FOUR + ",1,2", header=HEADER + ",,"), [FOURTH]),
    Damage("lines above the header", csv_file(*LINES, header="Orders of the shop\n\n" + HEADER), ROWS),
    Damage("a title of several cells above the header", csv_file(*LINES, header="Report,from,2026\n" + HEADER), ROWS),
    Damage(
        "a header broken by a line break in quotes", csv_file(FOUR + ",1", header=HEADER + ',"new\nname"'), [FOURTH]
    ),
    Damage(
        "a header of another delimiter",
        csv_file(*LINES).replace(b",", b";"),
        unknown="Its first line is not the header",
    ),
    Damage(
        "tabs, under the name of a text file",
        "\t".join(HEADER.split(",")).encode() + b"\nA-1\tAda\t10.00\t2026-01-02 03:04:05\tfirst\n",
        [ONE],
        name="things.txt",
    ),
]
ENDS = [
    Damage("a total line", csv_file(*LINES, "Total,,1239.50,,"), ROWS, [(4, "footer")]),
    Damage("a total line of fewer cells", csv_file(*LINES, "合计,1239.50"), ROWS, [(4, "footer")]),
    Damage(
        "a total line that begins with an empty cell", csv_file(*LINES, ",Grand total,1239.50,,"), ROWS, [(4, "footer")]
    ),
    Damage(
        "a notice at the end", csv_file(*LINES, "Confidential Information - Do Not Distribute"), ROWS, [(4, "footer")]
    ),
    Damage(
        "a notice and a name of the company",
        csv_file(*LINES, "", "Confidential", "Copyright"),
        ROWS,
        [(4, "footer"), (5, RAGGED)],
    ),
]
SIZES = [
    Damage(
        "a bare cell of forty megabytes",
        csv_file(*LINES) + b"A-4,Bob,4.00,2026-01-05," + b"x" * 40_000_000 + b"\n",
        refused="Its quoting breaks near line",
    ),
    Damage(
        "a quoted cell of forty megabytes",
        csv_file(*LINES) + b'A-4,Bob,4.00,2026-01-05,"' + b"x\n" * 20_000_000 + b'"\n',
        refused="Its quoting breaks near line",
    ),
    Damage(
        "a quote that is never closed over forty megabytes",
        csv_file('A-0,"Bob,1,2026-01-01,')
        + csv_file(*(f"B-{n},Bob,1.00,2026-01-01 00:00:00,{'y' * 400}" for n in range(90_000))),
        refused="Its quoting breaks near line",
    ),
    Damage(
        "a line of a hundred megabytes", csv_file(*LINES) + b"x" * 100_000_000, refused="One of its lines is 100 MB"
    ),
    Damage("a row of a hundred thousand cells", csv_file(*LINES, "," * 100_000 + "x"), ROWS, [(4, RAGGED)]),
]
REPEATS = [
    Damage("every row twice", csv_file(*LINES, *LINES), ROWS, duplicates=3),
    Damage(
        "a row twice, once with an Excel guard around its id",
        csv_file(LINES[0], '="A-1"' + LINES[0][3:]),
        [ONE],
        duplicates=1,
    ),
    Damage(
        "two rows that differ in one letter of an unknown column",
        csv_file(LINES[1] + ",a", LINES[1] + ",b", header=HEADER + ",new"),
        [TWO],
        duplicates=1,
    ),
    Damage(
        "two rows that differ in what is masked",
        csv_file("A-4,王**,1,2026-01-01,", "A-4,李**,1,2026-01-01,"),
        [("A-4", None, "1", "2026-01-01", None)] * 2,
    ),
]
DAMAGES = [*QUOTES, *RAGGED_ROWS, *LINE_ENDS, *HEADERS, *ENDS, *SIZES, *REPEATS]
