"""Whom do we want to reach? Rules, what they find, what is saved, and who is left out of a list."""

import io
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import exports, segment_rules
from dashboards.segment_rules import FIELDS, TESTS, RuleError, as_text, compile_rule, parameterised
from orchestration.segments import refusal_of


def rule(*conditions: dict, match: str = "all") -> dict:
    return {"match": "all", "groups": [{"match": match, "conditions": list(conditions)}]}


BIG = {"field": "net_revenue", "is": "at_least", "value": 1000}
QUIET = {"field": "recency_days", "is": "at_least", "value": 60}


def open_rule(open_page, stated: dict):
    page = open_page("business")
    page.query_params["rule"] = json.dumps(stated)
    return page.switch_page("app_pages/builder.py").run()


@pytest.mark.parametrize(("match", "both"), [("all", lambda a, b: a & b), ("any", lambda a, b: a | b)])
def test_a_rule_finds_whom_pandas_finds(rich_shop, open_page, match, both):
    page = open_page("business")
    page.query_params["rule"] = json.dumps(rule(BIG, QUIET, match=match))
    page.switch_page("app_pages/builder.py")
    page.query_params["rule"] = json.dumps(rule(BIG, QUIET, match=match))
    page.run()
    everyone = rich_shop.tables["marts.customer_360"]
    is_quiet = (everyone["recency_days"] >= 60).fillna(False)
    found = everyone[both(everyone["net_revenue"] >= 1000, is_quiet)]
    assert not page.exception
    assert page.metric[0].value == f"{len(found):,}"
    assert page.metric[1].value == f"£{found['net_revenue'].sum():,.0f}"
    listed = page.dataframe[0].value["customer_id"]
    assert set(listed) <= set(found["customer_id"])


def test_a_link_brings_another_rule_to_whoever_has_one_open(rich_shop, open_page):
    page = open_rule(open_page, rule(BIG))
    first = page.metric[0].value
    page.query_params["rule"] = json.dumps(rule(QUIET))
    page.run()
    assert page.metric[0].value != first
    assert page.metric[0].value == open_rule(open_page, rule(QUIET)).metric[0].value


@pytest.mark.parametrize(
    "stated",
    [
        {},
        rule({"field": "full_name", "is": "one_of", "value": ["x"]}),
        rule({"field": "net_revenue", "is": "one_of", "value": ["x"]}),
        rule({"field": "net_revenue) or (1", "is": "at_least", "value": 1}),
        rule({"field": "net_revenue", "is": "at_least", "value": "1 or 1=1"}),
        rule({"field": "net_revenue", "is": "at_least", "value": float("nan")}),
        rule({"field": "segment", "is": "one_of", "value": []}),
        rule({"field": "last_order_date", "is": "before", "value": "yesterday"}),
        rule({"field": "purchase", "is": "bought", "value": {"category": "tea", "days": -1}}),
        rule(*[BIG] * 9),
        {"match": "some", "groups": rule(BIG)["groups"]},
    ],
)
def test_a_rule_that_says_what_no_rule_may_say_is_refused(stated):
    with pytest.raises(RuleError):
        compile_rule(stated)


NASTY = st.one_of(st.text(max_size=20), st.sampled_from(["'", "'; drop table x --", '"', "$value_0", "\\", "\u202e"]))


def conditions() -> st.SearchStrategy[dict]:
    values = {
        "at_least": st.floats(-1e9, 1e9),
        "at_most": st.integers(-1000, 1000),
        "one_of": st.lists(NASTY, min_size=1, max_size=3),
        "none_of": st.lists(NASTY, min_size=1, max_size=3),
        "before": st.dates().map(str),
        "on_or_after": st.dates().map(str),
        "within_days": st.integers(0, 1000),
        "bought": st.builds(dict, category=st.text(min_size=1, max_size=9), days=st.integers(0, 999)),
        "not_bought": st.builds(dict, category=st.text(min_size=1, max_size=9), days=st.integers(0, 999)),
    }

    def of(field: str) -> st.SearchStrategy[dict]:
        return st.sampled_from(TESTS[FIELDS[field]]).flatmap(
            lambda test: st.builds(
                dict, field=st.just(field), **{"is": st.just(test), "value": values.get(test, st.none())}
            )
        )

    return st.sampled_from(list(FIELDS)).flatmap(of)


@settings(max_examples=60, deadline=None)
@given(st.lists(conditions(), min_size=1, max_size=4), st.sampled_from(["all", "any"]))
def test_every_rule_that_is_built_is_one_the_daily_job_lets_in_and_holds_its_values_apart(stated, match):
    compiled = compile_rule(rule(*stated, match=match))
    assert refusal_of(as_text(compiled)) == ""
    sql, values = parameterised(compiled)
    assert "'" not in sql.replace("DATE_DIFF('DAY',", "")
    assert all(isinstance(value, str | int | float) for value in values.values())


@pytest.mark.parametrize(
    "where",
    [
        "1 = 1; drop table marts.customer_360",
        "customer_id in (select customer_id from marts.dim_customers)",
        "customer_id in (select email from read_csv('/etc/passwd'))",
        "exists (select 1 from intermediate.int_person_records)",
        "getenv('HOME') = 'x'",
        "net_revenue >= (",
        "true) union (select 'x'",
    ],
)
def test_a_condition_that_somebody_wrote_by_hand_is_held_to_comparisons(where):
    assert refusal_of(where)


def test_a_saved_segment_is_a_file_with_a_version_an_owner_and_an_end(rich_shop, open_page):
    page = open_page("builder")
    for _ in range(2):
        page.text_input(key="save-name").set_value("quiet_ones")
        page.text_input(key="save-title").set_value("安静的客户")
        next(button for button in page.button if button.label == "Save this segment").click().run()
        assert not page.exception
        assert page.success
    stated = yaml.safe_load((rich_shop.data / "segments" / "quiet_ones.yml").read_text("utf-8"))
    assert (stated["version"], stated["owner"], stated["title"]) == (2, "local", "安静的客户")
    assert stated["expires_on"].isoformat() > "2011-12-10"
    assert [each["version"] for each in stated["history"]] == [1]
    assert as_text(compile_rule(stated["rule"])) == stated["where"]
    assert refusal_of(stated["where"]) == ""
    actions = [json.loads(line) for line in next((rich_shop.data / "audit").iterdir()).read_text().splitlines()]
    assert [(each["action"], each["segment_version"]) for each in actions] == [("save_segment", 1), ("save_segment", 2)]


@pytest.mark.parametrize("name", ["", "../evil", "Big", "a b"])
def test_a_name_that_could_be_a_path_is_refused(rich_shop, open_page, name):
    page = open_page("builder")
    page.text_input(key="save-name").set_value(name)
    next(button for button in page.button if button.label == "Save this segment").click().run()
    assert page.error
    assert not list(rich_shop.data.rglob("segments/*"))


def test_people_who_did_not_agree_are_left_out_with_a_count(rich_shop, open_page):
    page = open_page("builder")
    page.segmented_control(key="purpose-customers").set_value("email").run()
    assert not page.exception
    said = next(caption.value for caption in page.caption if "left out" in caption.value)
    listed, left_out = (int(word) for word in said.split() if word.isdigit())
    assert listed + left_out == int(page.metric[0].value)
    assert left_out > 0


def test_a_parquet_file_holds_the_rows_as_they_are():
    batches = [[("a", 1, None), ("=1+1", 2, None)], [("c", 3, "x")]]
    table = pq.read_table(io.BytesIO(exports.parquet_bytes(["name", "count", "note"], batches)))
    frame = pd.DataFrame({"name": ["a", "=1+1", "c"], "count": [1, 2, 3], "note": [None, None, "x"]})
    assert table.to_pylist() == frame.astype(object).where(frame.notna(), None).to_dict("records")


def test_an_empty_parquet_file_has_its_columns():
    assert pq.read_table(io.BytesIO(exports.parquet_bytes(["name"], []))).column_names == ["name"]


def test_no_field_of_a_rule_names_a_person():
    assert {"full_name", "email", "phone", "address", "company_name"}.isdisjoint(segment_rules.FIELDS)
