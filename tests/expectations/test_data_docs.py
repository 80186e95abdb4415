"""The page about the suites: complete, alone in the world, and silent about the rows."""

import re

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations import data_docs
from expectations.suites import ml_rfm

MARKER = "MARKER-7731"  # stands in a row, and must stand nowhere else


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    out = tmp_path_factory.mktemp("docs") / "new"
    quoting = gx.ExpectationSuite(
        name="test.quoting",
        expectations=[
            gxe.ExpectColumnMedianToBeBetween(column="customer_id", max_value=1),
            gxe.ExpectColumnValuesToBeUnique(column="customer_id", severity="warning"),
        ],
    )
    frame = pd.DataFrame({"customer_id": [MARKER, MARKER, MARKER], "segment": ["lost", MARKER, None]}, dtype=object)
    index = data_docs.build([(frame, ml_rfm.suite()), (frame, quoting)], out)
    assert index == out / "index.html"
    assert [file.name for file in out.iterdir()] == ["index.html"]
    return index.read_text(encoding="utf-8")


def test_every_check_stands_on_the_page(page):
    assert page.count('<i class="fas ') == 22 + 2
    assert '<a href="#ml.rfm">ml.rfm</a></td><td>22</td>' in page
    assert '<a href="#test.quoting">test.quoting</a></td><td>2</td><td>2</td>' in page


def test_the_page_says_what_stops_the_run_and_what_only_warns(page):
    assert page.count("Stops the run") == 2
    assert page.count("Only warns") == 1
    assert page.index("Only warns") > page.index('id="test.quoting"')


def test_no_value_of_a_row_stands_on_the_page(page):
    assert MARKER not in page


def test_the_page_asks_nobody_for_anything(page):
    assert re.findall(r"https?:|//[a-z]|<script|<link|<img|url\(", page) == []


def test_nothing_to_write_about_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no inspections"):
        data_docs.build([], tmp_path)
    assert list(tmp_path.iterdir()) == []
