"""Where people live and lived: households move together. Cities and streets are lists in names.py."""

import numpy as np

from orchestration.world import names
from orchestration.world.dice import Dice
from orchestration.world.people import Persons
from orchestration.world.seasons import Calendar, whole_seconds

COLUMNS = ("province", "city", "city_latin", "district", "street", "street_latin", "unit", "postcode")
MOVES = 0.12  # of households, once in the calendar
CITIES = {
    country: [tuple(word.replace("_", " ").strip() for word in city) for city in zip(*table, strict=True)]
    for country, table in names.CITIES.items()
}
STREETS = [(written, latin.replace("_", " ")) for written, latin in zip(*names.CHINESE_STREETS, strict=True)]


def addresses(persons: Persons, calendar: Calendar, dice: Dice) -> dict[str, np.ndarray]:
    """The columns of the books' table addresses."""
    head = persons.household
    moves = dice.happens("moves house", MOVES, head)
    moved_at = whole_seconds((0.05 + 0.9 * dice.uniform("moves house on", head)) * calendar.days)
    none = np.full(len(head), np.nan)
    first = _homes(persons, 0, dice)
    second = {column: values[moves] for column, values in _homes(persons, 1, dice).items()}
    first |= {"from_at": np.full(len(head), -2000.0), "until_at": np.where(moves, moved_at, none)}
    second |= {"from_at": moved_at[moves], "until_at": none[moves]}
    return {column: np.concatenate([first[column], second[column]]) for column in first}


def _homes(persons: Persons, which: int, dice: Dice) -> dict[str, np.ndarray]:
    head = persons.household
    house = dice.whole("house number", 1, 480, head, which).tolist()
    street, room = dice.whole("street", 0, 15, head, which).tolist(), dice.whole("room", 0, 7_999, head, which).tolist()
    tail = dice.whole("postcode", 0, 99, head, which).tolist()
    lived = zip(persons.country.tolist(), persons.city.tolist(), house, street, room, tail, strict=True)
    rows = [_in_china(*home) if country == 0 else _abroad(country, *home) for country, *home in lived]
    texts = {name: np.array(cells, dtype=object) for name, cells in zip(COLUMNS, zip(*rows, strict=True), strict=True)}
    return {"person": persons.number, "address": np.full(len(head), which), **texts}


def _in_china(city: int, house: int, street: int, room: int, tail: int) -> tuple[str, ...]:
    province, town, latin, _, code = CITIES[0][city]
    road, road_latin = STREETS[street]
    unit = f"{room // 1000 + 1}栋{room % 1000 // 40 + 1}{room % 40 // 10 + 1:02d}室"
    district = names.CHINESE_DISTRICTS[room % len(names.CHINESE_DISTRICTS)][city]
    return province, town, latin, district, f"{road}{house}号", f"{house} {road_latin}", unit, f"{code}{tail:02d}"


def _abroad(country: int, city: int, house: int, street: int, room: int, tail: int) -> tuple[str, ...]:
    state, town, _, _, code = CITIES[country][city]
    road = f"{house} {names.WESTERN_STREETS[street]}"
    if country == 1:
        unit, postcode = f"Flat {room % 40 + 1}", f"{code}{tail % 20 + 1} {tail % 9 + 1}AA"
    else:
        unit = f"Apt {room % 90 + 1}"
        postcode = f"{code}{tail:02d}" if country == 2 else f"{code}A {tail % 9 + 1}B{tail % 10}"
    return state, town, town, "", road, road, unit if room % 3 == 0 else "", postcode
