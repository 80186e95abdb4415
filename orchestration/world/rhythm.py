"""When the people of a block buy of their own accord, and after which order they leave: BG/NBD lives on shopping time.

Fader, Hardie, Lee (2005), "Counting your customers" the easy way: orders follow a Poisson process with a gamma-
distributed rate; after every repeat order (never after the first) the customer leaves with a beta-distributed chance.
Bad deliveries stand apart from that law: leaving is drawn first, the delivery given that somebody left or stayed
(checkout.py), so that unhappy customers leave more often although the law of all customers is untouched.
"""

from dataclasses import dataclass

import numpy as np

from orchestration.world.dice import Dice
from orchestration.world.elementary import log
from orchestration.world.people import Flags, Floats, Ints, Persons
from orchestration.world.refusal import ImpossibleWorldError
from orchestration.world.seasons import Calendar

AT_ONCE = 16  # orders drawn a round; changes nothing but speed
YEAR = 365.0  # days of shopping time a rate speaks of
LAST_BASE_ORDER = 4_999


@dataclass(frozen=True)
class Rhythm:
    """One entry an order, by person and number: `place` in the block, `number` (0 = first), `time` (shopping time),
    `at` (moment), `leaves` (never to buy again of their own accord). `left_at` by place: NaN = has not."""

    place: Ints
    number: Ints
    time: Floats
    at: Floats
    leaves: Flags
    left_at: Floats


def buy(persons: Persons, calendar: Calendar, dice: Dice) -> Rhythm:
    who = np.flatnonzero(persons.is_buyer & (persons.arrival < calendar.length))
    time = persons.arrival[who]
    rounds = [(who, np.zeros(len(who), dtype=np.int64), time, np.zeros(len(who), dtype=bool))]
    number = 1
    while len(who):
        numbers = np.arange(number, number + AT_ONCE)
        key = persons.number[who][:, None], numbers[None, :]
        with np.errstate(divide="ignore"):  # one rate in a million is too small for a float: that order never comes
            gaps = -log(dice.uniform("next order", *key)) * (YEAR / persons.rate[who])[:, None]
        times = np.cumsum(np.concatenate([time[:, None], gaps], axis=1), axis=1)[:, 1:]
        leaves = dice.uniform("leaves", *key) < persons.dropout[who][:, None]
        left_before = np.cumsum(leaves, axis=1) - leaves > 0
        happens = ~left_before & (times < calendar.length)
        row, column = np.nonzero(happens)
        rounds.append((who[row], numbers[column], times[row, column], leaves[row, column]))
        goes_on = happens[:, -1] & ~leaves[:, -1]
        who, time = who[goes_on], times[goes_on, -1]
        number += AT_ONCE
        if number > LAST_BASE_ORDER:
            raise ImpossibleWorldError("Somebody orders more than 4,999 times: choose fewer days.")
    place, numbers, times, leaves = (np.concatenate(column) for column in zip(*rounds, strict=True))
    order = np.lexsort((numbers, place))
    place, numbers, times, leaves = place[order], numbers[order], times[order], leaves[order]
    at = calendar.moment(times)
    left_at = np.full(len(persons.number), np.nan)
    left_at[place[leaves]] = at[leaves]
    return Rhythm(place, numbers, times, at, leaves, left_at)
