"""A warehouse moves to another machine: one file out, one file in, and its readers see no difference."""

from pathlib import Path

from tests.journey.house import House

PEOPLE = "select customer_id, record_count from marts.customer_360 order by all"


def test_a_warehouse_is_the_same_after_it_was_brought_back(house: House, tmp_path: Path):
    written = house.crm("backup", "--to", str(tmp_path / "safe"))
    assert written.returncode == 0, written.stderr
    (backup,) = (tmp_path / "safe").iterdir()
    assert str(backup) in written.stdout.replace("\n", "")

    refused = house.crm("restore", str(backup))
    assert refused.returncode == 1
    assert "overwrites nothing" in refused.stderr

    moved = House(tmp_path / "moved")
    restored = moved.crm("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert str(house.version) in restored.stdout
    assert moved.manifest == house.manifest
    assert moved.query(PEOPLE) == house.query(PEOPLE)
