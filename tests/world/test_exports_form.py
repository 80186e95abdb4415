"""Exports look like the vendors': headers verbatim, encodings, guards and masks; and no one real is in them."""

import csv
import gzip
import io
import re
from pathlib import Path

import pytest

from orchestration.world.exports.salesforce.companies import ACCOUNT
from tests.world.delivered import FEED, delivered, everything, last, paths

SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,"
    "Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,"
    "Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,"
    "Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,"
    "Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,"
    "Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,"
    "Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,"
    "Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
SHOPIFY_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
)
TMALL_ORDERS = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址,运送方式,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,"
    "宝贝种类,物流单号,物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,"
    "分阶段订单信息,特权订金订单id,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,是否是O2O交易,"
    "打款商家金额,确认收货时间,退款金额"
)
YOUZAN_CUSTOMERS = (
    "客户姓名,客户昵称,客户手机号,客户生日,客户性别,标签,是否会员,成长值,免费等级,付费等级,权益卡,客户积分,客户储值余额,"
    "消费次数,消费金额,累计退款金额,累计退款订单数,笔单价,上次消费时间,分销员,导购员,企微好友,来源渠道,来源方式,成为客户时间,"
    "成为会员时间,成为会员店铺,公众号,公众号关注时间,最近浏览时间,微信地域,所属区域,指定时间消费次数,指定时间消费金额,"
)
RESERVED = re.compile(r"@([\w-]+\.)*(example(\.(com|org|net))?|test)$", re.IGNORECASE)
TYPED = {"test@test.com", "noname@example.com"}
FICTION = re.compile(
    r"86(154\d|1349)\d{7}|1\d{3}55501\d\d|44(1(1[3-8]|[2-6]1)4960|7700900|2079460|1914980|2896496|2920180|3069990)\d{3}"
)


@pytest.mark.parametrize(
    ("key", "header"),
    [
        ("shopify/orders", SHOPIFY_ORDERS),
        ("shopify/customers", SHOPIFY_CUSTOMERS),
        ("tmall/orders", TMALL_ORDERS),
        ("youzan/customers", YOUZAN_CUSTOMERS),
    ],
)
def test_the_header_is_the_vendors(key: str, header: str):
    for file in paths(FEED[key], delivered()):
        first = file.read_bytes().decode(FEED[key].encoding).splitlines()[0]
        assert ",".join(column.strip() for column in first.split(",")) == header


def test_every_row_has_as_many_cells_as_the_header():
    for file in _files(".csv"):
        found = list(csv.reader(io.StringIO(_text(file), newline="")))
        assert {len(row) for row in found} == {len(found[0])}, file


def test_tmall_is_gb18030_with_windows_line_ends_and_everybody_else_utf_8_without_a_mark():
    for file in _files(""):
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        if "tmall" in file.parts:
            assert content.count(b"\r\n") == content.count(b"\n")
            with pytest.raises(UnicodeDecodeError):
                content.decode()
        else:
            assert b"\r" not in content
            content.decode()


def test_no_export_holds_what_no_keyboard_writes():
    for file in _files(""):
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]", _text(file)), file


def test_tmall_guards_its_ids_and_masks_its_people():
    for row in everything("tmall/orders"):
        assert re.fullmatch(r'="\d{18}"', row["订单编号"])
        assert re.fullmatch(r".\*\*", row["收货人姓名"])
        assert re.fullmatch(r"('\d{3}\*{4}\d{3,4})?", row["联系手机"]), row["联系手机"]
        assert row["订单状态"] in {
            "等待买家付款",
            "买家已付款，等待卖家发货",
            "卖家已发货，等待买家确认",
            "交易成功",
            "交易关闭",
        }
        assert re.fullmatch(r"\d+(\.\d\d)?元", row["打款商家金额"])


def test_shopify_hides_zips_and_telephones_from_excel():
    for row in everything("shopify/orders"):
        assert not row["Billing Zip"] or row["Billing Zip"].startswith("'")
        assert not row["Phone"] or row["Phone"].startswith("'")
    assert all(re.fullmatch(r"'\d{13}", row["Customer ID"]) for row in last("shopify/customers"))


def test_salesforce_quotes_everything_and_writes_times_without_a_zone():
    file = paths(ACCOUNT.feed, delivered())[-1].parent / "Lead.csv"
    record = re.compile(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*\n')
    text = file.read_text(encoding="utf-8")
    assert "".join(found.group(0) for found in record.finditer(text)) == text
    for row in last("salesforce/Lead"):
        assert row["IsConverted"] in "01"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["CreatedDate"])
        assert not row["ConvertedDate"] or row["ConvertedDate"].endswith(" 00:00:00")


def test_streets_break_lines_as_people_do():
    assert any("\n" in row["MailingStreet"] for row in everything("salesforce/Contact")) or any(
        "\n" in row["Street"] for row in everything("salesforce/Lead")
    )


def test_mailboxes_can_belong_to_nobody():
    mailbox = re.compile(r"[\w.+-]+@[\w.-]+\w")
    for file in _files(""):
        found = {address.lower() for address in mailbox.findall(_text(file))}
        assert {address for address in found if not RESERVED.search(address)} <= TYPED, file


def test_telephones_can_belong_to_nobody():
    found = {row["MobilePhone"] for row in everything("salesforce/Contact")}
    found |= {row["Phone"] for row in everything("salesforce/Lead") + everything("shopify/orders")}
    found |= {row["phone"] for row in everything("zendesk/users") if row["phone"]}
    found |= {row["联系电话" if "联系电话" in row else "客户电话"] for row in everything("service/return_visits")}
    assert len(found) > 300
    assert {phone for phone in found if phone and not _is_fiction(phone)} <= {
        "13800138000",
        "000000",
        "'13800138000",
        "'000000",
    }


def test_the_library_that_checks_telephones_calls_them_possible():
    phonenumbers = pytest.importorskip("phonenumbers")
    for row in everything("zendesk/users"):
        if row["phone"] and row["phone"].startswith("+"):
            number = phonenumbers.parse(row["phone"])
            assert phonenumbers.is_possible_number(number), row["phone"]
            assert phonenumbers.is_valid_number(number) or number.country_code in (44, 86), row["phone"]


def test_nothing_of_the_truth_is_in_an_export():
    secret = re.compile(r"\b[PCT]\d{7}\b|is_extra|persuadable|probability|converts|dropout|price_level|is_sat_upon")
    for file in _files(""):
        assert not secret.search(_text(file)), file


def _is_fiction(phone: str) -> bool:
    digits = re.sub(r"\D", "", phone.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    digits = digits.removeprefix("00")
    # Written at home: without the country, or with a nought in its place.
    return any(
        FICTION.fullmatch(form) for form in (digits, f"86{digits}", f"44{digits.removeprefix('0')}", f"1{digits}")
    )


def _files(ending: str) -> list[Path]:
    return [
        file for file in sorted((delivered() / "inbox").rglob("*")) if file.is_file() and file.name.endswith(ending)
    ]


def _text(file: Path) -> str:
    content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return content.decode("gb18030" if "tmall" in file.parts else "utf-8")
