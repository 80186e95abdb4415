"""The calls of the website in the order of Segment's files: who made each, when it was received, from which page; and
the words Segment has for what they tell. Calls as lines of JSON stand in segment.py, as a table in segment_table.py.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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
# The pages by number: three, a search and a shelf per category, one per product.
HOME, CART, THANKS, FIRST_SEARCH = 0, 1, 2, 3
FIRST_SHELF = FIRST_SEARCH + len(CATEGORIES)
FIRST_PRODUCT = FIRST_SHELF + len(CATEGORIES)
NAMES = {
    **{"search": "Products Searched", "product_viewed": "Product Viewed", "product_added": "Product Added"},
    **{"checkout_started": "Checkout Started", "order_completed": "Order Completed"},
}
UTM = {
    **{"paid_search": "baidu/cpc", "social": "weixin/social", "email": "newsletter/email", "sms": "sms/sms"},
    **{"affiliate": "partner-blog/affiliate", "event": "qr/event", "store": "qr/store"},
}
REFERRERS = {"organic": "https://www.search.example/", "referral": "https://blog.example/"}
AGENTS = {
    "phone": "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36",
    "desktop": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0",
    "tablet": "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Safari/604.1",
    "shop_tablet": "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Safari/604.1",
}

Numbers = npt.NDArray[np.int64]
Moments = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Calls:
    """One entry a call that was archived, in the order of the files (arrays of one length).

    visit_row: the visit's row in the books; kind: codes.EVENTS; product: catalog.PRODUCTS or -1; page: its number.
    """

    person: Numbers
    visit: Numbers
    event: Numbers
    visit_row: Numbers
    at: Moments
    received_at: Moments
    millisecond: Numbers
    kind: npt.NDArray[np.int8]
    product: npt.NDArray[np.int16]
    page: Numbers
    message_id: pa.Array
    delivery: Numbers

    def as_rows(self) -> pa.Table:
        """The table the lines are made from, with words for numbers."""
        columns = {name: getattr(self, name) for name in ("person", "visit", "event", "at", "received_at", "product")}
        thousandths = pa.DictionaryArray.from_arrays(
            self.millisecond.astype(np.int16), [f".{n:03d}" for n in range(1000)]
        )
        return pa.table(
            columns
            | {"kind": pa.DictionaryArray.from_arrays(pa.array(self.kind), list(EVENTS)), "page": self.page}
            | {"message_id": self.message_id, "thousandths": thousandths, "delivery": self.delivery}
            | {"position": np.arange(len(self.person))}
        )


def lay_out_visit_ids(desk: Desk, dice: Dice, books: Books) -> None:
    """Make the table visit_ids [visit]: browsers and devices get their ids from their numbers, so two people on one
    device show the same."""
    visits = books.visits
    ids = {f"{what}_id": machine_ids(dice, what, visits[what].to_numpy()) for what in ("anonymous", "device")}
    keys = {name: visits[name].to_numpy() for name in ("person", "visit")}
    desk.table("visit_ids", pa.table(keys | ids))


def machine_ids(dice: Dice, what: str, number: Numbers) -> pa.Array:
    """The ids of browsers (what: anonymous) or devices."""
    return uuids(*(dice.bits(f"id of a {what}, {half}", number + 1) for half in "ab"))


def archive(desk: Desk, feed: Feed, world: World, books: Books) -> Calls:
    """The calls as they were archived: within a delivery in order of time, a few of them twice."""
    events = books.events
    person, visit, number = (events[name].to_numpy() for name in ("person", "visit", "event"))
    key = (person * 100_000 + visit) * 1_000 + number
    bits = world.dice.bits("message", key)
    at = world.calendar.timestamps(events["at"].to_numpy()).astype("datetime64[us]")
    again = np.flatnonzero(world.dice.happens("is sent twice", SENT_TWICE, key))
    rows = np.concatenate([np.arange(len(person)), again])
    delay = np.concatenate(
        [np.zeros(len(person), dtype=np.int64), 1 + (bits[again] % np.uint64(5400)).astype(np.int64)]
    )
    received = at[rows] + delay.astype("timedelta64[s]")
    delivery = desk.schedule.position(feed, received)
    kept = delivery < len(desk.schedule.days(feed.rhythm))
    rows, received, delivery = rows[kept], received[kept], delivery[kept]
    order = np.argsort(_by_time(received, bits[rows]), kind="stable")  # deliveries follow each other in time
    rows, received, delivery = rows[order], received[order], delivery[order]
    kind, product = events["kind"].to_numpy()[rows], events["product"].to_numpy()[rows]
    visit_row = np.repeat(np.arange(len(books.visits)), books.visits["events"].to_numpy())
    return Calls(
        person=person[rows],
        visit=visit[rows],
        event=number[rows],
        visit_row=visit_row[rows],
        at=at[rows],
        received_at=received,
        millisecond=(bits[rows] % np.uint64(1000)).astype(np.int64),
        kind=kind,
        product=product,
        page=_page(kind, product, bits[rows]),
        message_id=texts_of(np.concatenate([np.tile(MESSAGE, (len(rows), 1)), hexadecimal(bits[rows])], axis=1)),
        delivery=delivery,
    )


def pages() -> dict[str, list[str]]:
    """By number of the page: path, title, and what is searched for there ('' = nothing)."""
    found = [("/", "Home", ""), ("/cart", "Cart", ""), ("/thanks", "Thank you", "")]
    found += [("/search", "Search", written) for _, written in CATEGORIES]
    found += [(f"/collections/{latin}", latin.capitalize(), "") for latin, _ in CATEGORIES]
    found += [(f"/products/{one.sku.lower()}", one.name_latin.replace('"', ""), "") for one in PRODUCTS]
    columns = zip(*found, strict=True)
    return {name: list(column) for name, column in zip(("path", "title", "query"), columns, strict=True)}


def _by_time(received: Moments, bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sorts by the second, and within a second as by lot."""
    second = received.astype("datetime64[s]").astype(np.int64)
    return (second.astype(np.uint64) << np.uint64(30)) | (bits >> np.uint64(34))


def _page(kind: np.ndarray, product: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Where each call was made: on the product's page, in a search, at the till, else at home or before a shelf."""
    which = (bits % np.uint64(2 * len(CATEGORIES))).astype(np.int64)
    elsewhere = np.where(which < len(CATEGORIES), FIRST_SHELF + which, HOME)
    at_till = [kind == EVENTS.index(name) for name in ("search", "checkout_started", "order_completed")]
    found = np.select(at_till, [FIRST_SEARCH + which % len(CATEGORIES), CART, THANKS], elsewhere)
    return np.where(product >= 0, FIRST_PRODUCT + product, found)
