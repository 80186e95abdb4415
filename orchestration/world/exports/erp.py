"""The ERP's files: quotes by version, contracts, and the deliveries under them, whose numbers lead from the deal to the
money. Plain CSV with English headers; deals are called by the CRM's id.
"""

from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import csv_line

QUOTES = {
    "quote_no": "erp_number('Q', opportunity * 100 + quote)",
    "version": "plain(quote + 1)",
    "opportunity_id": "salesforce_id('Opportunity', opportunity)",
    "customer_name": "minimal(erp_name)",
    "salesperson": "minimal(latin_name)",
    "quoted_on": "plain(q.at::date)",
    "valid_until": "plain(valid_until::date)",
    "currency": "currency",
    "list_amount": "money(list_amount)",
    "discount_percent": "plain(round(discount * 100, 2))",
    "net_amount": "money(amount)",
    "line_count": "plain(coalesce(lines, 0))",
    "status": "case when status = 'accepted' and not is_signed then 'draft' else status::varchar end",
}
CONTRACTS = {
    "contract_no": "erp_number('C', contract)",
    "quote_no": "erp_number('Q', contract * 100 + quote)",
    "opportunity_id": "salesforce_id('Opportunity', contract)",
    "customer_name": "minimal(erp_name)",
    "contact_id": "salesforce_id('Contact', contact * 10)",
    "signed_on": "plain(signed_at::date)",
    "starts_on": "plain(starts_at::date)",
    "ends_on": "plain(ends_at::date)",
    "currency": "currency",
    "amount": "money(amount)",
    "deliveries": "plain(deliveries)",
    "payment_term_days": "plain(term_days)",
}
ORDERS = {
    "order_no": "erp_number('B', own_number(o.person, o.\"order\"))",
    "contract_no": "erp_number('C', o.contract)",
    "customer_name": "minimal(n.erp_name)",
    "ordered_by": "minimal(o.full_name)",
    "ordered_by_email": "plain(o.email)",
    "line_no": "plain(l.line + 1)",
    "sku": "plain(l.sku)",
    "description": "minimal(case o.country when 'China' then l.name::varchar else l.name_latin::varchar end)",
    "quantity": "plain(l.quantity)",
    "unit_price": "money(l.unit_price)",
    "line_discount": "money(l.discount)",
    "currency": "plain(o.currency)",
    "order_total": "money(o.total)",
    "ordered_at": "plain(o.at)",
    "shipped_at": "plain(case when o.shipped_at < o.morning then o.shipped_at end)",
    "delivered_at": "plain(case when o.delivered_at < o.morning then o.delivered_at end)",
    "paid_at": "plain(case when o.paid_at < o.morning then o.paid_at end)",
}
QUOTE_FEED = Feed("erp", "quotes", "quotes_{day}.csv", ",".join(QUOTES) + "\n")
CONTRACT_FEED = Feed("erp", "contracts", "contracts_{day}.csv", ",".join(CONTRACTS) + "\n")
ORDER_FEED = Feed("erp", "orders", "contract_orders_{day}.csv", ",".join(ORDERS) + "\n", rhythm=Rhythm.DAILY)
FEEDS = [QUOTE_FEED, CONTRACT_FEED, ORDER_FEED]
QUOTE_ROWS = """
select m.delivery, q.*, n.erp_name, s.latin_name, currency_of(a.country) as currency, i.lines,
    coalesce(c.signed_at < m.morning, false) as is_signed
from quotes q
join {mornings} on q.at < m.morning
join opportunities o using (opportunity)
join accounts a on a.account = o.account
join account_names n on n.account = o.account
left join staff s on s.staff = o.rep
left join contracts c on c.contract = q.opportunity
left join (select opportunity, quote, count(*) as lines from quote_lines group by all) i
    on i.opportunity = q.opportunity and i.quote = q.quote
"""
CONTRACT_ROWS = """
select m.delivery, c.*, n.erp_name, currency_of(a.country) as currency
from contracts c
join {mornings} on c.signed_at < m.morning
join accounts a on a.account = c.account
join account_names n on n.account = c.account
"""
ORDER_ROWS = """
create or replace temp table erp_orders as
with news as (
    select distinct person, number, {delivery} as delivery
    from (select person, "order" as number, unnest([o.at, shipped_at, delivered_at, paid_at]) as moment from orders o
        where place = 'b2b')
    where moment is not null
)
select n.delivery, m.morning, o.*, p.surname || ' ' || p.given as full_name, p.country, e.address as email
from news n
join {mornings} using (delivery)
join orders o on o.person = n.person and o."order" = n.number
join people p on p.person = coalesce(o.placed_by, o.person)
left join (select person, arg_max(address, is_work) as address from emails group by person) e on e.person = p.person
"""


def write(desk: Desk) -> None:
    """Needs account_names."""
    for feed, cells, rows, order in (
        (QUOTE_FEED, QUOTES, QUOTE_ROWS, "opportunity, quote"),
        (CONTRACT_FEED, CONTRACTS, CONTRACT_ROWS, "contract"),
    ):
        told = rows.format(mornings=desk.mornings(feed))
        desk.write(
            feed, f"select delivery, {csv_line(list(cells), cells)} as line from ({told}) q order by delivery, {order}"
        )
    desk.connection.execute(
        ORDER_ROWS.format(mornings=desk.mornings(ORDER_FEED), delivery=desk.delivery(ORDER_FEED, "moment"))
    )
    desk.write(
        ORDER_FEED,
        f"""select o.delivery, {csv_line(list(ORDERS), ORDERS)} as line
        from erp_orders o
        join account_names n on n.account = o.account
        join named_lines l on l.person = o.person and l."order" = o."order"
        order by o.delivery, o.at, o.person, o."order", l.line""",
    )
    desk.name_records(
        "erp",
        "order",
        """select erp_number('B', own_number(person, "order")) as source_record_id, coalesce(placed_by, person)
            as person
        from erp_orders""",
    )
