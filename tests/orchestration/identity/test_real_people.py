"""Real exports of four systems resolved together: what was merged and why, for a human to read (`pytest -s`).

Values are masked as they are printed. The files are not part of the project; without them the test says so.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.identity import evidence
from orchestration.identity.clusters import NONE, Decisions
from orchestration.identity.resolution import resolve

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
WESTERN = {"first_name": "given_name", "last_name": "family_name", "email": "email", "phone": "phone"}
SALESFORCE = {
    "FirstName": "given_name", "LastName": "family_name", "Email": "email", "Phone": "phone", "Birthdate": "birth_date",
    "Gender__c": "gender", "Street": "street", "City": "city", "State": "region", "PostalCode": "postcode",
    "MailingStreet": "street", "MailingCity": "city", "MailingState": "region", "MailingPostalCode": "postcode",
}  # fmt: skip
SOURCES = (
    ("salesforce", "contact", "salesforce/data-cloud-workshop/Contact.csv", SALESFORCE),
    ("salesforce", "lead", "salesforce/data-cloud-workshop/Lead.csv", SALESFORCE),
    ("shopify", "customer", "shopify/fivetran/shopify_customer_data.csv", WESTERN),
    ("shopify", "customer", "shopify/fivetran/shopify_gql_customer_data.csv", WESTERN),
    ("hubspot", "contact", "hubspot/fivetran/contact_data.csv",
     {"property_firstname": "given_name", "property_lastname": "family_name", "property_email": "email"}),
    ("zendesk", "user", "zendesk/fivetran/user_data.csv", {"name": "full_name", "email": "email", "phone": "phone"}),
)  # fmt: skip


MERGED_IN_HUBSPOT = "property_hs_merged_object_ids"


@dataclass(frozen=True)
class Resolved:
    """`records`: record_id, what it says, customer. `links`: the pairs with their evidence."""

    records: pd.DataFrame
    links: pd.DataFrame


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    if lacking := [path for _, _, path, _ in SOURCES if not (SHARED / path).is_file()]:
        pytest.skip(f"The real files are not here: {lacking}")
    people = pd.concat([_read(*source) for source in SOURCES]).sort_values("record_id").reset_index(drop=True)
    stated = _stated(people)
    with duckdb.connect() as connection:
        connection.register("people", people)
        found = resolve(connection, "people", decisions=stated)
        links = evidence.table(connection, evidence.account_for(found, found.cluster, stated, NONE)).to_pandas()
    return Resolved(people.assign(customer=found.cluster), links)


def _read(system: str, kind: str, path: str, renamed: dict[str, str]) -> pd.DataFrame:
    rows = pd.read_csv(SHARED / path, dtype=str, encoding="utf-8-sig").rename(columns={"Id": "id"})
    there = [column for column in renamed if column in rows]
    kept = rows[there].rename(columns=renamed)
    kept["record_id"] = [f"{system}|{kind}|{key}" for key in rows["id"]]
    kept["stated"] = rows.get(MERGED_IN_HUBSPOT)
    return kept.assign(source_system=system)


def _stated(people: pd.DataFrame) -> Decisions:
    """HubSpot's own merges: a contact names those that went into it."""
    number = {key: place for place, key in enumerate(people["record_id"])}
    pairs = [
        (number[row.record_id], number[f"hubspot|contact|{other}"])
        for row in people[people["stated"].notna()].itertuples()
        for other in row.stated.split(";")
    ]
    return Decisions(np.array(pairs, dtype=np.int64).reshape(-1, 2), NONE.apart)


def test_what_was_merged_and_why_can_be_read(resolved: Resolved):
    records = resolved.records.set_index("record_id")
    path = resolved.links[resolved.links["is_on_path"]].sort_values("record_key_a")
    sizes = records.groupby("customer").size()
    print(f"\n{len(records)} records of {records['source_system'].nunique()} systems are {len(sizes)} customers.")
    for row in path.itertuples():
        print(f"\n{row.record_key_a} and {row.record_key_b}: {row.match_probability:.1%} ({row.rule})")
        for line in evidence.in_words(_masked(row.evidence)):
            print(f"  {line}")
    assert len(path) == int((sizes - 1).sum())
    assert (records.loc[path["record_key_a"], "customer"].to_numpy()
            == records.loc[path["record_key_b"], "customer"].to_numpy()).all()  # fmt: skip


def _masked(told: str) -> str:
    fields = json.loads(told)
    for field in fields:
        field |= {name: f"{field[name][:1]}***" for name in ("value_a", "value_b") if field.get(name)}
    return json.dumps(fields)


def test_contacts_that_hubspot_merged_are_one(resolved: Resolved):
    ids = [f"hubspot|contact|{key}" for key in (78971951, 76340251, 46897301, 76226001)]
    assert resolved.records.set_index("record_id").loc[ids, "customer"].nunique() == 1


def test_records_with_one_name_and_one_mailbox_are_one_customer(resolved: Resolved):
    told = resolved.records.dropna(subset=["given_name", "family_name", "email"])
    whole = told.groupby([told[c].str.lower() for c in ("given_name", "family_name", "email")])["customer"]
    assert (whole.size() > 1).any()
    assert (whole.nunique() == 1).all()


def test_people_of_different_names_are_never_one_for_a_placeholder_mailbox(resolved: Resolved):
    desk = resolved.records[resolved.records["source_system"] == "zendesk"].set_index("full_name")["customer"]
    assert len({desk["Arthur Agent"], desk["Earnest End User"], *desk["John Doe"]}) == 2 + desk["John Doe"].nunique()


def test_digests_that_differ_in_one_letter_are_two_people(resolved: Resolved):
    hashed = resolved.records[resolved.records["record_id"].str.fullmatch(r"shopify\|customer\|10\d\d")]
    assert len(hashed) == 10
    assert hashed["customer"].nunique() == 10
