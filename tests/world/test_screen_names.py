"""Mailboxes and screen names look like their owners' names and are told apart by nothing that links them."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from orchestration.world.books import World
from orchestration.world.dice import Dice
from orchestration.world.people import meet
from orchestration.world.screen_names import handles, lots, mailboxes

Table = Callable[[str], pd.DataFrame]


@pytest.mark.parametrize("bits", [20, 24, 28])
def test_no_two_numbers_draw_one_lot(bits: int):
    number = np.concatenate([np.arange(200_000), 2**bits - 1_000 + np.arange(200_000)])
    drawn = lots("a lot", number, Dice(7), bits)
    assert len(np.unique(drawn)) == len(np.unique(number))
    assert drawn.min() >= 0
    assert drawn[:200_000].max() < 2**bits


def test_a_mailbox_has_one_owner_where_no_trap_says_otherwise(books: Table):
    owners = books("emails").groupby("address")["person"].unique()
    families = set(books("traps").query("trap == 'family_mailbox'")["detail"])
    shared = owners[owners.str.len() > 1]
    assert len(shared) > 0
    assert set(shared.index) <= families
    assert books("people")["handle"].is_unique


def test_people_far_apart_have_no_mailbox_in_common(world: World):
    near, far = (meet(block, world.calendar, world.dice) for block in (0, 530))
    ours, theirs = ({*np.concatenate(mailboxes(persons, world.dice))} for persons in (near, far))
    assert not ours & theirs
    assert not {*handles(near, world.dice)} & {*handles(far, world.dice)}


def test_nobodys_mailboxes_share_digits_or_say_who_they_are(books: Table):
    mails = books("emails").assign(digits=lambda m: m["address"].str.split("@").str[0].str.findall(r"\d{3,}"))
    told = mails["digits"].str[0]
    assert (told == mails["person"].astype(str)).mean() < 0.001
    several = mails.assign(told=told).dropna(subset="told").groupby("person")["told"]
    assert (several.nunique() < several.size()).mean() < 0.002
    handle = books("people").set_index("person")["handle"].str.findall(r"\d{3,}").str[0]
    assert (handle.reindex(mails["person"]).to_numpy() == told.to_numpy()).mean() < 0.002


def test_most_mailboxes_name_their_owner(books: Table):
    first = books("emails").query("email == 0").merge(books("people"), on="person")
    family = first["surname_latin"].str.lower().str.replace(r"[^a-z]", "", regex=True)
    named = [surname in address for surname, address in zip(family, first["address"], strict=True)]
    assert 0.5 < np.mean(named) < 0.85
    assert first["address"].map(lambda address: bool(re.fullmatch(r"[a-z0-9._-]+@[a-z.]+", address))).all()


def test_districts_lie_in_their_cities(books: Table):
    homes = books("addresses").query("district != ''")
    assert homes.groupby("district")["city"].nunique().max() == 1
    assert homes.groupby("city")["district"].nunique().min() > 4
    known = {
        "海淀区": "北京",
        "浦东新区": "上海",
        "南山区": "深圳",
        "天河区": "广州",
        "鼓楼区": "南京",
        "思明区": "厦门",
    }
    for district, city in known.items():
        assert set(homes[homes["district"] == district]["city"]) == {city}
