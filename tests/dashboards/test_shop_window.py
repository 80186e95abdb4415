"""The one door to the published snapshot: what it finds, what it refuses, and how it notices a new version."""

import json
import shutil
from datetime import date

import duckdb
import pandas as pd
import pytest

from dashboards import shop_window
from dashboards.shop_window import NothingPublishedError, SnapshotUnreadableError, TooManyRowsError
from tests.dashboards.invented_shop import AS_OF


@pytest.fixture
def window(shop, monkeypatch):
    """The door, open on the published shop, with a session of its own."""
    monkeypatch.setattr(shop_window.st, "session_state", {})
    shop.publish()
    shop_window.refresh()
    return shop_window


def test_the_version_the_pointer_names_is_the_one_that_is_shown(window):
    snapshot = window.current()
    assert (snapshot.version, snapshot.as_of_date) == ("000003-2011-12-10", AS_OF)
    assert window.show("select count(*) as customers from marts.customer_360").iloc[0, 0] == 60


def test_a_table_is_found_by_its_bare_name_too(window):
    assert window.show("select count(*) as feeds from feeds").iloc[0, 0] == 5


def test_a_new_version_is_noticed_without_a_restart(window, shop):
    before = window.show("select count(*) as orders from marts.fct_orders").iloc[0, 0]
    shop.tables["marts.fct_orders"] = shop.tables["marts.fct_orders"].head(7)
    shop.publish("000004-2011-12-11")
    assert window.show("select count(*) as orders from marts.fct_orders").iloc[0, 0] == before, "not within a rerun"
    window.refresh()
    assert window.show("select count(*) as orders from marts.fct_orders").iloc[0, 0] == 7


def test_going_back_to_an_older_version_shows_the_older_version(window, shop):
    shop.tables["marts.fct_orders"] = shop.tables["marts.fct_orders"].head(7)
    shop.publish("000004-2011-12-11")
    window.refresh()
    (shop.data / "published" / "current.json").write_text(json.dumps({"version": "000003-2011-12-10"}))
    window.refresh()
    assert window.show("select count(*) as orders from marts.fct_orders").iloc[0, 0] > 7


def test_without_a_pointer_nothing_is_published(shop):
    with pytest.raises(NothingPublishedError, match=r"current\.json"):
        shop_window.find(shop_window.published_folder())


@pytest.mark.parametrize(
    "pointer", ["", "{}", "[]", '{"version": 3}', '{"version": "../../elsewhere"}', '{"version": "']
)
def test_a_pointer_that_makes_no_sense_is_unreadable(shop, pointer):
    shop.publish()
    (shop.data / "published" / "current.json").write_text(pointer)
    with pytest.raises(SnapshotUnreadableError):
        shop_window.find(shop_window.published_folder())


def test_a_pointer_to_a_missing_folder_is_unreadable(shop):
    shutil.rmtree(shop.publish())
    with pytest.raises(SnapshotUnreadableError, match=r"manifest\.json"):
        shop_window.find(shop_window.published_folder())


@pytest.mark.parametrize("harm", [b"", b"not a database at all", None])
def test_a_damaged_or_absent_file_is_unreadable(shop, monkeypatch, harm):
    monkeypatch.setattr(shop_window.st, "session_state", {})
    marts = shop.publish() / "marts.duckdb"
    if harm is None:
        marts.unlink()
    else:
        marts.write_bytes(harm)
    with pytest.raises(SnapshotUnreadableError):
        shop_window.refresh()
    assert harm is None or marts.read_bytes() == harm, "the reader must not write to what is published"


def test_a_question_about_a_table_that_is_not_there_is_unreadable(window):
    with pytest.raises(SnapshotUnreadableError, match="churn_scores"):
        window.show("select * from ml.churn_scores")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/*')",
        "copy (select 1) to '/tmp/never_written.csv'",
        "attach '/tmp/never_attached.duckdb' as other",
        "install httpfs",
        "set memory_limit = '100GB'",
        "set enable_external_access = true",
        "create table marts.mine as select 1",
        "delete from marts.customer_360",
        "drop table marts.customer_360",
        "select * from secret_frame",
    ],
)
def test_the_reader_has_no_way_out_and_no_way_to_write(window, statement):
    secret_frame = pd.DataFrame({"secret": [1]})
    with pytest.raises(SnapshotUnreadableError):
        window.show(statement)
    assert len(secret_frame) == 1


def test_the_limits_of_memory_and_threads_come_from_the_environment(shop, monkeypatch):
    monkeypatch.setattr(shop_window.st, "session_state", {})
    monkeypatch.setenv("CRM_MEMORY_LIMIT", "123MiB")
    monkeypatch.setenv("CRM_THREADS", "1")
    shop.publish()
    shop_window.refresh()
    limits = shop_window.show("select current_setting('memory_limit') as memory, current_setting('threads') as threads")
    assert limits.iloc[0].tolist() == ["123.0 MiB", 1]


def test_a_page_cannot_ask_for_more_rows_than_a_page_can_show(window):
    most = shop_window.MAX_ROWS
    assert len(window.show("select * from range($n)", {"n": most})) == most
    with pytest.raises(TooManyRowsError, match="LIMIT"):
        window.show("select * from range($n)", {"n": most + 1})


def test_a_huge_answer_is_refused_before_it_is_read(window):
    with pytest.raises(TooManyRowsError):
        window.show("select * from range(100000000000)")


def test_a_stream_brings_every_row_once_and_in_order(window):
    batches = list(window.stream(window.current(), window.Question("select * from range($n)", {"n": 12_345})))
    assert [row[0] for batch in batches for row in batch] == list(range(12_345))
    assert max(map(len, batches)) <= shop_window.STREAM_ROWS


def test_numbers_and_dates_arrive_in_types_a_page_can_format(window):
    sql = "select 1::integer as whole, null::integer as none, 1.25::decimal(18,2) as money, date '2011-12-10' as day"
    row = window.show(sql)
    assert [str(kind) for kind in row.dtypes] == ["Int64", "Int64", "float64", "object"]
    assert row["day"].iloc[0] == date(2011, 12, 10)
    assert row["none"].isna().all()


def test_a_parameter_is_bound_and_never_pasted(window):
    row = window.show("select $name as name", {"name": "'; drop table marts.customer_360; --"})
    assert row["name"].iloc[0] == "'; drop table marts.customer_360; --"


def test_the_published_file_can_still_be_opened_beside_the_pages(window):
    with duckdb.connect() as other:
        other.execute(f"attach '{window.current().marts}' as again (read_only)")
        assert other.execute("select count(*) from again.main.customer_360").fetchone() == (60,)
