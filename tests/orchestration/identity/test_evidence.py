"""Evidence in words: a waterfall that adds up, in two languages."""

import json

import pytest

from orchestration.identity.comparisons import COMPARISONS
from orchestration.identity.evidence import in_words
from orchestration.identity.evidence_words import WORDS

EVIDENCE = json.dumps(
    [
        {"field": "name", "value_a": "Ada Li", "value_b": "Ada Lee", "level": "given name equal, family name alike",
         "bits": 6.0},
        {"field": "phone", "value_a": "154", "value_b": "154", "level": "equal", "bits": 21.5},
        {"field": "start", "level": "two records drawn at random", "bits": -15.0},
        {"field": "household", "level": "they could be two of one household", "bits": -2.5},
    ]
)  # fmt: skip


@pytest.mark.parametrize("language", WORDS)
def test_a_waterfall_goes_from_the_rarity_of_a_match_by_the_weightiest_field_to_the_household(language: str):
    steps = [line.split()[0] for line in in_words(EVIDENCE, language)]
    assert [float(step) for step in steps] == [-15.0, 21.5, 6.0, -2.5]
    assert "+10.0" in list(in_words(EVIDENCE, language))[-1].replace("+ 10.0", "+10.0")


def test_values_that_agree_are_shown_once_and_others_side_by_side():
    lines = list(in_words(EVIDENCE))
    assert lines[1].endswith("telephone: equal (154)")
    assert lines[2].endswith("(Ada Li / Ada Lee)")


@pytest.mark.parametrize("rule", ["statement", "override"])
@pytest.mark.parametrize("language", WORDS)
def test_what_was_stated_or_decided_is_said_before_what_the_fields_say(rule: str, language: str):
    told = json.dumps([{"field": rule, "level": "stated"}, *json.loads(EVIDENCE)])
    assert list(in_words(told, language)) == [WORDS[language][f"{rule} first"], *in_words(EVIDENCE, language)]


@pytest.mark.parametrize("language", WORDS)
def test_a_statement_about_records_that_say_nothing_stands_alone(language: str):
    told = json.dumps([{"field": "statement", "level": "stated"}, {"field": "start", "level": "x", "bits": -15.0}])
    assert list(in_words(told, language)) == [WORDS[language]["statement alone"]]


def test_every_field_and_level_has_its_chinese_words():
    wanted = {comparison.name for comparison in COMPARISONS}
    wanted |= {level.label for comparison in COMPARISONS for level in comparison.levels}
    assert wanted - set(WORDS["zh"]) == set()
