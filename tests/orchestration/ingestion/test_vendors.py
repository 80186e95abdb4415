"""Each vendor's export is known by its own header, quirks and all, and comes in as what it means."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingestion.contracts import load_contracts
from orchestration.ingestion.inbox import InboxFile, read_head, scan
from orchestration.ingestion.receive import Yard, receive
from orchestration.ingestion.recognition import find
from orchestration.settings import CONTRACTS
from tests.orchestration.ingestion.intake import DAY, warehouse

SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Zip,Billing Phone,"
    "Note Attributes,Id,Tags,Source"
)
TMALL = (
    "订单编号,买家会员名,买家支付宝账号,总金额,订单状态,收货人姓名,收货地址 ,联系电话 ,联系手机,订单创建时间,"
    "订单付款时间 ,宝贝总数量,打款商家金额,退款金额"
)


@contextmanager
def taken_in(folder: Path, system: str, files: dict[str, bytes]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after files of one system have been delivered and recognised by name and header alone."""
    own = [contract for contract in load_contracts(CONTRACTS) if contract.system == system]
    with warehouse() as connection:
        for name, content in files.items():
            path = folder / system / str(DAY) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            fit = find(own, read_head(path))
            assert fit is not None, name
            file = InboxFile(path, system, DAY, path.stat().st_size, fit.contract, "")
            received = receive(connection, fit.contract, [file], Yard(folder / "a", folder / "s", "run-1", DAY))
            assert received.is_balanced
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def test_a_shopify_order_is_one_order_of_several_lines_and_its_total_stands_once(tmp_path: Path):
    export = f"""{SHOPIFY}
#1001,ada@example.com,paid,2023-05-14 11:23:45 -0400,fulfilled,yes,USD,20.00,5.00,0.00,25.00,\
2023-05-14 11:23:40 -0400,1,Tea,10.00,T-1,'90210,'+1 555-0100,"gift: yes
note: hello",5000000000001,VIP 🎉,web
#1001,ada@example.com,,,,,,,,,,2023-05-14 11:23:40 -0400,2,Cup,5.00,C-1,,,,,,
#1002,bob@example.com,pending,,,no,USD,3.00,0.00,0.00,3.00,2023-05-15 08:00:00 -0400,1,Tea,3,T-1,,,,5000000000002,,pos
"""
    with taken_in(tmp_path, "shopify", {"orders_export_1.csv": export.encode()}) as connection:
        lines = "select name, _line_number, id, total, currency from raw_shopify.orders order by name, _line_number"
        assert rows(connection, lines) == [
            ("#1001", 1, "5000000000001", "25.00", "USD"),
            ("#1001", 2, "5000000000001", None, "USD"),
            ("#1002", 1, "5000000000002", "3.00", "USD"),
        ]
        first = "created_at, paid_at, billing_zip, billing_phone, accepts_marketing, note_attributes, tags"
        assert rows(connection, f"select {first} from raw_shopify.orders where total = '25.00'") == [
            (
                *("2023-05-14 15:23:40", "2023-05-14 15:23:45", "90210", "+1 555-0100", "true"),
                *("gift: yes\nnote: hello", "VIP 🎉"),
            )
        ]
        ((as_arrived,),) = rows(connection, "select _as_arrived from raw_shopify.orders where total = '25.00'")
        assert json.loads(as_arrived) == {
            "created_at": "2023-05-14 11:23:40 -0400",
            "paid_at": "2023-05-14 11:23:45 -0400",
            "billing_zip": "'90210",
            "billing_phone": "'+1 555-0100",
            "accepts_marketing": "yes",
        }


def test_a_shopify_file_that_excel_has_spoilt_loses_no_order_by_halves(tmp_path: Path):
    export = f"""{SHOPIFY}
#1,a@example.com,paid,,,,USD,1,0,0,1.00,2023-05-14 11:00:00 -0400,1,Tea,1,T,,,,1.23457E+12,,web
#1,a@example.com,,,,,,,,,,2023-05-14 11:00:00 -0400,1,Cup,1,C,,,,,,
#2,b@example.com,paid,,,,USD,1,0,0,2.00,2023-05-14 11:00:00 -0400,1,Tea,1,T,,,,5000000000002,,web
"""
    with taken_in(tmp_path, "shopify", {"orders_export.csv": export.encode()}) as connection:
        assert rows(connection, "select name, total from raw_shopify.orders") == [("#2", "2.00")]
        assert rows(connection, "select row_number, rule, column_name from ops.quarantine order by all") == [
            (1, "identifier", "id"),
            (2, "identifier", "id"),
        ]


def test_the_lines_of_an_order_whose_first_line_is_set_aside_go_with_it(tmp_path: Path):
    export = f"""{SHOPIFY}
#1,a@example.com,paid,,,,USD,1,0,0,much,2023-05-14 11:00:00 -0400,1,Tea,1,T,,,,51,,web
#1,a@example.com,,,,,,,,,,2023-05-14 11:00:00 -0400,1,Cup,1,C,,,,,,
#1,a@example.com,,,,,,,,,,2023-05-14 11:00:00 -0400,one,Cup,1,C,,,,,,
"""
    with taken_in(tmp_path, "shopify", {"orders_export.csv": export.encode()}) as connection:
        assert rows(connection, "select row_number, rule, column_name from ops.quarantine order by all") == [
            (1, "decimal", "total"),
            (2, "order_incomplete", None),
            (3, "integer", "lineitem_quantity"),
        ]


def test_a_shopify_order_that_changed_comes_again_with_all_its_lines(tmp_path: Path):
    def export(status: str) -> bytes:
        return f"""{SHOPIFY}
#1,a@example.com,{status},,,,USD,1,0,0,1.00,2023-05-14 11:00:00 -0400,1,Tea,1,T,,,,51,,web
#1,a@example.com,,,,,,,,,,2023-05-14 11:00:00 -0400,1,Cup,1,C,,,,,,
#2,b@example.com,paid,,,,USD,1,0,0,2.00,2023-05-14 11:00:00 -0400,1,Tea,1,T,,,,52,,web
""".encode()

    files = {"orders_export.csv": export("pending"), "orders_export_2.csv": export("paid")}
    with taken_in(tmp_path, "shopify", files) as connection:
        versions = (
            "select name, count(*), count(distinct _order_hash) from raw_shopify.orders group by all order by all"
        )
        assert rows(connection, versions) == [("#1", 4, 2), ("#2", 1, 1)]
        counts = "select rows_loaded, rows_duplicate from ops.row_conservation order by file_name"
        assert rows(connection, counts) == [(3, 0), (2, 1)]


def test_a_tmall_order_is_read_from_gb18030_and_what_is_masked_is_no_value(tmp_path: Path):
    export = (
        f"{TMALL}\r\n"
        '="1930679858170647",tea_lover,***@example.com,"1,299.00","买家已付款，等待卖家发货",王**,浙江省 杭州市 ***,'
        ",'186****6065,2016/5/23 22:02,,2,0元,\r\n"
        '="1930679858170648",x,,5.00,交易成功,李雷,某地,,\'18618486065,2016-05-24 08:00:00,,1,5元,0.00\r\n'
    )
    with taken_in(tmp_path, "tmall", {"ExportOrderList202605240800.csv": export.encode("gb18030")}) as connection:
        cells = "order_id, total_amount, order_status, receiver_name, receiver_mobile, created_at, seller_payout"
        assert rows(connection, f"select {cells} from raw_tmall.orders order by order_id") == [
            ("1930679858170647", "1299.00", "waiting_shipment", None, None, "2016-05-23 14:02:00", "0"),
            ("1930679858170648", "5.00", "completed", "李雷", "18618486065", "2016-05-24 00:00:00", "5"),
        ]
        assert rows(connection, "select encoding from ops.deliveries") == [("gb18030",)]
        masked = "select column_name, cells from ops.delivery_findings where finding = 'masked' order by all"
        assert rows(connection, masked) == [("buyer_alipay_account", 1), ("receiver_mobile", 1), ("receiver_name", 1)]


def test_a_status_that_nobody_knows_sets_its_order_aside_until_the_contract_knows_it(tmp_path: Path):
    export = f'{TMALL}\n="1",a,,1.00,天上掉下来,王,地,,,2016-05-24 08:00:00,,1,0元,\n'
    with taken_in(tmp_path, "tmall", {"ExportOrderList1.csv": export.encode("gb18030")}) as connection:
        assert rows(connection, "select rule, column_name from ops.quarantine") == [("values", "order_status")]


def test_tmall_items_are_numbered_within_their_order(tmp_path: Path):
    header = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,订单状态,商家编码,退款状态,退款金额,订单创建时间"
    line = '="19",茶杯,5.00,1,C,颜色：白,交易成功,C,没有申请退款,无退款申请,2016-05-24 08:00:00\n'
    export = f"{header}\n{line}{line}"
    with taken_in(tmp_path, "tmall", {"ExportOrderDetailList1.csv": export.encode("gb18030")}) as connection:
        assert rows(
            connection, "select order_id, _line_number, refund_amount from raw_tmall.order_items order by 2"
        ) == [
            ("19", 1, None),
            ("19", 2, None),
        ]


def test_youzan_customers_have_an_empty_last_column_and_dashes_for_nothing(tmp_path: Path):
    export = "客户姓名,客户手机号,客户生日,是否会员,权益卡,客户积分,客户储值余额,消费次数,成为客户时间,\n"
    export += (
        "王芳,186******05,——,是,YZ001,12,3.50,0,2026-01-02 08:00:00,\n王芳,15412345678,1990-01-01, ,YZ002,0,0,0,,\n"
    )
    with taken_in(tmp_path, "youzan", {"客户导出_2026-03-01.csv": export.encode()}) as connection:
        cells = "customer_name, mobile, birth_date, is_member, benefit_card, became_customer_at"
        assert rows(connection, f"select {cells} from raw_youzan.customers order by benefit_card") == [
            ("王芳", None, None, "true", "YZ001", "2026-01-02 00:00:00"),
            ("王芳", "15412345678", "1990-01-01", None, "YZ002", None),
        ]


def test_segment_calls_are_read_by_path_and_what_has_no_column_stays_whole(tmp_path: Path):
    page = {
        "type": "page",
        "messageId": "m1",
        "anonymousId": "anon",
        "userId": None,
        "timestamp": "2026-02-28T23:59:59.123Z",
        "context": {"campaign": {"source": "baidu", "medium": "cpc"}, "page": {"path": "/"}},
        "properties": {"path": "/", "odd": [1, {"a": "b"}]},
    }
    identify = {
        "type": "identify",
        "messageId": "m2",
        "userId": 17,
        "timestamp": "2026-03-01T07:00:00+08:00",
        "traits": {"email": "a@b"},
    }
    text = "".join(json.dumps(call) + "\n" for call in (page, identify))
    with taken_in(tmp_path, "segment", {"events-2026-03-01.ndjson.gz": gzip.compress(text.encode())}) as connection:
        cells = "message_id, user_id, utm_source, page_path, email, occurred_at, properties"
        assert rows(connection, f"select {cells} from raw_segment.events order by message_id") == [
            ("m1", None, "baidu", "/", None, "2026-02-28T23:59:59.123Z", '{"path":"/","odd":[1,{"a":"b"}]}'),
            ("m2", "17", None, None, "a@b", "2026-02-28 23:00:00", None),
        ]


TICKET = {
    "id": 7,
    "requester_id": 8,
    "status": "open",
    "via": {"channel": "email"},
    "satisfaction_rating": {"score": "good"},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tickets.ndjson", json.dumps(TICKET) + "\n"),
        ("tickets.json", json.dumps({"tickets": [TICKET], "after_cursor": "x", "end_of_stream": True}, indent=1)),
        (
            "tickets.csv",
            "Summation column,Id,Requester id,Status,Via,Satisfaction Score,Created at,Updated at\n"
            "1,7,8,open,email,good,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z\n",
        ),
    ],
)
def test_a_zendesk_ticket_is_the_same_in_all_its_dialects(tmp_path: Path, name: str, content: str):
    with taken_in(tmp_path, "zendesk", {name: content.encode()}) as connection:
        cells = "id, requester_id, status, via_channel, satisfaction_score, created_at"
        assert rows(connection, f"select {cells} from raw_zendesk.tickets") == [
            ("7", "8", "open", "email", "good", "2026-01-01T00:00:00Z")
        ]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffId,IsDeleted,StageName,CloseDate,CreatedDate\n006,false,Won,2023-05-02,2023-05-02T17:36:20.000+0000\n",
        '"Id","IsDeleted","StageName","CloseDate","CreatedDate"\n'
        '"006","0","Won","2023-05-02 00:00:00","2023-05-02 17:36:20"\n',
        '"ID","ISDELETED","STAGENAME","CLOSEDATE","CREATEDDATE"\n'
        '"006","false","Won","2023-05-02","2023-05-02T17:36:20.000Z"\n',
    ],
    ids=["SOQL", "weekly", "Data Loader"],
)
def test_a_salesforce_deal_means_the_same_in_all_its_dialects(tmp_path: Path, content: str):
    typed = (
        "id, cast(is_deleted as boolean), cast(close_date as date)::varchar, cast(created_date as timestamp)::varchar"
    )
    with taken_in(tmp_path, "salesforce", {"Opportunity.csv": content.encode()}) as connection:
        assert rows(connection, f"select {typed} from raw_salesforce.opportunities") == [
            ("006", False, "2023-05-02", "2023-05-02 17:36:20")
        ]


def test_stage_history_and_campaign_members_are_not_taken_for_what_their_names_begin_with(tmp_path: Path):
    files = {
        "OpportunityHistory.csv": "Id,OpportunityId,CreatedDate,StageName\n008,006,2023-05-02 17:36:20,Won\n",
        "CampaignMember.csv": "Id,CampaignId,LeadId,Status\n00v,701,00Q,Sent\n",
    }
    with taken_in(tmp_path, "salesforce", {name: text.encode() for name, text in files.items()}) as connection:
        feeds = rows(connection, "select feed from ops.deliveries order by all")
        assert feeds == [("campaign_members",), ("opportunity_history",)]


def test_a_day_without_news_is_an_empty_delivery_and_no_mistake(tmp_path: Path):
    inbox = tmp_path / "inbox"
    for day, content in (("2026-02-27", json.dumps(TICKET) + "\n"), ("2026-02-28", "")):
        path = inbox / "zendesk" / day / "tickets.ndjson"
        path.parent.mkdir(parents=True)
        path.write_text(content)
    files = scan(inbox, load_contracts(CONTRACTS), DAY)
    assert [file.contract.name if file.contract else file.reason for file in files] == ["zendesk/tickets"] * 2
    with warehouse() as connection:
        contract = files[0].contract
        assert contract is not None
        received = receive(connection, contract, files, Yard(tmp_path / "a", tmp_path / "s", "run-1", DAY))
        assert (received.files, received.rows_read, received.rows_loaded, received.is_balanced) == (2, 1, 1, True)
