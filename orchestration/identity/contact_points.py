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
    """Eight digits YYYYMMDD as they were written (31 February stays, it is a typing error that can be compared); four
    digits MMDD where only the day of the year is known; '' for neither."""
    text = unicodedata.normalize("NFKC", written).strip().split("T")[0]
    parts = re.findall(r"\d+", text.split(" ")[0] if ":" in text else text)
    joined = "".join(part.zfill(2) for part in parts)
    if len(parts) >= 3 and len(parts[2]) == 4:
        day, month = (parts[1], parts[0]) if int(parts[1]) > 12 else (parts[0], parts[1])
        return parts[2] + month.zfill(2) + day.zfill(2)
    if len(parts) == 1 and len(parts[0]) in (8, 4):
        return parts[0] if len(parts[0]) == 8 else ""
    if len(joined) == 8:
        return joined
    return joined if len(parts) == 2 and len(joined) == 4 else ""


def fold_national_id(written: str) -> str:
    text = re.sub(r"[^0-9a-z]", "", unicodedata.normalize("NFKC", written).lower())
    return "" if len(text) < 4 or re.fullmatch(r"(.)\1*", text) else text


def fold_gender(written: str) -> str:
    return GENDERS.get(written.strip().lower(), "")


def fold_country(written: str) -> str:
    """ISO code of a country as systems write it; '' for one this table does not know."""
    text = written.strip().lower()
    return COUNTRIES.get(text, text.upper() if len(text) == 2 else "")


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
