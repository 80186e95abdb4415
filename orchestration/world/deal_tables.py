"""Deals as the books keep them on the last day: opportunities, stage events, quotes, contracts, tasks - and the stubs
of the orders delivered under contracts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.books import table
from orchestration.world.catalog import PRICES
from orchestration.world.codes import COMPETITORS, ORIGINS, OUTCOMES, QUOTE_STATUSES, TASKS
from orchestration.world.deals import LOST, WON, Deals
from orchestration.world.dice import Dice
from orchestration.world.leads import Leads
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.prices import Basket, Orders
from orchestration.world.seasons import Calendar, whole_seconds

FIRST_CONTRACT_ORDER, ORDERS_A_CONTRACT = 7_000, 24
MONTH = 30.0


@dataclass(frozen=True)
class DealTables:
    opportunities: pd.DataFrame
    stage_events: pd.DataFrame
    quotes: pd.DataFrame
    quote_lines: pd.DataFrame
    contracts: pd.DataFrame


def deal_tables(persons: Persons, deals: Deals, calendar: Calendar, dice: Dice) -> DealTables:
    return DealTables(
        _opportunities(persons, deals, calendar, dice),
        _stage_events(deals, calendar, dice),
        *_quotes(deals, calendar),
        _contracts(persons, deals, calendar, dice),
    )


def deliver(persons: Persons, deals: Deals, calendar: Calendar, dice: Dice) -> tuple[Orders, Basket]:
    """Orders under contracts: equal parts of the quote, one a month."""
    starts = _starts(deals, dice)
    parts = np.arange(deals.deliveries.max(initial=1))
    deal, part = (grid.ravel() for grid in np.meshgrid(np.arange(len(deals.number)), parts, indexing="ij"))
    at = starts[deal] + MONTH * part
    mine = deals.is_won[deal] & (part < deals.deliveries[deal]) & (at < calendar.days)
    deal, part, at = deal[mine], part[mine], at[mine]
    order, line = np.nonzero(deals.product[deal] >= 0)
    quantity = deals.quantity[deal[order], line] // deals.deliveries[deal[order]]
    orders = Orders(
        place=deals.contact[deal],
        number=FIRST_CONTRACT_ORDER + deals.number[deal] % 100 * ORDERS_A_CONTRACT + part,
        at=at,
        origin=np.full(len(deal), ORIGINS.index("b2b")),
        campaign=np.full(len(deal), -1),
        leaves=np.zeros(len(deal), dtype=bool),
        account=deals.account[deal],
        contract=deals.number[deal],
        negotiated=deals.discount_of(deals.versions - 1)[deal],
        term=_term(deals, dice)[deal].astype(np.float64),
    )
    return orders, Basket(order, deals.product[deal[order], line], quantity)


def work(persons: Persons, leads: Leads, deals: Deals, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """The table tasks: calls, mails and meetings about leads and at every step of a deal."""
    follow_up = np.arange(3)
    lead, which = (grid.ravel() for grid in np.meshgrid(np.arange(len(leads.at)), follow_up, indexing="ij"))
    n, k = persons.number[leads.place[lead]], leads.number[lead]
    at_lead = whole_seconds(leads.at + leads.hours / 24)[lead] + which * (
        3 + 6 * dice.uniform("calls again after", n, k, which)
    )
    mine = ((which == 0) | dice.happens("calls again", 0.45, n, k, which)) & ~np.isfinite(leads.recycled_at[lead])
    deal, step = np.nonzero(deals.stages >= 0)
    count = int(mine.sum())
    frame = pd.DataFrame(
        {
            "person": np.concatenate([n[mine], persons.number[deals.contact[deal]]]),
            "created_at": whole_seconds(np.concatenate([at_lead[mine], deals.moments[deal, step]])),
            "rep": np.concatenate([leads.rep[lead][mine], deals.rep[deal]]),
            "lead": np.concatenate([k[mine], np.full(len(deal), -1)]),
            "opportunity": np.concatenate([np.full(count, -1), deals.number[deal]]),
        }
    )
    frame = frame[frame["created_at"] < calendar.days]
    frame = frame.sort_values(["person", "created_at", "lead", "opportunity"], ignore_index=True)
    frame["task"] = frame.groupby("person").cumcount()
    key = frame["person"].to_numpy(), frame["task"].to_numpy()
    kind = dice.pick("kind of task", [6, 3, 1], *key)
    created = frame["created_at"].to_numpy()
    done = whole_seconds(created + 2 * dice.uniform("task is done after", *key) ** 2)
    done = np.where(dice.happens("task is forgotten", 0.06, *key) | (done >= calendar.days), np.nan, done)
    outcome = dice.pick("outcome", [3, 5, 2, 1, 2], *key)
    talks = (kind == TASKS.index("call")) & np.isfinite(done) & (outcome != OUTCOMES.index("no_answer"))
    return table(
        "tasks",
        {
            **{str(name): frame[name].to_numpy() for name in frame},
            **{"kind": kind, "due_at": created + 2.0, "done_at": done},
            **{"seconds": talks * dice.whole("talks", 20, 1_500, *key), "outcome": outcome},
        },
    )


def _seen(moments: Floats, calendar: Calendar) -> Floats:
    return np.where(moments < calendar.days, moments, np.nan)


def _planned(deals: Deals, dice: Dice) -> Floats:
    return whole_seconds(deals.created + 30 + 60 * dice.uniform("planned to close", deals.number))


def _rough(amount: Ints) -> Ints:
    """Before there is a quote, thousands are good enough."""
    return np.maximum((amount + 50_000) // 100_000, 1) * 100_000


def _opportunities(persons: Persons, deals: Deals, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    happened = deals.moments < calendar.days
    last = happened.sum(axis=1) - 1
    stage = deals.stages[np.arange(len(last)), last]
    closed = _seen(deals.closed, calendar)
    quoted = (deals.proposed < calendar.days).astype(bool)
    rival = 1 + dice.pick("competitor", np.ones(len(COMPETITORS) - 1), deals.number)
    named = (stage == LOST) & dice.happens("names the competitor", 0.7, deals.number)
    return table(
        "opportunities",
        {
            **{"opportunity": deals.number, "account": deals.account, "contact": persons.number[deals.contact]},
            **{"rep": deals.rep, "lead": deals.lead, "campaign": deals.campaign, "created_at": deals.created},
            **{"stage": stage, "closed_at": closed, "is_won": stage == WON, "is_renewal": deals.is_renewal},
            "amount": np.where(quoted, deals.amount_of(deals.versions - 1), _rough(deals.list_amount)),
            "close_at": np.where(np.isfinite(closed), closed, np.maximum(_planned(deals, dice), deals.created)),
            "competitor": np.where(named, rival, 0),
        },
    )


def _stage_events(deals: Deals, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    deal, step = np.nonzero((deals.stages >= 0) & (deals.moments < calendar.days))
    stage, at = deals.stages[deal, step], deals.moments[deal, step]
    before = np.where(step > 0, deals.stages[deal, step - 1], -1)
    quoted = at >= np.where(np.isfinite(deals.proposed), deals.proposed, np.inf)[deal]
    amount = np.where(quoted, deals.amount_of(deals.versions - 1)[deal], _rough(deals.list_amount)[deal])
    return table(
        "stage_events",
        {
            **{"opportunity": deals.number[deal], "event": step, "at": at, "from_stage": before, "stage": stage},
            **{
                "amount": amount,
                "close_at": np.where(stage >= WON, at, np.maximum(_planned(deals, dice)[deal], at + 7)),
            },
            **{"is_skip": (stage <= WON) & (stage - before > 1), "is_back": stage < before},
        },
    )


def _quotes(deals: Deals, calendar: Calendar) -> tuple[pd.DataFrame, pd.DataFrame]:
    deal = np.repeat(np.arange(len(deals.number)), deals.versions)
    version = np.arange(len(deal)) - np.repeat(np.cumsum(deals.versions) - deals.versions, deals.versions)
    share = version / deals.versions[deal]
    at = whole_seconds(deals.proposed[deal] + share * (deals.closed[deal] - deals.proposed[deal]))
    mine = at < calendar.days
    deal, version, at = deal[mine], version[mine], at[mine]
    is_last = np.append(deal[1:] != deal[:-1], True)[: len(deal)]
    over = deals.closed[deal] < calendar.days
    names = np.where(over, np.where(deals.is_won[deal], "accepted", "rejected"), "draft")
    names = np.where(is_last, names, "superseded")
    discount = np.round(np.minimum(deals.discount[deal] + 0.05 * version, 0.35), 4)
    listed = deals.list_amount[deal]
    key = {"opportunity": deals.number[deal], "quote": version}
    quotes = table(
        "quotes",
        {
            **{**key, "at": at, "valid_until": at + MONTH, "list_amount": listed, "discount": discount},
            "amount": np.floor(listed * (1 - discount) + 0.5),
            "status": [QUOTE_STATUSES.index(name) for name in names],
        },
    )
    quote, line = np.nonzero(deals.product[deal] >= 0)
    unit = PRICES[deals.product[deal[quote], line], deals.currency[deal[quote]]]
    lines = {name: values[quote] for name, values in key.items()} | {"line": line, "unit_price": unit}
    goods = {"product": deals.product[deal[quote], line], "quantity": deals.quantity[deal[quote], line]}
    return quotes, table("quote_lines", lines | goods)


def _starts(deals: Deals, dice: Dice) -> Floats:
    return whole_seconds(deals.closed + 5 + 2 * dice.uniform("is signed after", deals.number))


def _term(deals: Deals, dice: Dice) -> Ints:
    return np.array([30, 60])[dice.pick("payment term", [3, 1], deals.number)]


def _contracts(persons: Persons, deals: Deals, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    starts = _starts(deals, dice)
    mine = np.flatnonzero(deals.is_won & (starts - 4.5 < calendar.days))
    return table(
        "contracts",
        {
            **{"contract": deals.number[mine], "account": deals.account[mine]},
            **{"contact": persons.number[deals.contact[mine]], "quote": deals.versions[mine] - 1},
            **{"signed_at": starts[mine] - 4.5, "starts_at": starts[mine]},
            **{
                "ends_at": starts[mine] + MONTH * deals.deliveries[mine],
                "amount": deals.amount_of(deals.versions - 1)[mine],
            },
            **{"deliveries": deals.deliveries[mine], "term_days": _term(deals, dice)[mine]},
        },
    )
