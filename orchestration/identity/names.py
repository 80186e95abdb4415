"""Names of people as they are compared: one spelling, family and given name told apart, pinyin beside it.

What belongs here: everything that is known about names, in tables and rules. How alike two names are is not decided
here (`comparisons.py`). `fold_names` is called once for every distinct spelling, never for every record.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import inf

from orchestration.identity.name_tables import (
    COMPOUND_SURNAMES,
    DUMMY_NAMES,
    HONORIFICS,
    LOOKS_LIKE,
    NICKNAMES,
    READ_AS_PINYIN_TOO,
    SURNAMES_BY_FREQUENCY,
    SURNAMES_READ_OTHERWISE,
    SYLLABLES,
    TITLES,
)

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
NOT_IN_A_NAME = re.compile(r"[^\w\s,]|[\d_]", re.UNICODE)
DIGEST = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")  # MD5, SHA-1, SHA-256
LETTER_OF_DIGIT = str.maketrans("0123456789", "ghijklmnop")
PET_PREFIXES = "小阿老大"
SURNAME_RANKS = {surname: rank for rank, surname in enumerate(SURNAMES_BY_FREQUENCY)}


@dataclass(frozen=True, slots=True)
class FoldedName:
    """One person's name. Empty texts where a part is not known; `given` may be one letter (an initial).

    script: 'han' or 'latin'. whole: the name as written, parts in canonical order. root: the formal Western name a
    short form stands for (bob -> robert), else the given name in pinyin. *_latin: letters a-z only. shape: a Chinese
    name with every character that is easily taken for another as one and the same. pinyin: given_latin where that can
    be nothing else, so that another Chinese given name contradicts it; empty for David, who may also be called 龙春.
    """

    script: str = ""
    whole: str = ""
    family: str = ""
    given: str = ""
    family_latin: str = ""
    given_latin: str = ""
    root: str = ""
    shape: str = ""
    pinyin: str = ""


NOBODY = FoldedName()


def fold_names(spellings: Iterable[tuple[str | None, str | None, str | None]]) -> list[FoldedName]:
    """Fold (full name, given name, family name); the parts win over the full name where both parts are told."""
    simplify = _simplifier()
    folded = []
    for full, given, family in spellings:
        full, given, family = (simplify(_plain(part)) for part in (full, given, family))
        folded.append(_fold_parts(given, family) if given and family else _fold_whole(full or given or family))
    return folded


def latin(text: str) -> str:
    """Letters a-z of a text: pinyin for Chinese characters, accents taken off the rest."""
    if HAN.search(text):
        readings = _readings()
        text = "".join(readings(character) if HAN.match(character) else character for character in text)
    return re.sub(r"[^a-z]", "", _without_accents(text))


def _plain(text: str | None) -> str:
    if not text:
        return ""
    if DIGEST.fullmatch(text):
        return _of_a_digest(text)
    text = unicodedata.normalize("NFKC", text).lower().replace("·", " ").replace("’", "'")
    text = NOT_IN_A_NAME.sub(lambda found: "" if found.group() in "'-" else " ", text.replace("-", ""))
    text = " ".join(text.split())
    return "" if text.strip(" ,") in DUMMY_NAMES else text


def _of_a_digest(text: str) -> str:
    """Letters for a name that was exported as its digest: equal for equal ones, and alike for no others."""
    return hashlib.blake2b(text.lower().encode(), digest_size=12).hexdigest().translate(LETTER_OF_DIGIT)


def _fold_whole(text: str) -> FoldedName:
    if not text:
        return NOBODY
    if HAN.search(text):
        return _fold_han(text)
    if "," in text:
        family, _, given = text.partition(",")
        return _western(given.split(), family.split())
    words = _without_titles(text.split())
    if len(words) == 1:
        return _western(words, [])
    if len(words[-1]) == 1 < len(words[0]):  # "Smith J A", as authors are listed
        last = max(place for place, word in enumerate(words) if len(word) > 1)
        return _western(words[last + 1 :], words[: last + 1])
    if _is_pinyin(words[1]) and _surname_rank(words[0]) < _surname_rank(words[-1]):
        return _western(words[1:], words[:1])
    return _western(words[:-1], words[-1:])


def _fold_parts(given: str, family: str) -> FoldedName:
    if HAN.search(given + family):
        return _fold_han(family + given) if HAN.search(given) and HAN.search(family) else _western([given], [family])
    return _western(_without_titles(given.replace(",", " ").split()), family.replace(",", " ").split())


def _fold_han(text: str) -> FoldedName:
    """A Chinese name; letters beside it (an English first name) are left out when a whole name remains."""
    characters = "".join(HAN.findall(text))
    for honorific in HONORIFICS:
        if len(characters) > len(honorific) and characters.endswith(honorific):
            characters = characters.removesuffix(honorific)
    if characters in DUMMY_NAMES or not characters:
        return NOBODY
    family, given = _split_han(characters)
    reading = _readings()
    family_latin = SURNAMES_READ_OTHERWISE.get(family) or "".join(reading(character) for character in family)
    given_latin = "".join(reading(character) for character in given)
    shape = "".join(LOOKS_LIKE.get(character, character) for character in family + given)
    return FoldedName("han", family + given, family, given, family_latin, given_latin, given_latin, shape, given_latin)


def _split_han(name: str) -> tuple[str, str]:
    """(family, given). A name whose last character is a surname and whose first is none was written given name first.
    One character, or one twice, is what somebody is called (文文), whatever surname it may be elsewhere."""
    if len(name) == 1 or (len(name) == 2 and (name[0] in PET_PREFIXES or name[0] == name[1])):
        return ("", name)
    if len(name) >= 3 and name[:2] in COMPOUND_SURNAMES:
        return (name[:2], name[2:])
    if len(name) >= 4 and name[-2:] in COMPOUND_SURNAMES:
        return (name[-2:], name[:-2])
    first, last = SURNAME_RANKS.get(name[0]), SURNAME_RANKS.get(name[-1])
    if len(name) <= 3 and first is None and last is not None:
        return (name[-1], name[:-1])
    if len(name) <= 3 and first is None and name[0] == name[-1]:
        return ("", name)
    return (name[0], name[1:])


def _western(given: list[str], family: list[str]) -> FoldedName:
    first, last = " ".join(given), " ".join(family)
    given_latin, family_latin = latin(first), latin(last)
    if not given_latin and not family_latin:
        return NOBODY
    whole = " ".join(part for part in (_without_accents(first), _without_accents(last)) if part)
    root = NICKNAMES.get(latin(given[0]) if given else "", given_latin)
    pinyin = given_latin if root == given_latin and _is_chinese_given_name(given_latin) else ""
    return FoldedName(
        "latin", whole, _without_accents(last), _without_accents(first), family_latin, given_latin, root, pinyin=pinyin
    )


def _without_titles(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in TITLES]
    return kept or words


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    text = text.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("æ", "ae").replace("đ", "d")
    return "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))


@cache
def _ranks_in_pinyin() -> dict[str, int]:
    readings = _readings()
    ranks: dict[str, int] = {}
    for rank, surname in enumerate((*SURNAMES_BY_FREQUENCY, *sorted(COMPOUND_SURNAMES))):
        read = SURNAMES_READ_OTHERWISE.get(surname) or "".join(readings(character) for character in surname)
        ranks.setdefault(read, rank)
    return ranks


def _surname_rank(word: str) -> float:
    """How common a surname the word is in pinyin, 0 the commonest. Of two surnames, in either order, the commoner is
    the family's."""
    return _ranks_in_pinyin().get(word, inf)


SYLLABLE = r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?(?:[aeiouv]{1,3})(?:ng|n|r)?"
PINYIN = re.compile(f"{SYLLABLE}(?:{SYLLABLE})?")


def _is_pinyin(word: str) -> bool:
    return PINYIN.fullmatch(word) is not None


GIVEN_IN_PINYIN = re.compile("(?:{0})(?:{0})?".format("|".join(SYLLABLES)))


def _is_chinese_given_name(letters: str) -> bool:
    return GIVEN_IN_PINYIN.fullmatch(letters) is not None and letters not in READ_AS_PINYIN_TOO


@cache
def _simplifier():
    import opencc

    convert = opencc.OpenCC("t2s").convert
    return lambda text: convert(text) if HAN.search(text) else text


@cache
def _readings():
    """The commonest reading of a character, without its tone."""
    from pypinyin import Style, pinyin

    @cache
    def reading(character: str) -> str:
        return pinyin(character, style=Style.NORMAL, errors="ignore", v_to_u=False)[0][0] if character else ""

    return reading
