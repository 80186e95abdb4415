"""Whose a record is, its links and what became of ids, built in part, are what their whole text makes of everything.

Records come and go, are given to one customer and another and back again, and links between them are found, change and
are gone. The tables they are made from keep no version: what changed in them is found by looking at them.
"""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.dbt_project.house import Company

MODELS = ("customer_records", "record_links", "customer_id_history")
# Of each table a column that nothing else here reads.
SPOILT = {
    "marts.customer_records": "entity_type",
    "marts.record_links": "rule",
    "marts.customer_id_history": "event",
}
DAY = date(2026, 3, 1)
KEPT = ["intermediate.int_record_links", "intermediate.customer_crosswalk"]


class Office(Company):
    """A warehouse of nothing but records, the links between them and the log of whose they are."""

    draw: random.Random
    day: date = DAY

    def found(self) -> None:
        super().found()
        self.change("""
            create table intermediate.int_person_records (record_key varchar, source_system varchar,
                source_record_type varchar, source_record_id varchar, entity_type varchar)
        """)

    def arrive(self, count: int) -> None:
        """Some records come; those that were there are gone."""
        for number in self.draw.sample(range(40), count):
            key = f"salesforce|lead|{number}"
            if not self.read(f"delete from intermediate.int_person_records where record_key = '{key}' returning 1"):
                self.change(f"""
                    insert into intermediate.int_person_records
                    values ('{key}', 'salesforce', 'lead', '{number}', 'person')
                """)

    def give(self, count: int) -> None:
        """Some records are given to customers: new ones, others, those they had before."""
        self.day += timedelta(1)
        for number in self.draw.sample(range(40), count):
            self.change(f"""
                insert into intermediate.customer_crosswalk
                select count(*) + 1, 'salesforce|lead|{number}', 'customer {self.draw.randrange(12)}', '{self.day}'
                from intermediate.customer_crosswalk
            """)

    def link(self, count: int) -> None:
        """Some pairs are found, found stronger, or no longer there."""
        for _ in range(count):
            first, second = sorted(self.draw.sample(range(40), 2))
            pair = f"record_key_a = 'salesforce|lead|{first}' and record_key_b = 'salesforce|lead|{second}'"
            gone = self.read(f"delete from intermediate.int_record_links where {pair} returning 1")
            if not gone or self.draw.random() < 0.5:
                self.change(f"""
                    insert into intermediate.int_record_links values ('salesforce|lead|{first}',
                        'salesforce|lead|{second}', '{self.draw.choice(["statement", "strong_id", "probabilistic"])}',
                        'email', 9, {self.draw.random():.2f}, '[]', {self.draw.random() < 0.8}, false,
                        '{self.draw.choice(["accepted", "grey"])}')
                """)

    def build_and_compare(self) -> dict[str, int]:
        self.change("delete from built.states where relation = 'intermediate.int_person_records'")  # built here
        return self.build_over_spoilt(self.day, SPOILT)


@pytest.fixture
def office(warehouse: Path) -> Office:
    office = Office(warehouse, MODELS)
    office.found()
    return office


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 8))])
def test_identity_built_in_part_is_identity_built_whole(office: Office, seed: int):
    office.draw = random.Random(seed)
    office.arrive(30)
    office.give(40)
    office.link(30)
    office.build(DAY)
    for step in (lambda: office.give(2), lambda: office.link(3), lambda: office.link(2), lambda: office.give(1)):
        step()
        stood = office.build_and_compare()
        assert min(stood.values()) > 0, stood
        assert [office.changes(relation) for relation in KEPT] != [None, None]


def test_a_table_that_is_looked_at_and_is_the_same_keeps_what_last_changed_in_it(office: Office):
    office.draw = random.Random(3)
    office.arrive(30)
    office.give(40)
    office.build(DAY)
    office.give(2)
    office.build(office.day)
    told = office.rows("built.intermediate__customer_crosswalk__changes")
    assert len(told) == 2
    assert office.build(office.day) == set()
    assert office.rows("built.intermediate__customer_crosswalk__changes") == told
