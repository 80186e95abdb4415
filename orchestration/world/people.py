"""Who the customers are: names, addresses and temper. What they do stands in lives.py.

A person is a number; every trait comes from the number and the seed alone, so the first hundred people are the same
in every town. A few traps stand at fixed numbers, so that even a small town has them.
"""

import numpy as np
import pandas as pd

from orchestration.world import names
from orchestration.world.dice import Dice

PEOPLE_PER_COMPANY = 40  # of whom one in ten buys for the company
DUMMY_PHONE, DUMMY_EMAIL = "13800138000", "test@test.com"


def meet(count: int, dice: Dice) -> pd.DataFrame:
    """One row per person, the index is the person's number.

    Columns: person_id, country, city, surname, given_name, full_name, latin_name, email, second_email, phone;
    is_business, company; is_buyer, arrival (share of the company's shopping time, 0..1), rate (orders a year, gamma
    with shape 1/2), dropout (chance to stop after an order, beta(1, 6)), level (taste for dear goods, around 1),
    category (position in names.PRODUCTS), is_guest (never signs in), has_two_accounts, logs_in.
    """
    n = np.arange(count)
    people = pd.DataFrame({"person_id": person_ids(pd.Series(n))}, index=n)
    people["country"] = np.array(list(names.COUNTRIES))[dice.pick("country", list(names.COUNTRIES.values()), n)]
    people.loc[n % 97 == 13, "country"] = "China"  # where the trap of the commonest name stands
    _call_names(people, dice)
    people["is_business"] = dice.happens("buys for a company", 0.10, n)
    people["company"] = n // PEOPLE_PER_COMPANY
    _give_addresses(people, dice)

    people["is_buyer"] = dice.happens("ever buys", 0.85, n)
    people["arrival"] = dice.uniform("arrival", n)
    people["rate"] = np.round(0.1 + 9.0 * dice.normal("rate", n) ** 2 / 2, 6)
    people["dropout"] = np.round(1 - dice.uniform("dropout", n) ** (1 / 6), 6)
    people["level"] = np.exp(0.4 * dice.normal("price level", n))
    people["category"] = dice.whole("favourite category", 0, len(names.PRODUCTS) - 1, n)
    people["is_guest"] = dice.happens("never signs in", 0.18, n) & ~people["is_business"]
    people["has_two_accounts"] = dice.happens("forgets the account", 0.04, n)
    people["logs_in"] = dice.happens("stays logged in", 0.6, n) & ~people["is_guest"]
    return people


def person_ids(numbers: pd.Series) -> pd.Series:
    return numbers.map("P{:06d}".format)


def shop_id(person: pd.Series, number: pd.Series, has_two_accounts: pd.Series) -> pd.Series:
    """The shop's customer number at a person's order of that number (0 = the first)."""
    return 20_000 + person + 500_000 * (has_two_accounts & (number >= 2))


def written_phone(phone: str, style: int) -> str:
    """The same telephone number the way somebody else (style 0..3) would type it."""
    if not phone.startswith("+86"):
        return phone if style < 2 or not phone.startswith("+") else f"{phone[:-10]} {phone[-10:-7]}-{phone[-7:]}"
    local = phone[3:]
    return [phone, local, f"+86 {local[:3]} {local[3:7]} {local[7:]}", f"{local[:3]}-{local[3:7]}-{local[7:]}"][style]


def _call_names(people: pd.DataFrame, dice: Dice) -> None:
    n = people.index.to_numpy()
    surname, first, second, city = (dice.uniform(part, n) for part in ("surname", "first", "second", "city"))
    has_two = dice.happens("two characters", 0.8, n)
    shares = np.cumsum([float(share) for _, _, share in names.CHINESE_SURNAMES])
    chinese_surname = np.searchsorted(shares[:-1] / shares[-1], surname)
    rows = []
    for i, country in enumerate(people["country"]):
        place = _nth(names.CITIES[country], city[i])[0]
        if country != "China":
            family, given = _nth(names.WESTERN_SURNAMES, surname[i]), _nth(names.WESTERN_GIVEN, first[i])
            rows.append((family, given, f"{given} {family}", f"{given} {family}", place))
            continue
        family, latin_family, _ = names.CHINESE_SURNAMES[chinese_surname[i]]
        given = [_nth(names.CHINESE_GIVEN, first[i])] + [_nth(names.CHINESE_GIVEN, second[i])] * int(has_two[i])
        if i % 97 == 13:  # trap: the commonest name
            family, latin_family, given = "张", "Zhang", names.CHINESE_GIVEN[:1]
        written, latin = ("".join(part) for part in zip(*given, strict=True))
        rows.append((family, written, family + written, f"{latin.capitalize()} {latin_family}", place))
    people[["surname", "given_name", "full_name", "latin_name", "city"]] = rows


def _nth(choices: list, share: float):
    return choices[int(share * len(choices))]


def _give_addresses(people: pd.DataFrame, dice: Dice) -> None:
    domains = dice.pick("mail domain", [5, 2, 1, 2, 1], people.index)
    locals_ = people["latin_name"].str.lower().str.replace("ü", "v").str.replace("'", "").str.replace(" ", ".")
    emails = [f"{name}{n}@{names.MAIL_DOMAINS[d]}" for n, name, d in zip(people.index, locals_, domains, strict=True)]
    people["second_email"] = [f"{name}.{n}@second.example" for n, name in locals_.items()]
    phones = [_phone(n, country) for n, country in enumerate(people["country"])]
    for n in people.index:
        if n % 61 == 7:  # trap: a couple with one mailbox
            emails[n] = emails[n - 1]
        if n % 89 == 17:  # traps: what is typed into a field that may not stay empty
            emails[n] = DUMMY_EMAIL
        if n % 53 == 11:
            phones[n] = DUMMY_PHONE
    people["email"], people["phone"] = emails, phones


def _phone(n: int, country: str) -> str:
    if country == "China":
        return f"+86154{(n * 48_271 + 12_345_678) % 10**8:08d}"
    if country == "United Kingdom":
        area = ["113", "114", "115", "116", "117", "118", "121", "131", "141", "151"][n // 1000 % 10]
        return f"+44{area}4960{n % 1000:03d}"
    return f"+1{201 + n // 100 % 700}55501{n % 100:02d}"
