"""Records of people, customers, their fields and their history built in part are what their text makes of everything.

The systems of the synthetic company deliver by the real door; records become one customer's, days pass, and with them
what was told for a later day comes true.
"""

from datetime import date
from pathlib import Path

import pytest

from orchestration.settings import CHECKOUT
from tests.dbt_project.house import Company

SYSTEMS = ("salesforce", "zendesk", "shopify", "tmall", "youzan", "erp")
MODELS = (
    *("stg_salesforce__contacts", "stg_salesforce__leads", "stg_salesforce__accounts", "stg_salesforce__users"),
    *("stg_salesforce__opportunities", "stg_salesforce__campaign_members", "stg_zendesk__users"),
    *("stg_zendesk__tickets", "stg_shopify__customers", "stg_shopify__orders", "stg_tmall__orders"),
    *("stg_youzan__customers", "stg_youzan__memberships", "stg_erp__contracts", "stg_retail__order_lines"),
    *("stg_segment__events", "stg_snowplow__events", "dummy_identifiers", "survivorship_rules", "places"),
    *("int_shopify_buyers", "int_shopify_people", "int_tmall_buyers", "int_shop_customers", "int_web_users"),
    *("int_person_records", "int_record_identifiers", "int_person_attributes", "int_record_states_told"),
    *("customer_records", "int_memberships_keyed", "customer_field_provenance", "dim_customer_history"),
    "dim_customers",
)
BUILT = (
    *("staging.stg_salesforce__contacts", "staging.stg_salesforce__leads", "staging.stg_salesforce__accounts"),
    *("staging.stg_salesforce__campaign_members", "staging.stg_zendesk__users", "staging.stg_shopify__customers"),
    *("intermediate.int_person_records", "intermediate.int_record_identifiers", "intermediate.int_person_attributes"),
    *("marts.customer_field_provenance", "marts.dim_customer_history", "marts.dim_customers"),
)
# A first sale on each of the days to come.
SALES = """
    create schema marts;
    create table marts.fct_orders as
    select 'customer of shopify|customer|' || customer_id as customer_id, true as is_first_order,
        date '2026-02-23' + cast(row_number() over (order by customer_id) % 9 as integer) as order_date
    from raw_shopify.customers
"""
# Columns that no other table here reads.
SPOILT = {
    "intermediate.int_person_records": "nickname",
    "intermediate.int_record_identifiers": "identifier_value",
    "marts.customer_field_provenance": "rule",
    "marts.dim_customer_history": "owner_id",
    "marts.dim_customers": "owner_name",
}
# Who is whom: everybody a customer of their own, but for some pairs of records.
WHO = """
    create or replace view intermediate.customer_crosswalk as
    select row_number() over (order by record_key) as assignment_number, record_key,
        'customer of ' || case when place % {pairs} = 2 then before else record_key end as customer_id,
        date '2026-01-01' as assigned_as_of
    from (
        select record_key, row_number() over by_name as place, lag(record_key) over by_name as before
        from intermediate.int_person_records
        window by_name as (order by source_system, record_key)
    )
"""


@pytest.fixture
def company(warehouse: Path) -> Company:
    company = Company(warehouse, MODELS, systems=SYSTEMS)
    company.found()
    company.change("""
        create table intermediate.int_person_records (record_key varchar, source_system varchar);
        drop table intermediate.customer_crosswalk
    """)
    company.change(WHO.format(pairs=5000))
    return company


@pytest.mark.parametrize("at_once", [True, pytest.param(False, marks=pytest.mark.long)])
def test_customers_built_in_part_are_the_customers_built_whole(company: Company, at_once: bool):
    sample = CHECKOUT / "data/sample"
    first, second, *others = sorted(date.fromisoformat(folder.name) for folder in (sample / "shopify").iterdir())
    company.deliver(sample, first, second)
    company.change(SALES)
    company.build(second)
    for days in [others] if at_once else [[day] for day in others]:  # full exports come with the last
        company.deliver(sample, *days)
        company.change(WHO.format(pairs=100 + days[-1].day))
        for relation, column in SPOILT.items():
            company.change(f"update {relation} set {column} = 'spoilt'")
        company.build(days[-1])
        for relation in BUILT:
            _is_whole_where_it_was_built(company, relation)


def _is_whole_where_it_was_built(company: Company, relation: str) -> None:
    whole = company.whole(relation.partition(".")[2])
    stands = company.rows(relation)
    assert len(stands) == len(whole), relation
    built = set(stands)
    if relation in SPOILT:
        built = {row for row in stands if "spoilt" not in row}
        assert len(built) < len(stands), relation  # rows that nothing touched stand
    assert built <= set(whole), (relation, list(built - set(whole))[:3])
