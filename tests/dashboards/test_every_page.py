"""What holds on every page: version and age, language, and a calm sentence when there is nothing to show."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

PAGES = ["business", "segments", "builder", "customer", "leaving", "retention", "trust", "models", "about"]
TITLES = {
    "en": [
        "How is the business doing?",
        "Who are our customers?",
        "Whom do we want to reach?",
        "Who is this customer?",
        "Who is leaving, and what is it worth?",
        "Where do customers come from, and do they stay?",
        "Can we trust today's numbers?",
        "How good are the models?",
        "Where do the numbers come from?",
    ],
    "zh": [
        "生意做得怎么样？",
        "我们的客户是谁？",
        "我们想联系谁？",
        "这位客户是谁？",
        "谁正在流失，价值多少？",
        "客户从哪里来，留下了吗？",
        "今天的数字可信吗？",
        "模型有多好？",
        "数字从哪里来？",
    ],
}


@pytest.mark.parametrize("language", TITLES)
def test_every_page_asks_its_question_in_the_language_of_the_address(shop, open_page, language):
    shop.publish()
    browser = open_page("business", language)
    titles = []
    for page in PAGES:
        browser.switch_page(f"app_pages/{page}.py").run()
        assert not browser.exception, page
        assert not browser.error, page
        titles.append(browser.title[0].value)
    assert titles == TITLES[language]


def test_every_page_says_its_version_its_day_and_its_age(shop, open_page):
    shop.publish()
    english, chinese = open_page("business"), open_page("business", "zh")
    for page in PAGES:
        banner = english.switch_page(f"app_pages/{page}.py").run().caption[0].value.replace("\\", "")
        assert "before **Dec 10, 2011**" in banner, page
        assert "000003-2011-12-10" in banner, page
        assert "published 3 hours ago" in banner, page
        assert "3小时前发布" in chinese.switch_page(f"app_pages/{page}.py").run().caption[0].value, page


def test_every_page_shows_an_old_version_with_a_warning(shop, open_page):
    shop.publish(published_at=datetime.now(UTC) - timedelta(days=4))
    browser = open_page("business")
    for page in PAGES:
        browser.switch_page(f"app_pages/{page}.py").run()
        assert "4 days ago, so the nightly run is late" in browser.warning[0].value, page


def test_the_switch_changes_the_language_and_the_address_follows(shop, open_page):
    shop.publish()
    page = open_page("business")
    page.segmented_control(key="language").set_value("zh").run()
    assert page.title[0].value == TITLES["zh"][0]
    assert page.query_params["lang"] == "zh"
    page.switch_page("app_pages/trust.py").run()
    assert page.title[0].value == TITLES["zh"][6]


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("zh", "zh"), ("en-GB", "en"), ("fr-FR", "en")])
def test_without_a_wish_the_language_is_the_browsers_or_english(shop, bare_page, locale, language):
    shop.publish()
    bare_page.context = {"locale": locale}
    assert bare_page.run().title[0].value == TITLES[language][0]


def test_a_language_nobody_speaks_here_is_ignored(shop, bare_page):
    shop.publish()
    bare_page.query_params["lang"] = "../../etc/passwd"
    assert bare_page.run().title[0].value == TITLES["en"][0]


@pytest.mark.parametrize("page", PAGES)
def test_a_new_version_is_shown_at_the_next_rerun(shop, open_page, page):
    shop.publish()
    browser = open_page(page)
    shop.publish("000004-2011-12-11")
    browser.run()
    assert not browser.exception
    assert "000004" in browser.caption[0].value


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Nothing has been published yet"), ("zh", "还没有发布任何版本")]
)
def test_without_a_snapshot_the_page_says_what_to_run(shop, open_page, language, title):
    page = open_page("business", language)
    assert not page.exception
    assert page.title[0].value == title
    assert page.code[0].value == "crm run"


@pytest.mark.parametrize(
    ("language", "title"), [("en", "The published version cannot be read"), ("zh", "已发布的版本无法读取")]
)
def test_a_pointer_to_nothing_gets_a_sentence_and_no_stack_trace(shop, open_page, language, title):
    shutil.rmtree(shop.publish())
    page = open_page("business", language)
    assert not page.exception
    assert page.title[0].value == title
    assert "Traceback" not in page.code[-1].value


def test_a_version_of_another_release_gets_a_sentence_and_no_stack_trace(shop, open_page):
    shop.publish()
    page = open_page("business")
    folder = shop.publish("000004-other")
    marts = folder / "marts.duckdb"
    marts.unlink()
    shutil.copy(shop.data / "published" / "000003-2011-12-10" / "marts.duckdb", marts)
    _forget(marts, "ops.feeds")
    page.run()
    assert not page.exception
    assert page.error[0].value.startswith("The pointer names a version that is missing, damaged or written by")


def test_the_pages_come_back_once_the_pointer_is_mended(shop, open_page):
    shop.publish()
    pointer = shop.data / "published" / "current.json"
    pointer.write_text("{")
    page = open_page("business")
    assert page.error
    pointer.write_text(json.dumps({"version": "000003-2011-12-10"}))
    page.run()
    assert not page.error
    assert page.title[0].value == TITLES["en"][0]


def _forget(marts, table: str) -> None:
    import duckdb

    with duckdb.connect() as file:
        file.execute(f"attach '{marts}' as snapshot")
        file.execute(f"drop table snapshot.{table}")
