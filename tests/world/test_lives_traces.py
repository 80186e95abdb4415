"""What lives leave behind besides orders: visits, tickets, memberships, goals - each follows from the rest."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from orchestration.world.books import World
from orchestration.world.browsing import tablet_of
from orchestration.world.campaigns import HOLDOUT, campaigns
from orchestration.world.codes import DEVICES, EVENTS, LEVELS
from orchestration.world.membership import LEVEL_FROM

Table = Callable[[str], pd.DataFrame]


def test_every_order_in_the_shop_ends_a_visit_at_its_moment(books: Table):
    orders = books("orders").query("place == 0 and at > 0.1 and at < 729.9")[["person", "order", "at", "device"]]
    done = books("events")[books("events")["kind"] == EVENTS.index("order_completed")]
    ends = done.merge(books("visits"), on=["person", "visit"], suffixes=("", "_of_visit")).query("order >= 0")
    both = orders.merge(ends, on=["person", "order"], suffixes=("", "_of_event"))
    assert len(both) == len(orders)
    assert ((both["at"] - both["at_of_event"]).abs() < 2 / 86_400).all()
    assert (both["device"] == both["device_of_event"]).all()


def test_visits_have_the_events_they_say_and_in_order(books: Table):
    visits, events = books("visits").set_index(["person", "visit"]), books("events")
    by_visit = events.groupby(["person", "visit"])
    assert (by_visit.size() == visits["events"]).all()
    assert (by_visit["at"].diff().fillna(1) > 0).all()
    assert ((by_visit["at"].first() - visits["at"]).abs() < 2 / 86_400).all()


def test_a_browser_forgets_who_it_is_but_is_never_two_browsers(books: Table):
    visits = books("visits")
    assert (visits.groupby("anonymous")["device"].nunique() == 1).all()
    per_device = visits[visits["device_kind"] < 3].groupby("device")["anonymous"].nunique()
    assert per_device.between(1, 7).all()  # two years of 150 days
    assert (per_device > 1).mean() > 0.3


def test_strangers_meet_only_on_the_tablet_of_a_shop(books: Table):
    visits = books("visits")
    people = visits.groupby("device")["person"].nunique()
    tablets = visits.loc[visits["device_kind"] == DEVICES.index("shop_tablet"), "device"].unique()
    assert set(people[people > 1].index) <= set(tablets)
    assert set(tablets) <= set(tablet_of(books("stores")["store"].to_numpy()))
    assert people[tablets].min() > 3


def test_campaigns_reach_members_who_had_come_and_hold_some_out(books: Table, world: World):
    members, people = books("campaign_members"), books("people").set_index("person")
    starts = np.array([campaign.starts for campaign in campaigns(world.calendar)])
    assert (people["arrived_at"].reindex(members["person"]).to_numpy() < starts[members["campaign"]]).all()
    held_out = members[~members["is_treated"]]
    assert held_out[["sent_at", "opened_at", "clicked_at", "responded_at"]].isna().all(axis=None)
    assert abs(len(held_out) / len(members) - HOLDOUT) < 4 * np.sqrt(HOLDOUT * (1 - HOLDOUT) / len(members))
    for earlier, later in (("sent_at", "opened_at"), ("opened_at", "clicked_at"), ("clicked_at", "responded_at")):
        both = members[members[later].notna()]
        assert (both[earlier] <= both[later]).all()
    extra = members.query("extra_order >= 0")
    assert (extra["is_treated"] & extra["is_persuadable"]).all()
    assert len(extra) == books("orders")["is_extra"].sum()


def test_campaigns_cost_money_on_their_days_only(books: Table, world: World):
    costs = books("campaign_costs").query("campaign >= 0")
    days = (costs["date"] - pd.Timestamp(world.calendar.first_day)).dt.days
    for campaign in campaigns(world.calendar):
        own = days[costs["campaign"] == campaign.number]
        assert (own.min(), own.max()) == (campaign.starts, campaign.ends - 1)
    assert not books("campaign_costs").duplicated(["ad_account", "date", "channel", "campaign"]).any()
    assert (books("campaign_costs")[["spend", "impressions", "clicks"]] > 0).all(axis=None)


def test_tickets_are_answered_in_turn(books: Table):
    tickets = books("tickets")
    for earlier, later in (("at", "first_reply_at"), ("first_reply_at", "solved_at"), ("solved_at", "closed_at")):
        both = tickets[tickets[later].notna()]
        assert (both[earlier] <= both[later]).all(), later
    marked = tickets.query("csat > 0")
    assert (marked["scored_at"] > marked["solved_at"]).all()
    assert ((marked["csat"] >= 4) == (marked["score"] == 3)).all()
    first = books("comments").query("comment == 0").set_index(["person", "ticket"])
    assert (first["staff"] == -1).all()
    assert (first["at"] == tickets.set_index(["person", "ticket"])["at"]).all()
    assert (books("comments").query("not is_public")["staff"] >= 0).all()


def test_complaints_are_about_bad_deliveries_and_some_are_visited(books: Table):
    complaints = books("tickets").query("is_complaint").merge(books("orders"), on=["person", "order"])
    assert (complaints["bad"] > 0).all()
    visits = books("return_visits").merge(books("tickets"), on=["person", "ticket"], suffixes=("", "_of_ticket"))
    assert visits["is_complaint"].all()
    assert (visits["at"] > visits["solved_at"]).all()
    assert (visits["is_closed"] == (visits["result"] == 0)).all()
    assert 0.3 < visits["is_closed"].mean() < 0.95


def test_levels_follow_from_what_was_paid(books: Table):
    platform = books("memberships").query("store == -1").set_index("person")
    reached = np.searchsorted(LEVEL_FROM, platform["growth"], side="right") - 1
    assert (platform["level"] == reached).all()
    last = books("level_changes").groupby("person")["level"].last()
    assert (last.reindex(platform.index, fill_value=0) == platform["level"]).all()
    assert set(platform["level"]) == set(range(len(LEVELS)))


def test_some_are_members_of_the_platform_and_of_two_stores(books: Table):
    members = books("memberships")
    stores = members.query("store >= 0").groupby("person").size()
    assert (stores == 2).sum() > 300
    assert set(stores[stores == 2].index) & set(members.query("store == -1")["person"])


def test_goals_can_be_measured_and_end(books: Table):
    goals = books("goals")
    better = np.where(goals["metric"] == "first_reply_hours", -1, 1)
    assert ((goals["target"] - goals["baseline"]) * better > 0).all()
    assert (goals["starts_on"] < goals["ends_on"]).all()
    assert (books("staff").set_index("staff")["role"].reindex(goals["owner"]) >= 3).all()


@pytest.mark.parametrize(
    ("column", "name"), [("created_at", "created"), ("merged_at", "merged"), ("deleted_at", "deleted")]
)
def test_cards_are_made_merged_and_erased_in_that_order(books: Table, column: str, name: str):
    cards = books("records")
    known = cards[cards[column].notna()]
    assert (known["created_at"] <= known[column]).all()
    assert len(known) > 50, name
    first = cards.query("entry == 0 and system != 1").set_index(["person", "system"])["created_at"]
    again = cards.query("entry == 1 and system != 1").set_index(["person", "system"])["created_at"]
    assert (first.reindex(again.index) < again).all()
