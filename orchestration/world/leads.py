"""Leads: where they come from, who gets them, how long they lie, whether they convert - and whether they would have
with every other representative of the team, so that the best assignment can be computed.

The chance is logistic: channel + kind of lead + fit of the representative with that kind - SLOWNESS * log(1 + hours).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.books import REPS, STAFF, table
from orchestration.world.campaigns import campaigns
from orchestration.world.codes import CHANNELS, LEAD_KINDS, LEAD_STATUSES
from orchestration.world.dice import Dice
from orchestration.world.elementary import exp, log
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.seasons import Calendar, whole_seconds

BASE, SLOWNESS = -0.1, 0.42
CHANNEL_EFFECTS = np.array([0.1, 0.2, 0.0, -0.5, -0.1, -0.4, -0.3, 0.9, 0.5, 0.6])  # by codes.CHANNELS
KIND_EFFECTS = np.array([0.2, 0.0, -0.2, 0.1, 0.0, -0.5])  # by codes.LEAD_KINDS
FIT_OF_REP, FIT_OF_KIND = 0.3, 0.9  # deviations of what a representative can and of what they can with a kind
SAT_UPON, RECYCLED = 0.12, 0.5
PRIVATE = LEAD_KINDS.index("private")
PRIVATE_LEADS, COMPANY_LEADS = 0.12, 0.85


@dataclass(frozen=True)
class Leads:
    """Arrays by lead, by person and number; moments as they come to pass, even after the last day."""

    place: Ints
    number: Ints
    at: Floats
    channel: Ints
    campaign: Ints
    kind: Ints
    rep: Ints
    sat_upon: np.ndarray
    hours: Floats
    recycled_at: Floats
    fits: Floats
    probabilities: Floats
    converts: np.ndarray
    converted_at: Floats

    @property
    def probability(self) -> Floats:
        return self.probabilities[np.arange(len(self.rep)), self.rep % STAFF]


def fit_of(block: int, dice: Dice) -> Floats:
    """[representative of the block, kind of lead]: their part of the logit."""
    reps, kinds = (block * STAFF + np.arange(REPS))[:, None], np.arange(len(LEAD_KINDS))[None, :]
    general = FIT_OF_REP * dice.normal("what a representative can", reps)
    return np.round(general + FIT_OF_KIND * dice.normal("what they can with a kind", reps, kinds), 6)


def arrive(persons: Persons, industry: Ints, calendar: Calendar, dice: Dice) -> Leads:
    """`industry` by place: the kind of lead of a company's contact."""
    n = persons.number
    is_company = persons.account >= 0
    is_lead = dice.happens("is a lead", np.where(is_company, COMPANY_LEADS, PRIVATE_LEADS), n)
    at = whole_seconds(dice.uniform("becomes a lead", n) * calendar.days)
    place = np.flatnonzero(is_lead)
    first = _work(persons, place, np.zeros(len(place), dtype=np.int64), at[place], industry, calendar, dice)
    again = np.flatnonzero(np.isfinite(first.recycled_at))
    second = _work(
        persons, place[again], np.ones(len(again), dtype=np.int64), first.recycled_at[again], industry, calendar, dice
    )
    joined = [np.concatenate([getattr(first, name), getattr(second, name)]) for name in Leads.__dataclass_fields__]
    keep = joined[2] < calendar.days
    order = np.flatnonzero(keep)[np.lexsort((joined[1][keep], joined[0][keep]))]
    return Leads(*(column[order] for column in joined))


def _work(
    persons: Persons, place: Ints, number: Ints, at: Floats, industry: Ints, calendar: Calendar, dice: Dice
) -> Leads:
    n = persons.number[place]
    key = n, number
    kind = np.where(persons.account[place] >= 0, industry[place], PRIVATE)
    channel = dice.pick("channel of a lead", [1, 3, 3, 2, 1, 0, 1, 2, 2, 1], n)
    local = (dice.whole("representative", 0, REPS - 1, n) + number * 2) % REPS
    rep = persons.block * STAFF + local
    laziness = 0.03 + 2 * (SAT_UPON - 0.03) * dice.uniform("laziness", rep)
    sat_upon = dice.happens("is sat upon", laziness, *key)
    hours = 0.2 + 5 * dice.exponential("answers after", *key) * (0.5 + dice.uniform("speed", rep))
    hours = np.round(hours + sat_upon * (120 + 500 * dice.uniform("lies for", *key)), 4)
    recycled = sat_upon & (number == 0) & dice.happens("is recycled", RECYCLED, *key)
    recycled_at = np.where(recycled, whole_seconds(at + 4 + dice.uniform("is recycled after", *key)), np.nan)
    fits = fit_of(persons.block, dice)[:, kind].T
    effects = BASE + CHANNEL_EFFECTS[channel] + KIND_EFFECTS[kind] - SLOWNESS * log(1 + hours)
    probabilities = np.round(1 / (1 + exp(-(effects[:, None] + fits))), 9)
    converts = dice.happens("converts", probabilities[np.arange(len(n)), local], *key) & ~recycled
    takes = 1 + 18 * dice.uniform("converts after", *key)
    converted_at = np.where(converts, whole_seconds(at + hours / 24 + takes), np.nan)
    return Leads(
        place,
        number,
        at,
        channel,
        _campaign(channel, at, calendar),
        kind,
        rep,
        sat_upon,
        hours,
        recycled_at,
        fits,
        probabilities,
        converts,
        converted_at,
    )


def _campaign(channel: Ints, at: Floats, calendar: Calendar) -> Ints:
    """The campaign that ran in that channel at that moment."""
    found = np.full(len(at), -1)
    for campaign in campaigns(calendar):
        paid = (channel == campaign.channel) | (channel == CHANNELS.index("social"))
        found[paid & (at >= campaign.starts) & (at < campaign.ends)] = campaign.number
    return found


def lead_tables(
    persons: Persons, leads: Leads, opportunity: Ints, calendar: Calendar
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`opportunity` by lead (-1 = none came of it). The tables leads and lead_fit."""
    n = persons.number[leads.place]
    recycled = np.isfinite(leads.recycled_at)
    touched = np.where(recycled, np.nan, whole_seconds(leads.at + leads.hours / 24))
    closed = np.where(leads.converts | recycled, np.nan, whole_seconds(leads.at + leads.hours / 24 + 30))
    seen = {
        name: np.where(moments < calendar.days, moments, np.nan)
        for name, moments in (("touched_at", touched), ("converted_at", leads.converted_at), ("closed_at", closed))
    }
    gone = np.isfinite(seen["converted_at"])
    names = np.where(np.isfinite(seen["touched_at"]), "working", "open")
    names = np.where(recycled & (leads.recycled_at < calendar.days), "unqualified", names)
    names = np.where(
        np.isfinite(seen["closed_at"]), np.where(leads.probability > 0.3, "nurturing", "unqualified"), names
    )
    names = np.where(gone, "converted", names)
    company = np.where(gone, persons.account[leads.place], -1)
    told = {
        name: getattr(leads, name) for name in ("at", "channel", "campaign", "kind", "rep", "converts", "probability")
    }
    made = table(
        "leads",
        {
            **{"person": n, "lead": leads.number, **told, "is_sat_upon": leads.sat_upon, "response_hours": leads.hours},
            **{**seen, "account": company, "opportunity": np.where(gone, opportunity, -1)},
            **{"recycled_at": np.where(leads.recycled_at < calendar.days, leads.recycled_at, np.nan)},
            **{"status": [LEAD_STATUSES.index(name) for name in names]},
        },
    )
    reps = np.tile(persons.block * STAFF + np.arange(REPS), len(n))
    columns = {"person": np.repeat(n, REPS), "lead": np.repeat(leads.number, REPS), "rep": reps}
    return made, table("lead_fit", {**columns, "fit": leads.fits.ravel(), "probability": leads.probabilities.ravel()})
