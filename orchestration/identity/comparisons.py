"""What two records can have in common, field by field, as ordered levels: the first that holds is the pair's level.

Each level has three chances: `same` (it holds for two records of one person; where training starts), `family` (it holds
for two people of one household or desk; a constant, training cannot see households), and by coincidence between
strangers (counted in the data). Level 0 of every comparison is "not to be told", which says nothing.

Conflict is evidence: two whole names that differ have levels of their own, and names in two scripts are never in
conflict before their pinyin is.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """`holds`: SQL over two rows a and b of `folded`. `frequency`: the column whose value counts say how likely a
    coincidence is, for this value. `most`, `least`: limit what training may believe of `same`. `bits`: limits the
    evidence for
    two records being of one person, for levels that repeat what other fields say."""

    label: str
    holds: str
    same: float
    family: float
    frequency: str | None = None
    most: float = 1.0
    least: float = 1e-5
    bits: float = 40.0


@dataclass(frozen=True)
class Comparison:
    name: str
    missing: str
    levels: tuple[Level, ...]

    def sql(self) -> str:
        cases = " ".join(f"when {level.holds} then {number}" for number, level in enumerate(self.levels, start=1))
        return f"cast(case when {self.missing} then 0 {cases} else 0 end as utinyint)"


def _either_empty(column: str) -> str:
    return f"a.{column} = '' or b.{column} = ''"


def _and(cheap: str, dear: str) -> str:
    """Both; what is dear is counted only where the cheap holds. (Of an SQL `and` DuckDB evaluates both sides for every
    row, of a `case` no more than it needs.)"""
    return f"(case when {cheap} then {dear} else false end)"


def _or(cheap: str, dear: str) -> str:
    """Either; what is dear is counted only where the cheap does not hold."""
    return f"(case when {cheap} then true else {dear} end)"


def _edits(column: str, most: int) -> str:
    """At most so many typing errors. Counting them is dear: texts of other lengths cannot be that few apart, nor those
    of more than twice as many insertions, deletions and replacements, as two of these make a transposition."""
    a, b = f"a.{column}", f"b.{column}"
    few = _and(f"levenshtein({a}, {b}) <= {2 * most}", f"damerau_levenshtein({a}, {b}) <= {most}")
    return _and(f"abs(length({a}) - length({b})) <= {most}", few)


def _alike(column: str, similarity: float) -> str:
    """Of some length, and similar by Jaro and Winkler or with one typing error."""
    similar = f"jaro_winkler_similarity(a.{column}, b.{column}) >= {similarity}"
    return _and(f"least(length(a.{column}), length(b.{column})) > 3", _or(similar, _edits(column, 1)))


def _shared(column: str) -> str:
    """One value of two lists, which may be null."""
    return _and(f"a.{column} is not null and b.{column} is not null", f"list_has_any(a.{column}, b.{column})")


_TWO_PARTS = "a.has_two_parts and b.has_two_parts"
_GIVEN_ALIKE = _or(
    _and("a.script = 'latin' or b.script = 'latin'", _alike("given_latin", 0.9)),
    _and("length(a.given_latin) > 3", _edits("given_latin", 1)),
)
_WHOLE_ALIKE = _and(
    "least(length(a.whole), length(b.whole)) > 6",
    _or(
        "jaro_winkler_similarity(a.whole, b.whole) >= 0.93",
        _or(
            _and(_TWO_PARTS, "jaro_winkler_similarity(a.whole, concat(b.family, ' ', b.given)) >= 0.93"),
            _edits("whole", 2),
        ),
    ),
)
_SOUNDS_EQUAL = _or(
    "a.name_key = b.name_key",
    _and(
        "length(a.family_latin) + length(a.given_latin) = length(b.family_latin) + length(b.given_latin)",
        "(a.family_latin || a.given_latin = b.family_latin || b.given_latin "
        "or a.family_latin || a.given_latin = b.given_latin || b.family_latin)",
    ),
)
_PARTS_ALIKE = _and(_TWO_PARTS, _and(_alike("family_latin", 0.84), _alike("given_latin", 0.84)))
_SHORT_FORM = (
    "(a.root = b.root or (least(length(a.given_latin), length(b.given_latin)) in (1, 3, 4) and "
    "(starts_with(a.given_latin, b.given_latin) or starts_with(b.given_latin, a.given_latin)) and "
    "a.script = 'latin' and b.script = 'latin') or "
    "(least(length(a.given_latin), length(b.given_latin)) = 1 and left(a.given_latin, 1) = left(b.given_latin, 1)))"
)

NAME = Comparison(
    "name",
    _either_empty("whole"),
    (
        Level("equal", f"a.whole = b.whole and {_TWO_PARTS}", 0.62, 0.04, "whole"),
        Level(
            "equal in the other order",
            f"{_TWO_PARTS} and a.script = b.script and a.family = b.given and a.given = b.family",
            0.02,
            0.002,
            "name_key",
        ),
        Level(
            "equal in another script",
            f"{_TWO_PARTS} and a.name_key = b.name_key and a.script <> b.script",
            0.08,
            0.01,
            "name_key",
        ),
        Level(
            "sounds equal",
            f"{_TWO_PARTS} and {_SOUNDS_EQUAL}",
            0.02,
            0.01,
            "name_key",
        ),
        Level("looks equal", f"{_TWO_PARTS} and a.shape = b.shape and a.shape <> ''", 0.01, 0.002, "name_key"),
        Level("one part, equal", "a.whole = b.whole", 0.04, 0.02, "whole"),
        Level(
            "short form or initial",
            _and(f"{_TWO_PARTS} and a.family_latin = b.family_latin", _SHORT_FORM),
            0.05,
            0.015,
            "family_latin",
            bits=11.0,
        ),
        Level(
            "family name equal, given name alike",
            _and(f"{_TWO_PARTS} and a.family_latin = b.family_latin", _GIVEN_ALIKE),
            0.05,
            0.04,
            "family_latin",
        ),
        Level(
            "given name equal, family name alike",
            _and(f"{_TWO_PARTS} and a.given_latin = b.given_latin", _alike("family_latin", 0.88)),
            0.04,
            0.005,
            "given_latin",
        ),
        Level(
            "family name alike, short form or initial",
            _and(f"{_TWO_PARTS} and {_SHORT_FORM}", _alike("family_latin", 0.93)),
            0.01,
            0.003,
            bits=8.0,
        ),
        Level(
            "alike",
            _and(
                "not (a.family_latin = b.family_latin and a.family <> '' and b.family <> '')",
                _or(_WHOLE_ALIKE, _PARTS_ALIKE),
            ),
            0.03,
            0.003,
        ),
        Level(
            "words in common",
            _and(
                "a.word_count > 1 and b.word_count > 1 and a.word_count + b.word_count > 4",
                "4 * len(list_intersect(a.words, b.words)) >= 3 * least(a.word_count, b.word_count)",
            ),
            0.02,
            0.005,
        ),
        Level(
            "one part of the other",
            f"not ({_TWO_PARTS}) and (a.given_latin in (b.given_latin, b.family_latin, b.root) "
            "or b.given_latin in (a.given_latin, a.family_latin, a.root))",
            0.02,
            0.01,
            "given_latin",
            bits=8.0,
        ),
        Level("one part, different", f"not ({_TWO_PARTS})", 0.03, 0.3, bits=0.0),
        Level(
            "given name equal, family name different",
            "a.given_latin = b.given_latin or (a.root = b.root and length(a.root) > 2)",
            0.01,
            0.02,
            "given_latin",
            most=0.04,
            bits=9.0,
        ),
        Level(
            "family name equal in another script",
            "a.family_latin = b.family_latin and a.script <> b.script and (a.pinyin = '' or b.pinyin = '' "
            "or left(a.pinyin, 2) = left(b.pinyin, 2) or right(a.pinyin, 2) = right(b.pinyin, 2))",
            0.01,
            0.2,
            most=0.02,
            least=0.005,
            bits=3.0,
        ),
        Level(
            "family name equal, given name different",
            "a.family_latin = b.family_latin or a.family_latin = b.given_latin or a.given_latin = b.family_latin",
            0.003,
            0.55,
            most=0.008,
            bits=0.0,
        ),
        Level(
            "somewhat alike",
            _and("a.script = 'latin' and b.script = 'latin'", "jaro_winkler_similarity(a.whole, b.whole) >= 0.8"),
            0.01,
            0.03,
            most=0.03,
        ),
        Level("different", "true", 0.003, 0.3, most=0.01),
    ),
)

_WHOLE_DATES = "length(a.birth_date_key) = 8 and length(b.birth_date_key) = 8"
_DAY_OF_YEAR = "right(a.birth_date_key, 4) = right(b.birth_date_key, 4)"
_DAY_OR_MONTH_OPEN = "right(a.birth_date_key, 2) = '00' or right(b.birth_date_key, 2) = '00'"
_EQUAL_AS_FAR = (
    "left(a.birth_date_key, 4) = left(b.birth_date_key, 4) and (substr(a.birth_date_key, 5, 2) in "
    "('00', substr(b.birth_date_key, 5, 2)) or substr(b.birth_date_key, 5, 2) = '00')"
)
_NO_PART_IN_COMMON = (
    "length(a.birth_date_key) = 4 and right(b.birth_date_key, 4) = '0000' "
    "or length(b.birth_date_key) = 4 and right(a.birth_date_key, 4) = '0000'"
)
_SWAPPED = (
    "(left(a.birth_date_key, 4) = left(b.birth_date_key, 4) "
    "and substr(a.birth_date_key, 5, 2) = right(b.birth_date_key, 2)"
    " and right(a.birth_date_key, 2) = substr(b.birth_date_key, 5, 2))"
)
_YEARS = "abs(try_cast(left(a.birth_date_key, 4) as integer) - try_cast(left(b.birth_date_key, 4) as integer))"
BIRTH_DATE = Comparison(
    "birth_date",
    f"{_either_empty('birth_date_key')} or {_NO_PART_IN_COMMON}",
    (
        Level("equal", f"a.birth_date_key = b.birth_date_key and {_WHOLE_DATES}", 0.9, 0.03, "birth_date_key"),
        Level("day of the year equal", f"not ({_WHOLE_DATES}) and {_DAY_OF_YEAR}", 0.9, 0.03),
        Level("day of the year different", f"not ({_WHOLE_DATES})", 0.02, 0.97),
        Level("equal as far as told", f"({_DAY_OR_MONTH_OPEN}) and {_EQUAL_AS_FAR}", 0.9, 0.05),
        Level("different as far as told", _DAY_OR_MONTH_OPEN, 0.02, 0.95),
        Level(
            "a typing error",
            _or(_SWAPPED, _and("hamming(a.birth_date_key, b.birth_date_key) <= 2", _edits("birth_date_key", 1))),
            0.05,
            0.01,
        ),
        Level(
            "two parts of three equal",
            f"{_DAY_OF_YEAR} or left(a.birth_date_key, 6) = left(b.birth_date_key, 6) or "
            "(left(a.birth_date_key, 4) = left(b.birth_date_key, 4) "
            "and right(a.birth_date_key, 2) = right(b.birth_date_key, 2))",
            0.02,
            0.01,
        ),
        Level(
            "one more typing error",
            _and("hamming(a.birth_date_key, b.birth_date_key) <= 4", _edits("birth_date_key", 2)),
            0.01,
            0.06,
        ),
        Level("a generation apart", f"coalesce({_YEARS} >= 12, false)", 0.001, 0.6, most=0.05),
        Level("different", "true", 0.006, 0.3, most=0.1),
    ),
)

NATIONAL_ID = Comparison(
    "national_id",
    _either_empty("national_id_key"),
    (
        Level("equal", "a.national_id_key = b.national_id_key", 0.9, 0.000001, "national_id_key"),
        Level(
            "a typing error",
            _and("length(a.national_id_key) > 5", _edits("national_id_key", 1)),
            0.06,
            0.00001,
        ),
        Level(
            "alike",
            _and("length(a.national_id_key) > 6", _edits("national_id_key", 2)),
            0.02,
            0.0002,
        ),
        Level("different", "true", 0.02, 0.999, most=0.2),
    ),
)

EMAIL = Comparison(
    "email",
    "a.email = '' or b.email = ''",
    (
        Level("equal", _shared("own_emails"), 0.6, 0.02),
        Level("equal, shared", _shared("shared_emails"), 0.05, 0.12),
        Level(
            "same user and number, other domain",
            "a.email_user = b.email_user and length(a.email_digits) > 1",
            0.01,
            0.001,
            bits=6.0,
        ),
        Level(
            "a typing error",
            _and(
                "a.email_digits = b.email_digits and length(a.email_user) > 4 and length(b.email_user) > 4",
                _edits("email", 2),
            ),
            0.03,
            0.002,
            bits=5.0,
        ),
        Level(
            "alike",
            _or("a.email_user = b.email_user", "jaro_winkler_similarity(a.email_user, b.email_user) > 0.88"),
            0.05,
            0.05,
            bits=0.0,
        ),
        Level("different", "true", 0.3, 0.83),
    ),
)

PHONE = Comparison(
    "phone",
    "(a.phone = '' and a.mask = '') or (b.phone = '' and b.mask = '')",
    (
        Level("equal", _shared("own_phones"), 0.6, 0.1),
        Level(
            "equal, shared, years apart",
            _and(
                _shared("shared_phones"),
                "coalesce(a.last_seen_at + interval 90 day < b.first_seen_at "
                "or b.last_seen_at + interval 90 day < a.first_seen_at, false)",
            ),
            0.02,
            0.05,
        ),
        Level("equal, shared", _shared("shared_phones"), 0.08, 0.25),
        Level(
            "fits the mask",
            "a.mask <> '' and b.mask <> '' and a.mask = b.mask or a.mask <> '' and a.mask = b.phone_mask "
            "or b.mask <> '' and b.mask = a.phone_mask",
            0.05,
            0.05,
        ),
        Level(
            "a typing error",
            _and(
                "length(a.phone) > 7 and length(b.phone) > 7",
                _and(
                    "(left(a.phone, 3) = left(b.phone, 3) or right(a.phone, 3) = right(b.phone, 3))", _edits("phone", 1)
                ),
            ),
            0.02,
            0.05,
        ),
        Level("different", "true", 0.25, 0.65),
    ),
)

STREET = Comparison(
    "street",
    "a.street_key = '' or b.street_key = ''",
    (
        Level("street and number equal", "a.street_key = b.street_key and a.house = b.house", 0.6, 0.7, "address"),
        Level("street equal", "a.street_key = b.street_key", 0.1, 0.04, "street_key"),
        Level(
            "street alike, number equal",
            _and(
                "a.house = b.house and a.house <> ''",
                "(jaro_winkler_similarity(a.street_key, b.street_key) >= 0.88 "
                "or starts_with(a.street_key, b.street_key) or starts_with(b.street_key, a.street_key))",
            ),
            0.08,
            0.06,
        ),
        Level("street alike", "jaro_winkler_similarity(a.street_key, b.street_key) >= 0.9", 0.04, 0.02),
        Level("number equal", "a.house = b.house and a.house <> ''", 0.05, 0.01, bits=4.0),
        Level("different", "true", 0.15, 0.17),
    ),
)

_CITY_EQUAL = "a.city_key = b.city_key and a.city_key <> ''"
PLACE = Comparison(
    "place",
    "(a.city_key = '' or b.city_key = '') and (a.postcode_key = '' or b.postcode_key = '') "
    "and (a.region_key = '' or b.region_key = '')",
    (
        Level("postcode equal", "a.postcode_key = b.postcode_key and a.postcode_key <> ''", 0.7, 0.8, "postcode_key"),
        Level(
            "city equal, postcode alike",
            _and(
                "a.city_key = b.city_key and a.city_key <> '' and length(a.postcode_key) > 2",
                _edits("postcode_key", 1),
            ),
            0.08,
            0.03,
            "city_key",
        ),
        Level(
            "city equal, postcode not told",
            f"{_CITY_EQUAL} and ({_either_empty('postcode_key')})",
            0.5,
            0.5,
            "city_key",
        ),
        Level("city equal", _CITY_EQUAL, 0.12, 0.1, "city_key"),
        Level("city alike", _alike("city_key", 0.9), 0.03, 0.02),
        Level("region equal", "a.region_key = b.region_key and a.region_key <> ''", 0.04, 0.03, "region_key"),
        Level(
            "postcode alike",
            _and("length(a.postcode_key) > 2", _edits("postcode_key", 1)),
            0.01,
            0.005,
        ),
        Level("different, postcode not told", _either_empty("postcode_key"), 0.08, 0.05),
        Level("different", "true", 0.08, 0.05),
    ),
)

COMPANY = Comparison(
    "company",
    _either_empty("company_key"),
    (
        Level("equal", "a.company_key = b.company_key", 0.8, 0.5, "company_key"),
        Level("alike", _alike("company_key", 0.92), 0.05, 0.02),
        Level("different", "true", 0.15, 0.48),
    ),
)

GENDER = Comparison(
    "gender",
    _either_empty("gender_key"),
    (
        Level("equal", "a.gender_key = b.gender_key", 0.97, 0.5, "gender_key"),
        Level("different", "true", 0.03, 0.5, most=0.06),
    ),
)

NICKNAME = Comparison(
    "nickname",
    _either_empty("nickname_key"),
    (
        Level("equal", "a.nickname_key = b.nickname_key", 0.7, 0.001, "nickname_key"),
        Level("different", "true", 0.3, 0.999),
    ),
)

OCCUPATION = Comparison(
    "occupation",
    _either_empty("occupation_key"),
    (
        Level("equal", "a.occupation_key = b.occupation_key", 0.7, 0.15, "occupation_key"),
        Level("different", "true", 0.3, 0.85),
    ),
)

BIRTH_PLACE = Comparison(
    "birth_place",
    _either_empty("birth_place_key"),
    (
        Level("equal", "a.birth_place_key = b.birth_place_key", 0.8, 0.5, "birth_place_key"),
        Level("alike", _alike("birth_place_key", 0.9), 0.1, 0.03),
        Level("different", "true", 0.1, 0.47),
    ),
)

# One event makes a person known to the shop and the loyalty programme. Within one system nearness in time is how files
# were loaded; and who came to two systems at other times is nobody else for it. A couple comes together, too: of two in
# one household nearness tells nothing.
_SECONDS_APART = "abs(epoch(a.first_seen_at) - epoch(b.first_seen_at))"
FIRST_SEEN = Comparison(
    "first_seen",
    "a.first_seen_at is null or b.first_seen_at is null "
    "or a.source_system = b.source_system or a.source_system = '' or b.source_system = ''",
    (
        Level("within an hour", f"{_SECONDS_APART} <= 3600", 0.05, 0.05, bits=8.0),
        Level("within a day", f"{_SECONDS_APART} <= 86400", 0.1, 0.1, bits=7.0),
        Level("within a week", f"{_SECONDS_APART} <= 7 * 86400", 0.2, 0.2, bits=5.0),
        Level("within a month", f"{_SECONDS_APART} <= 30 * 86400", 0.15, 0.15, bits=3.0),
        Level("longer apart", "true", 0.97, 0.97, least=0.97, bits=0.0),
    ),
)

COMPARISONS = (
    NAME,
    BIRTH_DATE,
    NATIONAL_ID,
    EMAIL,
    PHONE,
    STREET,
    PLACE,
    COMPANY,
    GENDER,
    NICKNAME,
    OCCUPATION,
    BIRTH_PLACE,
    FIRST_SEEN,
)
FREQUENCIES = tuple(
    dict.fromkeys(level.frequency for comparison in COMPARISONS for level in comparison.levels if level.frequency)
)


def levels_sql(pairs: str) -> str:
    """SQL for the levels of a relation of pairs (a, b), numbers of `folded`; one column per comparison, as ordered."""
    columns = ", ".join(f"{comparison.sql()} as {comparison.name}" for comparison in COMPARISONS)
    return f"""
        select pairs.a, pairs.b, {columns}
        from {pairs} as pairs
        inner join folded as a on pairs.a = a.record_no
        inner join folded as b on pairs.b = b.record_no"""
