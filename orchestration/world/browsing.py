"""Visits to the website and what is looked at: before orders, at orders, out of campaigns, and for nothing. Purchases
on the marketplace leave no traces here; the tablet on a store's counter leaves everybody's."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.books import BLOCK, STORES, table
from orchestration.world.catalog import PRODUCTS
from orchestration.world.codes import CHANNELS, DEVICES, EVENTS
from orchestration.world.dice import Dice
from orchestration.world.people import Ints, Persons
from orchestration.world.prices import SHOP, STORE
from orchestration.world.refusal import ImpossibleWorldError
from orchestration.world.seasons import SECOND, Calendar, whole_seconds

SHARES = [30, 25, 14, 12, 0, 0, 6, 8, 1, 0]  # by codes.CHANNELS, of visits after the first
IDLE_VISITS = [20, 18, 16, 14, 12, 8, 6, 4, 2]  # by number, in a whole life
LOOKS_BEFORE, SIGNS_ON_TABLET = 0.55, 0.15
COOKIES_LAST = 150.0  # days until a browser forgets who it is
AN_EVENTS = {name: EVENTS.index(name) for name in EVENTS}


@dataclass(frozen=True)
class Browsed:
    visits: pd.DataFrame
    events: pd.DataFrame


def browse(
    persons: Persons, sold: tuple[pd.DataFrame, pd.DataFrame], members: pd.DataFrame, calendar: Calendar, dice: Dice
) -> Browsed:
    """`sold`: the tables orders and lines."""
    frame = _occasions(persons, sold[0], members, calendar, dice)
    visits = _visits(persons, frame, dice)
    first_lines = sold[1][sold[1]["line"] == 0]
    return (
        Browsed(visits.drop(columns=["step", "product"]), _events(visits, first_lines, dice))
        if len(visits)
        else _none()
    )


def _none() -> Browsed:
    raise ImpossibleWorldError("Nobody ever visited the website: a block of people without visits is not possible.")


def _occasions(
    persons: Persons, orders: pd.DataFrame, members: pd.DataFrame, calendar: Calendar, dice: Dice
) -> pd.DataFrame:
    """person, at (of the end for orders), order, campaign, channel (-1 = draw), device_kind, tablet, looks (pages)."""
    shop = orders[orders["place"] == SHOP]
    n, k, at = (shop[name].to_numpy() for name in ("person", "order", "at"))
    parts = [(n, at, k, shop["campaign"].to_numpy(), shop["device_kind"].to_numpy(), np.full(len(n), -1))]
    for before in range(2):
        mine = dice.happens("looks before", LOOKS_BEFORE, n, k, before)
        when = at - 0.05 - 9 * dice.uniform("looks days before", n, k, before)
        kind = dice.pick("device before", [6, 3, 1], n, k, before)
        parts.append((n[mine], when[mine], *(np.full(mine.sum(), -1),) * 2, kind[mine], np.full(mine.sum(), -1)))
    clicked = members[members["clicked_at"].notna()]
    who = clicked["person"].to_numpy()
    none = np.full(len(who), -1)
    parts.append((who, clicked["clicked_at"].to_numpy(), none, clicked["campaign"].to_numpy(), none + 1, none))
    count = dice.pick("idle visits", IDLE_VISITS, persons.number)
    who = np.repeat(persons.number, count)
    which = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    arrived = np.repeat(calendar.moment(persons.arrival), count)
    share = dice.uniform("idle visit", who, which)
    when = arrived - 15 + (calendar.days + 15 - arrived) * share * np.sqrt(share)  # more often in the beginning
    none = np.full(len(who), -1)
    parts.append((who, when, none, none, dice.pick("idle device", [7, 3, 1], who, which), none))
    store = orders[
        (orders["place"] == STORE).to_numpy() & persons.is_member[orders["person"].to_numpy() - persons.first]
    ]
    n, k = store["person"].to_numpy(), store["order"].to_numpy()
    mine = dice.happens("signs in on the counter", SIGNS_ON_TABLET, n, k)
    tablet = tablet_of(store["store"].to_numpy())[mine]
    none = np.full(len(tablet), -1)
    at = store["at"].to_numpy()[mine] - 300 * SECOND
    parts.append((n[mine], at, none, none, np.full(len(tablet), DEVICES.index("shop_tablet")), tablet))
    names = ("person", "at", "order", "campaign", "device_kind", "tablet")
    frame = pd.DataFrame({name: np.concatenate([part[i] for part in parts]) for i, name in enumerate(names)})
    frame["at"] = whole_seconds(frame["at"])
    frame["kind"] = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    frame = frame[(frame["at"] >= 0) & (frame["at"] < calendar.days - 0.02)]
    return frame.sort_values(["person", "at", "kind", "order"], ignore_index=True)


def tablet_of(store: Ints) -> Ints:
    """The device on the counter: the fourth device of one of the block's first people, who have but three."""
    return (store // STORES * BLOCK + store % STORES) * 4 + 3


def _visits(persons: Persons, frame: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    person, at, order, kind = (frame[name].to_numpy() for name in ("person", "at", "order", "device_kind"))
    visit = np.arange(len(person)) - np.searchsorted(person, person)
    key = person, visit
    on_tablet = frame["tablet"].to_numpy() >= 0
    device = np.where(on_tablet, frame["tablet"].to_numpy(), person * 4 + kind)
    phase = COOKIES_LAST * dice.uniform("clears the cookies", device)
    epoch = np.where(on_tablet, 0, np.floor((at + phase) / COOKIES_LAST)).astype(np.int64)
    ends_in_order = order >= 0
    looks = 1 + dice.pick("pages", [35, 28, 18, 11, 8], *key)
    events = looks + 3 * ends_in_order
    step = np.floor(20 + 70 * dice.uniform("reads for", *key)) * SECOND
    campaign = frame["campaign"].to_numpy()
    channel = np.where(
        visit == 0, persons.channel[person - persons.first], dice.pick("channel of a visit", SHARES, *key)
    )
    channel = np.where(on_tablet, CHANNELS.index("store"), channel)
    owned = np.where(campaign % 2 == 0, CHANNELS.index("email"), CHANNELS.index("sms"))
    place = person - persons.first
    signed_in = persons.logs_in[place] & ~persons.is_guest[place] & ~dice.happens("is signed out", 0.25, *key)
    is_member = (
        ends_in_order
        & ~persons.is_guest[place]
        & ~dice.happens("forgets to sign in", 0.03, person, np.maximum(order, 0))
    )
    columns = {
        **{"person": person, "visit": visit, "at": whole_seconds(at - ends_in_order * step * (events - 1))},
        **{"device": device, "device_kind": kind, "anonymous": device * 64 + epoch},
        **{"channel": np.where(campaign >= 0, owned, channel), "campaign": campaign},
        **{"is_signed_in": np.where(ends_in_order, is_member, signed_in | on_tablet), "order": order, "events": events},
    }
    return table("visits", columns).assign(step=step, product=0)


def _events(visits: pd.DataFrame, first_lines: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    count = visits["events"].to_numpy()
    row = np.repeat(np.arange(len(visits)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    person, visit, order = (visits[name].to_numpy() for name in ("person", "visit", "order"))
    left = count[row] - number
    buying = order[row] >= 0
    browsed = np.array(
        [AN_EVENTS["page"], AN_EVENTS["product_viewed"], AN_EVENTS["search"], AN_EVENTS["product_added"]]
    )
    kind = browsed[dice.pick("looks at", [30, 50, 12, 8], person[row], visit[row], number)]
    kind = np.where(number == 0, AN_EVENTS["page"], kind)
    for left_over, name in ((3, "product_added"), (2, "checkout_started"), (1, "order_completed")):
        kind = np.where(buying & (left == left_over), AN_EVENTS[name], kind)
    signs_in = visits["is_signed_in"].to_numpy()[row] & (number == 1) & ~(buying & (left <= 3))
    kind = np.where(signs_in & dice.happens("identifies", 0.5, person[row], visit[row]), AN_EVENTS["identify"], kind)
    bought = np.searchsorted(
        _key(first_lines["person"].to_numpy(), first_lines["order"].to_numpy()), _key(person, order)
    )
    bought = np.minimum(bought, len(first_lines) - 1)
    product = dice.whole("product looked at", 0, len(PRODUCTS) - 1, person[row], visit[row], number)
    interest = first_lines["product"].to_numpy()[bought][row]
    product = np.where(buying, interest, product)
    about = (kind == AN_EVENTS["product_viewed"]) | (kind == AN_EVENTS["product_added"])
    at = visits["at"].to_numpy()[row] + number * visits["step"].to_numpy()[row]
    return table(
        "events",
        {
            **{"person": person[row], "visit": visit[row], "event": number, "at": whole_seconds(at), "kind": kind},
            "product": np.where(about, product, -1),
        },
    )


def _key(person: Ints, order: Ints) -> Ints:
    return person * 10_000 + np.maximum(order, 0)
