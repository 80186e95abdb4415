"""Damages to single cells: what spreadsheets, marketplaces and people do to ids, money, dates and names."""

from tests.orchestration.ingestion.corpus.kinds import ONE, THREE, Damage, cell, csv_file, row


def meant(kind: str, column: str, written: str, value: str | None) -> Damage:
    """A spelling that is understood."""
    return Damage(kind, cell(column, written), [ONE, row(column, value), THREE])


def wrong(kind: str, column: str, written: str, rule: str) -> Damage:
    """A cell that sets its row aside, and its row alone."""
    return Damage(kind, cell(column, written), [ONE, THREE], [(2, rule)])


IDS = [
    meant("an id behind an apostrophe", "order_id", "'0042", "0042"),
    meant("an id as a formula", "order_id", '"=""1930679858170647"""', "1930679858170647"),
    meant("an id between tabs", "order_id", "\tA-2\t", "A-2"),
    meant("an id with zero-width characters in it", "order_id", "A\u200b-\ufeff2", "A-2"),
    meant("an id between direction marks", "order_id", "\u202a13800138000\u202c", "13800138000"),
    meant("an id of sixty digits", "order_id", "9" * 60, "9" * 60),
    meant("an id with zeros in front", "order_id", "000123", "000123"),
    wrong("an id in scientific notation", "order_id", "1.93068E+17", "identifier"),
    wrong("an id in scientific notation without a fraction", "order_id", "2E+15", "identifier"),
    wrong("an empty id", "order_id", "", "required"),
    wrong("an id of blanks", "order_id", " \u00a0\u3000", "required"),
    wrong("an id that is a dash", "order_id", "——", "required"),
    wrong("an id that says it is not available", "order_id", "#N/A", "required"),
]
NAMES = [
    meant("a masked name", "customer", "王**", None),
    meant("a masked telephone", "customer", "138****1234", None),
    meant("an encrypted name", "customer", "##aGVsbG8=##", None),
    meant("another encrypted name", "customer", "$$Qk9C", None),
    meant("a name with non-breaking blanks around it", "customer", "\u00a0Bob\u3000", "Bob"),
    meant("a name with an apostrophe of its own", "customer", "'t Hooft", "'t Hooft"),
    meant(
        "a name that means nothing in SQL",
        "customer",
        "Robert'); drop table orders;--",
        "Robert'); drop table orders;--",
    ),
    meant("a name with an emoji joined of two", "customer", "👩\u200d🚀", "👩\u200d🚀"),
    meant("a name in decomposed letters", "customer", "Zoe\u0308", "Zoe\u0308"),
    meant("a name that is null in words", "customer", "NULL", None),
    meant("a name that is Null, which is a name", "customer", "Null", "Null"),
    meant("a name of full-width letters", "customer", "Ａｄａ", "Ａｄａ"),
]
MONEY = [
    meant("money with thousands marks", "amount", '"1,234.50"', "1234.50"),
    meant("money with a currency sign", "amount", "¥12.00", "12.00"),
    meant("money with a currency word", "amount", "12.50元", "12.50"),
    meant("money with a currency code", "amount", "USD 12", "12"),
    meant("money in full-width digits", "amount", "１２．５", "12.5"),
    meant("money in brackets, which is negative", "amount", "(5.00)", "-5.00"),
    meant("money with its sign behind", "amount", "5.00-", "-5.00"),
    meant("money with a typographic minus", "amount", "−5.00", "-5.00"),
    wrong("money with a decimal comma", "amount", '"12,5"', "decimal"),
    wrong("money in Indian thousands", "amount", '"1,23,456"', "decimal"),
    wrong("money with two points", "amount", "1.234.567", "decimal"),
    wrong("money in words", "amount", "ten", "decimal"),
    wrong("money in ten thousands", "amount", "3.5万", "decimal"),
    wrong("money as a share", "amount", "12%", "decimal"),
    wrong("money that is no number", "amount", "NaN", "decimal"),
    wrong("money without end", "amount", "inf", "decimal"),
    wrong("money that no column can hold", "amount", "1" + "0" * 40, "decimal"),
    wrong("money that Excel could not show", "amount", "#REF!", "decimal"),
    wrong("money that is not there", "amount", "-", "required"),
]
DATES = [
    meant("a date with slashes", "ordered_at", "2026/1/3 8:05", "2026/1/3 8:05"),
    meant("a date in Chinese", "ordered_at", "2026年1月3日 08:05", "2026-01-03 08:05:00"),
    meant("a date without marks", "ordered_at", "20260103", "2026-01-03 00:00:00"),
    meant("a time with its offset", "ordered_at", "2026-01-03T08:00:00+08:00", "2026-01-03 00:00:00"),
    meant("a time with half of a day", "ordered_at", "2026-01-03 08:00 PM", "2026-01-03 20:00:00"),
    meant("a date that can only be day first", "ordered_at", "13/01/2026", "2026-01-13 00:00:00"),
    meant("a date that can only be month first", "ordered_at", "01/13/2026", "2026-01-13 00:00:00"),
    wrong("a date that can be read in two ways", "ordered_at", "03/04/2026", "timestamp"),
    wrong("a day that no month has", "ordered_at", "2026-02-30", "timestamp"),
    wrong("the number that Excel keeps of a day", "ordered_at", "46025.5", "timestamp"),
    wrong("the seconds since 1970", "ordered_at", "1767225600", "timestamp"),
    wrong("a year of two digits", "ordered_at", "03-01-26", "timestamp"),
    wrong("a zone by name, which is not unique", "ordered_at", "2026-01-03 08:00 CST", "timestamp"),
    wrong("an hour that no day has", "ordered_at", "2026-01-03 25:00:00", "timestamp"),
    wrong("a word for a date", "ordered_at", "yesterday", "timestamp"),
    Damage(
        "dates of both orders in one file",
        csv_file("A-1,x,1,13/01/2026,", "A-2,x,1,01/13/2026,", "A-3,x,1,2026-01-02,"),
        [("A-3", "x", "1", "2026-01-02", None)],
        [(1, "timestamp"), (2, "timestamp")],
    ),
    Damage(
        "one date that tells the order of the others",
        csv_file("A-1,x,1,13/01/2026,", "A-2,x,1,03/04/2026,"),
        [("A-1", "x", "1", "2026-01-13 00:00:00", None), ("A-2", "x", "1", "2026-04-03 00:00:00", None)],
    ),
]
DAMAGES = [*IDS, *NAMES, *MONEY, *DATES]
