"""Who is in which campaign, what it changes, and what it costs. The campaigns themselves: campaigns.py.

The true effect is known in closed form: of the members of every campaign a share PERSUADABLE, whoever they are, places
exactly one order more within ANSWER_DAYS when treated and none when held out; treatment is drawn by itself. So the
lift in orders per member within those days is PERSUADABLE, and that of the treated over the holdout its estimate.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.world.books import table
from orchestration.world.campaigns import ANSWER_DAYS, HOLDOUT, PERSUADABLE, campaigns
from orchestration.world.codes import CHANNELS
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons
from orchestration.world.rhythm import Rhythm
from orchestration.world.seasons import Calendar, whole_seconds

FIRST_EXTRA_ORDER = 5_000  # plus the campaign's number
INVITED = 0.25  # of the buyers who had come before a campaign began
COST_OF_A_CLICK = {"paid_search": 260, "social": 180, "affiliate": 320}  # fen, on ordinary days


@dataclass(frozen=True)
class Answers:
    """`members`: the books' table. Extra orders: place, number, at, campaign. `campaign_of`: by base order, the
    campaign it answers to (-1 = none)."""

    members: pd.DataFrame
    place: Ints
    number: Ints
    at: Floats
    campaign: Ints
    campaign_of: Ints


def run_campaigns(persons: Persons, rhythm: Rhythm, calendar: Calendar, dice: Dice) -> Answers:
    ran = campaigns(calendar)
    arrived = calendar.moment(persons.arrival)
    who, which = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for campaign in ran:
        known = persons.is_buyer & (arrived < campaign.starts)
        who.append(np.flatnonzero(known & dice.happens("is invited", INVITED, persons.number, campaign.number)))
        which.append(np.full(len(who[-1]), campaign.number))
    place, number = np.concatenate(who), np.concatenate(which)
    key = persons.number[place], number
    starts = np.array([campaign.starts for campaign in ran] or [0.0])[number]
    treated = ~dice.happens("is held out", HOLDOUT, *key)
    persuadable = dice.happens("is persuadable", PERSUADABLE, *key)
    sent = whole_seconds(starts + dice.uniform("is sent", *key) / 4)
    opens = treated & (persuadable | dice.happens("opens", 0.35, *key))
    opened = whole_seconds(sent + 0.002 + 0.5 * dice.uniform("opens after", *key) ** 2)
    clicks = opens & (persuadable | dice.happens("clicks", 0.25, *key))
    clicked = whole_seconds(opened + 0.0005 + 0.01 * dice.uniform("clicks after", *key))
    buys_more = treated & persuadable
    extra_at = whole_seconds(clicked + (ANSWER_DAYS - 1) * dice.uniform("is persuaded after", *key))
    base = _first_order_after(place, clicked, rhythm, calendar)
    answered = clicks & (base >= 0)
    campaign_of = np.full(len(rhythm.at), -1)
    campaign_of[base[answered]] = number[answered]
    base_at = np.where(answered, rhythm.at[base] if len(rhythm.at) else np.nan, np.nan)
    responded = np.fmin(base_at, np.where(buys_more, extra_at, np.nan))
    order = np.lexsort((number, place))
    columns = {
        **{"person": key[0], "campaign": number, "is_treated": treated, "sent_at": np.where(treated, sent, np.nan)},
        **{"opened_at": np.where(opens, opened, np.nan), "clicked_at": np.where(clicks, clicked, np.nan)},
        **{"responded_at": responded, "is_persuadable": persuadable},
        **{"extra_order": np.where(buys_more, FIRST_EXTRA_ORDER + number, -1)},
    }
    members = table("campaign_members", {name: values[order] for name, values in columns.items()})
    more = np.flatnonzero(buys_more)
    return Answers(members, place[more], FIRST_EXTRA_ORDER + number[more], extra_at[more], number[more], campaign_of)


def spend(block: int, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """What the block's ad account paid: always-on channels every day, campaigns on theirs."""
    day = np.arange(calendar.days)
    parts = []
    for name, cost in COST_OF_A_CLICK.items():
        busy = 1 + 3 * calendar.discounts
        clicks = (busy * (4 + 20 * dice.uniform(f"clicks of {name}", block, day))).astype(np.int64)
        paid = (clicks * cost * busy * (0.8 + 0.4 * dice.uniform(f"price of {name}", block, day))).astype(np.int64)
        parts.append((np.full(len(day), -1), day, CHANNELS.index(name), paid, clicks))
    for campaign in campaigns(calendar):
        days = np.arange(int(campaign.starts), int(campaign.ends))
        clicks = dice.whole("clicks of a campaign", 2, 30, block, days, campaign.number)
        parts.append((np.full(len(days), campaign.number), days, campaign.channel, clicks * 45, clicks))
    flat = [[np.broadcast_to(column, part[1].shape) for column in part] for part in parts]
    number, days, channel, paid, clicks = (np.concatenate(columns) for columns in zip(*flat, strict=True))
    shown = clicks * dice.whole("shown", 20, 60, block, days, channel)
    return table(
        "campaign_costs",
        {
            **{"campaign": number, "ad_account": np.full(len(days), block), "date": calendar.timestamps(days)},
            **{"channel": channel, "spend": paid, "impressions": shown, "clicks": clicks},
        },
    )


def _first_order_after(place: Ints, moment: Floats, rhythm: Rhythm, calendar: Calendar) -> Ints:
    """Position of each person's first base order within ANSWER_DAYS after a moment; -1 = none."""
    if not len(rhythm.at):
        return np.full(len(place), -1)
    stride = 4.0 * calendar.days
    found = np.searchsorted(rhythm.place * stride + rhythm.at, place * stride + moment)
    nearest = np.minimum(found, len(rhythm.at) - 1)
    fits = (found < len(rhythm.at)) & (rhythm.place[nearest] == place) & (rhythm.at[nearest] - moment < ANSWER_DAYS)
    return np.where(fits, nearest, -1)
