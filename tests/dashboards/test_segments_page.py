"""Who are our customers? Sizes, shares, the picked segment and its customers, against the frames."""

import pandas as pd
import pytest

from dashboards import exports
from tests.dashboards.invented_shop import COUNTRIES, EIGHT, ELEVEN

NOT_BOUGHT = ""


def pick(page, segment: str):
    return page.selectbox(key="segment").set_value(segment).run()


def switch_to(page, scheme: str) -> None:
    page.segmented_control(key="scheme").set_value(scheme).run()


def sizes_table(page) -> pd.DataFrame:
    return page.dataframe[0].value.set_index("name")


def customers_table(page) -> pd.DataFrame:
    return page.dataframe[1].value


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("scheme", "column"), [("rfm", "segment"), ("rfm_8", "segment_8")])
def test_sizes_and_shares_are_those_of_the_customers(shop, open_page, language, scheme, column):
    shop.publish()
    page = open_page("segments", language)
    switch_to(page, scheme)
    assert not page.exception
    customers = shop.tables["marts.customer_360"].dropna(subset=[column])
    names = shop.names(scheme, language)
    shown = sizes_table(page)
    assert list(shown.index[:-1]) == list(names.values()), "every segment, in rank order, then those without one"
    for code, name in names.items():
        members = customers[customers[column] == code]
        row = shown.loc[name]
        assert row["customer_count"] == len(members)
        assert row["net_revenue"] == pytest.approx(members["net_revenue"].sum())
        assert row["customer_share"] == pytest.approx(100 * len(members) / len(customers))
        share = members["net_revenue"].sum() / customers["net_revenue"].sum()
        assert row["revenue_share"] == pytest.approx(100 * share)
    assert shown["customer_share"].sum() == pytest.approx(100)
    assert shown["customer_count"].sum() == len(shop.tables["marts.customer_360"])


def test_a_picked_segment_shows_its_customers_and_nobody_else(shop, open_page):
    shop.publish()
    page = open_page("segments")
    everyone = shop.tables["marts.customer_360"]
    for code in [*ELEVEN, NOT_BOUGHT]:
        members = everyone[everyone["segment"].isna() if code == NOT_BOUGHT else everyone["segment"] == code]
        assert len(members) > 0, "an empty segment would prove nothing"
        pick(page, code)
        assert not page.exception
        assert set(customers_table(page)["customer_id"]) == set(members["customer_id"])
        assert customers_table(page)["net_revenue"].is_monotonic_decreasing
        assert page.metric[0].value == f"{len(members):,}"
        assert page.metric[1].value == f"£{members['net_revenue'].sum():,.0f}"


def test_a_segment_with_nobody_in_it_says_so(shop, open_page):
    everyone = shop.tables["marts.customer_360"]
    shop.tables["marts.customer_360"] = everyone[everyone["segment"] != "lost"]
    shop.publish()
    page = pick(open_page("segments"), "lost")
    assert "Nobody is in this segment today." in [info.value for info in page.info]
    assert not page.get("download_button")


def test_a_class_of_the_other_scheme_can_be_picked_too(shop, open_page):
    shop.publish()
    page = open_page("segments")
    switch_to(page, "rfm_8")
    everyone = shop.tables["marts.customer_360"]
    for code in EIGHT:
        members = everyone[everyone["segment_8"] == code]
        pick(page, code)
        assert page.metric[0].value == f"{len(members):,}"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_meaning_and_advice_come_with_the_data(shop, open_page, language):
    shop.publish()
    page = pick(open_page("segments", language), "at_risk")
    assert page.header[0].value == shop.names("rfm", language)["at_risk"]
    assert page.markdown[0].value == ("Meaning of At risk\\." if language == "en" else "流失风险客户的含义。")
    assert ("What to do about At risk" if language == "en" else "流失风险客户的建议") in page.info[0].value


def test_a_long_list_is_shown_a_page_at_a_time_and_every_customer_once(shop, open_page):
    everyone = shop.tables["marts.customer_360"]
    crowd = everyone[everyone["segment"] == "champions"].head(1)
    crowd = pd.concat([crowd.assign(customer_id=f"c{number:04}", net_revenue=number // 3) for number in range(117)])
    shop.tables["marts.customer_360"] = crowd
    shop.publish()
    page = open_page("segments")
    seen = []
    for number in (1, 2, 3):
        page.get("pagination")[0].set_value(number).run()
        seen += customers_table(page)["customer_id"].tolist()
    richest_first = sorted(range(117), key=lambda number: (-(number // 3), number))
    assert seen == [f"c{number:04}" for number in richest_first]


def test_nobody_is_named(shop, open_page):
    shop.publish()
    columns = set(customers_table(open_page("segments")).columns)
    assert columns.isdisjoint({"full_name", "email", "phone", "company_name"})


def test_what_a_stranger_typed_cannot_run_in_a_copied_table(shop, open_page):
    everyone = shop.tables["marts.customer_360"]
    shop.tables["marts.customer_360"] = everyone[everyone["has_ordered"]].assign(segment="champions")
    shop.publish()
    countries = customers_table(open_page("segments"))["country"].dropna()
    assert set(countries) == {exports.inert(country) for country in COUNTRIES if country}
    assert not countries.str.startswith(("=", "+", "-", "@", "＝")).any()


def test_a_segment_name_from_the_data_cannot_become_markdown(shop, open_page):
    segments = shop.tables["marts.segments"]
    segments.loc[segments["segment"] == "champions", "name_en"] = "![x](http://x/beacon.png) [y](http://y)"
    segments.loc[segments["segment"] == "champions", "advice_en"] = "<img src=x> **bold** $x$"
    shop.publish()
    page = open_page("segments")
    joint = "\u2060"  # invisible: keeps Markdown from making a link of an address after it has unescaped it
    assert page.header[0].value == rf"\!\[x\]\(http{joint}\:\/\/x\/beacon\.png\) \[y\]\(http{joint}\:\/\/y\)"
    assert page.info[0].value == r"**What to do:** \<img src\=x\> \*\*bold\*\* \$x\$"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_house_without_scores_says_so(shop, open_page, language):
    everyone = shop.tables["marts.customer_360"]
    scores = ["r_score", "f_score", "m_score", "segment", "segment_8"]
    shop.tables["marts.customer_360"] = everyone.assign(**dict.fromkeys(scores))
    shop.publish()
    page = open_page("segments", language)
    assert not page.exception
    assert not page.error
    assert len(page.info) >= 1
    assert sizes_table(page)["customer_count"].sum() == len(everyone)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_house_without_customers_still_has_a_page(shop, open_page, language):
    for table in ("marts.customer_360", "marts.segments"):
        shop.tables[table] = shop.tables[table].head(0)
    shop.publish()
    page = open_page("segments", language)
    assert not page.exception
    assert not page.error
    assert len(page.info) == 1


def test_a_segment_that_has_no_published_name_is_shown_by_its_code(shop, open_page):
    segments = shop.tables["marts.segments"]
    shop.tables["marts.segments"] = segments[segments["segment"] != "lost"]
    shop.publish()
    page = pick(open_page("segments"), "lost")
    assert not page.exception
    assert "lost" in sizes_table(page).index


def test_counts_of_a_feed_that_never_came_are_left_out(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    shop.tables["ops.feeds"] = feeds.assign(status=["missing" if d == "tickets" else "fresh" for d in feeds["domain"]])
    shop.publish()
    page = open_page("segments")
    assert page.info[0].value.startswith("**Tickets**: nothing has ever been delivered")
    assert "open_ticket_count" not in customers_table(page)
    assert "visit_count" in customers_table(page)


def test_a_domain_of_which_only_some_feeds_came_names_the_others(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    shop.tables["ops.feeds"] = feeds.assign(status=["missing" if f == "accounts" else "fresh" for f in feeds["feed"]])
    shop.publish()
    page = open_page("segments")
    assert "never delivered: salesforce\\.accounts" in page.info[0].value
    assert "campaign_touch_count" in customers_table(page)


def test_late_feeds_of_one_domain_are_named_in_one_sentence(shop, open_page):
    feeds = shop.tables["ops.feeds"]
    shop.tables["ops.feeds"] = feeds.assign(status=["stale" if d == "crm" else "fresh" for d in feeds["domain"]])
    shop.publish()
    (warning,) = open_page("segments").warning
    assert "accounts" in warning.value
    assert "members" in warning.value


def test_a_total_that_is_a_loss_gives_no_share_of_revenue(shop, open_page):
    everyone = shop.tables["marts.customer_360"]
    shop.tables["marts.customer_360"] = everyone.assign(net_revenue=-1.0)
    shop.publish()
    page = open_page("segments")
    assert not page.exception
    assert sizes_table(page)["revenue_share"].isna().all()
