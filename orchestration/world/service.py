"""What people complain and ask about, how the desk answers, and how satisfied they are.

Satisfaction and leaving go together: who leaves after a bad delivery (rhythm.py drew it) gives worse marks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.books import AGENTS, REPS, STAFF, table
from orchestration.world.codes import PLACES, SCORES, TICKET_STATUSES, TOPICS
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.seasons import Calendar, whole_seconds

AFTER_BAD, AFTER_GOOD, ABOUT_CONTRACTS, ABOUT_NOTHING = 0.6, 0.06, 0.25, 0.10  # chance of a ticket
ANSWERS = 0.35  # share of solved tickets that are marked
MARKS_FINE, MARKS_BAD, MARKS_LEAVING = [2, 3, 8, 30, 57], [14, 14, 20, 28, 24], [40, 25, 15, 12, 8]  # 1..5
REOPENED, HANDED_OFF = 0.12, 0.15
VISITED = 0.75  # of solved complaints: somebody calls afterwards


@dataclass(frozen=True)
class Desk:
    tickets: pd.DataFrame
    comments: pd.DataFrame
    return_visits: pd.DataFrame


def serve(persons: Persons, orders: pd.DataFrame, leaves: np.ndarray, calendar: Calendar, dice: Dice) -> Desk:
    """`leaves` by row of `orders`: the customer leaves after this order."""
    asked = _ask(persons, orders, leaves, calendar, dice)
    tickets = _answer(asked, persons.block, calendar, dice)
    return Desk(tickets, _comments(tickets, calendar, dice), _return_visits(tickets, persons.block, calendar, dice))


def _ask(persons: Persons, orders: pd.DataFrame, leaves: np.ndarray, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    key = orders["person"].to_numpy(), orders["order"].to_numpy()
    is_b2b = orders["place"].to_numpy() == PLACES.index("b2b")
    bad = orders["bad"].to_numpy() > 0
    chance = np.where(is_b2b, ABOUT_CONTRACTS, np.where(bad, AFTER_BAD, AFTER_GOOD))
    chance = np.where(orders["place"].to_numpy() == PLACES.index("store"), AFTER_GOOD / 2, chance)
    writes = np.flatnonzero(dice.happens("writes to the desk", chance, *key))
    at = orders["at"].to_numpy() + np.where(bad, 4.5, 1.0) + 6 * dice.uniform("writes after", *key)
    about_bad = np.array([TOPICS.index("delivery"), TOPICS.index("delivery"), TOPICS.index("quality"), 0, 0])
    topic = np.where(bad, about_bad[orders["bad"].to_numpy()], 2 + dice.pick("topic", [3, 3, 4, 2], *key))
    topic = np.where(is_b2b, TOPICS.index("contract"), topic)
    n = persons.number
    idle = dice.happens("writes about nothing", ABOUT_NOTHING, n)
    said_at = dice.uniform("writes about nothing at", n) * calendar.days
    idlers = np.flatnonzero(idle & (said_at > calendar.moment(persons.arrival)) & (persons.account < 0))
    frame = pd.DataFrame(
        {
            "person": np.concatenate([key[0][writes], n[idlers]]),
            "at": whole_seconds(np.concatenate([at[writes], said_at[idlers]])),
            "is_case": np.concatenate([is_b2b[writes], np.zeros(len(idlers), dtype=bool)]),
            "topic": np.concatenate([topic[writes], 4 + dice.whole("idle topic", 0, 1, n[idlers])]),
            "order": np.concatenate([key[1][writes], np.full(len(idlers), -1)]),
            "is_complaint": np.concatenate([bad[writes], np.zeros(len(idlers), dtype=bool)]),
            "leaves": np.concatenate([leaves[writes], np.zeros(len(idlers), dtype=bool)]),
        }
    )
    frame = frame[frame["at"] < calendar.days].sort_values(["person", "at", "order"], ignore_index=True)
    frame["ticket"] = frame.groupby("person").cumcount()
    return frame


def _answer(asked: pd.DataFrame, block: int, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    at, complaint = asked["at"].to_numpy(), asked["is_complaint"].to_numpy()
    key = asked["person"].to_numpy(), asked["ticket"].to_numpy()
    busy = 1 + 4 * calendar.discounts[calendar.days_of(at)]
    first_reply = whole_seconds(at + 0.002 + 0.12 * busy * dice.exponential("first reply takes", *key))
    hands = dice.happens("is handed off", HANDED_OFF, *key) * dice.whole("hand-offs", 1, 2, *key)
    reopens = dice.happens("is reopened", np.where(complaint, 2 * REOPENED, REOPENED / 2), *key) * 1
    work = (0.3 + 1.2 * hands + 2.0 * reopens) * (0.3 + dice.exponential("solving takes", *key))
    solved = whole_seconds(first_reply + work)
    never = dice.happens("is never solved", 0.02, *key)
    solved = np.where(never | (solved >= calendar.days), np.nan, solved)
    closed = solved + 4.0
    closed = np.where(closed < calendar.days, closed, np.nan)
    scored_at = whole_seconds(solved + 0.05 + 2 * dice.uniform("marks after", *key))
    marked = (scored_at < calendar.days) & dice.happens("marks", ANSWERS, *key)
    marks = _marks(asked, reopens, dice, key)
    score = np.where(marked, np.where(marks >= 4, "good", "bad"), np.where(np.isfinite(solved), "offered", "unoffered"))
    waits = dice.happens("waits for the customer", 0.4, *key)
    replied = first_reply < calendar.days
    status = np.where(np.isfinite(solved), "solved", np.where(replied & waits, "pending", "open"))
    status = np.where(np.isfinite(closed), "closed", status)
    agent = block * STAFF + REPS + (dice.whole("agent", 0, AGENTS - 1, *key) + hands) % AGENTS
    is_solved = np.isfinite(solved)
    return table(
        "tickets",
        {
            **{
                name: asked[name].to_numpy()
                for name in ("person", "ticket", "at", "is_case", "topic", "order", "is_complaint")
            },
            "channel": dice.pick("channel of a ticket", [5, 2, 2, 2, 3], *key),
            "priority": np.where(complaint, 2, 1)
            - (dice.uniform("priority", *key) < 0.2)
            + (dice.uniform("urgent", *key) < 0.1),
            **{"agent": agent, "first_reply_at": np.where(replied, first_reply, np.nan), "solved_at": solved},
            **{"closed_at": closed, "reopens": reopens * is_solved, "hand_offs": hands},
            **{"score": [SCORES.index(name) for name in score], "csat": np.where(marked, marks, 0)},
            **{"scored_at": np.where(marked, scored_at, np.nan)},
            **{"status": [TICKET_STATUSES.index(name) for name in status]},
        },
    )


def _marks(asked: pd.DataFrame, reopens: Ints, dice: Dice, key: tuple[Ints, Ints]) -> Ints:
    marks = 1 + dice.pick("marks of the content", MARKS_FINE, *key)
    unhappy = 1 + dice.pick("marks after bad deliveries", MARKS_BAD, *key)
    leaving = 1 + dice.pick("marks of who leaves", MARKS_LEAVING, *key)
    marks = np.where(asked["is_complaint"].to_numpy(), unhappy, marks)
    marks = np.where(asked["is_complaint"].to_numpy() & asked["leaves"].to_numpy(), leaving, marks)
    return np.clip(marks - reopens, 1, 5)


def _comments(tickets: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Customer, agent, and so on in turn; a hand-off leaves an internal note, a reopening a word of the customer."""
    person, ticket, agent = (tickets[name].to_numpy() for name in ("person", "ticket", "agent"))
    at, replied, solved = (tickets[name].to_numpy() for name in ("at", "first_reply_at", "solved_at"))
    end = np.where(np.isfinite(solved), solved, replied)
    turns = 2 * dice.pick("turns", [6, 3, 1], person, ticket)
    parts = [(np.arange(len(at)), at, np.full(len(at), -1), True), (np.arange(len(at)), replied, agent, True)]
    for turn in range(1, 5):
        who = np.flatnonzero((turns >= turn) & (end > replied))
        moment = replied + (end - replied) * turn / 5
        parts.append((who, moment[who], agent[who] if turn % 2 == 0 else np.full(len(who), -1), True))
    handed = np.flatnonzero((tickets["hand_offs"].to_numpy() > 0) & (end > replied))
    parts.append((handed, (replied + (end - replied) * 0.1)[handed], agent[handed], False))
    again = np.flatnonzero(tickets["reopens"].to_numpy() > 0)
    parts.append((again, (replied + (end - replied) * 0.85)[again], np.full(len(again), -1), True))
    done = np.flatnonzero(np.isfinite(solved))
    parts.append((done, solved[done], agent[done], True))
    row, moment, staff = (np.concatenate([part[i] for part in parts]) for i in range(3))
    public = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    moment = whole_seconds(moment)
    order = np.lexsort((staff, moment, row))
    order = order[moment[order] < calendar.days]
    row, first = row[order], np.searchsorted(row[order], row[order])
    return table(
        "comments",
        {
            **{"person": person[row], "ticket": ticket[row], "comment": np.arange(len(row)) - first},
            **{"at": moment[order], "staff": staff[order], "is_public": public[order]},
            **{"topic": tickets["topic"].to_numpy()[row]},
        },
    )


def _return_visits(tickets: pd.DataFrame, block: int, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """After a solved complaint somebody calls, a second time when it did not help; some are never called."""
    complaints = tickets[tickets["is_complaint"] & tickets["solved_at"].notna()]
    n, k = complaints["person"].to_numpy(), complaints["ticket"].to_numpy()
    visited = dice.happens("is visited", VISITED, n, k)
    first = complaints["solved_at"].to_numpy() + 1 + 3 * dice.uniform("is visited after", n, k)
    results = [dice.pick("result of the visit", [70, 18, 12], n, k, visit) for visit in range(2)]
    rows = [
        (visited, 0, first),
        (visited & (results[0] > 0) & dice.happens("is visited again", 0.6, n, k), 1, first + 5.0),
    ]
    names = ("person", "ticket", "visit", "at", "agent", "result", "csat", "is_closed")
    columns: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for mine, visit, at in rows:
        mine = mine & (at < calendar.days)
        result, key = results[visit][mine], (n[mine], k[mine], visit)
        mark = np.where(
            result == 0,
            4 + dice.whole("mark of the visit", 0, 1, *key),
            1 + dice.whole("mark of the visit", 0, 2, *key),
        )
        agent = block * STAFF + REPS + dice.whole("visiting agent", 0, AGENTS - 1, *key)
        called = whole_seconds(at[mine])
        mark = np.where(result == 2, 0, mark)
        row = (n[mine], k[mine], np.full(mine.sum(), visit), called, agent, result, mark, result == 0)
        for column, values in zip(columns.values(), row, strict=True):
            column.append(values)
    joined: dict[str, Floats | Ints] = {name: np.concatenate(values) for name, values in columns.items()}
    order = np.lexsort((joined["visit"], joined["ticket"], joined["person"]))
    return table("return_visits", {name: values[order] for name, values in joined.items()})
