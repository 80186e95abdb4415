"""Who sees what: every page in every role and language, the canaries that no nameless role may receive, and the log."""

import json

import pandas as pd
import pytest
import yaml

from dashboards import access, shop_window
from tests.dashboards.conftest import POLICY
from tests.dashboards.invented_shop import HOSTILE, ROOT

ROLES = POLICY["roles"]
NAMELESS = [role for role, granted in ROLES.items() if "people" not in granted["rights"]]


def received(page) -> str:
    """Every byte that a browser would get of a page: its elements, with tables and charts, as the protocol has them."""
    return "".join(str(node) for block in (page.main, page.sidebar) for node in protos(block))


def protos(block) -> list:
    found = []
    for child in block.children.values():
        proto = getattr(child, "proto", None)
        if proto is not None:
            found.append(proto.SerializeToString().decode("utf-8", "replace"))
        if hasattr(child, "children"):
            found += protos(child)
    return found


def canaries(shop) -> list[str]:
    """What only the file of people holds: names, mailboxes, phones, cities and numbers of every customer."""
    people = shop.people["marts.dim_customers"]
    planted = [*people["full_name"], *people["email"], *people["phone"], "Canaryville"]
    return [*planted, *shop.people["marts.customer_records"]["source_record_id"]]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_its_pages_and_no_other(rich_shop, open_page, as_role, role, language):
    as_role(role)
    titles = yaml.safe_load((ROOT / "dashboards" / "locales" / f"{language}.yml").read_text("utf-8"))
    browser = open_page("business", language)
    for page in POLICY["roles"]["administrator"]["pages"]:
        if page not in ROLES[role]["pages"]:
            with pytest.raises(ValueError, match="page"):
                browser.switch_page(f"app_pages/{page}.py").run()
            continue
        browser.switch_page(f"app_pages/{page}.py").run()
        assert not browser.exception, page
        assert not browser.error, page
        assert browser.title[0].value == titles[f"page.{page}"]


@pytest.mark.parametrize("role", NAMELESS)
def test_no_nameless_role_receives_a_name_a_mailbox_or_a_phone(rich_shop, open_page, as_role, role, caplog):
    as_role(role)
    opened = []
    browser = open_page("business")
    for page in ROLES[role]["pages"]:
        browser.switch_page(f"app_pages/{page}.py").run()
        opened.append(received(browser))
    everything = "".join(opened) + caplog.text
    assert "champions" in everything or "Champions" in everything, "nothing was received, so nothing was proved"
    assert [canary for canary in canaries(rich_shop) if canary in everything] == []


def test_the_canary_test_sees_a_canary(rich_shop, open_page, as_role):
    as_role("steward")
    browser = open_page("customer")
    browser.text_input(key="search").set_value("canary9@bird.example").run()
    assert "canary9@bird.example" in received(browser)


@pytest.mark.parametrize("role", NAMELESS)
def test_a_nameless_role_never_opens_the_file_of_people(rich_shop, open_page, as_role, role):
    folder = rich_shop.data / "published" / "000003-2011-12-10"
    (folder / "people.duckdb").unlink()
    as_role(role)
    browser = open_page("business")
    for page in ROLES[role]["pages"]:
        assert not browser.switch_page(f"app_pages/{page}.py").run().error, page


def test_a_group_of_fewer_than_ten_is_not_told_to_those_without_rights_on_people(rich_shop, open_page, as_role):
    everyone = rich_shop.tables["marts.customer_360"]
    assert 0 < everyone["segment"].value_counts().max() < 10 < everyone["segment"].isna().sum()
    as_role("viewer")
    shown = open_page("segments").dataframe[0].value["customer_count"].dropna()
    assert list(shown[shown > 0]) == [everyone["segment"].isna().sum()]
    as_role("steward")
    assert open_page("segments").dataframe[0].value["customer_count"].sum() == len(everyone)


def test_a_hidden_group_cannot_be_worked_out_from_the_total(monkeypatch):
    monkeypatch.setattr(access, "visitor", lambda: access.Visitor("v", "viewer", (), frozenset()))
    groups = pd.DataFrame({"customer_count": [400, 9, 30, 0], "net_revenue": [4.0, 3.0, 2.0, 0.0]})
    hidden = access.hide_small_groups(groups, "customer_count", "net_revenue")
    assert hidden["customer_count"].isna().tolist() == [False, True, True, False]
    assert hidden["net_revenue"].isna().tolist() == [False, True, True, False]


def test_rows_are_limited_where_the_policy_says_so(rich_shop, open_page, as_role):
    people = rich_shop.people["marts.dim_customers"]
    north, south = people[people["region"] == "华东"].iloc[3], people[people["region"] == "华南"].iloc[4]
    as_role("steward", region=["华东"])
    browser = open_page("customer")
    browser.text_input(key="search").set_value(south["email"]).run()
    assert not browser.header
    browser.text_input(key="search").set_value(north["email"]).run()
    assert browser.header[0].value


def test_a_limit_on_a_column_that_is_not_there_lets_nobody_through(rich_shop, open_page, as_role):
    as_role("marketer", owner_id=["u1"])
    browser = open_page("builder")
    assert not browser.exception
    assert browser.metric[0].value == "0"


@pytest.mark.parametrize(
    "policy",
    [
        {"single_user": {"is_on": True, "name": "x", "role": "king"}},
        {"single_user": {"is_on": False}},
        {"single_user": {"is_on": "yes", "name": "x", "role": "administrator"}},
    ],
)
def test_whoever_is_not_known_is_not_let_in(rich_shop, open_page, tmp_path, monkeypatch, policy):
    path = tmp_path / "policy.yml"
    path.write_text(yaml.safe_dump(POLICY | policy), encoding="utf-8")
    monkeypatch.setenv("CRM_ACCESS", str(path))
    page = open_page("business")
    assert not page.metric
    assert page.title[0].value in ("You are not let in", "Sign in")


@pytest.mark.parametrize("text", ["", "roles: [", "roles: {viewer: {pages: [cellar], rights: []}}", "roles: 3"])
def test_a_policy_nobody_understands_lets_nobody_in(rich_shop, open_page, tmp_path, monkeypatch, text):
    path = tmp_path / "policy.yml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CRM_ACCESS", str(path))
    page = open_page("business")
    assert not page.metric
    assert page.error


def test_searches_and_views_are_written_down_without_what_was_searched(rich_shop, open_page, as_role):
    as_role("steward")
    browser = open_page("customer")
    browser.text_input(key="search").set_value("canary9@bird.example").run().run()
    (log,) = (rich_shop.data / "audit").glob("*.jsonl")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [line["action"] for line in lines] == ["search", "view_customer"], "once each, however often the page reruns"
    assert {line["who"] for line in lines} == {"ada"}
    assert [canary for canary in canaries(rich_shop) if canary in log.read_text(encoding="utf-8")] == []
    assert log.stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_down_is_not_shown(rich_shop, open_page, as_role):
    as_role("steward")
    (rich_shop.data / "audit").write_text("a file where the folder should be")
    browser = open_page("customer")
    browser.text_input(key="search").set_value("canary9@bird.example").run()
    assert browser.exception
    assert "canary9" not in "".join(text for text in protos(browser.main) if "search" not in text)


def test_the_nameless_connection_cannot_reach_the_people_of_the_other(rich_shop, monkeypatch):
    monkeypatch.setattr(shop_window.st, "session_state", {})
    administrator = access.Visitor("a", "administrator", (), frozenset({"people"}))
    monkeypatch.setattr(access, "visitor", lambda: administrator)
    snapshot = shop_window.refresh()
    assert len(shop_window.show_people("select * from people.marts.dim_customers")) == 60
    with pytest.raises(shop_window.SnapshotUnreadableError):
        shop_window.show("select * from people.marts.dim_customers")
    with pytest.raises(shop_window.SnapshotUnreadableError):
        shop_window.show(f"attach '{snapshot.people}' as people (read_only)")
    monkeypatch.setattr(access, "visitor", lambda: access.Visitor("v", "viewer", (), frozenset()))
    with pytest.raises(access.NotAllowedError):
        shop_window.show_people("select 1")


def test_a_hostile_customer_is_shown_as_text(rich_shop, open_page, as_role):
    as_role("steward")
    browser = open_page("customer")
    for number in range(len(HOSTILE)):
        browser.text_input(key="search").set_value("nobody at all").run()
        browser.text_input(key="search").set_value(f"canary{number}@bird.example").run()
        assert not browser.exception
        assert not browser.error
        header = browser.header[0].value
        assert "<script" not in header.replace("\\<", "")
        assert [mark for mark in ("](", "www.", "**", "http:") if mark in header] == []
