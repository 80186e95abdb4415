"""Lifecycle: where in its life with us is each customer on a given day?

A state machine over days, from order dates alone, so that it can be told for any day and never has to be remembered.
Here belong stages, rules, transitions and the counts that follow from them (flows, AARRR). Names for people stand in
the seed `segments`.

An order starts a spell: acquired after the first, won back after a spell that had ended in loss, else growing, and
mature from the fourth on. A spell turns to declining when it has been quiet for 1.5 times the gap to be expected, and
to lost at 3 times (for a Poisson customer one gap in five and one in twenty are that long). The gap to be expected is
the customer's own mean gap, drawn towards everybody's with the weight of two gaps. It is fixed when the order is
placed, with what was known when that quarter began: later knowledge never rewrites a stage that was told."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.history import Floats, History, Ints, dates_of, day_number, days_of, quarter_numbers
from models_ml.refusal import need

STAGES = ("acquired", "growing", "mature", "declining", "lost", "won_back")
ACQUIRED, GROWING, MATURE, DECLINING, LOST, WON_BACK = range(6)
NOBODY = -1  # the stage before the first order
TRANSITIONS = {  # to which stages each can turn
    NOBODY: {ACQUIRED},
    ACQUIRED: {GROWING, DECLINING},
    GROWING: {MATURE, DECLINING},
    MATURE: {DECLINING},
    DECLINING: {GROWING, MATURE, LOST},
    LOST: {WON_BACK},
    WON_BACK: {GROWING, MATURE, DECLINING},
}
MINIMUM_CUSTOMERS = 20
MATURE_FROM = 4  # days with an order
DECLINES_AFTER, LOST_AFTER = 1.5, 3.0  # times the expected gap
OWN_PRIOR = 2  # gaps
USUAL_GAP, USUAL_GAP_WEIGHT = 90.0, 30  # days, gaps: what to expect before anything is known
SHORTEST, LONGEST = 14.0, 180.0  # days between which an expected gap is kept


@dataclass(frozen=True)
class Spells:
    """One entry an order day [m], sorted as in the History. `base`: the stage the order begins; `end`: the stage in
    which the spell's last day found the customer; `came_from`: the stage before it. Days: `starts` (the day after the
    order, the first that knows of it), `declines`, `is_lost_on`."""

    base: Ints
    end: Ints
    came_from: Ints
    starts: Ints
    declines: Ints
    is_lost_on: Ints


def spells(history: History, as_of: date) -> Spells:
    """The spells of everybody who bought before as_of; a `history` that knows no later days."""
    gap = expected_gaps(history)
    declines_after = np.ceil(DECLINES_AFTER * gap).astype(np.int64)
    lost_after = np.ceil(LOST_AFTER * gap).astype(np.int64)
    number = history.number
    is_last = np.append(number[1:] == 0, True)
    quiet = np.where(is_last, day_number(as_of) - history.day, np.append(history.gaps[1:], 0))
    is_lost, is_declining = quiet >= lost_after, quiet >= declines_after
    was_lost = np.append(False, is_lost[:-1]) & (number > 0)
    base = np.where(number + 1 >= MATURE_FROM, MATURE, GROWING)
    base = np.where(number == 0, ACQUIRED, np.where(was_lost, WON_BACK, base))
    end = np.where(is_lost, LOST, np.where(is_declining, DECLINING, base))
    came_from = np.where(number == 0, NOBODY, np.append(NOBODY, end[:-1]))
    return Spells(base, end, came_from, history.day + 1, history.day + declines_after, history.day + lost_after)


def expected_gaps(history: History) -> Floats:
    """Days until the next order to expect after each order [m], as known when it was placed."""
    number, gaps, quarter = history.number, history.gaps, quarter_numbers(history.day)
    low = int(quarter.min()) if len(quarter) else 0
    closed = number > 0
    size = int(quarter.max()) - low + 2 if len(quarter) else 1
    counts = np.cumsum(np.bincount(quarter[closed] - low + 1, minlength=size))
    totals = np.cumsum(np.bincount(quarter[closed] - low + 1, weights=gaps[closed], minlength=size))
    usual = (totals + USUAL_GAP * USUAL_GAP_WEIGHT) / (counts + USUAL_GAP_WEIGHT)
    own = history.day - history.day[history.first][history.customer]
    return np.clip((own + OWN_PRIOR * usual[quarter - low]) / (number + OWN_PRIOR), SHORTEST, LONGEST)


def score(history: History, as_of: date) -> pd.DataFrame:
    """One row per customer who bought before as_of: customer_id, as_of_date, stage, previous_stage (None when they
    never had another), stage_since (date). Raises Refused below MINIMUM_CUSTOMERS."""
    known = history.before(as_of)
    need(len(known), MINIMUM_CUSTOMERS, "customers have bought", "有购买记录的客户")
    all_spells, last = spells(known, as_of), known.last
    begins = _run_begins(all_spells)[last]
    stage = all_spells.end[last]
    since = np.where(stage == LOST, all_spells.is_lost_on[last], all_spells.declines[last])
    since = np.where(stage == all_spells.base[last], all_spells.starts[begins], since)
    previous = np.where(stage == LOST, DECLINING, all_spells.base[last])
    previous = np.where(stage == all_spells.base[last], all_spells.came_from[begins], previous)
    names = np.array([*STAGES, None], dtype=object)  # NOBODY, -1, is the last
    return pd.DataFrame(
        {
            "customer_id": known.customer_ids,
            "as_of_date": as_of,
            "stage": names[stage],
            "previous_stage": names[previous],
            "stage_since": dates_of(since),
        }
    )


def flows(history: History, first: date, last: date) -> pd.DataFrame:
    """Who went from which stage to which on every day from `first` to `last`: as_of_date, from_stage (None: was no
    customer), to_stage, customer_count, net_revenue (of the day before as_of_date, the last that it knows).

    Rows in which nobody is are left out. Those who stay are a row with from_stage = to_stage, so the sum over
    from_stage is the closing count of the day before and the sum over to_stage the opening count of the next.
    """
    begins, ends = day_number(first), day_number(last)
    count, revenue = _tally(_turns(history.before(last), last), begins, ends)
    at, source, to = np.nonzero((count > 0) | (revenue != 0))
    names = np.array([*STAGES, None], dtype=object)
    return pd.DataFrame(
        {
            "as_of_date": dates_of(begins + at),
            "from_stage": names[source - 1],
            "to_stage": names[to],
            "customer_count": count[at, source, to],
            "net_revenue": revenue[at, source, to] / 100,
        }
    )


def stage_spells(history: History, refunds: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """In which stage was each customer on every day from `first` to `last`? One row per customer and stretch of days in
    one stage: customer_id, stage, valid_from, valid_to (the first day on which it was over; missing while it lasts),
    of the stretch before it previous_stage and previous_from, both missing for the first, and net_revenue, what the
    customer has brought before `last` in all. `refunds` of days before `last`: customer_id, refund_date, refund_amount.

    Stretches of a customer follow one another without a gap; the first may begin before `first`."""
    known = history.before(last)
    turns = _turns(known, last)
    order = np.lexsort((turns.day, turns.customer))
    order = order[turns.origin[order] != turns.target[order]]
    customer, day, target = turns.customer[order], turns.day[order], turns.target[order]
    follows = np.append(customer[1:] == customer[:-1], False)
    valid_to = np.where(follows, dates_of(np.append(day[1:], 0)), np.datetime64("NaT"))
    came = np.append(False, follows[:-1])
    previous_from = np.where(came, dates_of(np.append(0, day[:-1])), np.datetime64("NaT"))
    previous_stage = np.where(came, np.array(STAGES, dtype=object)[np.append(0, target[:-1])], None)
    seen = ~(valid_to <= np.datetime64(first))
    who, _, refunded = known.refunds_of(refunds)
    brought = np.bincount(known.customer, weights=known.cents, minlength=len(known))
    brought -= np.bincount(who, weights=refunded, minlength=len(known))
    return pd.DataFrame(
        {
            "customer_id": known.customer_ids[customer[seen]],
            "stage": np.array(STAGES, dtype=object)[target[seen]],
            "valid_from": dates_of(day[seen]),
            "valid_to": valid_to[seen],
            "previous_stage": previous_stage[seen],
            "previous_from": previous_from[seen],
            "net_revenue": np.rint(brought[customer[seen]]) / 100,
        }
    )


def aarrr(history: History, told: pd.DataFrame) -> pd.DataFrame:
    """AARRR by month from the rows of `flows` and the same history: month, step, customer_count, net_revenue.

    acquisition: first orders. activation: from acquired to growing, the second order. retention: neither declining nor
    lost on the last day, without an amount. revenue: who bought in the month, and for how much (of the first two steps:
    with the order that was the step). Referral is not known from orders.
    """
    frame = told.assign(month=_months(told["as_of_date"].to_numpy()))
    is_end = frame["as_of_date"].eq(frame.groupby("month")["as_of_date"].transform("max"))
    steps = {
        "acquisition": frame["from_stage"].isna(),
        "activation": frame["from_stage"].eq("acquired") & frame["to_stage"].eq("growing"),
        "retention": is_end & ~frame["to_stage"].isin(["declining", "lost"]),
    }
    parts = [frame[which].assign(step=step) for step, which in steps.items()]
    counted = pd.concat(parts).groupby(["month", "step"])[["customer_count", "net_revenue"]].sum().reset_index()
    counted["net_revenue"] = counted["net_revenue"].where(counted["step"].ne("retention"))
    known = history.day + 1
    inside = (known >= days_of(told["as_of_date"]).min()) & (known <= days_of(told["as_of_date"]).max())
    bought = pd.DataFrame(
        {
            "month": _months(dates_of(known[inside])),
            "customer_count": history.customer[inside],
            "net_revenue": history.cents[inside] / 100,
        }
    )
    paid = bought.groupby("month").agg({"customer_count": "nunique", "net_revenue": "sum"}).reset_index()
    return pd.concat([counted, paid.assign(step="revenue")]).sort_values(["month", "step"], ignore_index=True)


def _months(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    return days.astype("datetime64[M]").astype("datetime64[s]")


def _run_begins(told: Spells) -> Ints:
    """For each spell the place of the spell with which its stage began [m]: orders within one stage do not end it."""
    place = np.arange(len(told.base))
    return np.maximum.accumulate(np.where(told.base != told.came_from, place, 0))


@dataclass(frozen=True)
class _Turns:
    """One entry an order, a decline and a loss [t], in no order: whose, on which day, from which stage to which (equal
    where an order changed nothing), and what the order brought in hundredths."""

    customer: Ints
    day: Ints
    origin: Ints
    target: Ints
    cents: Ints


def _turns(known: History, last: date) -> _Turns:
    told = spells(known, last)
    follows = np.append(known.number[1:] > 0, False)
    next_start = np.where(follows, np.append(told.starts[1:], 0), day_number(last) + 1)
    declines, loses = told.declines < next_start, told.is_lost_on < next_start
    return _Turns(
        customer=np.concatenate([known.customer, known.customer[declines], known.customer[loses]]),
        day=np.concatenate([told.starts, told.declines[declines], told.is_lost_on[loses]]),
        origin=np.concatenate([told.came_from, told.base[declines], np.full(loses.sum(), DECLINING)]),
        target=np.concatenate([told.base, np.full(declines.sum(), DECLINING), np.full(loses.sum(), LOST)]),
        cents=np.concatenate([known.cents, np.zeros(declines.sum() + loses.sum(), dtype=np.int64)]),
    )


def _tally(turns: _Turns, begins: int, ends: int) -> tuple[Ints, Ints]:
    """Counts and hundredths [day, from + 1, to], those who stay counted in."""
    day, origin, target, cents = turns.day, turns.origin, turns.target, turns.cents
    shape = (ends - begins + 1, len(STAGES) + 1, len(STAGES))
    inside = (day >= begins) & (day <= ends)
    cell = np.ravel_multi_index((day[inside] - begins, origin[inside] + 1, target[inside]), shape)
    size = int(np.prod(shape))
    revenue = np.rint(np.bincount(cell, weights=cents[inside], minlength=size)).astype(np.int64).reshape(shape)
    is_move = origin[inside] != target[inside]
    count = np.bincount(cell[is_move], minlength=size).reshape(shape)
    past = day < begins
    stock = np.bincount(target[past], minlength=6) - np.bincount(origin[past & (origin >= 0)], minlength=6)
    change = count.sum(axis=1) - count[:, 1:, :].sum(axis=2)
    opening = stock + np.cumsum(change, axis=0) - change
    stage = np.arange(len(STAGES))
    count[:, stage + 1, stage] = opening - count[:, 1:, :].sum(axis=2)
    return count, revenue
