"""Who is this customer? Found by anything known of them; a steward's word goes to the file the next run reads."""

import csv
import json

import pytest

from dashboards import customer_records


def find(page, typed: str):
    return page.text_input(key="search").set_value(typed).run()


@pytest.mark.parametrize(
    "typed",
    ["张伟", "zhangwei", "Zhang Wei", "zw", "canary6@bird.example", "13912340006", "+86 139 1234 0006", "SC00006"],
)
def test_a_customer_is_found_by_anything_that_is_known_of_them(rich_shop, open_page, typed):
    page = find(open_page("customer"), typed)
    assert not page.exception
    assert page.header[0].value == "张伟"


def test_a_customer_is_found_by_the_number_of_an_order(rich_shop, open_page):
    order = rich_shop.tables["marts.fct_orders"].query("customer_id.notna()").iloc[40]
    page = find(open_page("customer"), order["order_id"])
    people = rich_shop.people["marts.dim_customers"].set_index("customer_id")
    assert page.header[0].value == people.loc[order["customer_id"], "full_name"]


def test_a_family_name_is_found_by_the_way_it_is_read(rich_shop, open_page):
    assert find(open_page("customer"), "zeng xiao").header[0].value == "曾小红"


def test_nobody_by_that_name_gets_a_sentence_with_what_to_try(rich_shop, open_page):
    page = find(open_page("customer"), "nobody at all")
    assert not page.header
    assert "Nobody is known by that" in page.info[0].value


def test_what_is_typed_is_a_value_and_never_a_query(rich_shop, open_page):
    page = open_page("customer")
    for typed in ["%", "' or 1=1 --", "\\", "$text", "a" * 200, "__"]:
        find(page, typed)
        assert not page.exception, typed
        assert not page.error, typed
        assert not page.header, typed


def test_a_link_leads_to_the_customer_and_never_holds_what_was_typed(rich_shop, open_page):
    page = find(open_page("customer"), "canary6@bird.example")
    customer = rich_shop.people["marts.dim_customers"].iloc[6]["customer_id"]
    assert page.query_params["customer"] == customer
    assert "canary" not in str(dict(page.query_params))


def test_a_decision_is_added_to_the_overrides_and_shown(rich_shop, open_page):
    customer = rich_shop.people["marts.dim_customers"].iloc[9]["customer_id"]
    page = find(open_page("customer"), "canary9@bird.example")
    page.selectbox(key="record_b").set_value(f"zendesk|user|{customer}")
    page.radio(key="decision").set_value("apart")
    page.text_input(key="reason").set_value("two brothers, one phone")
    next(button for button in page.button if "decision" in button.label).click().run()
    assert not page.exception
    assert page.success
    path = rich_shop.data / "overrides" / "identity.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [(row["decision"], row["record_a"], row["record_b"], row["decided_by"]) for row in rows] == [
        ("apart", f"shopify|customer|{customer}", f"zendesk|user|{customer}", "local")
    ]


def test_a_decision_without_a_reason_is_not_written(rich_shop, open_page):
    page = find(open_page("customer"), "canary9@bird.example")
    next(button for button in page.button if "decision" in button.label).click().run()
    assert page.error
    assert not (rich_shop.data / "overrides").exists()


def test_a_pair_of_the_queue_is_settled_once(rich_shop, open_page):
    page = open_page("trust")
    waiting = [button for button in page.button if button.label == "the same person"]
    waiting[0].click().run()
    assert len([button for button in page.button if button.label == "the same person"]) == len(waiting) - 1
    assert len((rich_shop.data / "overrides" / "identity.csv").read_text().splitlines()) == 2


def test_evidence_is_put_into_words_the_strongest_first(monkeypatch):
    monkeypatch.setattr("dashboards.text.st.session_state", {"language": "en"})
    told = [
        {"field": "place", "value_a": "x", "value_b": "y", "level": "different", "bits": -1.5},
        {"field": "email", "value_a": "e", "value_b": "e", "level": "equal", "bits": 9},
    ]
    assert (
        customer_records.evidence_in_words(json.dumps(told)) == "E-mail: e equal (+9.0); Place: x / y different (-1.5)"
    )
    assert customer_records.evidence_in_words("not json") == "not json"
