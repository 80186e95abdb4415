"""The calls of the website in the order of Segment's files: who made each, when it was received, from which page. What
a call says in JSON stands in segment.py.
"""

import numpy as np
import pyarrow as pa

from orchestration.world.books import Books, World
from orchestration.world.catalog import CATEGORIES, PRODUCTS
from orchestration.world.codes import EVENTS
from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Feed
from orchestration.world.exports.desk import Desk
from orchestration.world.exports.ids import hexadecimal, texts_of, uuids

SENT_TWICE = 0.004
SHOP = "https://shop.example"
MESSAGE = np.frombuffer(b"ajs-next-", dtype=np.uint8)
HOME, CART, THANKS, FIRST_SEARCH, FIRST_SHELF, FIRST_PRODUCT = 0, 1, 2, 10, 30, 100


def lay_out_calls(desk: Desk, feed: Feed, world: World, books: Books) -> None:
    """Make the tables calls [call], visit_ids [visit] and pages."""
    _lay_out_ids(desk, world.dice, books)
    desk.table("calls", _calls(desk, feed, world, books))
    desk.table("pages", _pages())


def _lay_out_ids(desk: Desk, dice: Dice, books: Books) -> None:
    """Browsers and devices get their ids from their numbers, so two people on one device show the same."""
    visits = books.visits
    ids = {
        f"{what}_id": uuids(*(dice.bits(f"id of a {what}, {half}", visits[what].to_numpy() + 1) for half in "ab"))
        for what in ("anonymous", "device")
    }
    keys = {name: visits[name].to_numpy() for name in ("person", "visit")}
    desk.table("visit_ids", pa.table(keys | ids))


def _calls(desk: Desk, feed: Feed, world: World, books: Books) -> pa.Table:
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
    delivery = desk.schedule.position(feed, received)
    kept = delivery < len(desk.schedule.days(feed.rhythm))
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
            "message_id": texts_of(np.concatenate([np.tile(MESSAGE, (len(rows), 1)), hexadecimal(bits[rows])], axis=1)),
            "millisecond": (bits[rows] % np.uint64(1000)).astype(np.int64),
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
    """By page: its title, and what calls made there say about it in JSON: as the page seen, as a search, as the place
    where a visit landed (up to the referrer) or moved on."""
    pages = [(HOME, "/", "Home", ""), (CART, "/cart", "Cart", ""), (THANKS, "/thanks", "Thank you", "")]
    for place, (latin, written) in enumerate(CATEGORIES):
        pages.append((FIRST_SEARCH + place, "/search", "Search", written))
        pages.append((FIRST_SHELF + place, f"/collections/{latin}", latin.capitalize(), ""))
    for place, one in enumerate(PRODUCTS):
        pages.append((FIRST_PRODUCT + place, f"/products/{one.sku.lower()}", one.name_latin.replace('"', ""), ""))
    told = [
        {
            "page": page,
            "title": title,
            "properties": f'{{"path":"{path}","url":"{SHOP}{path}"}}',
            "searched": f'{{"query":"{query}"}}',
            "landed": f'"page":{{"path":"{path}","referrer":"',
            "moved": f'{{"page":{{"path":"{path}","referrer":"{SHOP}/"}},',
        }
        for page, path, title, query in pages
    ]
    return pa.Table.from_pylist(told)
