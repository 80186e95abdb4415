"""Who is named stays behind the wall: only the identity group sees persons, and only `people` may be told."""

import re
from itertools import chain

import pytest

from orchestration.ingestion.contracts import load_contracts
from orchestration.publishing import SHOWN
from orchestration.settings import CONTRACTS
from orchestration.snapshots import MARTS, PEOPLE
from tests.policy.project import Project, label

# What a column is called that says who or where a person is. An id is random; a country is shared by millions.
NAMES_A_PERSON = re.compile(
    r"(^|_)(e?mail|phone|mobile|fax|full_name|first_name|last_name|surname|given_name|birth(date|day|_date)?|street"
    r"|address|postal_code|postcode|zip|city|company_name|passport|id_number|password|ip|user_ipaddress|useragent"
    r"|domain_userid|network_userid|latitude|longitude|subject|comment|notes?|body)($|_)"
)

# A city out of the seed places is shared by many; where it stands, nothing a person wrote can. That somebody may be
# written to is not where.
CITIES_OF_THE_SEED = {"customer_360": {"city"}, "places": {"city"}}
CONSENTS = {"consent_email", "consent_phone"}


def in_identity(node: dict) -> bool:
    return node["config"].get("group") == "identity"


def pii_of(column: dict) -> str | None:
    return column["config"].get("meta", {}).get("pii") or column["meta"].get("pii")


def test_only_the_identity_group_reads_what_came_from_a_source_system(project: Project):
    raw = {key for key, source in project.sources.items() if source["schema"].startswith("raw_")}
    private = {node["unique_id"] for node in project.models if node["schema"] == "staging"}
    assert raw
    assert private
    for node in project.models:
        if not in_identity(node):
            assert set(node["depends_on"]["nodes"]) & (raw | private) == set(), label(node)


def test_every_raw_source_is_a_feed_with_a_contract(project: Project):
    raw = {
        f"{source['schema']}.{source['name']}"
        for source in project.sources.values()
        if source["schema"].startswith("raw_")
    }
    assert raw == {contract.relation for contract in load_contracts(CONTRACTS)}


def test_staging_and_identity_are_a_private_group(project: Project):
    for node in project.models:
        folder = node["fqn"][1]
        if folder == "staging":
            assert (in_identity(node), node["access"]) == (True, "private"), label(node)
        if node["fqn"][1:3] == ["intermediate", "identity"]:
            assert (in_identity(node), node["access"]) == (True, "private"), label(node)
        if folder == "intermediate":
            assert in_identity(node), label(node)


def test_nothing_outside_the_group_reads_a_private_model(project: Project):
    private = {node["unique_id"] for node in project.models if node["access"] == "private"}
    for node in project.models:
        if not in_identity(node):
            assert set(node["depends_on"]["nodes"]) & private == set(), label(node)


def test_what_is_published_is_a_mart_and_goes_to_one_of_two_files(project: Project):
    assert SHOWN == {"marts": MARTS, "people": PEOPLE}
    for node in project.nodes:
        target = node["config"]["meta"].get("publish")
        assert target in (None, "marts", "people"), label(node)
        if target:
            assert node["schema"] == "marts", label(node)


def test_what_names_a_person_goes_to_people_and_never_to_marts(project: Project):
    for node in project.models:
        tagged = {name for name, column in node["columns"].items() if pii_of(column) in ("direct", "free_text")}
        if tagged and node["schema"] == "marts":
            assert node["config"]["meta"].get("publish") == "people", (label(node), tagged)


def test_what_people_may_be_told_comes_from_the_identity_group_alone(project: Project):
    assert project.published_to("people")
    for node in project.published_to("people"):
        assert in_identity(node), label(node)


def test_no_nameless_table_has_a_column_that_is_called_like_a_person(project: Project):
    assert project.published_to("marts")
    for node in project.published_to("marts"):
        named = {name for name in node["columns"] if NAMES_A_PERSON.search(name)}
        assert named - CITIES_OF_THE_SEED.get(node["name"], set()) - CONSENTS == set(), label(node)


def test_every_nameless_table_states_all_its_columns(project: Project):
    for node in project.published_to("marts"):
        if node["resource_type"] == "model":
            assert node["config"]["contract"]["enforced"], label(node)
            assert node["columns"], label(node)


def test_an_email_a_phone_and_a_name_are_tagged_wherever_they_stand(project: Project):
    for node in project.models:
        if node["schema"] in ("staging", "marts"):
            for name, column in node["columns"].items():
                if re.search(r"(^|_)(email|phone|full_name)$", name) and name not in CONSENTS:
                    assert pii_of(column) in ("direct", "indirect", "free_text"), (label(node), name)


PERSONAL_CELLS = list(
    chain.from_iterable(
        ((contract, column) for column in contract.columns if column.pii != "none")
        for contract in load_contracts(CONTRACTS)
    )
)


@pytest.mark.parametrize(
    ("contract", "column"),
    PERSONAL_CELLS,
    ids=[f"{contract.system}.{contract.feed}.{column.name}" for contract, column in PERSONAL_CELLS],
)
def test_a_personal_column_of_a_contract_is_tagged_in_staging_under_whatever_name(project: Project, contract, column):
    source = f"source.crm_warehouse.{contract.relation}"
    readers = [node for node in project.models if source in node["depends_on"]["nodes"]]
    assert readers
    for node in readers:
        for name in names_in_staging(node["compiled_code"], column.name):
            assert name in node["columns"], f"{label(node)}.{name} holds {column.name} and is not described"
            assert pii_of(node["columns"][name]), f"{label(node)}.{name} holds {column.name} and is not tagged"


def names_in_staging(sql: str, raw_column: str) -> set[str]:
    """The columns of a staging view into which a column of its source flows."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(sql, dialect="duckdb")
    renamed = next(cte for cte in tree.find_all(exp.CTE) if cte.alias == "renamed")
    return {
        projection.alias_or_name
        for projection in renamed.this.expressions
        if any(found.name == raw_column for found in projection.find_all(exp.Column))
    }
