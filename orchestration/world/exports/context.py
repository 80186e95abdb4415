"""What every block's exports refer to and no block owns: goods, campaigns, the codes on coupons."""

import duckdb
import pandas as pd

from orchestration.world.campaigns import campaigns
from orchestration.world.catalog import CATEGORIES, PRODUCTS
from orchestration.world.codes import CHANNELS
from orchestration.world.seasons import Calendar

COUPON_CODES = """
create or replace temp table coupon_codes as
select person, coupon, upper(replace(kind::varchar, '_', '')) || lpad((value // 100)::varchar, 3, '0') as code,
    'CP' || lpad(scrambled(own_number(person, coupon), 100000000000)::varchar, 11, '0') as coupon_number
from coupons
"""


def lay_out_context(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Make the tables products, campaigns and coupon_codes."""
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
    connection.register("campaigns", frame.astype(types))
    connection.execute(COUPON_CODES)
