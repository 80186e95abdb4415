"""The door: Great Expectations judges what may come in and what may go out.

Knows Great Expectations and pandas and nothing of ours. What a table must look like stands in `suites/`; `gate` runs a
suite; `data_docs` writes the suites and their last results down for people.
"""
