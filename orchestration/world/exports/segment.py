"""Segment's raw archive: gzipped NDJSON of pages, tracks and identifies. A few calls are archived twice under one
messageId, as happens when a browser tries again. UTM parameters stand on the page a visit begins with.
"""

import numpy as np
import pyarrow as pa

from orchestration.world.books import Books, World
from orchestration.world.catalog import CATEGORIES, PRODUCTS
from orchestration.world.codes import EVENTS
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk

FEED = Feed("segment", "events", "events-{day}.ndjson.gz", rhythm=Rhythm.DAILY)
SENT_TWICE = 0.004
HOME, CART, THANKS, FIRST_SEARCH, FIRST_SHELF, FIRST_PRODUCT = 0, 1, 2, 10, 30, 100
NAMES = {
    **{"search": "Products Searched", "product_viewed": "Product Viewed", "product_added": "Product Added"},
    **{"checkout_started": "Checkout Started", "order_completed": "Order Completed"},
}
UTM = {
    **{"paid_search": "baidu/cpc", "social": "weixin/social", "email": "newsletter/email", "sms": "sms/sms"},
    **{"affiliate": "partner-blog/affiliate", "event": "qr/event", "store": "qr/store"},
}
# What every call of a visit shares, written once a visit.
VISITS = """
create or replace temp table visit_texts as
select v.person, v.visit,
    '"anonymousId":"' || uuid_text(b.first, b.second) || '","userId":'
        || case when v.is_signed_in and k.person is not null then '"' || shopify_customer_id(v.person, 0) || '"' else 'null' end as who,
    '"library":{{"name":"analytics.js","version":"next-1.70.0"}},"locale":"' || case p.language when 0 then 'zh-CN' else 'en-GB' end
        || '","ip":"203.0.113.' || (v.anonymous % 254 + 1) || '","device":{{"id":"' || uuid_text(b.device_first, b.device_second)
        || '","type":"' || v.device_kind || '"}},"userAgent":"' || case v.device_kind
        when 'phone' then 'Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36'
        when 'desktop' then 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0'
        else 'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Safari/604.1' end || '"}}}}' || chr(10) as context_end,
    case when utm is null then '' else '"campaign":{{"source":"' || split_part(utm, '/', 1) || '","medium":"'
        || split_part(utm, '/', 2) || '"' || coalesce(',"name":"' || c.code || '"', '') || '}},' end as campaign,
    case v.channel when 'organic' then 'https://www.search.example/' when 'referral' then 'https://blog.example/' else '' end as referrer,
    '"email":' || json_text(s.true_email) || ',"name":' || json_text(s.full_name) as traits,
    '"order_id":"' || shopify_order_id(v.person, v."order") || '","total":' || money(o.total) || ',"currency":"' || o.currency || '"' as bought
from (select v.*, {utm} as utm from visits v) v
join visit_bits b using (person, visit)
join people p using (person)
left join records k on k.person = v.person and k.system = 'shopify' and k.entry = 0
left join cards s on s.person = v.person and s.system = 'segment' and s.entry = 0 and s.told_at <= v.at and v.at < s.outdated_at
left join campaigns c on c.campaign = v.campaign
left join orders o on o.person = v.person and o."order" = v."order"
"""
LINE = """
'{{"type":"' || {call} || '","messageId":"ajs-next-' || format('{{:016x}}', e.bits) || '",' || v.who || ',"timestamp":"'
|| replace(e.at::varchar, ' ', 'T') || e.thousandths || 'Z","receivedAt":"' || replace(e.received_at::varchar, ' ', 'T') || e.thousandths || 'Z'
|| case e.kind when 'identify' then '","traits":{{' || coalesce(v.traits, '')
    when 'page' then '","name":"' || w.title || '","properties":{{"path":"' || w.path || '","url":"https://shop.example' || w.path || '"'
    else '","event":"' || {name} || '","properties":{{' || case e.kind when 'search' then '"query":' || w.query
        when 'order_completed' then coalesce(v.bought, '') when 'checkout_started' then '"step":1'
        else coalesce(g.json, '') end end
|| '}},"context":{{' || case when e.event = 0 then v.campaign else '' end || '"page":{{"path":"' || w.path || '","referrer":"'
|| case when e.event = 0 then v.referrer else 'https://shop.example/' end || '"}},' || v.context_end
"""
MACROS = """
create or replace macro uuid_text(first, second) as
    format('{:08x}', first >> 32) || '-' || format('{:04x}', (first >> 16) & 65535) || '-4' || format('{:03x}', first & 4095)
    || '-a' || format('{:03x}', second >> 52) || '-' || format('{:012x}', second & 281474976710655);
"""
GOODS = """
create or replace temp table product_texts as
select product, '"product_id":"' || sku || '","sku":"' || sku || '","name":' || json_text(name_latin) || ',"category":"' || category_latin || '"' as json
from products
"""


def write(desk: Desk, world: World, books: Books) -> None:
    """Calls go in order of time within a delivery; needs cards."""
    _lay_out_bits(desk, world.dice, books)
    desk.table("calls", _calls(desk, world, books))
    desk.table("pages", _pages())
    utm = "case v.channel " + " ".join(f"when '{name}' then '{told}'" for name, told in UTM.items()) + " end"
    for step in (MACROS, VISITS.format(utm=utm), GOODS):
        desk.connection.execute(step)
    name = "case e.kind " + " ".join(f"when '{kind}' then '{told}'" for kind, told in NAMES.items()) + " end"
    call = "case when e.kind in ('page', 'identify') then e.kind::varchar else 'track' end"
    desk.write(
        FEED,
        f"""select e.delivery, {LINE.format(name=name, call=call)} as line
        from calls e
        join visit_texts v on v.person = e.person and v.visit = e.visit
        join pages w on w.page = e.page
        left join product_texts g on g.product = e.product
        order by e.position""",
    )
    seen = "from visits v join visit_bits b using (person, visit) semi join calls e on e.person = v.person and e.visit = v.visit"
    desk.name_records(
        "segment",
        "user",
        f"""select shopify_customer_id(v.person, 0) as source_record_id, v.person as person {seen}
        where v.is_signed_in and v.person in (select person from records where system = 'shopify')""",
    )
    # A browser that several people use names none of them.
    desk.name_records(
        "segment",
        "anonymous",
        f"""select uuid_text(b.first, b.second) as source_record_id, min(v.person) as person {seen}
        group by b.first, b.second having min(v.person) = max(v.person)""",
    )


def _lay_out_bits(desk: Desk, dice: Dice, books: Books) -> None:
    """Browsers and devices get their ids from their numbers, so two people on one device show the same."""
    visits = books.visits
    ids = {
        name: dice.bits(f"id of a {what}, {name}", visits[what].to_numpy() + 1)
        for what, names in {"anonymous": ("first", "second"), "device": ("device_first", "device_second")}.items()
        for name in names
    }
    keys = {name: visits[name].to_numpy() for name in ("person", "visit")}
    desk.table("visit_bits", pa.table(keys | ids))


def _calls(desk: Desk, world: World, books: Books) -> pa.Table:
    """One row a call that was archived, in the order of the files."""
    events = books.events
    person, visit, number = (events[name].to_numpy() for name in ("person", "visit", "event"))
    bits = world.dice.bits("message", (person * 100_000 + visit) * 1_000 + number)
    at = world.calendar.timestamps(events["at"].to_numpy()).astype("datetime64[us]")
    again = np.flatnonzero(world.dice.happens("is sent twice", SENT_TWICE, (person * 100_000 + visit) * 1_000 + number))
    rows = np.concatenate([np.arange(len(person)), again])
    delay = np.concatenate(
        [np.zeros(len(person), dtype=np.int64), 1 + (bits[again] % np.uint64(5400)).astype(np.int64)]
    )
    received = at[rows] + delay.astype("timedelta64[s]")
    delivery = desk.schedule.position(FEED, received)
    kept = delivery < len(desk.schedule.days(FEED.rhythm))
    rows, received, delivery = rows[kept], received[kept], delivery[kept]
    order = np.lexsort((bits[rows], received, delivery))
    rows, received, delivery = rows[order], received[order], delivery[order]
    kind, product = events["kind"].to_numpy()[rows], events["product"].to_numpy()[rows]
    return pa.table(
        {
            "person": person[rows],
            "visit": visit[rows],
            "event": number[rows],
            "at": at[rows],
            "received_at": received,
            "kind": pa.DictionaryArray.from_arrays(pa.array(kind), list(EVENTS)),
            "product": product,
            "page": _page(kind, product, bits[rows]),
            "bits": bits[rows],
            "thousandths": pa.DictionaryArray.from_arrays(
                (bits[rows] % np.uint64(1000)).astype(np.int16), [f".{n:03d}" for n in range(1000)]
            ),
            "delivery": delivery,
            "position": np.arange(len(rows)),
        }
    )


def _page(kind: np.ndarray, product: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Where each call was made: on the product's page, in a search, at the till, else at home or before a shelf."""
    which = (bits % np.uint64(2 * len(CATEGORIES))).astype(np.int64)
    elsewhere = np.where(which < len(CATEGORIES), FIRST_SHELF + which, HOME)
    at_till = [kind == EVENTS.index(name) for name in ("search", "checkout_started", "order_completed")]
    found = np.select(at_till, [FIRST_SEARCH + which % len(CATEGORIES), CART, THANKS], elsewhere)
    return np.where(product >= 0, FIRST_PRODUCT + product, found)


def _pages() -> pa.Table:
    pages = [(HOME, "/", "Home", "null"), (CART, "/cart", "Cart", "null"), (THANKS, "/thanks", "Thank you", "null")]
    for place, (latin, written) in enumerate(CATEGORIES):
        pages.append((FIRST_SEARCH + place, "/search", "Search", f'"{written}"'))
        pages.append((FIRST_SHELF + place, f"/collections/{latin}", latin.capitalize(), "null"))
    pages += [
        (FIRST_PRODUCT + place, f"/products/{one.sku.lower()}", one.name_latin.replace('"', ""), "null")
        for place, one in enumerate(PRODUCTS)
    ]
    return pa.table(dict(zip(("page", "path", "title", "query"), map(list, zip(*pages, strict=True)), strict=True)))
