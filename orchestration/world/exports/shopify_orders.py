"""Shopify's orders_export.csv: a row a line, the order's own cells only on its first row, times in the shop's zone."""

from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import choose, csv_line, literal

HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"
    "Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"
    "Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,"
    "Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References"
)
FEED = Feed("shopify", "orders", "orders_export.csv", HEADER + "\n", rhythm=Rhythm.DAILY)
PAYMENTS = {
    **{"alipay": "Alipay", "wechat": "WeChat Pay", "card": "Shopify Payments", "paypal": "PayPal Express Checkout"},
    **{
        "cash": "Cash",
        "bank_transfer": "Bank Deposit",
        "balance": "Gift Card",
        "cash_on_delivery": "Cash on Delivery (COD)",
    },
}
COUNTRIES = {"China": "CN", "United Kingdom": "GB", "United States": "US", "Canada": "CA"}
TAXES = {"China": "VAT 13%", "United Kingdom": "VAT 20%", "United States": "State Tax", "Canada": "GST/HST"}
MACROS = """
create or replace macro shop_time(moment) as coalesce((moment + interval 8 hour)::varchar || ' +0800', '');
create or replace macro apostrophe(text) as case when text is null or text = '' then '' else '''' || text end;
"""

LINE = {
    "Name": "o.order_name",
    "Email": "o.email_cell",
    "Created at": "o.created_cell",
    "Lineitem quantity": "plain(l.quantity)",
    "Lineitem name": "minimal(case when o.country = 'China' then l.name::varchar else l.name_latin::varchar end)",
    "Lineitem price": "money(l.unit_price)",
    "Lineitem sku": "plain(l.sku)",
    "Lineitem requires shipping": "case when o.place = 'store' then 'false' else 'true' end",
    "Lineitem taxable": "'true'",
    "Lineitem fulfillment status": "case when o.shipped_at is null then 'pending' else 'fulfilled' end",
    "Vendor": "'Yunshan'",
    "Lineitem discount": "'0.00'",
}
# Billing and Shipping: ten columns side by side, the same in both.
FIRST_OF_ADDRESS = ("Billing Name", "Shipping Name")
ADDRESS_COLUMNS = ["Name", "Street", "Address1", "Address2", "Company", "City", "Zip", "Province", "Country", "Phone"]
ADDRESS = {
    "Name": "minimal(full_name)",
    "Street": "minimal(street || case when unit = '' then '' else ', ' || unit end)",
    "Address1": "minimal(street)",
    "Address2": "minimal(unit)",
    "City": "minimal(city)",
    "Zip": "apostrophe(postcode)",
    "Province": "minimal(province)",
    "Country": choose("country", COUNTRIES),
    "Phone": "apostrophe(phone)",
}
ORDER = {
    "Financial Status": """case
        when cancelled_at is not null and paid_at is null then 'voided' when paid_at is null then 'pending'
        when refunded >= total then 'refunded' when refunded > 0 then 'partially_refunded' else 'paid' end""",
    "Paid at": "shop_time(paid_at)",
    "Fulfillment Status": "case when shipped_at is null then 'unfulfilled' else 'fulfilled' end",
    "Fulfilled at": "shop_time(shipped_at)",
    "Accepts Marketing": "case when likes_mail then 'yes' else 'no' end",
    "Currency": "plain(currency)",
    "Subtotal": "money(goods - discount)",
    "Shipping": "money(shipping)",
    "Taxes": "money(tax)",
    "Total": "money(total)",
    "Discount Code": "plain(code)",
    "Discount Amount": "money(discount)",
    "Shipping Method": """case when place = 'store' then '' when country = 'China' then '顺丰速运'
        else 'Standard Shipping' end""",
    "Note Attributes": """case when device is null or code is null then ''
        else '"utm_medium: ' || coalesce(campaign_channel, 'coupon') || '\n' || 'utm_campaign: ' || code || '"' end""",
    "Cancelled at": "shop_time(cancelled_at)",
    "Payment Method": choose("payment", PAYMENTS),
    "Payment Reference": "case when paid_at is null then '' else 'c' || order_id || '.1' end",
    "Refunded Amount": "money(refunded)",
    "Outstanding Balance": "case when paid_at is null and cancelled_at is null then money(total) else '0.00' end",
    "Employee": "minimal(clerk_name)",
    "Location": "minimal(store_name)",
    "Device ID": "plain(tablet)",
    "Id": "plain(order_id)",
    "Tags": "case when origin = 'campaign' then '🎁 ' || plain(code) when is_guest then 'guest' else '' end",
    "Risk Level": "'Low'",
    "Source": "case when place = 'store' then 'pos' else 'web' end",
    "Tax 1 Name": f"case when tax = 0 then '' else {choose('country', TAXES)} end",
    "Tax 1 Value": "case when tax = 0 then '' else money(tax) end",
    "Phone": "apostrophe(phone)",
    "Billing Province Name": "minimal(province)",
    "Shipping Province Name": "minimal(province)",
    "Payment ID": "case when paid_at is null then '' else 'c' || order_id || '.1' end",
    "Payment References": "case when paid_at is null then '' else 'c' || order_id || '.1' end",
}
ADDRESSES = """
create or replace temp table shopify_addresses as select way, {address} as address_cells from order_buyers
"""
ORDERS = """
create or replace temp view shopify_orders as
select o.*, shopify_order_name(o.person, o."order") as order_name, shopify_order_id(o.person, o."order") as order_id,
    a.address_cells, minimal(o.email) as email_cell, shop_time(o.at) as created_cell,
    coalesce(c.code, k.code) as code, c.channel as campaign_channel,
    s.name as store_name, s.tablet, staff.latin_name as clerk_name
from told_orders o
join shopify_addresses a using (way)
left join campaigns c on c.campaign = o.campaign
left join coupon_codes k on k.person = o.person and k.coupon = o.coupon
left join stores s on s.store = o.store
left join staff on staff.staff = o.clerk
where o.place in ('shop', 'store')
"""


def write(desk: Desk) -> None:
    """Needs told_orders."""
    desk.connection.execute(MACROS)
    desk.connection.execute(ADDRESSES.format(address=csv_line(ADDRESS_COLUMNS, ADDRESS, end="")))
    desk.connection.execute(ORDERS)
    first = csv_line(_columns(), LINE | ORDER | dict.fromkeys(FIRST_OF_ADDRESS, "o.address_cells"))
    further = csv_line(_columns(), LINE | dict.fromkeys(FIRST_OF_ADDRESS, literal("," * (len(ADDRESS_COLUMNS) - 1))))
    desk.write(
        FEED,
        f"""select o.delivery, case when l.line = 0 then {first} else {further} end as line
        from shopify_orders o
        join (select * exclude (discount) from named_lines) l on l.person = o.person and l."order" = o."order"
        order by o.delivery, o.at, o.order_id, l.line""",
    )
    desk.name_records(
        "shopify",
        "order",
        """select shopify_order_id(person, "order") as source_record_id, coalesce(placed_by, person) as person
        from orders where place in ('shop', 'store')""",
    )


def _columns() -> list[str]:
    """The header with each address as its first column, where all ten cells are written together."""
    in_address = {f"{side} {column}" for side in ("Billing", "Shipping") for column in ADDRESS_COLUMNS[1:]}
    return [column for column in HEADER.split(",") if column not in in_address]
