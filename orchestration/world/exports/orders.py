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

# Where everything comes at once, an order is told once.
NEWS_AT_ONCE = """
create or replace temp table order_news as
select person, "order" as number, 0 as delivery from orders where place <> 'b2b'
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
# A way is a number made of writer, shop, and the telephone, mailbox and home in use (0 = none, n + 1 = the n-th).
WAYS = """
create or replace temp table order_ways as
select o.person, o."order" as number,
    (((coalesce(o.placed_by, o.person) * 2 + (o.place = 'market')::bigint) * 8 + coalesce(h.phone + 1, 0)) * 8
        + coalesce(m.email + 1, 0)) * 8 + coalesce(a.address + 1, 0) as way
from orders o
left join phone_times h on h.person = coalesce(o.placed_by, o.person) and h.since <= o.at and o.at < h.until
left join email_times m on m.person = coalesce(o.placed_by, o.person) and m.since <= o.at and o.at < m.until
left join home_times a on a.person = coalesce(o.placed_by, o.person) and a.since <= o.at and o.at < a.until
where o.place <> 'b2b'
"""
BUYERS = """
create or replace temp table order_buyers as
select w.way, w.writer, p.country, p.handle, p.likes_mail,
    case p.country when 'China' then chinese_name(p.surname, p.given, p.surname_latin, p.given_latin, p.western_name,
        p.nickname, p.gender = 'female', s.name_style)
        else western_name(p.surname, p.given, p.nickname, p.gender = 'female', s.place, s.name_style) end as full_name,
    h.e164, case when w.system = 'shopify' then coalesce(d.phone, written_phone(h.e164, s.phone_style)) end as phone,
    m.address as true_email, coalesce(d.email, written_email(m.address, s.email_style)) as email,
    a.province, a.city, a.district, a.postcode, a.unit,
    case p.country when 'China' then chinese_address(a.district, a.street, '', a.street_latin, s.address_style)
        else western_address(a.street, '', s.address_style) end as street
from (
    select distinct way, way // 1024 as writer, case when way // 512 % 2 = 1 then 'tmall' else 'shopify' end as system,
        way // 64 % 8 - 1 as phone, way // 8 % 8 - 1 as email, way % 8 - 1 as address
    from order_ways
) w
join people p on p.person = w.writer
join styles s on s.person = w.writer and s.entry = 0 and s.system = w.system
left join phones h on h.person = w.writer and h.phone = w.phone
left join emails m on m.person = w.writer and m.email = w.email
left join addresses a on a.person = w.writer and a.address = w.address
left join dummies d on d.person = w.writer
"""

# A view: each shop reads its own orders and the columns it prints.
TOLD = """
create or replace temp view told_orders as
select n.delivery, m.morning, o.* replace (
        case when o.paid_at < m.morning then o.paid_at end as paid_at,
        case when o.shipped_at < m.morning then o.shipped_at end as shipped_at,
        case when o.delivered_at < m.morning then o.delivered_at end as delivered_at,
        case when o.cancelled_at < m.morning then o.cancelled_at end as cancelled_at,
        coalesce(r.amount, 0)::bigint as refunded),
    b.*
from order_news n
join {mornings} on m.delivery = n.delivery
join orders o on o.person = n.person and o."order" = n.number
join order_ways w on w.person = n.person and w.number = n.number
join order_buyers b on b.way = w.way
left join (
    select news.person, news.number, news.delivery, sum(refunds.amount) as amount
    from order_news news
    join {mornings} using (delivery)
    join refunds on refunds.person = news.person and refunds."order" = news.number and refunds.at < m.morning
    group by all
) r on r.person = n.person and r.number = n.number and r.delivery = n.delivery
"""


def tell_orders(desk: Desk, feed: Feed) -> None:
    """Make the view told_orders [order x delivery] for the shops' feeds, which come as often as `feed` does."""
    mornings = desk.mornings(feed)
    news = NEWS_AT_ONCE if desk.schedule.is_at_once else NEWS.format(delivery=desk.delivery(feed, "moment"))
    desk.connection.execute(news)
    for name, number, rows in (
        ("phone_times", "phone", "from phones"),
        ("email_times", "email", "from emails where not is_work"),
        ("home_times", "address", "from addresses"),
    ):
        desk.connection.execute(TIMES.format(name=name, number=number, rows=rows))
    desk.connection.execute(WAYS)
    desk.connection.execute(BUYERS)
    desk.connection.execute(TOLD.format(mornings=mornings))
