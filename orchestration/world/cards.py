"""Which systems keep a card on whom, since when, how often - and which cards are erased, or merged by the source."""

import numpy as np
import pandas as pd

from orchestration.world.books import BLOCK, table
from orchestration.world.codes import PLACES, SYSTEMS
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.seasons import Calendar, whole_seconds

TWICE = {"contact": 0.05, "lead": 0.0, "shopify": 0.06, "tmall": 0.0, "youzan": 0.04, "zendesk": 0.07, "segment": 0.0}
MOST = 8  # records of one person over all systems
MERGED, ERASED = 0.3, 0.006  # of second cards, by the source; of people, at their own wish


def write_cards(persons: Persons, books: dict[str, pd.DataFrame], calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """`books`: the tables orders, leads, accounts, memberships, tickets."""
    begins = _begins(persons, books, calendar, dice)
    erased_at = calendar.days * (0.3 + 0.69 * dice.uniform("is erased on", persons.number))
    erased = np.where(dice.happens("wants to be erased", ERASED, persons.number), whole_seconds(erased_at), np.nan)
    parts = []
    for system, (place, entry, at) in begins.items():
        parts.append((place, np.full(len(place), SYSTEMS.index(system)), entry, at))
        n = persons.number[place]
        again = np.flatnonzero(dice.happens(f"is typed in twice by {system}", TWICE[system], n) & (entry == 0))
        later = whole_seconds(at[again] + 20 + 200 * dice.uniform(f"is typed in again by {system}", n[again]))
        known = later < calendar.days
        again = again[known]
        parts.append(
            (place[again], np.full(len(again), SYSTEMS.index(system)), np.ones(len(again), dtype=int), later[known])
        )
    place, code, entry, at = (np.concatenate([part[i] for part in parts]) for i in range(4))
    order = np.lexsort((entry, code, place))
    order = order[_few_enough(place[order], code[order], entry[order], books["memberships"]["person"] - persons.first)]
    place, code, entry, at = place[order], code[order], entry[order], at[order]
    key = persons.number[place], code, entry
    is_lead = code == SYSTEMS.index("lead")
    changed = whole_seconds(at + 15 + 300 * dice.uniform("card is changed after", *key))
    changed = np.where(dice.happens("card is changed", 0.2, *key) & (changed < calendar.days), changed, np.nan)
    merged_at = whole_seconds(at + 10 + 60 * dice.uniform("card is merged after", *key))
    merged = (entry == 1) & ~is_lead & dice.happens("card is merged", MERGED, *key) & (merged_at < calendar.days)
    gone = erased[place]
    return table(
        "records",
        {
            **{"person": key[0], "system": code, "entry": entry, "created_at": at, "changed_at": changed},
            "deleted_at": np.where((gone > at) & (gone < calendar.days), gone, np.nan),
            **{"merged_at": np.where(merged, merged_at, np.nan), "merged_into": np.where(merged, 0, -1)},
        },
    )


def join_fewer(memberships: pd.DataFrame, leads: pd.DataFrame) -> pd.DataFrame:
    """The memberships without the third of those who came as a lead twice: they would be known MOST + 1 times."""
    third = memberships.groupby("person").cumcount() > 1
    twice = memberships["person"].isin(leads[leads["lead"] > 0]["person"])
    return memberships[~(third & twice)].reset_index(drop=True)


def _few_enough(place: Ints, code: Ints, entry: Ints, members: pd.Series) -> Ints:
    """The cards (in order of place) that are kept: nobody is typed in again who would then have more than MOST records.

    A membership is a record, and so is what the website knows of an account; the marketplace shows orders only.
    """
    shop, market, web = (SYSTEMS.index(name) for name in ("shopify", "tmall", "segment"))
    seen = np.bincount(place[(code != market) & (code != web)], minlength=BLOCK)
    on_the_web = np.bincount(place[(code == shop) & (entry == 0)], minlength=BLOCK)
    further = np.maximum(np.bincount(members, minlength=BLOCK) - 1, 0)
    again = np.flatnonzero((entry == 1) & (code != SYSTEMS.index("lead")))
    which = np.arange(len(again)) - np.searchsorted(place[again], place[again])
    too_many = np.maximum(seen + on_the_web + further - MOST, 0)
    return np.delete(np.arange(len(place)), again[which < too_many[place[again]]])


def _begins(
    persons: Persons, books: dict[str, pd.DataFrame], calendar: Calendar, dice: Dice
) -> dict[str, tuple[Ints, Ints, Floats]]:
    """By system: place, entry and moment of the cards there is a reason for."""
    orders, leads, accounts = books["orders"], books["leads"], books["accounts"]
    signed = orders[~orders["is_guest"] & (orders["place"].isin([PLACES.index("shop"), PLACES.index("store")]))]
    market = orders[orders["place"] == PLACES.index("market")]
    shop = _first(persons, signed["person"].to_numpy(), signed["at"].to_numpy())
    tickets = books["tickets"][~books["tickets"]["is_case"]]
    members = books["memberships"]
    since = np.full(len(persons.number), np.nan)
    since[accounts["account"].to_numpy() - persons.first] = accounts["created_at"].to_numpy()
    contact = np.where(persons.account >= 0, since[np.maximum(persons.account - persons.first, 0)], np.nan)
    colleague = persons.account != persons.number  # the founder is known with the company
    contact = contact + 25 * colleague * dice.uniform("becomes a contact after", persons.number)
    converted = leads[leads["converted_at"].notna()]
    own = _first(persons, converted["person"].to_numpy(), converted["converted_at"].to_numpy())
    contact = np.where(np.isfinite(own), own, contact)
    begins = {
        "contact": contact,
        "shopify": shop,
        "tmall": _first(persons, market["person"].to_numpy(), market["at"].to_numpy()),
        "youzan": _first(persons, members["person"].to_numpy(), members["joined_at"].to_numpy()),
        "zendesk": _first(persons, tickets["person"].to_numpy(), tickets["at"].to_numpy()),
        "segment": np.where(persons.logs_in, shop, np.nan),
    }
    found = {}
    for system, at in begins.items():
        place = np.flatnonzero(at < calendar.days)
        found[system] = place, np.zeros(len(place), dtype=np.int64), whole_seconds(at[place])
    lead = leads["person"].to_numpy() - persons.first, leads["lead"].to_numpy(), leads["at"].to_numpy()
    return found | {"lead": lead}


def _first(persons: Persons, person: Ints, at: Floats) -> Floats:
    """The earliest moment by place; NaN = none."""
    earliest = np.full(len(persons.number), np.inf)
    np.minimum.at(earliest, person - persons.first, at)
    return np.where(np.isfinite(earliest), earliest, np.nan)
