"""How orders end: paid (late), called off, delivered (badly), refused at the door, sent back, refunded."""

from dataclasses import dataclass

import numpy as np

from orchestration.world.codes import BAD, PAYMENTS, REFUND_REASONS
from orchestration.world.dice import Dice
from orchestration.world.people import Flags, Floats, Ints, Persons
from orchestration.world.prices import (
    BAD_IF_LEAVES,
    BAD_IF_STAYS,
    CANCELLED,
    MARKET,
    REFUND_IF_BAD,
    SHOP,
    STORE,
    Basket,
    Bill,
    Orders,
)
from orchestration.world.seasons import whole_seconds

PAYMENT_SHARES = {  # alipay, wechat, card, paypal, cash, bank transfer, balance, on delivery
    "shop in China": [45, 40, 6, 0, 0, 0, 4, 5],
    "shop abroad": [0, 0, 70, 30, 0, 0, 0, 0],
    "market": [90, 0, 10, 0, 0, 0, 0, 0],
    "store": [30, 40, 15, 0, 10, 0, 5, 0],
}


@dataclass(frozen=True)
class Fate:
    """By order. Moments as they come to pass, even after the last day; NaN = never."""

    payment: Ints
    is_late: Flags
    paid_at: Floats
    shipped_at: Floats
    delivered_at: Floats
    cancelled_at: Floats
    bad: Ints
    is_refused: Flags


@dataclass(frozen=True)
class Refunds:
    """By refund: `row` of the order, `line_row` in the basket (-1 = the whole order), moments, amount, reason."""

    row: Ints
    line_row: Ints
    asked_at: Floats
    at: Floats
    amount: Ints
    reason: Ints


def decide(persons: Persons, orders: Orders, bill: Bill, dice: Dice) -> Fate:
    key = persons.number[orders.place], orders.number
    online = (bill.where == SHOP) | (bill.where == MARKET)
    cancelled = online & dice.happens("thinks better of it", CANCELLED, *key)
    refused = online & ~cancelled & dice.happens("refuses", persons.refuses[orders.place], *key)
    bad = _bad(orders, online, dice, key)
    payment = _payment(bill, dice, key)
    on_delivery = payment == PAYMENTS.index("cash_on_delivery")
    late_payer = dice.happens("is a late payer", 0.07, key[0])
    late = online & ~on_delivery & dice.happens("pays late", np.where(late_payer, 0.35, 0.01), *key)
    late |= orders.is_b2b & dice.happens("pays after the term", 0.18, *key)
    share = dice.uniform("pays after", *key)
    waits = np.where(late, 1.05 + 5 * share, share / 48)
    waits = np.where(orders.is_b2b, orders.term * (0.6 + 0.39 * share) + late * (3 + 40 * share), waits)
    waits = np.where(bill.where == STORE, 0.0, waits)
    unpaid = cancelled & dice.happens("was never paid", 0.5, *key)
    shipped = orders.at + np.where(online & ~on_delivery, waits, 0.0) + 0.2 + 1.6 * dice.uniform("ships after", *key)
    delivered = (
        shipped + 0.8 + 4 * dice.uniform("travels", *key) + np.where(bad == BAD.index("late"), 4 + 8 * share, 0.0)
    )
    shipped, delivered = (np.where(bill.where == STORE, orders.at, moment) for moment in (shipped, delivered))
    paid = np.where(on_delivery, delivered, orders.at + waits)
    return Fate(
        payment,
        late & ~cancelled,
        np.where(unpaid | (on_delivery & (cancelled | refused)), np.nan, whole_seconds(paid)),
        np.where(cancelled, np.nan, whole_seconds(shipped)),
        np.where(cancelled | (bad == BAD.index("lost")), np.nan, whole_seconds(delivered)),
        np.where(cancelled, whole_seconds(orders.at + np.where(unpaid, 1.0, 0.1 + share / 4)), np.nan),
        np.where(cancelled, 0, bad),
        refused,
    )


def give_back(persons: Persons, orders: Orders, bill: Bill, fate: Fate, basket: Basket, dice: Dice) -> Refunds:
    """Whole orders (called off or refused after payment, bad deliveries), else single lines sent back."""
    key = persons.number[orders.place], orders.number
    cancelled, is_paid = np.isfinite(fate.cancelled_at), np.isfinite(fate.paid_at)
    gives_up = (fate.bad > 0) & ~fate.is_refused & dice.happens("wants the money back", REFUND_IF_BAD, *key)
    whole = np.flatnonzero((cancelled | fate.is_refused | gives_up) & is_paid)
    reason = np.where(cancelled, "cancelled", np.where(fate.is_refused, "refused", "bad_delivery"))[whole]
    asked = np.where(cancelled, fate.cancelled_at, fate.shipped_at + 6 + 9 * dice.uniform("asks after", *key))[whole]
    keeps = ~cancelled & ~fate.is_refused & ~gives_up & ~orders.is_b2b
    line = np.arange(len(basket.row)) - np.searchsorted(basket.row, basket.row)
    line_key = key[0][basket.row], key[1][basket.row], line
    returned = keeps[basket.row] & dice.happens("sends back", persons.returns[orders.place][basket.row], *line_key)
    lines = np.flatnonzero(returned)
    asked_line = fate.shipped_at[basket.row] + 5 + 12 * dice.uniform("sends back after", *line_key)
    row = np.concatenate([whole, basket.row[lines]])
    asked_at = np.concatenate([asked, asked_line[lines]])
    names = np.where(dice.happens("does not fit", 0.4, *line_key), "does_not_fit", "changed_mind")[lines]
    codes = [REFUND_REASONS.index(name) for name in np.concatenate([reason, names])]
    takes = 1 + 5 * dice.uniform("refund takes", key[0][row], key[1][row])
    return Refunds(
        row,
        np.concatenate([np.full(len(whole), -1), lines]),
        whole_seconds(asked_at),
        whole_seconds(asked_at + takes),
        np.concatenate([bill.total[whole], bill.paid[lines]]),
        np.array(codes, dtype=np.int64),
    )


def _bad(orders: Orders, online: Flags, dice: Dice, key: tuple[Ints, Ints]) -> Ints:
    """Given that the customer leaves or stays after this order: the law of leaving itself is not touched."""
    is_bad = online & dice.happens("bad delivery", np.where(orders.leaves, BAD_IF_LEAVES, BAD_IF_STAYS), *key)
    return np.where(is_bad, 1 + dice.pick("kind of bad", [10, 5, 4, 1], *key), 0)


def _payment(bill: Bill, dice: Dice, key: tuple[Ints, Ints]) -> Ints:
    pays = np.full(len(bill.where), PAYMENTS.index("bank_transfer"))
    for place, mine in {
        "shop in China": (bill.where == SHOP) & (bill.currency == 0),
        "shop abroad": (bill.where == SHOP) & (bill.currency > 0),
        "market": bill.where == MARKET,
        "store": bill.where == STORE,
    }.items():
        pays[mine] = dice.pick("pays with", PAYMENT_SHARES[place], key[0][mine], key[1][mine])
    return pays
