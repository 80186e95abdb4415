"""Where people can be reached and since when: telephones and mailboxes, and the company's own numbers.

Nobody real can be reached by accident; README.md says why.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from orchestration.world.addresses import addresses
from orchestration.world.books import BLOCK
from orchestration.world.dice import Dice
from orchestration.world.people import Flags, Floats, Ints, Persons, Texts
from orchestration.world.screen_names import mailboxes, work_mailboxes
from orchestration.world.seasons import Calendar, whole_seconds

CHINESE_PREFIX = "+86154"  # valid in shape; no carrier was given it
BRITISH_RANGES = [f"+44{area}4960" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)] + [
    *("+447700900", "+442079460", "+441914980", "+442896496", "+442920180", "+443069990")
]  # each 1,000 numbers: Ofcom keeps them for drama
AREAS = (
    *(201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231),
    *(234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307),
    *(308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 339, 347, 351),
    *(352, 360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425),
    *(430, 432, 434, 435, 440, 443, 469, 478, 479, 480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513),
)
CANADIAN_AREAS = (
    *(204, 250, 289, 306, 403, 416, 418, 450, 506, 514, 519, 604, 613, 647, 705, 709, 778, 780, 807, 902, 226, 236),
    *(249, 263, 343, 354, 365, 367, 368, 382, 431, 437, 438, 474, 548, 579, 581, 584, 587, 639, 672, 683, 782, 819),
    *(825, 867, 873, 879, 905, 942),
)
KEPT_FOR_FICTION = {1: 17_000, 2: 100 * len(AREAS), 3: 100 * len(CANADIAN_AREAS)}
# Who has numbers there is nobody: 04 in Britain, and area codes with a 9 in the middle, wait for longer numbers.
NOBODYS = {1: "+4440", 2: "+129", 3: "+139"}
SLOTS = {1: 560, 2: 420, 3: 200}  # numbers a block may use of each country's
HEAD_OFFICE = 60  # of them the last so many for companies and staff
RESTS = 0.1  # of the calendar: a number given up, before somebody else gets it


@dataclass(frozen=True)
class ContactPoints:
    """Columns of the books' tables phones, emails, addresses; `current` and `at_first`: e164 by place ('' = none)."""

    phones: dict[str, np.ndarray]
    emails: dict[str, np.ndarray]
    addresses: dict[str, np.ndarray]
    first_phone: Texts
    first_mail: Texts
    recycled: Flags


def find(persons: Persons, calendar: Calendar, dice: Dice) -> ContactPoints:
    n, place = persons.number, persons.number - persons.first
    changes = dice.happens("changes the number", 0.12, n)
    recycled = (place % 120 == 57) & (persons.country == 0) & (persons.country[place - 5] == 0)
    gives_up = np.roll(recycled, -5)
    changed_at = _within(dice.uniform("new number", n), 0.15, 0.85, calendar)
    first, second = _phones(persons, 0), _phones(persons, 1)
    got_at = np.where(recycled, whole_seconds(np.roll(changed_at, 5) + RESTS * calendar.days), -400.0)
    first = np.where(recycled, np.roll(first, 5), first)
    changes = (changes & ~recycled & (persons.country == 0)) | gives_up
    kept, new = first != "", changes & (second != "")
    phones = {
        "person": np.concatenate([n[kept], n[new]]),
        "phone": np.concatenate([np.zeros(kept.sum(), dtype=int), np.ones(new.sum(), dtype=int)]),
        "e164": np.concatenate([first[kept], second[new]]),
        "from_at": np.concatenate([got_at[kept], changed_at[new]]),
        "until_at": np.concatenate([np.where(new, changed_at, np.nan)[kept], np.full(new.sum(), np.nan)]),
    }
    mails, first_mail = _mails(persons, calendar, dice)
    return ContactPoints(phones, mails, addresses(persons, calendar, dice), first, first_mail, recycled)


def office_phone(country: int, block: int, number: int) -> str:
    """The number of a company (number: its rank in the block) or of the company's own people."""
    if country == 0:
        return f"{CHINESE_PREFIX}{_scatter((block * BLOCK + number) * 5 + 4):08d}"
    ours = SLOTS[country] * block + SLOTS[country] - HEAD_OFFICE + number % HEAD_OFFICE
    return str(_abroad(country, np.array([ours]))[0])


def _within(share: Floats, low: float, high: float, calendar: Calendar) -> Floats:
    return whole_seconds((low + (high - low) * share) * calendar.days)


def _scatter(index):
    """A one-to-one map of 0..10^8 on itself, so that neighbours do not look like neighbours."""
    return (index * 48_271 + 12_345_678) % 10**8


def _phones(persons: Persons, which: int) -> Texts:
    chinese = _scatter(persons.number * 5 + which)
    found = np.array([f"{CHINESE_PREFIX}{number:08d}" for number in chinese], dtype=object)
    for country, slots in SLOTS.items():
        mine = persons.country == country
        rank = np.arange(mine.sum())
        slot = np.where(rank < slots - HEAD_OFFICE, slots * persons.block + rank, -1)
        found[mine] = _abroad(country, slot) if which == 0 else ""
    return found


def _abroad(country: int, slot: Ints) -> Texts:
    """A number for every slot, '' for -1: first those kept for fiction, then those kept for longer numbering plans."""
    fiction = _british if country == 1 else partial(_american, AREAS if country == 2 else CANADIAN_AREAS)
    kept = KEPT_FOR_FICTION[country]
    texts = [
        "" if s < 0 else fiction(s) if s < kept else f"{NOBODYS[country]}{_unassigned(s - kept)}" for s in slot.tolist()
    ]
    return np.array(texts, dtype=object)


def _british(slot: int) -> str:
    return f"{BRITISH_RANGES[slot // 1000]}{slot % 1000:03d}"


def _american(areas: tuple[int, ...], slot: int) -> str:
    return f"+1{areas[slot % len(areas)]}55501{slot // len(areas):02d}"


def _unassigned(index: int) -> str:
    """Eight digits, another for every index below 80 million; the second is 2 to 9, as an American exchange begins."""
    number = (index * 48_271 + 12_345_678) % 80_000_000
    return f"{number // 8_000_000}{2 + number // 1_000_000 % 8}{number % 1_000_000:06d}"


def _mails(persons: Persons, calendar: Calendar, dice: Dice) -> tuple[dict[str, np.ndarray], Texts]:
    n = persons.number
    first, second = mailboxes(persons, dice)
    shared = persons.mailbox
    first = np.where(shared, np.roll(first, 1), first)
    from_at = _within(dice.uniform("new mailbox", n), 0.1, 0.9, calendar)
    has_second = dice.happens("takes a new mailbox", 0.18, n) & ~shared
    gives_up = has_second & dice.happens("gives up the old mailbox", 0.5, n)
    at_work = persons.account >= 0
    work = work_mailboxes(persons, dice)
    none = np.full(len(n), np.nan)
    parts = [
        (np.ones(len(n), dtype=bool), 0, first, np.full(len(n), -900.0), np.where(gives_up, from_at, none), False),
        (has_second, 1, second, from_at, none, False),
        (at_work, 2, work, np.full(len(n), -300.0), none, True),
    ]  # fmt: skip
    columns: dict[str, list[np.ndarray]] = {
        c: [] for c in ("person", "email", "address", "from_at", "until_at", "is_work")
    }
    for mine, which, address, since, until, is_work in parts:
        row = (n, np.full(len(n), which), address, since, until, np.full(len(n), is_work))
        for column, values in zip(columns.values(), row, strict=True):
            column.append(values[mine])
    return {name: np.concatenate(found) for name, found in columns.items()}, first
