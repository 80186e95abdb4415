"""What makes careless matching merge strangers, labelled: who is concerned and what they share.

Twins, fathers and sons, mailboxes, numbers and the commonest names are made in people.py and contact_points.py; here
they are named, and those added that are only a matter of what people type (dummy values, a nickname for two).
"""

import numpy as np
import pandas as pd

from orchestration.world.books import table
from orchestration.world.codes import DEVICES
from orchestration.world.contact_points import ContactPoints
from orchestration.world.people import Flags, Ints, Persons

DUMMY_PHONES, DUMMY_EMAILS, DUMMY_TEXTS = (
    ("13800138000", "000000"),
    ("test@test.com", "noname@example.com"),
    ("无", "n/a"),
)


def shares_nickname(persons: Persons) -> Flags:
    """By place: uses the marketplace nickname of the person three before, a stranger."""
    place = persons.number - persons.first
    return (place % 150 == 77) & (persons.country == 0) & np.roll(persons.country == 0, 3)


def label(persons: Persons, points: ContactPoints, handles: np.ndarray, books: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """`books`: the tables accounts, people, visits."""
    place = persons.number - persons.first
    parts: list[tuple[str, Ints, Ints, list[str]]] = []
    pairs = (
        ("family_mailbox", persons.mailbox, 1, points.first_mail),
        ("recycled_phone", points.recycled, 5, points.first_phone),
        ("twins", persons.twin, 1, persons.surname),
        ("father_and_son", persons.son, 1, persons.surname + persons.given),
        ("shared_nickname", shares_nickname(persons), 3, np.roll(handles, 3)),
    )
    for trap, second, distance, shared in pairs:
        group = np.flatnonzero(second) - distance
        person = np.sort(np.concatenate([group, group + distance]))
        parts.append((trap, np.repeat(group, 2), person, np.repeat(shared[second], 2).tolist()))
    common = np.flatnonzero(persons.commonest)
    parts.append(("commonest_name", np.full(len(common), common[0]), common, ["张伟"] * len(common)))
    for trap, values, every, at in (
        ("dummy_phone", DUMMY_PHONES, 53, 11),
        ("dummy_email", DUMMY_EMAILS, 89, 17),
        ("dummy_text", DUMMY_TEXTS, 71, 29),
    ):
        who = np.flatnonzero(place % every == at)
        parts.append((trap, who, who, [values[i % 2] for i in range(len(who))]))
    parts += [*_companies(persons, books["accounts"]), _tablets(persons, books["visits"])]
    called = np.concatenate([np.full(len(part[1]), part[0], dtype=object) for part in parts])
    group, person = (np.concatenate([part[i] for part in parts]).astype(np.int64) + persons.first for i in (1, 2))
    detail = np.array([text for part in parts for text in part[3]], dtype=object)
    order = np.lexsort((person, group, called.astype(str)))
    return table(
        "traps", {"trap": called[order], "group": group[order], "person": person[order], "detail": detail[order]}
    )


def _companies(persons: Persons, accounts: pd.DataFrame) -> list[tuple[str, Ints, Ints, list[str]]]:
    contacts = np.flatnonzero(persons.account >= 0)
    row = np.searchsorted(accounts["account"].to_numpy(), persons.account[contacts])
    group = persons.account[contacts] - persons.first
    several = np.bincount(row, minlength=len(accounts))[row] > 1
    helped = accounts["assistant"].to_numpy()[row] >= 0
    phones, names = accounts["switchboard"].to_numpy()[row], accounts["domain"].to_numpy()[row]
    return [
        ("switchboard", group[several], contacts[several], phones[several].tolist()),
        ("assistant", group[helped], contacts[helped], names[helped].tolist()),
    ]


def _tablets(persons: Persons, visits: pd.DataFrame) -> tuple[str, Ints, Ints, list[str]]:
    on_tablet = visits[visits["device_kind"] == DEVICES.index("shop_tablet")]
    seen = on_tablet[["device", "person"]].drop_duplicates().sort_values(["device", "person"])
    device, person = seen["device"].to_numpy(), seen["person"].to_numpy() - persons.first
    first = np.searchsorted(device, device)
    return "shop_tablet", person[first], person, [str(number) for number in device.tolist()]
