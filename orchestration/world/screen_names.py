"""What people call themselves online: mailboxes, screen names, and the domains of companies. They look like names,
years of birth and digits; they are unique without a register, and no two of one person have more in common than names.

Uniqueness: a person's number is scrambled one to one, differently for every kind of name, and told by the form, the
digits and the domain together; whatever the letters are, two people never get all three alike.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from orchestration.world.dice import Dice
from orchestration.world.people import Ints, Persons, Texts

DOMAINS = (
    *("example.com", "example.net", "example.org", "mail.example", "post.test", "kuaiyou.example", "yunyou.example"),
    *("webmail.example", "inbox.example", "xinxiang.example", "mail.test", "letters.example", "feige.example"),
    *("home.example", "hongyan.example", "postbox.example"),
)
LATER_DOMAINS = (
    *("yijian.example", "quickmail.example", "zhiyin.example", "mymail.test"),
    *("airmail.example", "banma.example", "pigeon.test", "newmail.example"),
)
NUMBERS_ONLY = "kouou.example"  # a Chinese provider whose mailboxes are numbers
NUMBERED, SMALLEST_NUMBER = 0.3, 100_000_000  # share of the Chinese
SYLLABLES = np.array([c + v for c in "bdfghjklmnprstvz" for v in "aeiou"], dtype=object)
SMALL = 2**20  # scrambled among themselves, so that their digits are few


def mailboxes(persons: Persons, dice: Dice) -> tuple[Texts, Texts]:
    """Everybody's first mailbox, and the one they would take later."""
    numbers = SMALLEST_NUMBER + lots("number of the first mailbox", persons.number, dice, 28)
    numbered = (persons.country == 0) & dice.happens("has a numbered mailbox", NUMBERED, persons.number)
    plain = _named(persons, DOMAINS, lots("first mailbox", persons.number, dice))
    first = [
        f"{number}@{NUMBERS_ONLY}" if is_number else name
        for number, is_number, name in zip(numbers.tolist(), numbered.tolist(), plain, strict=True)
    ]
    later = _named(persons, LATER_DOMAINS, lots("later mailbox", persons.number, dice))
    return np.array(first, dtype=object), np.array(later, dtype=object)


def work_mailboxes(persons: Persons, dice: Dice) -> Texts:
    """wei.zhang@company; of several with one name in one company the later ones are numbered. '' = no company."""
    found, taken = np.full(len(persons.number), "", dtype=object), dict[str, int]()
    at_work = np.flatnonzero(persons.account >= 0)
    domains = company_domains(persons.account[at_work], dice)
    for place, domain in zip(at_work.tolist(), domains, strict=True):
        name = f"{_letters(persons.given_latin[place])}.{_letters(persons.surname_latin[place])}"
        taken[name + domain] = taken.get(name + domain, 0) + 1
        again = taken[name + domain]
        found[place] = f"{name}{again if again > 1 else ''}@{domain}"
    return found


def company_domains(account: Ints, dice: Dice) -> list[str]:
    """A word of four syllables, one to one with the company."""
    left = lots("domain of a company", account, dice, 24)
    word = np.full(len(left), "", dtype=object)
    for _ in range(4):
        word = word + SYLLABLES[left % len(SYLLABLES)]
        left = left // len(SYLLABLES)
    return [f"{letters}.example" for letters in word]


def handles(persons: Persons, dice: Dice) -> Texts:
    """Lower-case letters and digits."""
    digits = lots("digits of the screen name", persons.number, dice).tolist()
    form = dice.pick("screen name", [4, 3, 3, 2], persons.number).tolist()
    given, family = _latin(persons)
    rows = zip(form, given, family, digits, strict=True)
    return np.array([HANDLES[which](g, f, d) for which, g, f, d in rows], dtype=object)


def lots(question: str, number: Ints, dice: Dice, bits: int = 20) -> Ints:
    """Whole numbers >= 0, another for every number: those below 2**bits among themselves, the rest above.

    Odd multiplications modulo a power of two and a shift onto the lower half take no two numbers to one.
    """
    small = _scrambled(number % 2**bits, bits, question, dice)
    return np.where(number < 2**bits, small, 2**bits + _scrambled(np.maximum(number - 2**bits, 0), 30, question, dice))


@dataclass(frozen=True)
class _Person:
    given: str
    family: str
    year: int


# Told apart by where letters, digits and signs stand, whatever the letters are.
MAIL_FORMS = (
    lambda p, d: f"{p.given}{p.family}{d}",
    lambda p, d: f"{p.family}.{p.given}{d}",
    lambda p, d: f"{p.given}_{p.family}{d}",
    lambda p, d: f"{p.given[0]}.{p.family}{d}",
    lambda p, d: f"{p.family}-{p.given}{d}",
    lambda p, d: f"{p.family[0]}{p.given[0]}{p.year}{d}",
    lambda p, d: f"{p.family}{d}{p.given[0]}",
    lambda p, d: f"{p.given}{d}_{p.year % 100:02d}",
)
HANDLES = (
    lambda g, f, d: f"{g}{f[0]}{d}",
    lambda g, f, d: f"{f}{d}{g[:2]}",
    lambda g, f, d: f"tb{d}",
    lambda g, f, d: f"{f}{g}{d}",
)


def _named(persons: Persons, domains: tuple[str, ...], lot: Ints) -> list[str]:
    domain, form = lot % len(domains), lot // len(domains) % len(MAIL_FORMS)
    digits = lot // len(domains) // len(MAIL_FORMS)
    years = persons.birth.astype("datetime64[Y]").astype(np.int64) + 1970
    rows = zip(*_latin(persons), years.tolist(), form.tolist(), digits.tolist(), domain.tolist(), strict=True)
    return [f"{MAIL_FORMS[which](_Person(g, f, y), d)}@{domains[at]}" for g, f, y, which, d, at in rows]


def _latin(persons: Persons) -> tuple[list[str], list[str]]:
    return [_letters(name) for name in persons.given_latin], [_letters(name) for name in persons.surname_latin]


@cache
def _letters(name: str) -> str:
    return name.lower().replace("'", "").replace(" ", "").replace("-", "")


def _scrambled(number: Ints, bits: int, question: str, dice: Dice) -> Ints:
    mask, half = np.uint64(2**bits - 1), np.uint64(bits // 2)
    state = (number.astype(np.uint64) + dice.bits(f"{question}, scrambled")[0]) & mask
    for factor in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB):
        state = (state * np.uint64(factor)) & mask
        state ^= state >> half
    return state.astype(np.int64)
