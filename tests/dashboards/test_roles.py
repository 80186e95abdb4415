"""Who sees what: every page in every role and language, the canaries that no nameless role may receive, and the log."""

import io
import json
import zipfile

import duckdb
import pandas as pd
import pytest
import yaml

from dashboards import access, downloads, shop_window
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


def test_totals_are_of_the_rows_a_visitor_may_see(rich_shop, open_page, as_role):
    snapshot = shop_window.find(rich_shop.data / "published")
    with duckdb.connect(str(snapshot.marts), read_only=True) as file:
        east, bought = file.execute(
            "select count(*), count(segment) from main.customer_360 where region = '华东'"
        ).fetchone()
    as_role("marketer", region=["华东"])
    sizes = open_page("segments").dataframe[0].value
    assert sizes["customer_count"].sum() == east
    assert sizes.loc[sizes["customer_share"].notna(), "customer_count"].sum() == bought
    leaving = open_page("leaving")
    assert leaving.metric[0].value == str(bought)
    assert sum(int(label.rpartition("(")[2][:-1]) for label in leaving.selectbox(key="cell").options) == bought


@pytest.mark.parametrize("role", [role for role in NAMELESS if "export" in ROLES[role]["rights"]])
def test_no_download_of_a_nameless_role_names_anybody(rich_shop, open_page, as_role, role, monkeypatch):
    offered = []
    monkeypatch.setattr(downloads.st, "download_button", lambda label, made, *_, **__: offered.append(made))
    as_role(role)
    for page in ("segments", "builder", "leaving"):
        open_page(page)
    files = [made() for made in offered]
    told = [pd.read_csv(io.BytesIO(raw)).to_csv() for raw in files if raw.startswith(b"\xef\xbb\xbf")]
    told += [pd.read_parquet(io.BytesIO(raw)).to_csv() for raw in files if raw.startswith(b"PAR1")]
    for raw in files:
        if zipfile.is_zipfile(io.BytesIO(raw)):
            book = zipfile.ZipFile(io.BytesIO(raw))
            told += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    assert len(files) >= 3
    assert any("champions" in each for each in told)
    assert [canary for canary in canaries(rich_shop) if canary in "".join(told)] == []


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


@pytest.mark.parametrize(
    ("claims", "title", "pages"),
    [
        ({"email": "Jia@Example.org", "email_verified": True}, "How is the business doing?", "viewer"),
        ({"email": "jia@example.org"}, "How is the business doing?", "viewer"),  # a provider that says nothing of it
        ({"email": "jia@example.org", "email_verified": False}, "You are not let in", None),
        ({"email": "mallory@example.org", "email_verified": True}, "You are not let in", None),
        ({"sub": "jia@example.org"}, "You are not let in", None),
        (None, "Sign in", None),
    ],
)
def test_who_a_provider_says_they_are_decides_what_they_see(
    rich_shop, open_page, tmp_path, monkeypatch, claims, title, pages
):
    """The way from OpenID claims to a role, with a provider's answer in place of the provider."""
    policy = tmp_path / "access.yml"
    signed = POLICY | {"single_user": {"is_on": False}, "users": {"jia@example.org": {"role": "viewer"}}}
    policy.write_text(yaml.safe_dump(signed, allow_unicode=True), encoding="utf-8")
    monkeypatch.setenv("CRM_ACCESS", str(policy))
    monkeypatch.setattr(access.st, "user", {"is_logged_in": claims is not None, **(claims or {})})
    page = open_page("business")
    assert not page.exception
    assert page.title[0].value == title
    assert bool(page.metric) is (pages is not None)
