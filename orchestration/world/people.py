"""Who the people of a block are and what they are like: country, family, name, temper. Where they can be reached:
contact_points.py; what they do: shopping.py and its neighbours.

A person is a number; every trait comes from the number and the seed alone. A few traps stand at fixed places in the
block, so that even a small town has them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from orchestration.world import names
from orchestration.world.books import BLOCK, STORES
from orchestration.world.catalog import CATEGORIES, TIERS
from orchestration.world.codes import ROLES
from orchestration.world.dice import Dice
from orchestration.world.seasons import Calendar

SHAPE, MEAN_RATE = 0.45, 6.0  # gamma of the orders a year (of shopping time) while a customer
STAYS_A, STAYS_B = 0.7, 7.0  # beta of the chance to leave after a repeat order
COUNTRY_SHARES = (60, 20, 14, 6)
BUYERS, BUSINESS = 0.85, 0.10

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Persons:
    """Arrays over the whole block (BLOCK long), by place: person = block * BLOCK + place. Codes: codes.py.

    `follows`: lives with the person before. `favourite`, `tier`: the tastes of catalog.TASTES. `rate`: orders a year
    of shopping time (0: never buys). `mailbox`, `twin`, `son`, `commonest`: traps, said of the second of the two."""

    block: int
    number: Ints
    country: Ints
    gender: Ints
    birth: npt.NDArray[np.datetime64]
    household: Ints
    role: Ints
    follows: Flags
    surname: Texts
    given: Texts
    surname_latin: Texts
    given_latin: Texts
    western_name: Texts
    nickname: Texts
    account: Ints
    is_buyer: Flags
    rate: Floats
    dropout: Floats
    arrival: Floats
    favourite: Ints
    tier: Ints
    level: Floats
    returns: Floats
    refuses: Floats
    city: Ints
    store: Ints
    channel: Ints
    is_member: Flags
    is_guest: Flags
    logs_in: Flags
    on_market: Floats
    mailbox: Flags
    twin: Flags
    son: Flags
    commonest: Flags

    @property
    def first(self) -> int:
        return self.block * BLOCK


def meet(block: int, calendar: Calendar, dice: Dice) -> Persons:
    place = np.arange(BLOCK)
    n = block * BLOCK + place
    twin, son, mailbox = place % 190 == 23, place % 210 == 41, place % 61 == 7
    forced = twin | son | mailbox
    forced &= ~np.roll(forced, 1)  # nobody lives with somebody who lives with somebody
    twin, son, mailbox = twin & forced, son & forced, mailbox & forced
    commonest = ((place % 97 == 13) | (place % 97 == 15)) & ~forced & ~np.roll(forced, -1)
    may_follow = dice.happens("lives with the one before", 0.2, n) & ~commonest & (place > 0)
    follows = forced | (may_follow & ~np.roll(forced | may_follow, 1) & ~np.roll(forced, -1))
    household = n - follows
    country = dice.pick("country", COUNTRY_SHARES, n)
    country[commonest] = 0
    country = np.where(follows, np.roll(country, 1), country)
    single = ~follows & ~np.roll(follows, -1) & ~commonest
    account = _companies(n, single & dice.happens("buys for a company", BUSINESS * 1.6, n), dice)
    country = np.where(account >= 0, country[np.maximum(account - n[0], 0)], country)
    gender = dice.whole("gender", 0, 1, n)
    gender = np.where(son, 1, np.where(np.roll(son, -1), 1, gender))
    spouse = follows & ~twin & ~son
    gender = np.where(spouse, 1 - np.roll(gender, 1), np.where(twin, np.roll(gender, 1), gender))
    gender[commonest] = 1
    role = np.zeros(BLOCK, dtype=np.int64)
    for follower, name, before in ((spouse, "spouse", "spouse"), (twin, "twin", "twin"), (son, "child", "parent")):
        role[follower], role[np.roll(follower, -1)] = ROLES.index(name), ROLES.index(before)
    called = _call(n, country, gender, dice)
    _same_names(called, country, {"twin": twin, "son": son, "spouse": spouse, "commonest": commonest}, n, dice)
    buyer = dice.happens("ever buys", np.where(account >= 0, 0.35, BUYERS + 0.055), n)
    near_store = dice.happens("near a store", 0.4, n) & (country == 0)
    tier = dice.pick("price taste", [2, 4, 5, 3, 1], n)
    city = _cities(n, country, household - n[0], dice)
    city[commonest] = 1
    return Persons(
        block=block,
        number=n,
        country=country,
        gender=gender,
        birth=_births(n, calendar, twin, son, dice),
        household=household,
        role=role,
        follows=follows,
        **called,
        account=account,
        is_buyer=buyer,
        rate=np.where(buyer, np.round(MEAN_RATE / SHAPE * dice.gamma("rate", SHAPE, n), 9), 0.0),
        dropout=np.where(buyer, np.round(dice.beta("dropout", STAYS_A, STAYS_B, n), 9), 0.0),
        arrival=dice.uniform("arrival", n) * calendar.length,
        favourite=dice.whole("favourite category", 0, len(CATEGORIES) - 1, n),
        tier=tier,
        level=(tier + dice.uniform("within the taste", n)) / TIERS,
        returns=np.round(0.02 + 0.10 * dice.uniform("sends back", n) ** 2, 6),
        refuses=np.where(dice.happens("refuses at the door", 0.04, n), 0.15, 0.004),
        city=city,
        store=np.where(near_store, block * STORES + dice.whole("store", 0, STORES - 1, n), -1),
        channel=dice.pick("arrives by", [10, 22, 18, 16, 4, 2, 8, 12, 3, 5], n),
        is_member=dice.happens("is a member", np.where(near_store, 0.9, 0.45), n) & buyer & (country == 0),
        is_guest=dice.happens("never signs in", 0.15, n) & (country > 0),
        logs_in=dice.happens("stays signed in", 0.6, n),
        on_market=np.where(
            country == 0, np.array([0.05, 0.5, 0.9])[dice.pick("likes the marketplace", [3, 3, 4], n)], 0.0
        ),
        mailbox=mailbox,
        twin=twin,
        son=son,
        commonest=commonest,
    )


def _companies(n: Ints, is_contact: Flags, dice: Dice) -> Ints:
    """The founder's number for every contact, -1 for everybody else: contacts join the last founder before them."""
    founds = dice.happens("founds a company", 0.45, n)
    founders = np.where(is_contact & founds, n, -1)
    company = np.maximum.accumulate(founders)
    return np.where(is_contact & (company >= 0), company, -1)


def _births(n: Ints, calendar: Calendar, twin: Flags, son: Flags, dice: Dice) -> npt.NDArray[np.datetime64]:
    share = dice.uniform("age", n)
    age = 18 + 57 * share * np.sqrt(share)
    age = np.where(son, 18 + 20 * dice.uniform("age of a son", n), age)
    age = np.where(np.roll(son, -1), np.roll(age, -1) + 27.4, age)
    age = np.where(twin, np.roll(age, 1), age)
    days = np.floor(age * 365.25).astype("timedelta64[D]")
    return (np.datetime64(calendar.first_day, "D") - days).astype("datetime64[s]")


def _cities(n: Ints, country: Ints, head: Ints, dice: Dice) -> Ints:
    share = dice.uniform("city", n)
    city = np.zeros(len(n), dtype=np.int64)
    for code, table in names.CITIES.items():
        edges = np.cumsum(table[-2].astype(np.float64))
        city[country == code] = np.searchsorted(edges[:-1] / edges[-1], share[country == code])
    return city[head]


def spell_chinese(whose: str, n: Ints, gender: Ints, dice: Dice) -> tuple[Texts, Texts, Texts, Texts]:
    """Surname and given name in characters, each with its pinyin: surname, surname_latin, given, given_latin."""
    family = dice.pick(f"surname of {whose}", names.CHINESE_SURNAMES[2].astype(np.float64), n)
    character, sound, sex, alone, as_first, as_second = names.CHINESE_GIVEN
    one, first, second = (np.zeros(len(n), dtype=np.int64) for _ in range(3))
    for code, mark in enumerate("FM"):
        fits = (sex == mark) | (sex == "B")
        mine = gender == code
        for found, weights, part in ((one, alone, "alone"), (first, as_first, "first"), (second, as_second, "second")):
            found[mine] = dice.pick(f"{part} of {whose}", np.where(fits, weights.astype(np.float64), 0.0), n[mine])
    short = dice.happens(f"one character of {whose}", 0.22, n)
    given = np.where(short, character[one], character[first] + character[second])
    given_latin = np.where(short, sound[one], sound[first] + sound[second])
    given_latin = np.array([sounded.capitalize() for sounded in given_latin], dtype=object)
    return names.CHINESE_SURNAMES[0][family], names.CHINESE_SURNAMES[1][family], given, given_latin


def _call(n: Ints, country: Ints, gender: Ints, dice: Dice) -> dict[str, Texts]:
    chinese = country == 0
    written, latin, given, given_latin = spell_chinese("people", n, gender, dice)
    nickname = np.array(["小" + name if len(name) == 1 else name[-1] * 2 for name in given], dtype=object)
    english = np.where(dice.happens("has an English name", 0.25, n), names.ENGLISH_OF_CHINESE[n % 12], "")
    abroad = dice.pick("surname abroad", names.WESTERN_SURNAMES[1].astype(np.float64), n)
    first_name = np.zeros(len(n), dtype=np.int64)
    for code, mark in enumerate("FM"):
        weights = np.where(names.WESTERN_GIVEN[1] == mark, names.WESTERN_GIVEN[2].astype(np.float64), 0.0)
        first_name[gender == code] = dice.pick("given name abroad", weights, n[gender == code])
    return {
        "surname": np.where(chinese, written, names.WESTERN_SURNAMES[0][abroad]),
        "given": np.where(chinese, given, names.WESTERN_GIVEN[0][first_name]),
        "surname_latin": np.where(chinese, latin, names.WESTERN_SURNAMES[0][abroad]),
        "given_latin": np.where(chinese, given_latin, names.WESTERN_GIVEN[0][first_name]),
        "western_name": np.where(chinese, english, ""),
        "nickname": np.where(chinese, nickname, names.WESTERN_GIVEN[3][first_name]),
    }


def _same_names(called: dict[str, Texts], country: Ints, who: dict[str, Flags], n: Ints, dice: Dice) -> None:
    """Twins and children bear their family's surname, most wives abroad too; a son of the trap the whole name."""
    takes = who["twin"] | who["son"] | (who["spouse"] & (country > 0) & dice.happens("takes the surname", 0.7, n))
    for column in ("surname", "surname_latin"):
        called[column] = np.where(takes, np.roll(called[column], 1), called[column])
    for column in ("given", "given_latin", "western_name", "nickname"):
        called[column] = np.where(who["son"], np.roll(called[column], 1), called[column])
    common = {"surname": "张", "given": "伟", "surname_latin": "Zhang", "given_latin": "Wei", "western_name": ""}
    for column, value in (common | {"nickname": "小伟"}).items():
        called[column][who["commonest"]] = value
