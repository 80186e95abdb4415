"""Every word the pages show is in the locale files, in both languages, and every word there is shown."""

import ast
import re
import string
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from dashboards import code_names, text
from tests.dashboards.invented_shop import ROOT

ROOM = ROOT / "dashboards"
SOURCES = sorted(ROOM.rglob("*.py"))
LOCALES = {code: yaml.safe_load((ROOM / "locales" / f"{code}.yml").read_text("utf-8")) for code in text.LANGUAGES}
# What Streamlit and Altair show to a person, by the name of the argument; an element's first argument is shown too.
SHOWN = {"label", "title", "help", "body", "placeholder", "text", "alt", "page_title", "value", "caption", "delta"}
ELEMENTS = {
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "text",
    "write",
    "metric",
    "info",
    "warning",
    "error",
}
ELEMENTS |= {
    "success",
    "selectbox",
    "segmented_control",
    "radio",
    "button",
    "download_button",
    "expander",
    "tabs",
    "toast",
}
ELEMENTS |= {"TextColumn", "NumberColumn", "DateColumn", "checkbox", "multiselect", "text_input", "toggle", "popover"}


@pytest.fixture
def speaking(monkeypatch):
    """Sets the language as a chosen one would be."""

    def set_to(code: str) -> None:
        monkeypatch.setattr(text.st, "session_state", {"language": code})

    return set_to


def calls(source: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def pattern_of(argument: ast.expr) -> str | None:
    """A regular expression for the keys an argument can name: a literal, an f-string, or either of two."""
    match argument:
        case ast.Constant(value=str(key)):
            return re.escape(key)
        case ast.JoinedStr(values=parts):
            return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in parts)
    return None


def used_patterns() -> set[str]:
    """What the code asks for: t("..."), md("..."), has("...") and word("family", ...)."""
    found = set()
    for source in SOURCES:
        for call in calls(source):
            if name_of(call) in ("t", "md", "has") and call.args and (pattern := pattern_of(call.args[0])):
                found.add(pattern)
            if name_of(call) == "word" and (pattern := pattern_of(call.args[0])):
                found.add(rf"{pattern}\..+")
            if name_of(call) == "name_of":  # the families that name the codes of customers
                found |= {rf"{family}\..+" for family in code_names.FAMILY_OF.values()}
            if name_of(call) == "_in_words":  # the columns of a frame whose codes become words
                found |= {rf"{pattern_of(column)}\..+" for column in call.args[1:]}
    # keys kept in a table of problems, whose keys go to md() one by one
    literals = {n.value for s in SOURCES for n in ast.walk(ast.parse(s.read_text("utf-8"))) if _is_text(n)}
    return found | {re.escape(key) for key in LOCALES["en"] if key in literals}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_both_languages_have_the_same_names():
    assert LOCALES["en"].keys() == LOCALES["zh"].keys()


def test_both_languages_put_the_same_values_into_a_string():
    def fields(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    differing = [key for key in LOCALES["en"] if fields(LOCALES["en"][key]) != fields(LOCALES["zh"][key])]
    assert differing == []


def test_every_string_is_translated():
    left = {key for key, sentence in LOCALES["en"].items() if LOCALES["zh"][key] == sentence}
    assert left <= {"column.r_score", "column.f_score", "column.m_score"}, "the scores are R, F and M everywhere"
    assert [key for key, sentence in LOCALES["zh"].items() if not re.search("[一-鿿]", sentence)] == [
        "list.separator",
        "column.r_score",
        "column.f_score",
        "column.m_score",
    ]


def test_every_key_the_code_asks_for_exists():
    missing = [p for p in used_patterns() if not any(re.fullmatch(p, key) for key in LOCALES["en"])]
    assert missing == []


def test_no_string_is_left_that_nothing_shows():
    patterns = used_patterns()
    assert [key for key in LOCALES["en"] if not any(re.fullmatch(p, key) for p in patterns)] == []


def test_no_page_holds_a_bare_string_for_people():
    bare = []
    for source in SOURCES:
        for call in calls(source):
            shown = [keyword.value for keyword in call.keywords if keyword.arg in SHOWN]
            if name_of(call) in ELEMENTS and isinstance(call.func, ast.Attribute) and call.args:
                shown.append(call.args[0])
            bare += [f"{source.name}:{each.lineno}" for each in shown if _says_something(each)]
    assert bare == []


def _says_something(argument: ast.expr) -> bool:
    """A literal, or an f-string with literal words in it; not the name of a chart's column, such as count_text:N."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    literals = [part.value for part in parts if _is_text(part)]
    return any(re.search(r"[^\W\d_]", literal) and not re.fullmatch(r"\w+:[NOQT]", literal) for literal in literals)


def test_the_check_for_bare_strings_sees_one():
    (call,) = [node for node in ast.walk(ast.parse('st.title("Hello")')) if isinstance(node, ast.Call)]
    assert _says_something(call.args[0])


@pytest.mark.parametrize(
    "text_from_data",
    [
        "![x](http://x/b.png)",
        "[link](http://x)",
        "<script>alert(1)</script>",
        "# title",
        ":material/home:",
        "$x$",
        "a\n\n# b",
    ],
)
def test_text_from_the_data_is_harmless_in_markdown(text_from_data):
    escaped = text.escape(text_from_data)
    assert "\n" not in escaped
    assert re.fullmatch(r"(?:\\[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~])*", escaped), "every mark has a backslash before it"


def test_money_is_written_in_the_currency_of_the_data(speaking):
    speaking("en")
    assert text.money(1234.5, "GBP") == "£1,234.50"
    assert text.money_rounded(-1234.5, "EUR") == "-€1,234"
    assert text.money(1234.5, None) == "1,234.50"
    speaking("zh")
    assert text.money(1234.5, "CNY") == "¥1,234.50"


def test_nothing_is_a_dash_and_never_a_zero(speaking):
    speaking("en")
    shown = [text.number(None), text.number(float("nan")), text.percent(None), text.money(None, "GBP"), text.day(None)]
    assert set(shown) == {text.MISSING}


def test_dates_and_ages_are_written_in_the_language(speaking):
    speaking("en")
    assert text.period(date(2011, 12, 1), "month") == "Dec 2011"
    assert text.ago(timedelta(hours=3)) == "3 hours ago"
    speaking("zh")
    assert text.period(date(2011, 12, 1), "month") == "2011年12月"
    assert text.ago(timedelta(hours=3)) == "3小时前"
    assert text.day(date(2011, 12, 10)) == "2011年12月10日"


def test_what_identity_and_the_models_say_in_codes_has_words_of_ours():
    from models_ml import reasons, trust
    from orchestration.identity.comparisons import COMPARISONS

    said = [f"evidence.{level.label}" for comparison in COMPARISONS for level in comparison.levels]
    said += [f"evidence_field.{comparison.name}" for comparison in COMPARISONS]
    said += [f"reason.{code}" for code in (*reasons.CODES, *trust.CONDUCT, "clean_record", "little_known")]
    assert [key for key in said if key not in LOCALES["en"]] == []


def test_a_code_nobody_translated_yet_is_shown_as_it_is(speaking):
    speaking("zh")
    assert text.word("gate", "passed") == "通过"
    assert text.word("gate", "postponed") == "postponed"
