"""Names: one spelling whatever the script, the order and the short form."""

import pytest

from orchestration.identity.names import FoldedName, fold_names


def fold(full: str) -> FoldedName:
    return fold_names([(full, None, None)])[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("羅靜梅", "罗静梅"),
        ("张　伟", "张伟先生"),
        ("雪刘", "刘雪"),
        ("MOORE, Charlotte", "Charlotte Moore"),
        ("WU Yuting", "Yuting Wu"),
        ("Moore J A", "J A Moore"),
        ("Zoë Müller", "zoe muller"),
        ("Mr John Smith", "john smith"),
        ("Ｊｏｈｎ Smith", "John Smith"),
    ],
)
def test_two_spellings_of_one_name_fold_to_one(one: str, other: str):
    assert fold(one).whole == fold(other).whole


@pytest.mark.parametrize(
    ("han", "family", "given"),
    [
        ("单芳敏", "shan", "fangmin"),
        ("仇英", "qiu", "ying"),
        ("解缙", "xie", "jin"),
        ("查良镛", "zha", "liangyong"),
        ("尉迟恭", "yuchi", "gong"),
        ("欧阳娜娜", "ouyang", "nana"),
        ("诸葛亮", "zhuge", "liang"),
        ("万俟卨", "moqi", "xie"),
        ("祭遵", "zhai", "zun"),
    ],
)
def test_surnames_that_are_read_otherwise_and_compound_ones_are_known(han: str, family: str, given: str):
    assert (fold(han).family_latin, fold(han).given_latin) == (family, given)


def test_a_short_form_has_the_root_of_its_formal_name():
    assert fold("Bob Smith").root == fold("Robert Smith").root
    assert fold("Liz Moore").root == fold("Elizabeth Moore").root
    assert fold("Bob Smith").root != fold("Bill Smith").root


@pytest.mark.parametrize("nobody", ["无", "n/a", "测试", "Test", "", "--", "匿名用户"])
def test_a_placeholder_is_nobody(nobody: str):
    assert fold(nobody) == FoldedName()


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("陈龙春", "longchun"),
        ("Jialing Chen", "jialing"),
        ("Chen Jia Ling", "jialing"),
        ("David Chen", ""),
        ("Linda Li", ""),
    ],
)
def test_a_given_name_that_can_only_be_chinese_is_known_in_any_script(name: str, pinyin: str):
    assert fold(name).pinyin == pinyin


def test_parts_that_are_told_win_over_a_full_name():
    assert fold_names([("whatever this is", "Ada", "Lovelace")])[0].family == "lovelace"


def test_a_pet_name_has_no_family_name():
    assert fold("小梅").family == ""
    assert fold("博博").family == ""
    assert fold("文文").family == ""  # 文 and 强 are surnames elsewhere
    assert fold("强强").family == ""
