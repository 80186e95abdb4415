"""What the sales team does: whom it meets, writes to, calls, and the deals with companies. How the CRM writes it
down stands in exports/salesforce.py.

Moments are days since the company's first midnight, as floats; before it is negative.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.dice import Dice
from orchestration.world.seasons import Calendar

SECOND_CONTACT = 50_000_000  # added to a person's number: the same person, typed in once more


@dataclass(frozen=True)
class Sales:
    """contacts [contact]: person, number, at, changed_at (missing = never)
    leads [lead]: person, at, converted_at (missing = never)
    deals [deal]: company, deal, at, closes_at, is_won, amount
    invitations [campaign x person]: person, season, at, as_contact, responded_at (missing = did not)
    calls [call]: person, call, at, seconds"""

    contacts: pd.DataFrame
    leads: pd.DataFrame
    deals: pd.DataFrame
    invitations: pd.DataFrame
    calls: pd.DataFrame


def sell(people: pd.DataFrame, calendar: Calendar, dice: Dice) -> Sales:
    arrival = calendar.moment(people["arrival"].to_numpy() * calendar.length)
    joined = arrival + 10 * dice.uniform("joins after", people.index)
    contacts = _meet(people, joined, calendar, dice)
    is_lead = dice.happens("is a lead", np.where(people["is_buyer"], 0.25, 0.7), people.index)
    leads = pd.DataFrame({"person": people.index, "at": arrival - 40 * dice.uniform("was a lead for", people.index)})
    leads["converted_at"] = leads["person"].map(contacts.groupby("person")["at"].min())
    leads = leads[is_lead & (leads["at"] < calendar.days)]
    firsts = contacts[contacts["number"] < SECOND_CONTACT]
    buyers = firsts[firsts["person"].map(people["is_business"]).astype(bool)]
    deals = _deal(buyers["person"].map(people["company"]).unique(), calendar, dice)
    return Sales(contacts, leads, deals, _invite(firsts, leads, calendar, dice), _call(buyers, calendar, dice))


def _meet(people: pd.DataFrame, joined: np.ndarray, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    is_member = people["is_buyer"] & ~people["is_guest"] & dice.happens("joins", 0.35, people.index)
    contacts = pd.DataFrame({"person": people.index, "number": people.index, "at": joined})
    contacts = contacts[people["is_business"] | is_member]
    twice = contacts[dice.happens("is typed in twice", 0.03, contacts["person"])]
    twice = twice.assign(number=twice["number"] + SECOND_CONTACT, at=twice["at"] + 30)
    contacts = pd.concat([contacts, twice], ignore_index=True)
    changes = dice.happens("changes the address", 0.08, contacts["number"])
    changed_at = calendar.days - 20 * dice.uniform("changes", contacts["number"])
    contacts["changed_at"] = np.where(changes & (changed_at > contacts["at"]), changed_at, np.nan)
    return contacts[contacts["at"] < calendar.days]


def _deal(companies: np.ndarray, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    deals = pd.DataFrame({"company": np.repeat(companies, 3), "deal": np.tile(np.arange(3), len(companies))})
    key = deals["company"], deals["deal"]
    at = dice.uniform("deal begins", *key) * calendar.days
    return deals.assign(
        at=at,
        closes_at=at + 20 + 100 * dice.uniform("deal takes", *key),
        is_won=dice.happens("deal is won", 0.55, *key),
        amount=np.round(2000 * np.exp(dice.normal("deal amount", *key)), 2),
    )


def _invite(contacts: pd.DataFrame, leads: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Who had become a lead or a contact before a campaign began was, more often than not, written to."""
    met = contacts[["person", "at"]].merge(leads[["person", "at"]], on="person", how="outer", suffixes=("", "_lead"))
    rounds = []
    for season in calendar.campaigns:
        starts = (season.start - calendar.first_day).days
        known = met[(met["at"] < starts) | (met["at_lead"] < starts)]
        known = known[dice.happens("is invited", 0.6, season.number, known["person"])]
        responded_at = starts + 5 * dice.uniform("responds after", season.number, known["person"])
        responds = dice.happens("responds", 0.2, season.number, known["person"]) & (responded_at < calendar.days)
        responded_at = np.where(responds, responded_at, np.nan)
        rounds.append(
            known[["person"]].assign(
                season=season.number, at=starts - 2.0, as_contact=known["at"] < starts, responded_at=responded_at
            )
        )
    empty = pd.DataFrame(columns=["person", "season", "at", "as_contact", "responded_at"])
    return pd.concat(rounds, ignore_index=True) if rounds else empty.astype({"as_contact": bool, "at": float})


def _call(buyers: pd.DataFrame, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Companies' buyers are called when met and every month or so for half a year."""
    calls = pd.concat([buyers[["person"]].assign(call=call, at=buyers["at"] + 1 + 35 * call) for call in range(6)])
    key = calls["person"], calls["call"]
    calls["seconds"] = dice.whole("call lasts", 30, 900, *key)
    return calls[dice.happens("is called", 0.7, *key) & (calls["at"] < calendar.days)]
