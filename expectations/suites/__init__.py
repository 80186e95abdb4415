"""What each table must look like, one module a table: `raw_<system>_<feed>`, `ml_<output>`, `published_<table>`.

Each has one function, `suite()`. Raw feeds are judged by their profile (see `profile`), so that no cell of an export
ever reaches Great Expectations; the others by a narrow frame of the columns in COLUMNS, or by the measures their
docstring lists.
"""
