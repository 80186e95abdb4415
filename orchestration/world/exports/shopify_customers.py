"""Shopify's customers_export.csv: every account as it stood that morning; ids and telephones behind an apostrophe."""

from orchestration.world.exports.delivery import Feed
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import csv_line

HEADER = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
)
FEED = Feed("shopify", "customers", "customers_export.csv", HEADER + "\n")
CELLS = {
    "Customer ID": "apostrophe(customer_id::varchar)",
    "First Name": "minimal(first_name)",
    "Last Name": "minimal(last_name)",
    "Email": "minimal(email)",
    "Accepts Email Marketing": "case when likes_mail then 'yes' else 'no' end",
    "Default Address Address1": "minimal(street)",
    "Default Address City": "minimal(city)",
    "Default Address Province Code": "minimal(province)",
    "Default Address Country Code": "country_code",
    "Default Address Zip": "apostrophe(postcode)",
    "Default Address Phone": "apostrophe(phone)",
    "Phone": "apostrophe(case when phone like '+%' then phone end)",
    "Accepts SMS Marketing": "'no'",
    "Total Spent": "money(coalesce(spent, 0)::bigint)",
    "Total Orders": "plain(coalesce(orders, 0))",
    "Tax Exempt": "'no'",
    "Tags": "case when orders >= 10 then 'VIP' else '' end",
}
# What the account bought: on its first card all of it, on a second card what came after that was made.
BOUGHT = """
select m.delivery, o.person, coalesce(x.entry, 0) as entry, sum(o.total) as spent, count(*) as orders
from orders o
join {mornings} on o.at < m.morning
left join records x on x.person = o.person and x.system = 'shopify' and x.entry = 1 and x.created_at <= o.at
where o.place in ('shop', 'store') and not o.is_guest and o.paid_at < m.morning and o.cancelled_at is null
group by all
"""


# Cards erased in the source are no longer there; cards merged away neither.
SHOWN = """
create or replace temp table shopify_customers as
select m.delivery, c.*, shopify_customer_id(c.person, c.entry) as customer_id, b.spent, b.orders
from cards c
join {mornings} on c.told_at < m.morning and m.morning <= c.outdated_at
left join ({bought}) b on b.delivery = m.delivery and b.person = c.person and b.entry = c.entry
where c.system = 'shopify' and not coalesce(c.deleted_at < m.morning or c.merged_at < m.morning, false)
"""


def write(desk: Desk) -> None:
    """Every account of every weekly file."""
    mornings = desk.mornings(FEED)
    desk.connection.execute(SHOWN.format(mornings=mornings, bought=BOUGHT.format(mornings=mornings)))
    desk.write(
        FEED,
        f"""select delivery, {csv_line(HEADER.split(","), CELLS)} as line
        from shopify_customers order by delivery, created_at, customer_id""",
    )
    desk.name_records("shopify", "customer", "select customer_id as source_record_id, person from shopify_customers")
