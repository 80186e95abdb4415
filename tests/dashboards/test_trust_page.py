"""Can we trust today's numbers? What arrived, what held, and what is missing, against the frames."""

from datetime import timedelta

import pandas as pd
import pytest

from tests.dashboards.invented_shop import AS_OF, RUN

YES = {"en": "Yes. Every row", "zh": "可信。每一行"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_good_day_is_called_good(shop, open_page, language):
    shop.publish()
    page = open_page("trust", language)
    assert not page.exception
    assert page.success[0].value.startswith(YES[language])
    assert not page.warning


def test_the_rows_of_all_deliveries_are_counted(shop, open_page):
    shop.publish()
    page = open_page("trust")
    rows = shop.tables["ops.row_conservation"]
    names = ["rows_read", "rows_loaded", "rows_quarantined", "rows_duplicate"]
    assert [metric.value for metric in page.metric] == [f"{rows[name].sum():,}" for name in names]
    shown = page.dataframe[0].value
    assert sorted(shown["rows_read"]) == sorted(rows["rows_read"])
    assert set(shown["is_balanced"]) == {"Yes"}


@pytest.mark.parametrize("claim", [True, False])
def test_a_delivery_that_does_not_add_up_comes_first_whatever_it_claims(shop, open_page, claim):
    rows = shop.tables["ops.row_conservation"]
    rows.loc[4, "rows_loaded"] -= 1
    rows.loc[4, "is_balanced"] = claim
    shop.publish()
    page = open_page("trust")
    first = page.dataframe[0].value.iloc[0]
    assert (first["file_name"], first["is_balanced"]) == (rows.loc[4, "file_name"], "No")
    assert "Deliveries whose rows do not add up: 1" in page.warning[0].value
    assert not page.success


def test_failed_checks_come_first_and_only_those_of_this_run_count(shop, open_page):
    results = shop.tables["ops.quality_results"]
    failed = (results["run_id"] == RUN) & (results["check_name"] == "not_null_check_5")
    results.loc[failed, "passed"] = False
    shop.publish()
    page = open_page("trust")
    assert "Checks that failed: 1" in page.warning[0].value
    checks = next(each.value for each in page.dataframe if "check_name" in each.value)
    assert (checks["check_name"].iloc[0], checks["is_passed"].iloc[0]) == ("not_null_check_5", "Failed")
    assert len(checks) == (results["run_id"] == RUN).sum()
    kinds = page.table[0].value
    assert kinds["Failed"].tolist() == ["1", "0", "0"]
    assert kinds["Passed"].tolist() == ["11", "3", "6"]


def test_a_refused_model_is_reported_with_its_reason(shop, open_page):
    models = shop.tables["ops.model_runs"]
    models.loc[models["run_id"] == RUN, ["gate", "gate_reason"]] = ["refused", "half of the scores are equal"]
    shop.publish()
    page = open_page("trust")
    assert "Models whose scores were refused: 1" in page.warning[0].value
    models_table = page.table[1].value
    assert (models_table["Gate"].iloc[0], models_table["Why"].iloc[0]) == ("Refused", "half of the scores are equal")


def test_a_model_run_of_a_later_day_says_nothing_about_this_version(shop, open_page):
    models = shop.tables["ops.model_runs"]
    later = models.tail(1).assign(model_run_id="rfm-4", as_of_date=AS_OF + timedelta(days=1), gate="refused")
    shop.tables["ops.model_runs"] = pd.concat([models, later])
    shop.publish()
    assert open_page("trust").success


def test_files_nobody_understood_are_listed(shop, open_page):
    shop.tables["ops.inbox_unknown"] = pd.DataFrame(
        {
            "source_system": ["retail"],
            "delivery_date": [AS_OF],
            "file_name": ['=HYPERLINK("http://x").csv'],
            "size_bytes": [12],
            "reason": ["no contract"],
            "seen_as_of": [AS_OF],
        }
    )
    shop.publish()
    page = open_page("trust")
    assert "Files nobody understood: 1" in page.warning[0].value
    names = [name for each in page.dataframe for name in each.value.get("file_name", [])]
    assert '\'=HYPERLINK("http://x").csv' in names


def test_missing_and_late_feeds_come_first_and_say_which_page_lacks_them(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    status = {"orders": "stale", "tickets": "missing"}
    shop.tables["ops.feeds"] = feeds.assign(status=[status.get(domain, "fresh") for domain in feeds["domain"]])
    shop.publish()
    page = open_page("trust")
    assert "Feeds that were never delivered: 1" in page.warning[0].value
    assert "Feeds that are late: 1" in page.warning[0].value
    assert page.dataframe[1].value["feed_status"].tolist()[:2] == ["Never delivered", "Late"]
    pages = page.table[2].value.replace(r"\\(.)", r"\1", regex=True)  # the cells are Markdown
    states = dict(zip(zip(pages["Page"], pages["Domain"], strict=True), pages["State"], strict=True))
    assert states[("How is the business doing?", "Orders")] == "Late"
    assert states[("Who are our customers?", "Tickets")] == "Left out"
    assert states[("Who are our customers?", "Website visits")] == "Complete"


def test_a_whole_file_in_quarantine_is_reported_with_its_reason(shop, open_page):
    files = shop.tables["ops.deliveries"]
    files["reason"] = files["reason"].astype(object)
    files.loc[7, ["status", "reason"]] = ["quarantined", "the header is missing"]
    shop.publish()
    page = open_page("trust")
    assert "Files quarantined whole: 1" in page.warning[0].value
    first = page.dataframe[0].value.iloc[0]
    assert (first["delivery_status"], first["reason"]) == ("Quarantined", "the header is missing")


def test_a_long_history_is_cut_and_says_so(shop, open_page):
    rows = shop.tables["ops.row_conservation"]
    shop.tables["ops.row_conservation"] = pd.concat(
        [rows.assign(file_id=rows["file_id"] + f"-{number}") for number in range(20)]
    )
    shop.publish()
    page = open_page("trust")
    assert len(page.dataframe[0].value) == 200
    assert "The first 200 of 300." in [caption.value for caption in page.caption]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_house_where_nothing_happened_yet_still_has_a_page(shop, open_page, language):
    for name in shop.tables:
        shop.tables[name] = shop.tables[name].head(0)
    shop.publish()
    page = open_page("trust", language)
    assert not page.exception
    assert not page.error
    assert not page.success, "nothing was judged, so nothing is good"
    assert [metric.value for metric in page.metric] == ["0", "0", "0", "0"]
