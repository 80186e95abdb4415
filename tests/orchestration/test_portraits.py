"""What the portrait models are given: counted in SQL as of the day, appeals read strictly, cards for all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from models_ml.persona_words import NAMES
from models_ml.portrait_cards import CARDS, card
from models_ml.refusal import Refused
from models_ml.trust import CONDUCT as KINDS
from orchestration.ledger import open_books
from orchestration.portrait_inputs import CONDUCT, LEADS, OVERRIDES, TASTES, Inputs, trust_overrides
from orchestration.portrait_models import MODELS
from orchestration.portrait_tables import TABLES
from orchestration.settings import DBT_PROJECT

DAY = date(2026, 1, 31)


@pytest.fixture
def marts():
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.fct_orders (order_id varchar, customer_id varchar, ordered_at timestamp, order_date date,
                net_revenue decimal(18,2), line_count bigint, discount_amount decimal(18,2), order_type varchar,
                paid_at timestamp, channel varchar, country varchar);
            create table marts.fct_refunds (order_id varchar, customer_id varchar, refunded_at timestamp,
                refund_amount decimal(18,2));
            create table marts.fct_tickets (customer_id varchar, created_at timestamp, is_complaint boolean);
            create table marts.fct_order_lines (customer_id varchar, product_id varchar, category varchar,
                line_type varchar, quantity bigint, is_return boolean, ordered_at timestamp);
            create table marts.dim_products (product_id varchar, brand varchar, current_price decimal(18,2));
            create table marts.customer_features (customer_id varchar, as_of_date date, order_count integer);
            create table marts.fct_leads (lead_id varchar, channel varchar, kind varchar, owner_id varchar,
                status varchar, created_at timestamp, response_hours double, is_converted boolean,
                converted_at timestamp);
        """)
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict]:
    return connection.execute(query.format(day=f"date '{DAY}'")).df().to_dict("records")


def order(number: int, **cells: str) -> str:
    told = {"paid_at": "ordered_at", "discount": "0", "lines": "1", "channel": "'shop'", "type": "'sale'"} | cells
    return f"""
        insert into marts.fct_orders select 'o{number}', 'x', ordered_at, date '2026-01-01', 50, {told["lines"]},
            {told["discount"]}, {told["type"]}, {told["paid_at"]}, {told["channel"]}, 'CN'
        from (select timestamp '2026-01-{number:02} 10:00:00' as ordered_at)
    """


def refund(number: int, amount: int) -> str:
    return f"insert into marts.fct_refunds values ('o{number}', 'x', '2026-01-25 10:00:00', {amount})"


@pytest.mark.parametrize(
    ("happened", "counted"),
    [
        ([order(1, paid_at="ordered_at + to_days(2)")], {"late_payments": 1}),
        ([order(1, paid_at="ordered_at + to_days(40)", channel="'b2b'")], {}),
        ([order(1, paid_at="ordered_at + to_days(70)", channel="'b2b'")], {"late_payments": 1}),
        ([order(1), refund(1, 20)], {"returns": 1}),
        ([order(1, lines="3"), refund(1, 50)], {"refused_deliveries": 1}),
        ([order(1), refund(1, 50)], {"given_back_whole": 1}),
        # What was bought over the counter cannot be refused at the door.
        ([order(1, lines="3", channel="'retail'"), refund(1, 50)], {"returns": 1}),
        ([order(1, discount="5"), refund(1, 20)], {"returns": 1, "coupon_abuse": 1}),
        ([order(1, discount="5", type="'cancelled'")], {"coupon_abuse": 1}),
        # Whoever complained of an order may give it back.
        ([order(1, lines="3"), refund(1, 50), "insert into marts.fct_tickets values ('x', '2026-01-05', true)"], {}),
        ([order(30), "insert into marts.fct_tickets values ('x', '2026-01-05', true)"], {"unfounded_complaints": 1}),
    ],
)
def test_conduct_is_counted_by_its_rules(
    marts: duckdb.DuckDBPyConnection, happened: list[str], counted: dict[str, int]
):
    for statement in happened:
        marts.execute(statement)
    (found,) = rows(marts, CONDUCT)
    told = (*KINDS, "given_back_whole")
    assert {kind: found[kind] for kind in told} == dict.fromkeys(told, 0) | counted


def test_what_happens_on_the_day_or_later_is_not_counted(marts: duckdb.DuckDBPyConnection):
    marts.execute(order(1))
    marts.execute("insert into marts.fct_refunds values ('o1', 'x', '2026-01-31 00:00:00', 20)")
    marts.execute(
        "insert into marts.fct_orders select * replace (timestamp '2026-02-01' as ordered_at) from marts.fct_orders"
    )
    (found,) = rows(marts, CONDUCT)
    assert (found["order_count"], found["returns"]) == (1, 0)


def test_an_hour_is_that_on_the_customers_wall(marts: duckdb.DuckDBPyConnection):
    marts.execute(order(1) + "; insert into marts.customer_features values ('x', '2026-01-31', 1)")
    told = {row["aspect"]: row["value"] for row in rows(marts, TASTES)}
    assert told == {"channel": "shop", "hour": "evening"}  # 10:00 UTC is 18:00 in China


def test_a_lead_is_judged_when_it_has_had_its_time(marts: duckdb.DuckDBPyConnection):
    marts.execute("""
        insert into marts.fct_leads values
            ('old', 'email', 'private', 'r', 'unqualified', '2025-11-01', 3, false, null),
            ('won later', 'email', 'private', 'r', 'qualified', '2025-11-01', 3, true, '2026-02-05'),
            ('taken away', 'email', 'private', 'r', 'recycled', '2025-11-01', null, false, null),
            ('new', 'email', 'private', 'r', 'working', '2026-01-20', 3, false, null)
    """)
    told = {row["lead_id"]: (row["has_ended"], row["is_open"], row["is_converted"]) for row in rows(marts, LEADS)}
    assert told["old"] == (True, False, False)
    assert told["won later"][2] is False
    assert told["taken away"][0] is False
    assert told["new"] == (False, True, False)


def test_appeals_are_read_and_a_wrong_file_is_refused_by_name(tmp_path: Path):
    file = tmp_path / "trust.csv"
    assert trust_overrides(file).empty
    file.write_text(",".join(OVERRIDES) + "\n2026-01-02,steward,trusted,x,his bank was closed\n", encoding="utf-8")
    assert trust_overrides(file)["customer_id"].tolist() == ["x"]
    file.write_text("customer,decision\nx,trusted\n", encoding="utf-8")
    with pytest.raises(dg.Failure, match="must have the header"):
        trust_overrides(file)
    file.write_text(",".join(OVERRIDES) + "\nyesterday,steward,trusted,x,y\n", encoding="utf-8")
    with pytest.raises(dg.Failure, match="no date"):
        trust_overrides(file)


def test_every_model_has_tables_and_a_card_in_both_languages():
    assert set(MODELS) == set(TABLES) == set(CARDS)
    for model in CARDS:
        en, zh = card(model, ("Nothing was published.", "未发布。"))
        assert "Purpose:" in en
        assert "Limit" in en
        assert "用途：" in zh
        assert "局限：" in zh


def test_every_code_has_a_name_in_the_seed():
    seed = (DBT_PROJECT / "seeds" / "segments.csv").read_text(encoding="utf-8")
    named = {tuple(line.split(",")[:2]) for line in seed.splitlines()[1:]}
    from models_ml import lifecycle, loyalty, tiers

    wanted = {("lifecycle", stage) for stage in lifecycle.STAGES} | {("value_tier", tier) for tier in tiers.TIERS}
    wanted |= {("loyalty", tier) for tier in loyalty.TIERS} | {("persona", code) for code in NAMES}
    wanted |= {("trust", band) for band in ("high", "normal", "low")}
    assert wanted <= named


class Shop:
    """A warehouse to read from."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def read(self, query: str) -> pd.DataFrame:
        return self.connection.sql(query).df()

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        yield self.connection


@pytest.mark.parametrize("model", list(MODELS))
def test_a_company_that_has_sold_nothing_gets_a_sentence_and_no_rows(marts: duckdb.DuckDBPyConnection, model: str):
    marts.execute("""
        create or replace table marts.customer_features (customer_id varchar, as_of_date date, order_count integer,
            orders_365d integer, avg_order_value decimal(18,2), price_level double, category_count integer,
            discount_share double, first_source varchar, currency_code varchar);
        alter table marts.fct_refunds add column refund_date date;
    """)
    open_books(marts)
    with pytest.raises(Refused) as refused:
        MODELS[model](Inputs(Shop(marts), DAY))  # type: ignore[arg-type]
    assert refused.value.en
    assert refused.value.zh
