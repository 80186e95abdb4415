"""Orders become the books' tables orders, lines and refunds, seen on the last day: what comes later is not in them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world import fate as fates
from orchestration.world.books import AGENTS, CLERKS, REPS, STAFF, table
from orchestration.world.codes import ORIGINS
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.prices import SHOP, STORE, Basket, Bill, Orders, per_order, price
from orchestration.world.seasons import Calendar

ENDS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")


@dataclass(frozen=True)
class Sold:
    orders: pd.DataFrame
    lines: pd.DataFrame
    refunds: pd.DataFrame


def check_out(persons: Persons, orders: Orders, basket: Basket, calendar: Calendar, dice: Dice) -> Sold:
    """`orders` by person and number, as the tables come."""
    bill = price(persons, orders, basket, calendar, dice)
    fate = fates.decide(persons, orders, bill, dice)
    back = _seen(fates.give_back(persons, orders, bill, fate, basket, dice), calendar)
    return Sold(
        _orders(persons, orders, bill, fate, per_order(back.amount, back.row, len(orders.at)), calendar, dice),
        _lines(persons, orders, basket, bill, back),
        _refunds(persons, orders, basket, back),
    )


def happened(moments: Floats, calendar: Calendar) -> Floats:
    """NaN for what comes after the last day."""
    return np.where(moments < calendar.days, moments, np.nan)


def _orders(
    persons: Persons, orders: Orders, bill: Bill, fate: fates.Fate, refunded: Ints, calendar: Calendar, dice: Dice
) -> pd.DataFrame:
    n, k = persons.number[orders.place], orders.number
    sits = np.where(bill.where == SHOP, dice.pick("device", [6, 3, 1], n, k), 0)
    sits = np.where(bill.where <= 1, sits, -1)
    guest = persons.is_guest[orders.place] | dice.happens("forgets to sign in", 0.03, n, k)
    clerk = persons.block * STAFF + REPS + AGENTS + dice.whole("clerk", 0, CLERKS - 1, n, k)
    moments = {name: happened(getattr(fate, name), calendar) for name in ENDS}
    money = {name: getattr(bill, name) for name in ("goods", "discount", "shipping", "tax", "total")}
    return table(
        "orders",
        {
            **{"person": n, "order": k, "at": orders.at, "place": bill.where, "origin": orders.origin},
            **{"is_extra": orders.origin == ORIGINS.index("campaign"), "campaign": orders.campaign, "placed_by": n},
            **{"account": orders.account, "contract": orders.contract},
            **{"store": np.where(bill.where == STORE, persons.store[orders.place], -1)},
            **{"clerk": np.where(bill.where == STORE, clerk, -1), "currency": bill.currency},
            **{"is_guest": (bill.where == SHOP) & guest, "device": np.where(sits >= 0, n * 4 + sits, -1)},
            **{"device_kind": sits, "payment": fate.payment, "is_paid_late": fate.is_late, **moments, "bad": fate.bad},
            **{
                "is_refused": fate.is_refused,
                **money,
                "coupon": np.where(bill.has_coupon, k, -1),
                "refunded": refunded,
            },
        },
    )


def _lines(persons: Persons, orders: Orders, basket: Basket, bill: Bill, back: fates.Refunds) -> pd.DataFrame:
    row, sent_back = basket.row, np.zeros(len(basket.row), dtype=np.int64)
    lines = back.line_row[back.line_row >= 0]
    sent_back[lines] = basket.quantity[lines]
    return table(
        "lines",
        {
            **{"person": persons.number[orders.place][row], "order": orders.number[row]},
            **{"line": np.arange(len(row)) - np.searchsorted(row, row), "product": basket.product},
            **{"quantity": basket.quantity, "unit_price": bill.unit, "discount": bill.cut, "returned": sent_back},
        },
    )


def _refunds(persons: Persons, orders: Orders, basket: Basket, back: fates.Refunds) -> pd.DataFrame:
    of_line = back.line_row >= 0
    first = np.searchsorted(basket.row, back.row)
    frame = pd.DataFrame(
        {
            **{"person": persons.number[orders.place][back.row], "order": orders.number[back.row]},
            **{"line": np.where(of_line, back.line_row - first, -1), "asked_at": back.asked_at, "at": back.at},
            **{"quantity": np.where(of_line, basket.quantity[back.line_row], 0), "amount": back.amount},
            **{"reason": back.reason},
        }
    ).sort_values(["person", "order", "line"], ignore_index=True)
    refund = frame.groupby(["person", "order"]).cumcount().to_numpy()
    return table("refunds", {**{str(name): frame[name].to_numpy() for name in frame}, "refund": refund})


def _seen(back: fates.Refunds, calendar: Calendar) -> fates.Refunds:
    seen = back.at < calendar.days
    return fates.Refunds(
        *(getattr(back, name)[seen] for name in ("row", "line_row", "asked_at", "at", "amount", "reason"))
    )
