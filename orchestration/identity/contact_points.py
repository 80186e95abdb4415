"""Telephones, e-mails, dates of birth and numbers of documents in the one spelling in which they are compared.

A masked value stays a mask and never becomes a value. How many people stand behind a value is found from the data
(`identifiers.py`); listed here are only values that people type to get past a required field.
"""

import re
import unicodedata
from functools import cache

from orchestration.identity.names import DIGEST

MASK = re.compile(r"[*＊xX•]{2,}")
CHINESE_MOBILE = re.compile(r"(?:00|\+)?(?:86)?(1[3-9]\d{9})")
MAILBOX = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
MONTH_NAME = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")
TIME_OF_DAY = re.compile(r"(?<=\d)[t ]+\d{1,2}:\d\d.*")
OLD_CHINESE_ID = re.compile(r"[1-9]\d{5}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
DUMMY_DIGITS = re.compile(r"(\d)\1{5,}|0?1?234567890?\d*|13800138000|13[08]0{8}|1(\d)\2{8,}")
DUMMY_USERS = frozenset(
    [
        "test",
        "noname",
        "none",
        "na",
        "no",
        "noemail",
        "no-email",
        "null",
        "nobody",
        "unknown",
        "a",
        "xxx",
        "abc",
        "asdf",
        "email",
        "example",
    ]
)
DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
TAGGED = {"gmail.com", "outlook.com", "hotmail.com", "icloud.com", "fastmail.com", "proton.me", "protonmail.com"}
DIALLING_CODES = {"CN": "86", "US": "1", "CA": "1", "GB": "44"}


def fold_phone(written: str, region: str) -> tuple[str, str]:
    """(number, mask) of a telephone as written; `region` is an ISO code or ''. One of the two, or both, are empty.

    The number is E.164 where the country is known (written, or from the region), else its digits. A mask is its first
    three and last four digits where it shows as many.
    """
    text = unicodedata.normalize("NFKC", written)
    if "*" in text or MASK.search(text):
        return "", _mask(text)
    digits = re.sub(r"[^\d+]", "", text.split("ext")[0])
    mobile = CHINESE_MOBILE.fullmatch(digits)
    if mobile and (region in ("", "CN") or len(digits) > 11):
        digits = mobile.group(1)
        return ("", "") if DUMMY_DIGITS.fullmatch(digits) else ("+86" + digits, "")
    bare = digits.lstrip("+0")
    if not 6 <= len(bare) <= 15 or DUMMY_DIGITS.fullmatch(bare):
        return "", ""
    if digits.startswith(("+", "00")):
        return "+" + bare, ""
    return _with_dialling_code(digits, bare, region), ""


def phone_key(number: str) -> str:
    """The digits two numbers share whether or not one was written with its country."""
    return number.lstrip("+0")[-10:]


def fold_email(written: str) -> str:
    """The mailbox, or '' for a mask, a placeholder or what is no address. A digest of an address stays one."""
    text = unicodedata.normalize("NFKC", written).strip().strip("<>;,.").lower()
    if DIGEST.fullmatch(text):
        return text
    if "*" in text or not MAILBOX.fullmatch(text):
        return ""
    user, _, domain = text.rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return ""
    domain = DOTLESS.get(domain, domain)
    if domain in TAGGED:
        user = user.split("+")[0]
    if domain == "gmail.com":
        user = user.replace(".", "")
    if not user or user in DUMMY_USERS or user == domain.split(".")[0]:
        return ""
    return f"{user}@{domain}"


def fold_birth_date(written: str) -> str:
    """Eight digits YYYYMMDD as they were written (31 February stays, it is a typing error that can be compared), 00 for
    a month or day that is not told; four digits MMDD where only the day of the year is known; '' for neither."""
    text = TIME_OF_DAY.sub("", unicodedata.normalize("NFKC", written).strip().lower())
    parts = re.findall(r"[0-9]+", text)
    month = MONTH_NAME.search(text)
    folded = _date_of_digits(parts[0]) if len(parts) == 1 and not month else _date_of_parts(parts, month)
    return "" if folded.startswith("0000") and folded != "0000" and len(folded) == 8 else folded


def _date_of_digits(digits: str) -> str:
    if len(digits) == 4:
        return digits + "0000" if _is_year(digits) else ""
    if len(digits) == 8 and not _is_year(digits[:4]) and _is_year(digits[4:]):
        return _day_first([digits[:2], digits[2:4], digits[4:]])
    return digits if len(digits) == 8 else ""


def _date_of_parts(parts: list[str], month: re.Match[str] | None) -> str:
    if month:
        number = str(MONTHS.index(month.group()) + 1)
        years = [part for part in parts if len(part) == 4]
        days = [part for part in parts if len(part) < 3]
        if len(years) != 1 or len(days) > 1:
            return ""
        parts = [years[0], number, *days]
    if len(parts) >= 3 and len(parts[2]) == 4:
        return _day_first(parts)
    if len(parts) == 3 and all(len(part) <= 2 for part in parts):
        return _of_short_year(parts)
    if len(parts) == 2 and {len(part) for part in parts} <= {1, 2}:
        return "".join(part.zfill(2) for part in parts)
    if len(parts) == 2:
        year, month_told = sorted(parts, key=len, reverse=True)
        return f"{year}{month_told.zfill(2)}00" if len(year) == 4 and len(month_told) <= 2 else ""
    joined = "".join(part.zfill(2) for part in parts)
    return joined if len(joined) == 8 else ""


def _day_first(parts: list[str]) -> str:
    """Day, month, year; or month, day, year where there is no such month."""
    day, month = (parts[1], parts[0]) if int(parts[1]) > 12 else (parts[0], parts[1])
    return (parts[2] + month.zfill(2) + day.zfill(2))[:8]


def _of_short_year(parts: list[str]) -> str:
    """A year of two digits is one in which somebody alive was born: 26 to 99 of the last century."""
    if int(parts[0]) > 31:
        parts = [parts[2], parts[1], parts[0]]
    century = "19" if int(parts[2]) > 25 else "20"
    return _day_first([*parts[:2], century + parts[2].zfill(2)])


def _is_year(digits: str) -> bool:
    return "1500" <= digits <= "2100"


def fold_national_id(written: str) -> str:
    """Letters and digits; a Chinese number of fifteen digits as the one of eighteen it became (GB 11643). A mask is no
    number."""
    if MASK.search(written):
        return ""
    text = re.sub(r"[^0-9a-z]", "", unicodedata.normalize("NFKC", written).lower())
    if OLD_CHINESE_ID.fullmatch(text):
        body = f"{text[:6]}19{text[6:]}"
        return body + "10x98765432"[sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(body)) % 11]
    return "" if len(text) < 4 or re.fullmatch(r"(.)\1*", text) else text


def fold_gender(written: str) -> str:
    return GENDERS.get(written.strip().lower(), "")


def fold_country(written: str) -> str:
    """ISO code of a country as systems write it; '' for one this table does not know."""
    text = written.strip().lower()
    return COUNTRIES.get(text, text.upper() if len(text) == 2 else "")


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
GENDERS = {
    **dict.fromkeys(("m", "male", "man", "男", "先生", "mr", "1"), "m"),
    **dict.fromkeys(("f", "female", "woman", "女", "女士", "mrs", "ms", "2"), "f"),
}
COUNTRIES = {
    **dict.fromkeys(("china", "中国", "cn", "chn", "prc", "people's republic of china"), "CN"),
    **dict.fromkeys(("united kingdom", "uk", "great britain", "england", "gb", "gbr", "英国"), "GB"),
    **dict.fromkeys(("united states", "usa", "us", "united states of america", "美国"), "US"),
    **dict.fromkeys(("canada", "can", "加拿大"), "CA"),
    **dict.fromkeys(("australia", "aus", "澳大利亚"), "AU"),
    **dict.fromkeys(("germany", "deutschland", "德国"), "DE"),
    **dict.fromkeys(("france", "法国"), "FR"),
    **dict.fromkeys(("spain", "españa"), "ES"),
    **dict.fromkeys(("singapore", "新加坡"), "SG"),
    **dict.fromkeys(("hong kong", "香港"), "HK"),
    **dict.fromkeys(("taiwan", "台湾"), "TW"),
    **dict.fromkeys(("japan", "日本"), "JP"),
}


def _mask(text: str) -> str:
    shown = re.fullmatch(r"\D*?(?:86)?(\d{3,})\D+(\d{4,})", text.replace("+", "").replace(" ", ""))
    return shown.group(1)[:3] + "*" + shown.group(2)[-4:] if shown else ""


def _with_dialling_code(digits: str, bare: str, region: str) -> str:
    code = _dialling_code(region)
    if not code:
        return bare
    if bare.startswith(code) and len(bare) >= 10 + len(code):
        return "+" + bare
    return f"+{code}{bare}"


@cache
def _dialling_code(region: str) -> str:
    if not region or region in DIALLING_CODES:
        return DIALLING_CODES.get(region, "")
    import phonenumbers

    code = phonenumbers.country_code_for_region(region)
    return str(code) if code else ""
