"""Addresses, places and companies in the spelling in which they are compared."""

import re
import unicodedata

from orchestration.identity.names import HAN, latin

STREET_WORDS = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "ln": "lane",
    "dr": "drive", "pl": "place", "ct": "court", "cres": "crescent", "sq": "square", "tce": "terrace", "hwy": "highway",
    "n": "north", "s": "south", "e": "east", "w": "west", "cct": "circuit", "apt": "", "flat": "", "unit": "",
}  # fmt: skip
LEGAL_FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "plc",
        "co",
        "corp",
        "corporation",
        "company",
        "gmbh",
        "ag",
        "sa",
        "srl",
        "bv",
        "nv",
        "pty",
        "oy",
        "ab",
        "as",
        "kg",
        "the",
        "holdings",
        "holding",
        "group",
        "international",
        "intl",
    ]
)
CHINESE_LEGAL_FORMS = re.compile(r"(股份|有限|责任|集团|控股|公司|总公司|分公司|[(（].*?[)）]|中国|科技发展|实业|企业)")
PLACE_SUFFIXES = re.compile(r"(?<=..)(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$")
CITY_OF_ADDRESS = re.compile(
    r"(?:\w{2,3}(?:省|自治区)|广西壮族自治区|宁夏回族自治区|新疆维吾尔自治区)?\s*(\w{2,}?)市.*"
)
ZIP_AND_FOUR = re.compile(r"^(\d{5})-\d{4}$")
NO_COMPANY = frozenset(("", "个人", "无", "none", "na", "self", "selfemployed", "individual", "personal", "private"))


def fold_street(street: str, house_number: str) -> tuple[str, str]:
    """(street without numbers, numbers): numbers in a street count as house numbers where none is told apart."""
    text = unicodedata.normalize("NFKC", f"{street} ").lower()
    if HAN.search(text):
        name = re.sub(r"[\d\W_]+", "", text)
    else:
        letters = re.sub(r"['.]", "", text)
        words = re.sub(r"[^a-z ]|\b(?=\w*\d)\w+", " ", letters).split()
        name = " ".join(filter(None, (STREET_WORDS.get(word, word) for word in words)))
    numbers = re.findall(r"\d+", unicodedata.normalize("NFKC", house_number or street))
    return name, "-".join(number.lstrip("0") for number in numbers)


def fold_place(place: str) -> str:
    """Letters of a city or region: 杭州, 杭州市 and Hangzhou are one. Abbreviations stay what they are."""
    return latin(PLACE_SUFFIXES.sub("", unicodedata.normalize("NFKC", place).strip().lower()))


def fold_city(city: str) -> str:
    """The same of a city, without the province before it and the district after it."""
    whole = CITY_OF_ADDRESS.fullmatch(unicodedata.normalize("NFKC", city).strip())
    return fold_place(whole.group(1) if whole else city)


def fold_postcode(postcode: str) -> str:
    """Letters and digits, without the four digits that an American one may have more."""
    text = ZIP_AND_FOUR.sub(r"\1", unicodedata.normalize("NFKC", postcode).strip().lower())
    return re.sub(r"[^0-9a-z]", "", text).removesuffix("0000")


def fold_company(company: str) -> str:
    text = unicodedata.normalize("NFKC", company).lower().replace("&", " and ")
    if HAN.search(text):
        name = re.sub(r"\W", "", CHINESE_LEGAL_FORMS.sub("", text))
    else:
        words = re.sub(r"[^\w ]", "", text.replace(".", "")).split()
        name = " ".join(word for word in words if word not in LEGAL_FORMS)
    return "" if name.replace(" ", "") in NO_COMPANY else name


def fold_text(text: str) -> str:
    """Any other words: a birth place, an occupation, a nickname."""
    folded = re.sub(r"[^\w ]", "", unicodedata.normalize("NFKC", text).lower()).strip()
    return "" if folded in NO_COMPANY else folded
