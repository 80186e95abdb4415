"""The support desk: tickets and users, each file the whole desk as it stood on the morning of the delivery."""

from datetime import date

import numpy as np
import pandas as pd

from orchestration.world.dice import Dice
from orchestration.world.exports.delivery import Delivery, Export, columns, full_days, records
from orchestration.world.lives import Lives
from orchestration.world.people import person_ids, shop_id, written_phone
from orchestration.world.seasons import Calendar

TICKETS = columns(
    "id requester_id submitter_id assignee_id group_id organization_id status priority type via_channel subject "
    "created_at updated_at due_at merged_ticket_ids"
)
USERS = columns(
    "id name email phone role organization_id external_id time_zone locale active suspended created_at updated_at"
)
COMPLAINT = "包裹破损 Parcel arrived damaged"
AGENTS = ["Arthur", "Lin", "Mei"]
FIRST_USER, SECOND_MAILBOX, FIRST_AGENT = 900_000_000_000, 50_000_000, 899_999_999_000


def export(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> Export:
    tickets = _tickets(people, lives, calendar, dice)
    users = _users(people, tickets, dice)
    written = []
    for day in full_days(calendar.end):
        written.append(Delivery("zendesk", day, "tickets.csv", _tickets_on(tickets, day)))
        written.append(Delivery("zendesk", day, "users.csv", _users_on(users, tickets, calendar, day)))
    askers = tickets.drop_duplicates("requester_id")
    behind = records("zendesk", "user", askers["requester_id"], person_ids(askers["person"]))
    return Export(written, behind)


def _tickets(people: pd.DataFrame, lives: Lives, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """Every ticket there will ever be; companies write to the sales team instead (salesforce.py)."""
    tickets = lives.tickets[~lives.tickets["person"].map(people["is_business"]).astype(bool)].copy()
    key = tickets["person"], tickets["number"]
    two_mailboxes = dice.happens("has a second mailbox", 0.4, tickets["person"]) & (tickets["number"] % 2 == 1)
    tickets["requester_id"] = FIRST_USER + tickets["person"] + SECOND_MAILBOX * two_mailboxes
    tickets["id"] = 1001 + np.arange(len(tickets))
    tickets["assignee_id"] = FIRST_AGENT + dice.whole("agent", 0, len(AGENTS) - 1, *key)
    tickets["via_channel"] = np.array(["email", "web", "chat"])[dice.pick("channel", [5, 3, 2], *key)]
    tickets["is_spam"] = dice.happens("ticket is spam", 0.01, *key)
    about = pd.Series("订单什么时候发货 Where is my order", tickets.index).mask(tickets["is_complaint"], COMPLAINT)
    signs = dice.happens("signs the subject", 0.2, *key)  # trap: a name in free text
    tickets["subject"] = np.where(signs, about + (" - " + tickets["person"].map(people["full_name"])), about)
    for moment in ("at", "solved_at"):
        tickets[moment] = calendar.timestamps(tickets[moment])
    return tickets


def _users(people: pd.DataFrame, tickets: pd.DataFrame, dice: Dice) -> pd.DataFrame:
    """One row per requester; a few were removed from the desk, and only their tickets are left."""
    users = tickets.drop_duplicates("requester_id").set_index("person", drop=False)
    users = users[~dice.happens("user was removed", 0.03, users["person"])]
    who = people.loc[users["person"]]
    is_second = users["requester_id"] >= FIRST_USER + SECOND_MAILBOX
    gives_phone = dice.happens("gives the desk a phone", 0.5, who.index) | is_second
    knows_shop = ~who["is_guest"] & dice.happens("desk knows the shop account", 0.6, who.index) & ~is_second
    shop = shop_id(who.index.to_series(), users["number"], who["has_two_accounts"])
    styles = dice.whole("phone at the desk", 0, 3, who.index)
    phones = pd.Series([written_phone(p, s) for p, s in zip(who["phone"], styles, strict=True)], users.index)
    return pd.DataFrame(
        {
            "id": users["requester_id"],
            "person": users["person"],
            "name": who["full_name"],
            "email": who["email"].mask(is_second, who["second_email"]),
            "phone": phones.where(gives_phone),
            "role": "end-user",
            "external_id": shop.where(knows_shop).astype("Int64"),
            "time_zone": np.where(who["country"] == "China", "Beijing", "London"),
            "locale": np.where(who["country"] == "China", "zh-CN", "en-US"),
            "created_at": users["at"],
        }
    )


def _tickets_on(tickets: pd.DataFrame, day: date) -> pd.DataFrame:
    known = tickets[tickets["at"] < pd.Timestamp(day)]
    closed_at = known["solved_at"] + pd.Timedelta(days=4)
    is_solved, is_closed = known["solved_at"] < pd.Timestamp(day), closed_at < pd.Timestamp(day)
    status = np.select([is_solved & known["is_spam"], is_closed, is_solved], ["deleted", "closed", "solved"], "open")
    return known.assign(
        submitter_id=known["requester_id"],
        group_id=360_000_000_001,
        status=status,
        priority=np.where(known["is_complaint"], "high", "normal"),
        type=np.where(known["is_complaint"], "problem", "question"),
        created_at=known["at"],
        updated_at=known["at"].mask(is_solved, known["solved_at"]).mask(is_closed, closed_at),
        merged_ticket_ids="[]",
    ).reindex(columns=TICKETS)


def _users_on(users: pd.DataFrame, tickets: pd.DataFrame, calendar: Calendar, day: date) -> pd.DataFrame:
    known = users[users["created_at"] < pd.Timestamp(day)]
    written = tickets[tickets["at"] < pd.Timestamp(day)].groupby("requester_id")["at"].max()
    agents = pd.DataFrame({"id": [FIRST_AGENT + i for i in range(len(AGENTS))], "name": AGENTS, "role": "agent"})
    agents["email"] = agents["name"].str.lower() + "@shop.example"
    began = pd.Timestamp(calendar.first_day)
    agents = agents.assign(locale="en-US", created_at=began, updated_at=began)
    everybody = pd.concat([agents, known.assign(updated_at=known["id"].map(written))], ignore_index=True)
    return everybody.assign(active="TRUE", suspended="FALSE").reindex(columns=USERS)
