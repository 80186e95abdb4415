"""The company's own side of a block: staff, stores, goals - and the companies it sells to, as accounts."""

from datetime import date

import numpy as np
import pandas as pd

from orchestration.world import names
from orchestration.world.books import AGENTS, CLERKS, REPS, STAFF, STORES, table
from orchestration.world.browsing import tablet_of
from orchestration.world.codes import STAFF_ROLES
from orchestration.world.contact_points import HEAD_OFFICE, office_phone
from orchestration.world.deals import account_rep
from orchestration.world.dice import Dice
from orchestration.world.people import Floats, Ints, Persons, spell_chinese
from orchestration.world.screen_names import company_domains
from orchestration.world.seasons import Calendar, whole_seconds

OTHERS = ("sales_lead", "support_lead", "marketer", "analyst")
ASSISTANT = 0.35  # of companies with several contacts: one of them orders for everybody
SUBSIDIARY = 0.2  # of companies: belong to the one founded before


def staff(block: int, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    number = block * STAFF + np.arange(STAFF)
    roles = ["rep"] * REPS + ["agent"] * AGENTS + ["clerk"] * CLERKS + list(OTHERS)
    surname, surname_latin, given, given_latin = spell_chinese("staff", number, np.arange(STAFF) % 2, dice)
    lead = block * STAFF + STAFF - len(OTHERS)
    manager = np.array([lead if role == "rep" else lead + 1 if role == "agent" else -1 for role in roles])
    latin = [f"{first} {last}" for first, last in zip(given_latin, surname_latin, strict=True)]
    leaves = dice.happens("leaves the company", 0.08, number) & (np.arange(STAFF) >= REPS + AGENTS)
    left_at = whole_seconds(calendar.days * (0.3 + 0.6 * dice.uniform("leaves the company on", number)))
    return table(
        "staff",
        {
            **{"staff": number, "role": [STAFF_ROLES.index(role) for role in roles], "team": np.full(STAFF, block)},
            **{"surname": surname, "given": given, "latin_name": latin},
            "mail": [
                f"{name.lower().replace(' ', '.')}.{n}@company.example" for name, n in zip(latin, number, strict=True)
            ],
            "phone": [office_phone(0, block, place) for place in range(STAFF)],
            "hired_at": whole_seconds(-30 - 1500 * dice.uniform("is hired", number)),
            **{"left_at": np.where(leaves, left_at, np.nan), "manager": manager},
        },
    )


def stores(block: int, dice: Dice) -> pd.DataFrame:
    number = block * STORES + np.arange(STORES)
    city = names.CITIES[0][1][dice.whole("city of a store", 0, len(names.CITIES[0][1]) - 1, number)]
    road = names.CHINESE_STREETS[0][dice.whole("street of a store", 0, len(names.CHINESE_STREETS[0]) - 1, number)]
    return table(
        "stores",
        {
            **{
                "store": number,
                "name": [f"{where}{street}{n + 1}店" for where, street, n in zip(city, road, number, strict=True)],
            },
            **{"city": city, "tablet": tablet_of(number), "opened_at": np.full(STORES, -400.0)},
        },
    )


def industries(persons: Persons, dice: Dice) -> Ints:
    """By place: what the company of a contact does."""
    return dice.whole("industry", 0, len(names.BUSINESSES[0]) - 1, np.maximum(persons.account, 0))


def accounts(persons: Persons, since: Floats, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """`since` by place of the founder: when the company entered the CRM (NaN = a prospect so far)."""
    founders = np.flatnonzero(persons.account == persons.number)
    n, country = persons.number[founders], persons.country[founders]
    china = country == 0
    brand = dice.whole("company name", 0, 15, n)
    kind = industries(persons, dice)[founders]
    city = [
        names.CITIES[c][1][w].replace("_", " ")
        for c, w in zip(country.tolist(), persons.city[founders].tolist(), strict=True)
    ]
    latin = [
        names.CITIES[c][2][w].replace("_", " ")
        for c, w in zip(country.tolist(), persons.city[founders].tolist(), strict=True)
    ]
    code = [names.CITIES[c][4][w] for c, w in zip(country.tolist(), persons.city[founders].tolist(), strict=True)]
    house = dice.whole("house of a company", 1, 300, n)
    road = dice.whole("street of a company", 0, 3, n)
    street = [
        f"{names.CHINESE_STREETS[0][r * 4]}{h}号" if c else f"{h} {names.STREET_OF_COMPANY[r]}"
        for c, r, h in zip(china.tolist(), road.tolist(), house.tolist(), strict=True)
    ]
    is_part = dice.happens("is a subsidiary", SUBSIDIARY, n) & (np.arange(len(n)) > 0)
    several = np.bincount(np.searchsorted(n, persons.account[persons.account >= 0]), minlength=len(n)) > 1
    written, sounded = names.CHINESE_COMPANIES
    return table(
        "accounts",
        {
            **{"account": n, "parent": np.where(is_part, np.roll(n, 1), -1), "country": country},
            **{"name": np.where(china, written[brand], names.WESTERN_COMPANIES[brand])},
            **{"name_latin": np.where(china, sounded[brand], names.WESTERN_COMPANIES[brand])},
            **{"business": np.where(china, names.BUSINESSES[0][kind], names.BUSINESSES[1][kind])},
            **{"business_latin": names.BUSINESSES[1][kind], "city": city, "city_latin": latin, "street": street},
            "postcode": [f"{c}{h % 90 + 10}" for c, h in zip(code, house.tolist(), strict=True)],
            **{
                "industry": kind,
                "employees": np.array([8, 30, 120, 600, 4_000])[dice.pick("size", [3, 4, 4, 2, 1], n)],
            },
            "switchboard": _switchboards(country, persons.block),
            "domain": company_domains(n, dice),
            "assistant": np.where(several & dice.happens("has an assistant", ASSISTANT, n), n, -1),
            "rep": account_rep(persons, founders, dice),
            "created_at": np.where(since[founders] < calendar.days, since[founders], np.nan),
        },
    )


def _switchboards(country: Ints, block: int) -> list[str]:
    """A number for each company of a block, in their order; abroad there are HEAD_OFFICE to a country, and many more
    than companies: one that is taken is passed over."""
    found: dict[str, None] = {}
    for place, where in enumerate(country.tolist()):
        numbers = (office_phone(where, block, 100 + place + further) for further in range(HEAD_OFFICE))
        found[next(number for number in numbers if number not in found)] = None
    return list(found)


def goals(block: int, calendar: Calendar, dice: Dice) -> pd.DataFrame:
    """For every quarter of the calendar, what each of the block's leads set out to reach."""
    begins = [
        date(year, month, 1)
        for year in range(calendar.first_day.year, calendar.end.year + 1)
        for month in (1, 4, 7, 10)
    ]
    begins = [day for day in begins if calendar.first_day <= day < calendar.end]
    metrics = {  # where the block stands in its first quarter, how much is added a quarter, what is wanted, by whom
        "net_revenue": (450_000.0, 120_000.0, 0.10, 0),
        "new_customers": (200.0, 0.0, 0.05, 0),
        "lead_conversion": (0.22, 0.0, 0.15, 0),
        "first_reply_hours": (4.0, 0.0, -0.20, 1),
        "csat": (3.9, 0.0, 0.04, 1),
        "repeat_rate": (0.6, 0.0, 0.05, 2),
    }
    shares = dice.uniform("ambition", block, *np.indices((len(begins), len(metrics))))
    rows = []
    for quarter, day in enumerate(begins):
        ends = date(day.year + day.month // 10, (day.month + 2) % 12 + 1, 1)
        for position, (metric, (level, growth, change, owner)) in enumerate(metrics.items()):
            usual = level + growth * quarter
            baseline = round(usual * (0.9 + 0.2 * float(shares[quarter, position])), 4)
            lead = block * STAFF + STAFF - len(OTHERS) + owner
            goal = (block * 1_000 + quarter) * 10 + position
            rows.append(
                (
                    goal,
                    block,
                    lead,
                    metric,
                    baseline,
                    round(baseline * (1 + change), 4),
                    day.isoformat(),
                    ends.isoformat(),
                )
            )
    columns = list(zip(*rows, strict=True)) or [()] * 8
    names_ = ("goal", "team", "owner", "metric", "baseline", "target", "starts_on", "ends_on")
    found = dict(zip(names_, columns, strict=True))
    dates = {name: np.array(found[name], dtype="datetime64[s]") for name in ("starts_on", "ends_on")}
    return table("goals", found | dates)
