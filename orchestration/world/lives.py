"""What people do: orders until they stop, complaints, visits to the website. How it is written down: exports/.

Moments are days since the company's first midnight, as floats. Every draw is keyed by the person and the order's
number, never by a row's place in a table.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.dice import Dice
from orchestration.world.people import shop_id
from orchestration.world.seasons import Calendar


@dataclass(frozen=True)
class Lives:
    """orders [order]: person, number (0 = the person's first), at, is_bad (the delivery), is_guest, shop_id
    tickets [ticket]: person, number, at, solved_at, is_complaint
    visits [visit]: person, number, kind (0 = ends in the order, 1.. = before it), at, views, is_signed_in
    stopped_at: when each person decided to buy no more (the index is the person); missing = has not."""

    orders: pd.DataFrame
    tickets: pd.DataFrame
    visits: pd.DataFrame
    stopped_at: pd.Series


def live(people: pd.DataFrame, calendar: Calendar, dice: Dice) -> Lives:
    orders, stopped_at = _buy(people, calendar, dice)
    return Lives(orders, _complain(orders, calendar, dice), _visit(people, orders, calendar, dice), stopped_at)


def _buy(people: pd.DataFrame, calendar: Calendar, dice: Dice) -> tuple[pd.DataFrame, pd.Series]:
    """BG/NBD lives (Fader, Hardie, Lee 2005) on shopping time; a bad delivery drives a customer away."""
    person = people.index[people["is_buyer"]].to_numpy()
    time = people["arrival"].to_numpy()[person] * calendar.length
    stopped_at = pd.Series(np.nan, index=people.index)
    rounds = []
    number = 0
    while len(person):
        at = calendar.moment(time)
        is_bad = dice.happens("bad delivery", 0.05, person, number)
        rounds.append(pd.DataFrame({"person": person, "number": number, "at": at, "is_bad": is_bad}))
        leaves = dice.happens("leaves", people["dropout"].to_numpy()[person] + 0.3 * is_bad, person, number)
        stopped_at[person[leaves]] = at[leaves]
        person, time = person[~leaves], time[~leaves]
        time = time + dice.exponential("next order", person, number) * 365 / people["rate"].to_numpy()[person]
        person, time = person[time < calendar.length], time[time < calendar.length]
        number += 1
    columns = {"person": np.int64, "number": np.int64, "at": np.float64, "is_bad": bool}
    orders = pd.concat(rounds) if rounds else pd.DataFrame(columns=list(columns))
    orders = orders.astype(columns).sort_values(["at", "person"], ignore_index=True)
    forgot = dice.happens("forgets to sign in", 0.03, orders["person"], orders["number"])
    orders["is_guest"] = orders["person"].map(people["is_guest"]).astype(bool) | forgot
    orders["shop_id"] = shop_id(orders["person"], orders["number"], orders["person"].map(people["has_two_accounts"]))
    return orders, stopped_at


def _complain(orders: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    person, number = orders["person"], orders["number"]
    writes = dice.happens("writes to us", np.where(orders["is_bad"], 0.6, 0.04), person, number)
    tickets = orders.loc[writes, ["person", "number", "at"]].assign(is_complaint=orders["is_bad"])
    key = tickets["person"], tickets["number"]
    tickets["at"] += 0.5 + 6 * dice.uniform("waits before writing", *key)
    tickets["solved_at"] = tickets["at"] + 0.1 + 3 * dice.exponential("answer takes", *key)
    return tickets[tickets["at"] < calendar.days].sort_values(["at", "person"], ignore_index=True)


def _visit(people: pd.DataFrame, orders: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """The visit an order ends, up to two in the days before it; and those who only ever look."""
    lookers = people[~people["is_buyer"]]
    arrivals = calendar.moment(lookers["arrival"].to_numpy() * calendar.length)
    never_buys = pd.DataFrame({"person": lookers.index, "number": 0, "at": arrivals, "is_guest": False})
    occasions = pd.concat([orders[["person", "number", "at", "is_guest"]], never_buys], ignore_index=True)
    visits = pd.concat([occasions.assign(kind=kind) for kind in range(3)], ignore_index=True)
    key = visits["person"], visits["number"], visits["kind"]
    looks_only = (visits["kind"] > 0) | ~visits["person"].map(people["is_buyer"]).astype(bool)
    visits["views"] = dice.whole("pages", 1, 6, *key)
    visits["at"] -= np.where(looks_only, 0.1 + 9 * dice.uniform("days before", *key), visits["views"] * 2 / 1440)
    logs_in = visits["person"].map(people["logs_in"]).astype(bool)
    visits["is_signed_in"] = logs_in & ~visits["is_guest"] & ~dice.happens("is signed out", 0.2, *key)
    happens = (visits["kind"] == 0) | dice.happens("looks before buying", 0.4, *key)
    return visits[happens & (visits["at"] >= 0)].sort_values(["at", "person", "kind"], ignore_index=True)
