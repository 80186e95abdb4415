"""What a steward decides holds on every later run, and taking it back leaves no trace but the history of ids."""

from typing import Any

import duckdb

from tests.journey.house import House

# Both tell what changed and when, so they remember a decision that was taken back.
MEMORIES = {"marts.customer_id_history", "marts.identity_health"}


def test_a_merge_of_two_customers_taken_back_leaves_every_table_as_it_was(lived_in: House):
    before, count = tables(lived_in), lived_in.status()["customers"]
    kept, other = two_customers(lived_in)
    assert lived_in.crm("merge", kept, other, "--reason", "one person", "--by", "steward").returncode == 0
    assert lived_in.run().returncode == 0
    assert lived_in.status()["customers"] == count - 1
    assert tables(lived_in) != before
    assert lived_in.crm("merge", kept, other, "--undo", "--by", "steward").returncode == 0
    assert lived_in.run().returncode == 0
    after = tables(lived_in)
    assert {name: after[name] for name in before} == before


def tables(house: House) -> dict[str, Any]:
    shown = house.manifest["tables"].items()
    return {name: table for name, table in shown if not name.startswith("ops.") and name not in MEMORIES}


def two_customers(house: House) -> tuple[str, str]:
    """Two buyers of several records each."""
    with duckdb.connect(str(house.data / "published" / str(house.version) / "people.duckdb"), read_only=True) as people:
        found = people.execute("""
            select customer_id from marts.dim_customers
            where entity_type = 'person' and record_count > 1 order by record_count desc, customer_id limit 2
        """).fetchall()
    return found[0][0], found[1][0]
