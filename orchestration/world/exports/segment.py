"""Segment's raw archive: gzipped NDJSON of pages, tracks and identifies, or Parquet files in one full delivery. A few
calls are archived twice under one messageId, as happens when a browser tries again. UTM parameters stand on the page a
visit begins with.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.world.books import Books, World
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed, Rhythm
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.lines import choose
from orchestration.world.exports.segment_calls import (
    AGENTS,
    NAMES,
    REFERRERS,
    SHOP,
    UTM,
    archive,
    lay_out_visit_ids,
    machine_ids,
    pages,
)
from orchestration.world.exports.segment_table import write_calls

FEED = Feed(
    *("segment", "events", "events-{day}.ndjson.gz"),
    rhythm=Rhythm.DAILY,
    parts_at_once="events-{day}-{part}.parquet",
)
# What every call of a visit shares, written once a visit.
VISITS = f"""
create or replace temp table visit_texts as
select v.person, v.visit, b.anonymous_id,
    case when v.is_signed_in and k.person is not null then shopify_customer_id(v.person, 0)::varchar end as user_id,
    concat('"library":{{"name":"analytics.js","version":"next-1.70.0"}},"locale":"',
        case p.language when 0 then 'zh-CN' else 'en-GB' end, '","ip":"203.0.113.', v.anonymous % 254 + 1,
        '","device":{{"id":"', b.device_id, '","type":"', v.device_kind,
        '"}},"userAgent":"', {choose("v.device_kind", AGENTS)}, '"}}') as context_end,
    case when utm is null then '' else '"campaign":{{"source":"' || split_part(utm, '/', 1)
        || '","medium":"' || split_part(utm, '/', 2) || '"' || coalesce(',"name":"' || c.code || '"', '') || '}},' end
        as campaign,
    coalesce({choose("v.channel", REFERRERS)}, '') as referrer,
    '{{"email":' || json_text(s.true_email) || ',"name":' || json_text(s.full_name) || '}}' as traits,
    '{{"order_id":"' || shopify_order_id(v.person, v."order") || '","total":' || money(o.total)
        || ',"currency":"' || o.currency || '"}}' as bought
from (select v.*, {choose("v.channel", UTM)} as utm from visits v) v
join visit_ids b using (person, visit)
join people p using (person)
left join records k on k.person = v.person and k.system = 'shopify' and k.entry = 0
left join cards s on s.person = v.person and s.system = 'segment' and s.entry = 0
    and s.told_at <= v.at and v.at < s.outdated_at
left join campaigns c on c.campaign = v.campaign
left join orders o on o.person = v.person and o."order" = v."order"
"""
GOODS = """
create or replace temp table product_texts as
select product, '{"product_id":"' || sku || '","sku":"' || sku || '","name":' || json_text(name_latin)
    || ',"category":"' || category_latin || '"}' as json
from products
"""
KINDS = "case when e.kind in ('page', 'identify') then e.kind::varchar else 'track' end"
PROPERTIES = """case e.kind when 'page' then w.properties when 'search' then w.searched
    when 'order_completed' then coalesce(v.bought, '{}') when 'checkout_started' then '{"step":1}'
    when 'identify' then null else coalesce(g.json, '{}') end"""
CONTEXT = """case when e.event = 0 then concat('{', v.campaign, w.landed, v.referrer, '"},', v.context_end)
    else concat(w.moved, v.context_end) end"""
LINE = f"""concat('{{"type":"', {KINDS}, '","messageId":"', e.message_id, '","anonymousId":"', v.anonymous_id,
    '","userId":', coalesce('"' || v.user_id || '"', 'null'),
    ',"timestamp":"', replace(e.at::varchar, ' ', 'T'), e.thousandths,
    'Z","receivedAt":"', replace(e.received_at::varchar, ' ', 'T'), e.thousandths, 'Z",',
    case e.kind when 'identify' then '"traits":' || coalesce(v.traits, '{{}}')
        when 'page' then concat('"name":"', w.title, '","properties":', {PROPERTIES})
        else concat('"event":"', {choose("e.kind", NAMES)}, '","properties":', {PROPERTIES}) end,
    ',"context":', {CONTEXT}, '}}', chr(10))"""
CALLS = """from calls e
join visit_texts v on v.person = e.person and v.visit = e.visit
join pages w on w.page = e.page
left join product_texts g on g.product = e.product
order by e.position"""


def write(desk: Desk, world: World, books: Books) -> None:
    """Calls go in order of time within a delivery; needs cards."""
    calls = archive(desk, FEED, world, books)
    if desk.schedule.is_at_once:
        desk.write_part(FEED, write_calls(desk, calls, books, world.dice))
    else:
        lay_out_visit_ids(desk, world.dice, books)
        desk.table("calls", calls.as_rows())
        desk.table("pages", _pages())
        for step in (VISITS, GOODS):
            desk.connection.execute(step)
        desk.write(FEED, f"select e.delivery, {LINE} as line {CALLS}")
    _name_records(desk, world.dice, books, np.unique(calls.visit_row))


def _name_records(desk: Desk, dice: Dice, books: Books, called: npt.NDArray[np.int64]) -> None:
    """Whom the accounts and browsers of the visits `called` name; a browser that several people use names none."""
    visits = books.visits.iloc[called]
    desk.table("called", pa.table({name: visits[name].to_numpy() for name in ("person", "is_signed_in")}))
    desk.name_records(
        "segment",
        "user",
        """select shopify_customer_id(c.person, 0) as source_record_id, c.person from called c
        where c.is_signed_in and c.person in (select person from records where system = 'shopify')""",
    )
    users = visits.groupby("anonymous")["person"].agg(["min", "max"])
    alone = users[users["min"] == users["max"]]
    ids = machine_ids(dice, "anonymous", alone.index.to_numpy())
    desk.table("browsers", pa.table({"source_record_id": ids, "person": alone["min"].to_numpy()}))
    desk.name_records("segment", "anonymous", "select * from browsers")


def _pages() -> pa.Table:
    """By page: its title, and what calls made there say about it in JSON: as the page seen, as a search, as the place
    where a visit landed (up to the referrer) or moved on."""
    told = pages()
    return pa.Table.from_pylist(
        [
            {
                "page": page,
                "title": title,
                "properties": f'{{"path":"{path}","url":"{SHOP}{path}"}}',
                "searched": f'{{"query":"{query}"}}',
                "landed": f'"page":{{"path":"{path}","referrer":"',
                "moved": f'{{"page":{{"path":"{path}","referrer":"{SHOP}/"}},',
            }
            for page, (path, title, query) in enumerate(zip(*told.values(), strict=True))
        ]
    )
