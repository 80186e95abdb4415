"""What every block's exports refer to and no block owns: goods, campaigns, the codes on coupons, the
words for channels, topics and currencies."""

import duckdb
import pandas as pd

from orchestration.world.campaigns import campaigns
from orchestration.world.catalog import CATEGORIES, PRODUCTS, RATES
from orchestration.world.codes import CHANNELS, CURRENCIES
from orchestration.world.seasons import Calendar

WORDS = """
create or replace macro channel_words(channel) as case channel when 'paid_search' then 'Paid Search'
    when 'sms' then 'SMS' when 'event' then 'Fair 展会' when 'store' then 'Store 门店' else upper(channel[1])
        || channel[2:] end;
create or replace macro currency_of(country) as case country when 'China' then 'CNY' when 'United Kingdom' then 'GBP'
    when 'United States' then 'USD' else 'CAD' end;
create or replace macro subject_words(topic) as case topic
    when 'delivery' then '包裹破损或未到 Parcel damaged or late' when 'quality' then '商品质量问题 Quality'
    when 'refund' then '退款何时到账 Where is my refund' when 'invoice' then '请开发票 Invoice please'
    when 'product' then '商品咨询 About a product' when 'account' then '登录不了账号 Cannot sign in'
    else '合同问题 About our contract' end;
"""
COUPON_CODES = """
create or replace temp table coupon_codes as
select person, coupon, upper(replace(kind::varchar, '_', '')) || lpad(round(share * 100)::int::varchar, 2, '0') as code,
    'CP' || digits(own_number(person, coupon), 36, 11) as coupon_number
from coupons
"""


def lay_out_context(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Make the tables products, campaigns, rates (yuan for one unit) and coupon_codes, and the macros of words."""
    goods = [
        (place, one.sku, one.name, one.name_latin, CATEGORIES[one.category][1], CATEGORIES[one.category][0])
        for place, one in enumerate(PRODUCTS)
    ]
    columns = ["product", "sku", "name", "name_latin", "category", "category_latin"]
    connection.register("products", pd.DataFrame(goods, columns=columns))
    told = [
        (one.number, one.name, one.code, CHANNELS[one.channel], *calendar.timestamps([one.starts, one.ends]))
        for one in campaigns(calendar)
    ]
    frame = pd.DataFrame(told, columns=["campaign", "name", "code", "channel", "starts_at", "ends_at"])
    types = {"campaign": "int64", "starts_at": "datetime64[us]", "ends_at": "datetime64[us]"}
    types |= dict.fromkeys(("name", "code", "channel"), "str")  # also where no campaign ran
    connection.register("campaigns", frame.astype(types))
    connection.register("rates", pd.DataFrame({"currency": CURRENCIES, "yuan": RATES}))
    connection.execute(WORDS)
    connection.execute(COUPON_CODES)
