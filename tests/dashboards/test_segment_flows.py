"""Who moved between two days, their money and the customers behind a move, against a walk over the stretches."""

from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest

from tests.dashboards.invented_shop import AS_OF

SINCE, UNTIL = AS_OF - timedelta(days=45), AS_OF - timedelta(days=10)
SPELLS = "select spells.*, region from ml.lifecycle_spells as spells join customer_360 using (customer_id)"


@pytest.fixture
def stretches(rich_shop) -> pd.DataFrame:
    (marts,) = rich_shop.data.glob("published/*/marts.duckdb")
    with duckdb.connect(str(marts), read_only=True) as connection:
        return connection.execute(SPELLS).df()


def moved(stretches: pd.DataFrame, since: date = SINCE, until: date = UNTIL) -> pd.DataFrame:
    """Customers in another stage on the second day: from_stage, to_stage, net_revenue, region, by customer_id."""

    def on(day: date) -> pd.DataFrame:
        moment = pd.Timestamp(day)
        lasts = stretches["valid_to"].isna() | (stretches["valid_to"] > moment)
        return stretches[(stretches["valid_from"] <= moment) & lasts].set_index("customer_id")

    later = on(until)
    later["from_stage"] = on(since)["stage"].reindex(later.index)
    return later[later["from_stage"] != later["stage"]]


def flows_table(page) -> pd.DataFrame:
    (found,) = [each.value for each in page.dataframe if "from_stage" in each.value]
    return found


def opened(open_page, since: date = SINCE, until: date = UNTIL, language: str = "en", **asked: str):
    days = {"moved_since": since.isoformat(), "moved_until": until.isoformat()}
    return open_page("segments", language, **days, **asked)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_moves_between_two_days_are_those_of_the_customers(rich_shop, stretches, open_page, language):
    page = opened(open_page, language=language)
    assert not page.exception
    wanted = moved(stretches)
    assert len(wanted) > 10, "few moves would prove little"
    begun = stretches[stretches["valid_from"].between(pd.Timestamp(SINCE + timedelta(1)), pd.Timestamp(UNTIL))]
    assert begun["customer_id"].duplicated().any(), "some must have moved twice in between"
    found = flows_table(page)
    assert found["customer_count"].sum() == len(wanted)
    assert found["net_revenue"].sum() == pytest.approx(wanted["net_revenue"].sum())
    assert len(found) == wanted.groupby(["from_stage", "stage"]).ngroups


def test_a_move_shows_the_customers_behind_it_and_is_a_link(rich_shop, stretches, open_page):
    wanted = moved(stretches)
    (source, target), behind = max(wanted.groupby(["from_stage", "stage"]), key=lambda group: len(group[1]))
    page = opened(open_page, move=f"{source}-{target}")
    assert not page.exception
    assert page.selectbox(key="move").value == f"{source}-{target}"
    lists = [each.value for each in page.dataframe if "customer_id" in each.value]
    assert set(lists[-1]["customer_id"]) == set(behind.index)


def test_whoever_sees_some_customers_sees_their_moves_only(rich_shop, stretches, as_role, open_page):
    wanted = moved(stretches)
    as_role("steward", region=["华东"])
    found = flows_table(opened(open_page))
    assert found["customer_count"].sum() == (wanted["region"] == "华东").sum() > 0


def test_days_in_the_wrong_order_and_days_without_a_move_are_said(rich_shop, open_page):
    page = opened(open_page, UNTIL, SINCE)
    assert "The first day must lie before the second." in [info.value for info in page.info]
    long_ago = AS_OF - timedelta(days=300)
    page = opened(open_page, long_ago, long_ago + timedelta(days=1))
    assert any("Nobody moved" in caption.value for caption in page.caption)
    assert not page.exception
