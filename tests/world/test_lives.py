"""What happens in the company holds together: books balance, nothing is out of order, and nobody depends on others."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import phonenumbers
import pytest

from orchestration.world import organisation
from orchestration.world.block import live_block
from orchestration.world.books import STAFF, Books, World
from orchestration.world.codes import TRAPS
from orchestration.world.columns import TABLES
from orchestration.world.contact_points import AREAS, BRITISH_RANGES, CANADIAN_AREAS, HEAD_OFFICE, office_phone

Table = Callable[[str], pd.DataFrame]
KEYS = {
    **{
        "people": ["person"],
        "phones": ["person", "phone"],
        "emails": ["person", "email"],
        "addresses": ["person", "address"],
    },
    **{"accounts": ["account"], "stores": ["store"], "staff": ["staff"], "memberships": ["person", "store"]},
    **{
        "points": ["person", "entry"],
        "wallet": ["person", "entry"],
        "coupons": ["person", "coupon"],
        "orders": ["person", "order"],
    },
    **{"lines": ["person", "order", "line"], "refunds": ["person", "order", "refund"], "visits": ["person", "visit"]},
    **{"events": ["person", "visit", "event"], "campaign_members": ["person", "campaign"], "leads": ["person", "lead"]},
    **{
        "lead_fit": ["person", "lead", "rep"],
        "opportunities": ["opportunity"],
        "stage_events": ["opportunity", "event"],
    },
    **{"quotes": ["opportunity", "quote"], "quote_lines": ["opportunity", "quote", "line"], "contracts": ["contract"]},
    **{"tasks": ["person", "task"], "tickets": ["person", "ticket"], "comments": ["person", "ticket", "comment"]},
    **{"return_visits": ["person", "ticket", "visit"], "records": ["person", "system", "entry"], "goals": ["goal"]},
    **{"truth": ["person"]},
}
PARENTS = {  # child, parent, columns
    "lines belong to orders": ("lines", "orders", ["person", "order"]),
    "refunds belong to orders": ("refunds", "orders", ["person", "order"]),
    "events belong to visits": ("events", "visits", ["person", "visit"]),
    "fits belong to leads": ("lead_fit", "leads", ["person", "lead"]),
    "steps belong to opportunities": ("stage_events", "opportunities", ["opportunity"]),
    "quotes belong to opportunities": ("quotes", "opportunities", ["opportunity"]),
    "lines belong to quotes": ("quote_lines", "quotes", ["opportunity", "quote"]),
    "opportunities belong to accounts": ("opportunities", "accounts", ["account"]),
    "comments belong to tickets": ("comments", "tickets", ["person", "ticket"]),
    "visits belong to tickets": ("return_visits", "tickets", ["person", "ticket"]),
    "orders belong to people": ("orders", "people", ["person"]),
    "traps concern people": ("traps", "people", ["person"]),
}
MAY_LIE_AHEAD = {"expires_at", "close_at", "valid_until", "ends_at", "due_at", "starts_at"}


def _moments(name: str) -> list[str]:
    return [c for c in TABLES[name] if (c.endswith("_at") or c == "at") and c not in {"first_at", "last_at"}]


@pytest.mark.parametrize(("small", "big", "block"), [(500, 5_000, 0), (2_300, 4_000, 1)])
def test_a_small_world_is_a_prefix_of_a_big_one(world: World, small: int, big: int, block: int):
    few, many = (live_block(block, replace(world, people=people)) for people in (small, big))
    for field in fields(Books)[1:]:
        one, other = getattr(few, field.name), getattr(many, field.name)
        if "person" in one:
            other = other[other["person"] < small].reset_index(drop=True)
            pd.testing.assert_frame_equal(one, other, obj=field.name)
        elif "account" in one:
            key = KEYS[field.name]
            known = other.merge(one[key], on=key)
            pd.testing.assert_frame_equal(one, known, obj=field.name)
    assert len(few.people) == small - 2_000 * block


def test_the_same_seed_lives_the_same_lives_and_another_seed_others(world: World, blocks: list[Books]):
    again = live_block(3, world)
    other = live_block(3, replace(world, dice=type(world.dice)(8)))
    for field in fields(Books)[1:]:
        pd.testing.assert_frame_equal(getattr(again, field.name), getattr(blocks[3], field.name))
    assert not again.orders["at"].head(100).equals(other.orders["at"].head(100))


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique_and_in_order(books: Table, name: str):
    keys = books(name)[KEYS[name]]
    assert not keys.duplicated().any()
    pd.testing.assert_frame_equal(keys, keys.sort_values(KEYS[name]).reset_index(drop=True))


@pytest.mark.parametrize("sentence", PARENTS)
def test_what_refers_to_something_finds_it(books: Table, sentence: str):
    child, parent, columns = PARENTS[sentence]
    found = books(child)[columns].merge(
        books(parent)[columns].drop_duplicates(), on=columns, how="left", indicator=True
    )
    assert (found["_merge"] == "both").all()
    assert len(found)


@pytest.mark.parametrize("name", [name for name in TABLES if _moments(name)])
def test_nothing_happened_after_the_last_day_and_all_in_whole_seconds(books: Table, world: World, name: str):
    for column in _moments(name):
        moments = books(name)[column].dropna().to_numpy()
        seconds = moments * 86_400
        assert np.abs(seconds - np.rint(seconds)).max(initial=0) < 1e-3, column
        if column not in MAY_LIE_AHEAD:
            assert (moments < world.calendar.days).all(), column


def test_orders_add_up(books: Table):
    orders, lines = books("orders"), books("lines")
    lines = lines.assign(gross=lines["quantity"] * lines["unit_price"])
    sums = lines.groupby(["person", "order"])[["gross", "discount"]].sum()
    keyed = orders.set_index(["person", "order"])
    assert (keyed["goods"] == sums["gross"].reindex(keyed.index)).all()
    assert (keyed["discount"] == sums["discount"].reindex(keyed.index)).all()
    outside = np.where(orders["currency"] > 1, orders["tax"], 0)
    assert (orders["total"] == orders["goods"] - orders["discount"] + orders["shipping"] + outside).all()
    given_back = books("refunds").groupby(["person", "order"])["amount"].sum()
    assert (keyed["refunded"] == given_back.reindex(keyed.index, fill_value=0)).all()
    assert (orders["refunded"] <= orders["total"]).all()


def test_orders_end_in_one_way(books: Table):
    orders = books("orders")
    called_off, refused = orders["cancelled_at"].notna(), orders["is_refused"]
    assert not (called_off & (refused | orders["delivered_at"].notna() | (orders["bad"] > 0))).any()
    assert called_off.sum() > 500
    assert refused.sum() > 300
    for earlier, later in (
        ("at", "paid_at"),
        ("at", "shipped_at"),
        ("shipped_at", "delivered_at"),
        ("at", "cancelled_at"),
    ):
        both = orders[orders[earlier].notna() & orders[later].notna()]
        assert (both[earlier] <= both[later] + 1e-9).all(), (earlier, later)


def test_points_and_stored_value_balance(books: Table):
    for name in ("points", "wallet"):
        entries = books(name)
        assert (entries["balance"] == entries.groupby("person")["change"].cumsum()).all()
        assert (entries.groupby("person")["at"].diff().fillna(0) >= 0).all()
        assert (entries["change"] != 0).all()
    assert (books("wallet")["balance"] >= 0).all()
    points = books("points")
    assert set(points["reason"]) == {0, 1, 2, 3, 4}
    assert (points.loc[points["reason"].isin([1, 2, 4]), "change"] < 0).all()


def test_no_telephone_number_and_no_mailbox_can_be_somebodys(books: Table):
    numbers = pd.concat([books("phones")["e164"], books("accounts")["switchboard"], books("staff")["phone"]])
    numbers = numbers[numbers != ""]
    american = "|".join(map(str, AREAS + CANADIAN_AREAS))
    british = "|".join(name.removeprefix("+") for name in BRITISH_RANGES)
    assert numbers.str.fullmatch(rf"\+86154\d{{8}}|\+1({american})55501\d\d|\+({british})\d{{3}}").all()
    addresses = pd.concat([books("emails")["address"], books("staff")["mail"]])
    assert addresses.str.fullmatch(r"[a-z0-9._-]+@([a-z0-9-]+\.)*(example\.(com|net|org)|example|test)").all()


@pytest.mark.parametrize(("country", "region"), [(1, "GB"), (2, "US"), (3, "CA")])
def test_in_the_largest_world_everybody_abroad_has_a_number_of_the_right_length_that_nobody_was_given(
    country: int, region: str
):
    """Beyond the ranges kept for fiction; `is_valid_number` would say that somebody could have it."""
    last = [office_phone(country, block, number) for block in range(0, 500, 7) for number in range(60)]
    assert len(set(last)) == len(last)
    read = [phonenumbers.parse(number, region) for number in last[-3000:]]
    assert all(map(phonenumbers.is_possible_number, read))
    assert not any(map(phonenumbers.is_valid_number, read))


def test_a_number_or_mailbox_is_shared_only_in_a_labelled_trap(books: Table):
    traps = books("traps")
    phones, emails = books("phones"), books("emails")
    twice = phones[phones.duplicated("e164", keep=False)]
    assert set(twice["person"]) <= set(traps.loc[traps["trap"] == "recycled_phone", "person"])
    owners = twice.sort_values(["e164", "from_at"]).groupby("e164").agg({"until_at": "first", "from_at": "last"})
    assert (owners["until_at"] < owners["from_at"]).all()
    shared = emails[emails.duplicated("address", keep=False)]
    assert set(shared["person"]) == set(traps.loc[traps["trap"] == "family_mailbox", "person"])
    assert len(owners) > 10
    assert books("accounts")["switchboard"].is_unique


@pytest.mark.parametrize("country", [0, 1, 2, 3])
def test_no_two_companies_of_a_block_are_given_one_switchboard(country: int):
    numbers = organisation._switchboards(np.full(HEAD_OFFICE, country), block=499)
    assert len(set(numbers)) == HEAD_OFFICE


def test_every_trap_stands_in_the_first_two_thousand_people(blocks: list[Books]):
    assert set(blocks[0].traps["trap"]) == set(TRAPS)


def test_twins_share_a_birthday_and_a_home_but_no_name(books: Table):
    people, traps = books("people").set_index("person"), books("traps").query("trap == 'twins'")
    for pair in traps.groupby("group")["person"]:
        one, other = (people.loc[person] for person in pair[1])
        assert (one["birth_date"], one["household"], one["surname"]) == (
            other["birth_date"],
            other["household"],
            other["surname"],
        )
    same = traps.merge(books("people"), on="person").groupby("group")["given"].nunique()
    assert same.mean() > 1.8


def test_father_and_son_have_one_name_and_a_generation_between_them(books: Table):
    concerned = books("traps").query("trap == 'father_and_son'").merge(books("people"), on="person")
    pairs = concerned.groupby("group").agg({"surname": "nunique", "given": "nunique", "birth_date": ["min", "max"]})
    assert (pairs["surname", "nunique"] == 1).all()
    assert (pairs["given", "nunique"] == 1).all()
    assert ((pairs["birth_date", "max"] - pairs["birth_date", "min"]).dt.days > 20 * 365).all()


def test_nobody_lives_with_somebody_who_lives_with_somebody(books: Table):
    household = books("people").set_index("person")["household"]
    assert (household.reindex(household.to_numpy()).to_numpy() == household.to_numpy()).all()


def test_national_ids_pass_their_check_and_belong_to_no_area(books: Table):
    ids = books("people").query("national_id != ''")["national_id"]
    letters = np.array([list(number) for number in ids])
    values = np.where(letters == "X", "10", letters).astype(int)
    powers = np.array([pow(2, 17 - place, 11) for place in range(18)])  # ISO 7064 MOD 11-2
    assert ((values * powers).sum(axis=1) % 11 == 1).all()
    assert ids.str.startswith("99").all()
    assert ids.is_unique


def test_deals_go_through_stages_one_step_after_another(books: Table):
    steps = books("stage_events")
    before = steps.groupby("opportunity")["stage"].shift(fill_value=-1)
    assert (steps["from_stage"] == before).all()
    assert (steps.groupby("opportunity")["at"].diff().fillna(1) > 0).all()
    assert not steps["from_stage"].isin([4, 5]).any()
    assert steps["is_back"].sum() > 20
    assert steps["is_skip"].sum() > 50
    last = steps.groupby("opportunity")["stage"].last()
    assert (books("opportunities").set_index("opportunity")["stage"] == last).all()


def test_contracts_follow_won_deals_and_orders_follow_contracts(books: Table):
    contracts, won = books("contracts"), books("opportunities").query("is_won")
    assert set(contracts["contract"]) <= set(won["opportunity"])
    quotes = books("quotes").query("status == 3").set_index("opportunity")
    assert (quotes["amount"].reindex(contracts["contract"]).to_numpy() == contracts["amount"].to_numpy()).all()
    orders = (
        books("orders")
        .query("origin == 2")
        .groupby("contract")
        .agg({"goods": "sum", "discount": "sum", "order": "size"})
    )
    ended = contracts.set_index("contract").query("ends_at < 730")
    paid = (orders["goods"] - orders["discount"]).reindex(ended.index)
    assert (orders["order"].reindex(ended.index) == ended["deliveries"]).all()
    assert ((paid - ended["amount"]).abs() <= 4 * ended["deliveries"]).all()  # half a cent a line


def test_an_assistant_orders_for_everybody(books: Table):
    orders = books("orders").query("origin == 2").merge(books("accounts")[["account", "assistant"]], on="account")
    helped = orders["assistant"] >= 0
    assert (orders.loc[helped, "placed_by"] == orders.loc[helped, "assistant"]).all()
    assert (orders.loc[~helped, "placed_by"] == orders.loc[~helped, "person"]).all()
    assert (orders["placed_by"] != orders["person"]).any()


def test_every_relation_stays_in_its_block(blocks: list[Books]):
    for block in blocks:
        for name in ("rep", "agent", "clerk", "referrer", "manager"):
            for table in (
                block.accounts,
                block.leads,
                block.opportunities,
                block.tasks,
                block.tickets,
                block.orders,
                block.staff,
            ):
                if name in table:
                    known = table[name][table[name] >= 0]
                    assert (known // STAFF == block.block).all()
