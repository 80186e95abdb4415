"""The company looks like one: every band says why it is where it is. Printed as a table with `pytest -s`."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from orchestration.world import names
from orchestration.world.books import World
from orchestration.world.campaigns import ANSWER_DAYS, PERSUADABLE

Table = Callable[[str], pd.DataFrame]


def _orders(books: Table) -> pd.Series:
    """Orders of their own accord, by customer who has any."""
    return books("orders").query("origin == 0").groupby("person").size()


def _records(books: Table) -> pd.Series:
    return books("records").groupby("person").size()


def _marked(books: Table) -> pd.DataFrame:
    return books("tickets").query("csat > 0")


BANDS: dict[str, tuple[Callable[[Table], float], float, float, str]] = {
    "orders per customer": (lambda b: _orders(b).mean(), 4.0, 6.5, "general retail, two years, a marketplace included"),
    "one-time buyers": (lambda b: (_orders(b) == 1).mean(), 0.28, 0.50, "shops report a third to a half"),
    "repeat rate": (lambda b: (_orders(b) > 1).mean(), 0.50, 0.72, "the other side of it"),
    "orders of the busiest tenth": (
        lambda b: _orders(b).nlargest(len(_orders(b)) // 10).sum() / _orders(b).sum(),
        *(0.30, 0.60, "a tenth of the customers place about half of the orders"),
    ),
    "people who buy": (lambda b: b("people")["is_buyer"].mean(), 0.82, 0.88, "some only look, ask or are contacts"),
    "Chinese people": (
        lambda b: (b("people")["country"] == 0).mean(),
        0.57,
        0.66,
        "about 60 % (the commonest names add)",
    ),
    "marketplace orders": (lambda b: (b("orders")["place"] == 1).mean(), 0.20, 0.40, "a second home, not the first"),
    "refunded share of sales": (
        lambda b: b("orders")["refunded"].sum() / b("orders")["total"].sum(),
        *(0.03, 0.12, "returns, refusals, bad deliveries; clothing shops have more"),
    ),
    "orders sent back in part or whole": (
        lambda b: (b("orders")["refunded"] > 0).mean(),
        0.06,
        0.16,
        "the same by order",
    ),
    "bad deliveries": (
        lambda b: (b("orders").query("place < 2")["bad"] > 0).mean(),
        0.03,
        0.08,
        "one parcel in twenty",
    ),
    "late payments": (lambda b: b("orders")["is_paid_late"].mean(), 0.01, 0.08, "a few people, often"),
    "lead conversion": (lambda b: b("leads")["converts"].mean(), 0.12, 0.35, "qualified leads of mixed channels"),
    "leads sat upon": (lambda b: b("leads")["is_sat_upon"].mean(), 0.06, 0.18, "each eighth"),
    "deals won of those closed": (
        lambda b: b("opportunities").query("stage >= 4")["is_won"].mean(),
        *(0.30, 0.65, "half, as sales teams hope"),
    ),
    "tickets per order": (
        lambda b: len(b("tickets")) / len(b("orders")),
        0.05,
        0.15,
        "one order in ten asks a question",
    ),
    "marked tickets": (lambda b: len(_marked(b)) / len(b("tickets")), 0.25, 0.45, "a third answers the survey"),
    "mean mark (CSAT 1-5)": (lambda b: _marked(b)["csat"].mean(), 3.5, 4.4, "good on the whole"),
    "mean mark of complaints": (
        lambda b: _marked(b).query("is_complaint")["csat"].mean(),
        2.4,
        3.6,
        "worse than others",
    ),
    "complaints never visited": (
        lambda b: 1 - len(b("return_visits").query("visit == 0")) / len(b("tickets").query("is_complaint")),
        *(0.15, 0.40, "a quarter is forgotten, some not solved yet"),
    ),
    "records per person": (lambda b: _records(b).mean(), 1.5, 3.5, "over seven systems"),
    "most records of one person": (lambda b: float(_records(b).max()), 6.0, 8.0, "one to eight"),
    "records typed in once more": (
        lambda b: (b("records").query("system != 1")["entry"] > 0).mean(),
        *(0.015, 0.06, "duplicates inside one system"),
    ),
    "members of the platform and a store": (
        lambda b: (b("memberships").groupby("person").size() > 1).mean(),
        *(0.30, 0.70, "who lives near a store is often both"),
    ),
}


@pytest.mark.parametrize("name", BANDS)
def test_the_company_looks_like_one(books: Table, name: str):
    measure, low, high, why = BANDS[name]
    found = float(measure(books))
    print(f"| {name} | {found:.3f} | {low} to {high} | {why} |")
    assert low <= found <= high, f"{name}: {found:.4f} is not within {low} and {high} ({why})."


# The season's days and the ordinary days around them: a company that grows has more of both every month.
Days = tuple[str, str]
SEASON: dict[str, tuple[Days, list[Days], float, float, str]] = {
    "orders on 11.11": (
        ("2025-11-11", "2025-11-11"),
        [("2025-10-10", "2025-10-30"), ("2025-11-15", "2025-12-01")],
        *(3.5, 7.0, "planted at six ordinary days"),
    ),
    "orders on 12.12": (
        ("2025-12-12", "2025-12-12"),
        [("2025-11-15", "2025-12-01"), ("2025-12-15", "2025-12-30")],
        *(2.2, 4.5, "planted at three and a half"),
    ),
    "orders at Spring Festival": (
        ("2025-01-28", "2025-02-03"),
        [("2025-01-01", "2025-01-06"), ("2025-02-20", "2025-03-10")],
        *(0.2, 0.75, "parcels lie still"),
    ),
    "orders in summer": (
        ("2025-07-01", "2025-08-31"),
        [("2025-05-10", "2025-06-08"), ("2025-09-02", "2025-09-30")],
        *(0.7, 0.95, "people travel"),
    ),
}


@pytest.fixture(scope="session")
def per_day(books: Table, world: World) -> pd.Series:
    """Private orders by China's day, as anybody would count them in the exports."""
    at = books("orders").query("origin < 2")["at"] + 8 / 24
    dates = pd.to_datetime(world.calendar.first_day) + pd.to_timedelta(np.floor(at), unit="D")
    return dates.value_counts().sort_index().reindex(pd.date_range("2025-01-01", "2025-12-31"), fill_value=0)


@pytest.mark.parametrize("name", SEASON)
def test_the_season_shows_in_the_orders_of_a_day(per_day: pd.Series, name: str):
    (first, last), around, low, high, why = SEASON[name]
    found = per_day[first:last].mean() / pd.concat([per_day[begin:end] for begin, end in around]).mean()
    print(f"| {name} (of an ordinary day's) | {found:.3f} | {low} to {high} | {why} |")
    assert low <= found <= high


def test_surnames_are_as_common_as_in_life(books: Table):
    people = books("people").query("country == 0 and household == person")
    found = people["surname"].value_counts(normalize=True)
    shares = pd.Series(names.CHINESE_SURNAMES[2].astype(float), names.CHINESE_SURNAMES[0])
    expected = shares / shares.sum()
    for surname in ("王", "李", "刘", "陈", "杨"):
        error = np.sqrt(expected[surname] * (1 - expected[surname]) / len(people))
        assert abs(found[surname] - expected[surname]) < 4 * error, surname
    assert people.duplicated(["surname", "given"]).mean() > 0.10  # strangers with one name


def test_the_planted_lift_is_found_within_its_interval(books: Table):
    """Orders a member within the answer days of the campaign's first sending, treated minus held out."""
    members, orders = books("campaign_members"), books("orders").query("origin < 2")
    begins = members.groupby("campaign")["sent_at"].min()
    placed = members.merge(orders[["person", "at"]], on="person")
    since = placed["at"] - begins.reindex(placed["campaign"]).to_numpy()
    answered = placed[(since >= 0) & (since < ANSWER_DAYS + 1)].groupby(["person", "campaign"]).size()
    count = answered.reindex(pd.MultiIndex.from_frame(members[["person", "campaign"]]), fill_value=0).to_numpy()
    treated = members["is_treated"].to_numpy()
    lift = count[treated].mean() - count[~treated].mean()
    error = np.sqrt(count[treated].var() / treated.sum() + count[~treated].var() / (~treated).sum())
    assert abs(lift - PERSUADABLE) < 2.6 * error
    assert lift > 4 * error


def test_lead_probabilities_are_kept(books: Table):
    leads = books("leads").query("recycled_at != recycled_at and not is_sat_upon")
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0)):
        some = leads[(leads["probability"] >= low) & (leads["probability"] < high)]
        error = np.sqrt((some["probability"] * (1 - some["probability"])).sum())
        assert abs(some["converts"].sum() - some["probability"].sum()) < 3.5 * error


def test_the_right_representative_would_have_converted_more(books: Table):
    fits = books("lead_fit").groupby(["person", "lead"])["probability"].max()
    leads = books("leads").set_index(["person", "lead"])["probability"]
    assert (fits.reindex(leads.index) >= leads - 1e-12).all()
    assert fits.mean() > leads.mean() + 0.1
