"""What is in an order and what it costs. When orders happen and how they end stands elsewhere.

Everything here has an expectation in closed form: expected_order_value() is the truth about it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from orchestration.world import catalog
from orchestration.world.codes import ORIGINS, PLACES
from orchestration.world.dice import Dice
from orchestration.world.people import Flags, Floats, Ints, Persons
from orchestration.world.seasons import Calendar

SHOP, MARKET, B2B, STORE = (PLACES.index(place) for place in ("shop", "market", "b2b", "store"))
IN_STORE = 0.3  # of the orders of people near a store
COUPON_SHARE, COUPON_OFF = 0.2, 0.1  # of members' orders; off the goods
FREE_FROM, FREIGHT = 9_900, 1_000  # fen: no freight above, else
TAX = np.array([0.13, 0.20, 0.08, 0.13])  # inside the price in China and the United Kingdom, on top elsewhere
CANCELLED = 0.02  # of online orders: never paid for, or thought better of
BAD_IF_STAYS, BAD_IF_LEAVES = 0.045, 0.16  # share of bad deliveries among orders after which one stays, or leaves
REFUND_IF_BAD = 0.35  # of bad deliveries: the whole order is given back
_SHARES = np.cumsum(catalog.TASTES, axis=2)
_EDGES = (_SHARES / _SHARES[:, :, -1:]).reshape(-1, len(catalog.PRODUCTS))
_EDGES = (np.minimum(_EDGES, 1.0) + np.arange(len(_EDGES))[:, None]).ravel()


@dataclass(frozen=True)
class Orders:
    """Stubs, one entry an order: `place` in the block, `number`, moment, origin, campaign, `leaves`; for companies'
    orders account, contract, share off the list and payment term in days (-1, -1, 0, 0 elsewhere)."""

    place: Ints
    number: Ints
    at: Floats
    origin: Ints
    campaign: Ints
    leaves: Flags
    account: Ints
    contract: Ints
    negotiated: Floats
    term: Floats

    @property
    def is_b2b(self) -> Flags:
        return self.origin == ORIGINS.index("b2b")


@dataclass(frozen=True)
class Basket:
    """Lines by order: `row` of the order (rising), product, quantity."""

    row: Ints
    product: Ints
    quantity: Ints


@dataclass(frozen=True)
class Bill:
    """By order: where, currency, coupon?, goods, discount, shipping, tax, total; by line: unit, paid (after discount),
    cut (the discount). Hundredths."""

    where: Ints
    currency: Ints
    has_coupon: Flags
    goods: Ints
    discount: Ints
    shipping: Ints
    tax: Ints
    total: Ints
    unit: Ints
    paid: Ints
    cut: Ints


def fill(persons: Persons, orders: Orders, dice: Dice) -> Basket:
    """What people put into the baskets of their own orders (a company's come from its quotes)."""
    own = np.flatnonzero(~orders.is_b2b)
    n, k = persons.number[orders.place[own]], orders.number[own]
    count = 1 + dice.pick("lines", catalog.LINES, n, k)
    row = np.repeat(own, count)
    line = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    key = np.repeat(n, count), np.repeat(k, count), line
    taste = persons.favourite[orders.place[row]] * catalog.TIERS + persons.tier[orders.place[row]]
    found = np.searchsorted(_EDGES, dice.uniform("product", *key) + taste, side="right") - taste * len(catalog.PRODUCTS)
    return Basket(row, np.clip(found, 0, len(catalog.PRODUCTS) - 1), 1 + dice.pick("pieces", catalog.QUANTITIES, *key))


def price(persons: Persons, orders: Orders, basket: Basket, calendar: Calendar, dice: Dice) -> Bill:
    key = persons.number[orders.place], orders.number
    where, currency = _where(persons, orders, dice), persons.country[orders.place]
    has_coupon = ~orders.is_b2b & persons.is_member[orders.place] & dice.happens("uses a coupon", COUPON_SHARE, *key)
    season = calendar.discounts[calendar.days_of(orders.at)]
    off = np.where(orders.is_b2b, orders.negotiated, 1 - (1 - season) * np.where(has_coupon, 1 - COUPON_OFF, 1.0))
    unit = catalog.PRICES[basket.product, currency[basket.row]]
    gross = unit * basket.quantity
    cut = _whole(gross * off[basket.row])
    goods, discount = (per_order(values, basket.row, len(where)) for values in (gross, cut))
    net, yuan, rate = goods - discount, np.array(catalog.RATES)[currency], TAX[currency]
    is_sent = (where == SHOP) | (where == MARKET)
    shipping = np.where(is_sent & (net * yuan < FREE_FROM), _whole(FREIGHT / yuan), 0)
    is_inside = currency <= 1
    tax = _whole(net * rate / np.where(is_inside, 1 + rate, 1.0))
    total = net + shipping + np.where(is_inside, 0, tax)
    return Bill(where, currency, has_coupon, goods, discount, shipping, tax, total, unit, gross - cut, cut)


def expected_order_value(persons: Persons) -> Floats:
    """Net goods to expect of a repeat order placed on a day without discount, hundredths of the person's currency:
    goods less coupons, less what is cancelled, refused, given back after bad deliveries and sent back."""
    goods = catalog.GOODS[persons.favourite, persons.tier, persons.country]
    coupon = np.where(persons.is_member, 1 - COUPON_SHARE * COUPON_OFF, 1.0)
    in_store = np.where(persons.store >= 0, IN_STORE, 0.0)
    bad = BAD_IF_STAYS * (1 - persons.dropout) + BAD_IF_LEAVES * persons.dropout
    arrives = (1 - CANCELLED) * (1 - persons.refuses) * (1 - REFUND_IF_BAD * bad)
    return np.round(goods * coupon * (1 - persons.returns) * (in_store + (1 - in_store) * arrives), 4)


def per_order(values: Ints, row: Ints, count: int) -> Ints:
    """Sums of whole numbers by row."""
    totals = np.zeros(count, dtype=np.int64)
    np.add.at(totals, row, values)
    return totals


def _where(persons: Persons, orders: Orders, dice: Dice) -> Ints:
    key = persons.number[orders.place], orders.number
    in_store = (persons.store[orders.place] >= 0) & dice.happens("buys in the store", IN_STORE, *key)
    on_market = dice.happens("buys on the marketplace", persons.on_market[orders.place], *key)
    own = np.where(in_store, STORE, np.where(on_market, MARKET, SHOP))
    return np.where(orders.is_b2b, B2B, own)


def _whole(amount: npt.NDArray[Any]) -> Ints:
    return np.floor(amount + 0.5).astype(np.int64)
