"""Exports say what the books say, read back with plain readers: money to the cent, orders, lines, calls."""

import re
from collections import defaultdict
from decimal import Decimal

import pytest

from orchestration.world.codes import CURRENCIES, PLACES
from tests.world.delivered import FEED, books, delivered, everything, last, newest, paths, rows

SHOP, MARKET, B2B, STORE = (PLACES.index(name) for name in ("shop", "market", "b2b", "store"))


def test_shopify_orders_add_up_to_the_books():
    orders = books().orders[books().orders["place"].isin([SHOP, STORE])]
    told = _first_rows()
    assert len(told) == len(orders)
    for column, cell in [
        ("total", "Total"),
        ("refunded", "Refunded Amount"),
        ("discount", "Discount Amount"),
        ("tax", "Taxes"),
    ]:
        assert _by_currency(told.values(), cell, "Currency") == _in_books(orders, column), cell


def test_an_order_fills_its_own_cells_on_its_first_line_only():
    for delivery in rows("shopify/orders"):
        seen = set()
        for row in delivery:
            order_cells = [
                row[name] for name in ("Id", "Total", "Currency", "Financial Status", "Source", "Billing Name")
            ]
            assert all(order_cells) if row["Name"] not in seen else not any(order_cells)
            seen.add(row["Name"])


def test_every_shopify_line_of_the_books_is_in_the_newest_version_of_its_order():
    counted: dict[str, list[tuple[int, int]]] = {}
    for delivery in rows("shopify/orders"):
        fresh = defaultdict(list)
        for row in delivery:
            fresh[row["Name"]].append((int(row["Lineitem quantity"]), _cents(row["Lineitem price"])))
        counted |= fresh
    shop = books().orders[books().orders["place"].isin([SHOP, STORE])][["person", "order"]]
    lines = books().lines.merge(shop, on=["person", "order"])
    assert sum(len(found) for found in counted.values()) == len(lines)
    assert sum(q * p for found in counted.values() for q, p in found) == int(
        (lines["quantity"] * lines["unit_price"]).sum()
    )


def test_a_customer_export_knows_every_account_that_was_not_erased_or_merged():
    cards = books().records[books().records["system"] == 2]
    kept = cards[cards["deleted_at"].isna() & cards["merged_at"].isna()]
    assert len(last("shopify/customers")) == len(kept)


def test_tmall_orders_and_details_add_up_to_the_books():
    orders = books().orders[books().orders["place"] == MARKET]
    told = newest("tmall/orders", "订单编号")
    assert len(told) == len(orders)
    assert sum(_cents(row["总金额"]) for row in told.values()) == int(orders["total"].sum())
    assert sum(_cents(row["退款金额"]) for row in told.values()) == int(orders["refunded"].sum())
    lines = books().lines.merge(orders[["person", "order"]], on=["person", "order"])
    versions: dict[str, list[dict]] = {}
    for delivery in rows("tmall/order_details"):
        fresh = defaultdict(list)
        for row in delivery:
            fresh[row["订单编号"]].append(row)
        versions |= fresh
    details = [row for found in versions.values() for row in found]
    assert versions.keys() == told.keys()
    assert len(details) == len(lines)
    assert sum(_cents(row["买家应付货款"]) for row in details) == int((lines["quantity"] * lines["unit_price"]).sum())


def test_deliveries_under_contracts_add_up_to_the_books():
    orders = books().orders[books().orders["place"] == B2B]
    told = newest("erp/orders", "order_no")
    assert len(told) == len(orders) > 0
    assert _by_currency(told.values(), "order_total", "currency") == _in_books(orders, "total")
    assert len(last("erp/quotes")) == len(books().quotes)
    assert sum(_cents(row["amount"]) for row in last("erp/contracts")) == int(books().contracts["amount"].sum())


def test_ledgers_of_the_members_system_end_where_the_books_end():
    points = everything("youzan/points")
    assert sum(int(row["变动积分"]) for row in points) == int(books().points["change"].sum())
    wallet = everything("youzan/balances")
    assert sum(_cents(row["变动金额"]) for row in wallet) == int(books().wallet["change"].sum())
    coupons = newest("youzan/coupons", "优惠券编号")
    assert len(coupons) == len(books().coupons)
    assert sum(row["状态"] == "已使用" for row in coupons.values()) == int(books().coupons["used_at"].notna().sum())
    balance = {row["权益卡"]: row["变动后积分"] for row in points}
    for row in last("youzan/customers"):
        assert row["客户积分"] == (balance.get(row["权益卡"], "0"))


def test_every_ticket_comes_with_all_its_comments():
    tickets = books().tickets[~books().tickets["is_case"]]
    told = newest("zendesk/tickets", "id")
    assert len(told) == len(tickets)
    comments = books().comments.merge(tickets[["person", "ticket"]], on=["person", "ticket"])
    assert sum(len(row["comments"]) for row in told.values()) == len(comments)
    assert sum(row["satisfaction_rating"]["score"] in ("bad", "good") for row in told.values()) == int(
        tickets["score"].isin([2, 3]).sum()
    )
    assert {row["requester_id"] for row in told.values()} - {
        row["id"] for row in last("zendesk/users")
    } <= _erased_users()


def test_every_call_of_the_website_is_archived_and_a_few_are_archived_twice():
    calls = everything("segment/events")
    ids = {call["messageId"] for call in calls}
    assert len(ids) == len(books().events)
    assert 0 < len(calls) - len(ids) < 0.01 * len(calls)
    bought = {call["properties"]["order_id"] for call in calls if call.get("event") == "Order Completed"}
    assert bought <= {row["Id"] for row in everything("shopify/orders")}
    assert all({"type", "messageId", "anonymousId", "timestamp", "context"} <= call.keys() for call in calls)


@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("Lead", "leads"),
        ("Opportunity", "opportunities"),
        ("OpportunityHistory", "stage_events"),
        ("Task", "tasks"),
        ("CampaignMember", "campaign_members"),
        ("User", "staff"),
    ],
)
def test_the_crm_tells_of_everything_by_the_last_day(key: str, table: str):
    assert len(last(f"salesforce/{key}")) == len(getattr(books(), table)) > 0
    assert len(last("salesforce/Account")) == books().accounts["created_at"].notna().sum()


def test_the_newest_stage_of_every_deal_is_the_books_stage():
    won = sum(row["IsWon"] == "1" for row in last("salesforce/Opportunity"))
    assert won == int((books().opportunities["is_won"] & books().opportunities["closed_at"].notna()).sum())
    assert sum(_cents(row["Amount"]) for row in last("salesforce/Opportunity")) == int(
        books().opportunities["amount"].sum()
    )


def test_costs_goals_and_return_visits_are_complete():
    assert sum(_cents(row["cost"]) for row in everything("ads/campaign_costs")) == int(
        books().campaign_costs["spend"].sum()
    )
    assert len(everything("service/return_visits")) == len(books().return_visits)
    assert len(last("hr/staff")) == len(books().staff)


@pytest.mark.parametrize(
    ("name", "column"),
    [("Contact", "Id"), ("Account", "Id"), ("User", "Id"), ("Campaign", "Id"), ("Opportunity", "Id"), ("Lead", "Id")],
)
def test_references_of_the_crm_lead_to_records_it_delivered(name: str, column: str):
    known = {row[column] for row in last(f"salesforce/{name}")}
    prefix = next(iter(known))[:3]
    for other in ("Contact", "Lead", "Opportunity", "OpportunityHistory", "CampaignMember", "Task", "Case", "Account"):
        for row in last(f"salesforce/{other}"):
            dangling = [
                v for k, v in row.items() if v.startswith(f"{prefix}Ex0") and v not in known and "Master" not in k
            ]
            assert not dangling, (other, row)


def test_ids_are_unique_in_every_delivery():
    keyed = {
        "zendesk/tickets": "id",
        "zendesk/users": "id",
        "tmall/orders": "订单编号",
        "shopify/customers": "Customer ID",
    }
    keyed |= {key: "Id" for key in FEED if key.startswith("salesforce/")}
    keyed |= {"youzan/customers": "权益卡", "youzan/points": "流水号", "service/return_visits": "回访编号"}
    for key, identity in keyed.items():
        for delivery in rows(key):
            found = [row[identity] for row in delivery]
            assert len(found) == len(set(found)), key


def test_no_delivery_tells_of_its_own_day_or_later():
    moments = re.compile(r"(?<![\d-])20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
    ahead = ("有效", "失效", "CloseDate", "ActivityDate", "Birthdate")
    for key in (
        "salesforce/Lead",
        "salesforce/Contact",
        "salesforce/Task",
        "zendesk/tickets",
        "segment/events",
        "erp/orders",
    ):
        for file, delivery in zip(paths(FEED[key], delivered()), rows(key), strict=True):
            day = file.parent.name
            for row in delivery:
                text = str({k: v for k, v in row.items() if not k.startswith(ahead)})
                assert all(found[:10] < day for found in moments.findall(text)), (file, row)


def test_one_full_delivery_tells_the_same_as_many_pieces():
    whole = {row["Name"]: row for row in next(iter(_rows_at_once("shopify/orders"))) if row["Id"]}
    pieces = _first_rows()
    assert whole == pieces


def _rows_at_once(key: str):
    import csv

    (file,) = paths(FEED[key], delivered(daily_days=0), daily_days=0)
    with file.open(encoding="utf-8", newline="") as text:
        yield list(csv.DictReader(text))


def _first_rows() -> dict[str, dict]:
    return newest("shopify/orders", "Name") and {row["Name"]: row for row in everything("shopify/orders") if row["Id"]}


def _by_currency(told, cell: str, currency: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in told:
        sums[row[currency]] += _cents(row[cell])
    return dict(sums)


def _in_books(orders, column: str) -> dict[str, int]:
    return {CURRENCIES[code]: int(part[column].sum()) for code, part in orders.groupby("currency")}


def _cents(text: str) -> int:
    return int(Decimal(text or "0") * 100)


def _erased_users() -> set[int]:
    """Requesters whose card was merged away: their tickets stay."""
    kept = {row["id"] for row in last("zendesk/users")}
    return {row["id"] for row in everything("zendesk/users")} - kept
