"""The orders a shop tells of: each as it stood on the morning of a delivery, with the buyer as they wrote themselves
down that day. How Shopify and Tmall print it stands in their own modules; deliveries under contracts in erp.py.
"""

from orchestration.world.exports.delivery import Feed
from orchestration.world.exports.desk import Desk

# An order is told when it is placed, and again in the delivery after anything about it has changed.
NEWS = """
create or replace temp table order_news as
select distinct person, number, {delivery} as delivery
from (
    select o.person, o."order" as number, unnest([o.at, o.paid_at, o.shipped_at, o.delivered_at, o.cancelled_at])
        as moment
    from orders o where o.place <> 'b2b'
    union all
    select r.person, r."order", r.at from refunds r
)
where moment is not null and (person, number) in (select (o.person, o."order") from orders o where o.place <> 'b2b')
"""

# What stands on the order is what its writer used at the time: the newest number, mailbox and home. The few different
# ways a person appears are written once each, not once an order.
TIMES = """
create or replace temp table {name} as
select person, {number}, row_number() over mine = 1 as is_first,
    case when is_first then timestamp '0001-01-01' else from_at end as since,
    coalesce(lead(from_at) over mine, timestamp '9999-01-01') as until
from ({rows}) window mine as (partition by person order by from_at, {number})
"""
WAYS = """
create or replace temp table order_ways as
select o.person, o."order" as number, p.person as writer, case o.place when 'market' then 'tmall' else 'shopify' end
    as system,
    h.phone as phone_number, m.email as email_number, a.address as address_number
from orders o
join people p on p.person = coalesce(o.placed_by, o.person)
left join phone_times h on h.person = p.person and h.since <= o.at and o.at < h.until
left join email_times m on m.person = p.person and m.since <= o.at and o.at < m.until
left join home_times a on a.person = p.person and a.since <= o.at and o.at < a.until
where o.place <> 'b2b'
"""
BUYERS = """
create or replace temp table order_buyers as
select row_number() over (order by w.writer, w.system, phone_number, email_number, address_number) as buyer, w.*,
    p.country, p.handle, p.likes_mail,
    case p.country when 'China' then chinese_name(p.surname, p.given, p.surname_latin, p.given_latin, p.western_name,
        p.nickname, p.gender = 'female', s.name_style)
        else western_name(p.surname, p.given, p.nickname, p.gender = 'female', s.place, s.name_style) end as full_name,
    h.e164, case when w.system = 'shopify' then coalesce(d.phone, written_phone(h.e164, s.phone_style)) end as phone,
    m.address as true_email, coalesce(d.email, written_email(m.address, s.email_style)) as email,
    a.province, a.city, a.district, a.postcode, a.unit,
    case p.country when 'China' then chinese_address(a.district, a.street, '', a.street_latin, s.address_style)
        else western_address(a.street, '', s.address_style) end as street
from (select distinct writer, system, phone_number, email_number, address_number from order_ways) w
join people p on p.person = w.writer
join styles s on s.person = w.writer and s.entry = 0 and s.system = w.system
left join phones h on h.person = w.writer and h.phone = w.phone_number
left join emails m on m.person = w.writer and m.email = w.email_number
left join addresses a on a.person = w.writer and a.address = w.address_number
left join dummies d on d.person = w.writer
"""

TOLD = """
create or replace temp table told_orders as
select n.delivery, m.morning, o.* replace (
        case when o.paid_at < m.morning then o.paid_at end as paid_at,
        case when o.shipped_at < m.morning then o.shipped_at end as shipped_at,
        case when o.delivered_at < m.morning then o.delivered_at end as delivered_at,
        case when o.cancelled_at < m.morning then o.cancelled_at end as cancelled_at,
        coalesce(r.amount, 0)::bigint as refunded),
    b.* exclude (system, phone_number, email_number, address_number)
from order_news n
join {mornings} on m.delivery = n.delivery
join orders o on o.person = n.person and o."order" = n.number
join order_ways w on w.person = n.person and w.number = n.number
join order_buyers b on b.writer = w.writer and b.system = w.system and b.phone_number is not distinct
    from w.phone_number
    and b.email_number is not distinct from w.email_number and b.address_number is not distinct from w.address_number
left join (
    select news.person, news.number, news.delivery, sum(refunds.amount) as amount
    from order_news news
    join {mornings} using (delivery)
    join refunds on refunds.person = news.person and refunds."order" = news.number and refunds.at < m.morning
    group by all
) r on r.person = n.person and r.number = n.number and r.delivery = n.delivery
"""


def tell_orders(desk: Desk, feed: Feed) -> None:
    """Make the table told_orders [order x delivery] for the shops' feeds, which come as often as `feed` does."""
    mornings = desk.mornings(feed)
    desk.connection.execute(NEWS.format(delivery=desk.delivery(feed, "moment")))
    for name, number, rows in (
        ("phone_times", "phone", "from phones"),
        ("email_times", "email", "from emails where not is_work"),
        ("home_times", "address", "from addresses"),
    ):
        desk.connection.execute(TIMES.format(name=name, number=number, rows=rows))
    desk.connection.execute(WAYS)
    desk.connection.execute(BUYERS)
    desk.connection.execute(TOLD.format(mornings=mornings))
