"""Members of the platform and of the stores: levels, points, stored value, coupons. All of it follows from orders."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from orchestration.world.books import AGENTS, BLOCK, CLERKS, REPS, STAFF, STORES, table
from orchestration.world.catalog import RATES
from orchestration.world.codes import COUPONS, PAYMENTS, POINT_REASONS
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.prices import COUPON_OFF, STORE
from orchestration.world.seasons import SECOND, Calendar, whole_seconds

LEVEL_FROM = np.array([0, 500, 2_000, 6_000, 20_000])  # growth = yuan paid, by codes.LEVELS
REDEEMS, REDEEMED_IN = 0.12, 100  # of orders; points go in hundreds
TOP_UP = 50_000  # fen put in whenever the stored value does not suffice
COUPON_DAYS = 30.0
FIRST_UNUSED_COUPON, FIRST_APOLOGY = 5_800, 6_000
BIRTHDAY_POINTS = 50
FAR = 2**40  # more points than anybody ever has


@dataclass(frozen=True)
class Membership:
    memberships: pd.DataFrame
    level_changes: pd.DataFrame
    points: pd.DataFrame
    wallet: pd.DataFrame
    coupons: pd.DataFrame


def keep(persons: Persons, orders: pd.DataFrame, refunds: pd.DataFrame, calendar: Calendar, dice: Dice) -> Membership:
    paid = orders[orders["paid_at"].notna() & (orders["place"] != 2)]
    paid = paid.sort_values(["person", "paid_at", "order"], ignore_index=True)
    paid = paid[persons.is_member[paid["person"].to_numpy() - persons.first]]
    joined = _joined(persons, calendar, dice)
    return Membership(
        _memberships(persons, paid, joined, calendar, dice),
        _level_changes(paid),
        _points(persons, paid, refunds, calendar, dice),
        _wallet(paid),
        _coupons(persons, orders, calendar, dice),
    )


def _joined(persons: Persons, calendar: Calendar, dice: Dice) -> Floats:
    """By place: the moment of joining the platform; NaN = not a member (yet)."""
    share = dice.uniform("joins after", persons.number)
    after = calendar.moment(persons.arrival) + 12 * share * share * share
    return np.where(persons.is_member & (after < calendar.days), whole_seconds(after), np.nan)


def _yuan(paid: pd.DataFrame) -> Ints:
    return np.floor(paid["total"].to_numpy() * np.array(RATES)[paid["currency"].to_numpy()] / 100).astype(np.int64)


def _within(person: Ints, values: Ints) -> Ints:
    """Running sums that begin anew with every person (rows by person)."""
    total = np.cumsum(values)
    first = np.searchsorted(person, person)
    return total - np.where(first > 0, total[first - 1], 0)


def _memberships(persons: Persons, paid: pd.DataFrame, joined: Floats, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    n = persons.number
    growth = np.bincount(paid["person"].to_numpy() - persons.first, weights=_yuan(paid), minlength=BLOCK)
    in_store = (paid["place"] == STORE).to_numpy()
    of_store = np.bincount(
        paid["person"].to_numpy()[in_store] - persons.first, weights=_yuan(paid)[in_store], minlength=BLOCK
    )
    platform = np.flatnonzero(np.isfinite(joined) & dice.happens("is the platform's member", 0.93, n))
    home = np.flatnonzero(np.isfinite(joined) & (persons.store >= 0))
    also = home[dice.happens("joins another store", 0.3, n[home])]
    other = persons.block * STORES + (persons.store[also] + 1) % STORES
    later = whole_seconds(joined[also] + 5 + 60 * dice.uniform("joins another store after", n[also]))
    known = later < calendar.days
    also, other, later = also[known], other[known], later[known]
    place = np.concatenate([platform, home, also])
    store = np.concatenate([np.full(len(platform), -1), persons.store[home], other])
    at = np.concatenate([joined[platform], joined[home], later])
    grown = np.concatenate([growth[platform], of_store[home], np.zeros(len(also))]).astype(np.int64)
    clerk = persons.block * STAFF + REPS + AGENTS + dice.whole("is won by", 0, CLERKS - 1, n[place], store + 1)
    order = np.lexsort((store, place))
    columns = {
        **{"person": n[place], "store": store, "joined_at": at, "growth": grown},
        **{"level": np.searchsorted(LEVEL_FROM, grown, side="right") - 1, "referrer": np.where(store >= 0, clerk, -1)},
    }
    return table("memberships", {name: values[order] for name, values in columns.items()})


def _level_changes(paid: pd.DataFrame) -> pd.DataFrame:
    person = paid["person"].to_numpy()
    after = _within(person, _yuan(paid))
    level, before = (np.searchsorted(LEVEL_FROM, grown, side="right") - 1 for grown in (after, after - _yuan(paid)))
    rises = level > before
    return table(
        "level_changes", {"person": person[rises], "at": paid["paid_at"].to_numpy()[rises], "level": level[rises]}
    )


def _points(
    persons: Persons, paid: pd.DataFrame, refunds: pd.DataFrame, calendar: Calendar, dice: Dice
) -> pd.DataFrame:
    """A point a yuan when paid, taken back with a refund, BIRTHDAY_POINTS a year; on some orders all full hundreds are
    redeemed; at the end of a year what was earned before that year and is not spent expires."""
    person, order, at = (paid[name].to_numpy() for name in ("person", "order", "paid_at"))
    back = refunds.merge(paid[["person", "order", "currency"]], on=["person", "order"])
    lost = -np.floor(back["amount"].to_numpy() * np.array(RATES)[back["currency"].to_numpy()] / 100).astype(np.int64)
    redeems = dice.happens("redeems points", REDEEMS, person, order)
    members = np.unique(person)
    ends = _year_ends(calendar)
    who = np.repeat(members, len(ends))
    born_who, born_at = _birthdays(persons, members, paid, calendar)
    parts = {
        "order": (person, at, _yuan(paid), order),
        "refund": (back["person"].to_numpy(), back["at"].to_numpy(), lost, back["order"].to_numpy()),
        "birthday": (born_who, born_at, np.full(len(born_who), BIRTHDAY_POINTS), np.full(len(born_who), -1)),
        "redeemed": (person[redeems], at[redeems], np.zeros(redeems.sum(), dtype=np.int64), order[redeems]),
        "expired": (who, np.tile(ends, len(members)), np.zeros(len(who), dtype=np.int64), np.full(len(who), -1)),
    }
    reason = np.concatenate([np.full(len(part[0]), POINT_REASONS.index(name)) for name, part in parts.items()])
    n, moment, earned, about = (np.concatenate([part[i] for part in parts.values()]) for i in range(4))
    rows = np.lexsort((reason, about, moment, n))
    n, moment, earned, reason, about = n[rows], moment[rows], earned[rows], reason[rows], about[rows]
    total = _within(n, earned)
    spent = _spent(n, total, reason, len(ends))
    change = earned - (spent - np.where(_begins(n), 0, np.roll(spent, 1)))
    mine = change != 0
    n = n[mine]
    return table(
        "points",
        {
            **{"person": n, "entry": np.arange(len(n)) - np.searchsorted(n, n), "at": moment[mine]},
            **{"reason": reason[mine], "order": about[mine], "change": change[mine], "balance": (total - spent)[mine]},
        },
    )


def _spent(person: Ints, total: Ints, reason: Ints, years: int) -> Ints:
    """Points redeemed or expired up to each row: what each event wants gone in all, and never less than before."""
    wanted = np.where(reason == POINT_REASONS.index("redeemed"), total // REDEEMED_IN * REDEEMED_IN, 0)
    if years:
        expires = np.flatnonzero(reason == POINT_REASONS.index("expired"))
        a_year_before = np.roll(total[expires].reshape(-1, years), 1, axis=1)
        a_year_before[:, 0] = 0
        wanted[expires] = a_year_before.ravel()
    anew = (person - person[0] if len(person) else person) * FAR
    return np.maximum.accumulate(np.maximum(wanted, 0) + anew) - anew


def _begins(person: Ints) -> np.ndarray:
    return np.append(True, person[1:] != person[:-1])[: len(person)]


def _year_ends(calendar: Calendar) -> Floats:
    years = range(calendar.first_day.year + 1, calendar.end.year + 1)
    ends = [(date(year, 1, 1) - calendar.first_day).days - SECOND for year in years]
    return whole_seconds(np.array([end for end in ends if end < calendar.days], dtype=np.float64))


def _birthdays(persons: Persons, members: Ints, paid: pd.DataFrame, calendar: Calendar) -> tuple[Ints, Floats]:
    """Members' birthdays at nine, once they have paid for something (29 February is kept on 1 March)."""
    born = persons.birth[members - persons.first].astype("datetime64[D]")
    day = (born - born.astype("datetime64[Y]")).astype(np.int64)
    since = paid["paid_at"].to_numpy()[np.searchsorted(paid["person"].to_numpy(), members)]
    who, at = [], []
    for year in range(calendar.first_day.year, calendar.end.year + 1):
        moment = (date(year, 1, 1) - calendar.first_day).days + day + 9 / 24
        mine = (moment > since) & (moment < calendar.days)
        who.append(members[mine])
        at.append(whole_seconds(moment[mine]))
    return np.concatenate(who), np.concatenate(at)


def _wallet(paid: pd.DataFrame) -> pd.DataFrame:
    """Store orders paid out of stored value; when it does not suffice, full TOP_UPs are put in a minute before."""
    own = paid[(paid["payment"] == PAYMENTS.index("balance")).to_numpy() & (paid["currency"] == 0).to_numpy()]
    person, total, at = (own[name].to_numpy() for name in ("person", "total", "paid_at"))
    spent = _within(person, total)
    put_in = -(-spent // TOP_UP) * TOP_UP
    more = put_in - np.where(_begins(person), 0, np.roll(put_in, 1))
    tops_up = more > 0
    n = np.concatenate([person[tops_up], person])
    moment = np.concatenate([whole_seconds(at[tops_up] - 60 * SECOND), at])
    change = np.concatenate([more[tops_up], -total])
    order = np.concatenate([np.full(tops_up.sum(), -1), own["order"].to_numpy()])
    rank = np.concatenate([2 * np.flatnonzero(tops_up), 2 * np.arange(len(person)) + 1])
    rows = np.argsort(rank)
    n, moment, change, order = n[rows], moment[rows], change[rows], order[rows]
    entry, balance = np.arange(len(n)) - np.searchsorted(n, n), _within(n, change)
    return table(
        "wallet", {"person": n, "entry": entry, "at": moment, "order": order, "change": change, "balance": balance}
    )


def _coupons(persons: Persons, orders: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Those used in orders, those claimed in seasons and forgotten, and apologies for bad deliveries."""
    used = orders[orders["coupon"] >= 0]
    n, k, at = (used[name].to_numpy() for name in ("person", "order", "at"))
    claimed = np.maximum(at - 0.01 - 20 * dice.uniform("claims before", n, k) ** 2, 0.0)
    members = persons.number[persons.is_member & (persons.arrival < calendar.length)]
    who, which = (grid.ravel() for grid in np.meshgrid(members, np.arange(len(calendar.seasons)), indexing="ij"))
    begins = np.array([(season.start - calendar.first_day).days for season in calendar.seasons])[which]
    arrived = calendar.moment(persons.arrival)[who - persons.first]
    forgets = (begins > arrived) & (begins + 6 < calendar.days) & dice.happens("claims and forgets", 0.2, who, which)
    idle = (
        who[forgets],
        begins[forgets] + 5 * dice.uniform("claims and forgets at", who, which)[forgets],
        which[forgets],
    )
    hurt = orders[(orders["bad"] > 0).to_numpy() & persons.is_member[orders["person"].to_numpy() - persons.first]]
    m, j = hurt["person"].to_numpy(), hurt["order"].to_numpy()
    sorry_at = hurt["at"].to_numpy() + 12
    sorry = (j < 3_900) & (sorry_at < calendar.days) & dice.happens("is given a coupon", 0.5, m, j)
    columns = {
        "person": np.concatenate([n, idle[0], m[sorry]]),
        "coupon": np.concatenate([k, FIRST_UNUSED_COUPON + idle[2], FIRST_APOLOGY + j[sorry]]),
        "kind": np.concatenate([2 * dice.whole("kind of coupon", 0, 1, n, k), *_kinds(len(idle[0]), sorry.sum())]),
        "claimed_at": whole_seconds(np.concatenate([claimed, idle[1], sorry_at[sorry]])),
        "used_at": np.concatenate([at, np.full(len(idle[0]) + sorry.sum(), np.nan)]),
        "order": np.concatenate([k, np.full(len(idle[0]) + sorry.sum(), -1)]),
    }
    saved = used["goods"].to_numpy() * COUPON_OFF
    columns["saved"] = np.concatenate([np.floor(saved + 0.5), np.zeros(len(idle[0]) + sorry.sum())])
    order = np.lexsort((columns["coupon"], columns["person"]))
    columns |= {"share": np.full(len(order), COUPON_OFF), "expires_at": columns["claimed_at"] + COUPON_DAYS}
    return table("coupons", {name: values[order] for name, values in columns.items()})


def _kinds(idle: int, sorry: int) -> tuple[Ints, Ints]:
    return np.full(idle, COUPONS.index("season")), np.full(sorry, COUPONS.index("apology"))
