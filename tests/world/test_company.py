"""The whole world is written alike whoever works on it: the same bytes, and a prefix of a bigger one."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from orchestration.world import company
from orchestration.world.books import World
from orchestration.world.company import write_world
from orchestration.world.refusal import ImpossibleWorldError

LAST_DAY, DAYS = date(2026, 1, 1), 60


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two blocks, a task each, in one process."""
    folder = tmp_path_factory.mktemp("world")
    write_world(people=2_050, days=DAYS, seed=7, out=folder, last_day=LAST_DAY, daily_days=2, workers=1)
    return folder


def test_the_bytes_do_not_depend_on_the_number_of_workers(out: Path, tmp_path: Path):
    write_world(people=2_050, days=DAYS, seed=7, out=tmp_path, last_day=LAST_DAY, daily_days=2, workers=2)
    assert _bytes(tmp_path) == _bytes(out)


def test_the_bytes_do_not_depend_on_who_is_first(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The second block is lived before the first, and far ahead."""
    live = company._live
    seen: list[int] = []

    def backwards(world: World, scratch: Path, numbers: range) -> company.Told:
        for other in reversed(range(world.blocks)):
            if other not in seen:
                seen.append(other)
                live(world, scratch, range(other, other + 1))
        return live(world, scratch, numbers)

    monkeypatch.setattr(company, "_live", backwards)
    write_world(people=2_050, days=DAYS, seed=7, out=tmp_path, last_day=LAST_DAY, daily_days=2, workers=1)
    assert seen == [1, 0]
    assert _bytes(tmp_path) == _bytes(out)


def test_the_truth_of_a_small_world_is_a_prefix_of_a_big_ones(out: Path, tmp_path: Path):
    write_world(people=300, days=DAYS, seed=7, out=tmp_path, last_day=LAST_DAY)
    for name in ("people", "person_records", "orders", "campaign_members", "leads", "balances"):
        small, big = (pd.read_parquet(folder / "truth" / f"{name}.parquet") for folder in (tmp_path, out))
        known = big[big["person_id"].isin(small["person_id"])]
        pd.testing.assert_frame_equal(small, known.reset_index(drop=True), obj=name)
    people = pd.read_parquet(tmp_path / "truth" / "people.parquet")
    assert list(people["person_id"]) == [f"P{number:07d}" for number in range(300)]


def test_one_full_delivery_tells_of_the_same_lives(out: Path, tmp_path: Path):
    write_world(people=300, days=DAYS, seed=7, out=tmp_path, last_day=LAST_DAY, daily_days=0)
    assert {file.parent.name for file in (tmp_path / "inbox").rglob("*") if file.is_file()} == {LAST_DAY.isoformat()}
    small, big = (pd.read_parquet(folder / "truth" / "orders.parquet") for folder in (tmp_path, out))
    assert list(small["order_id"]) == list(big[big["person_id"].isin(small["person_id"])]["order_id"])


def test_a_world_too_short_for_a_campaign_is_written_all_the_same(tmp_path: Path):
    summary = write_world(people=40, days=60, seed=5, out=tmp_path, last_day=date(2026, 11, 1), daily_days=0)
    assert summary.rows["salesforce/Campaign"] == 0
    assert summary.rows["shopify/orders"] > 0
    assert pd.read_parquet(tmp_path / "truth" / "campaigns.parquet").empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"people": 0}, "at least 1 person"),
        ({"days": 59}, "at least 1 person and 60 days"),
        ({"daily_days": 61}, "choose 0 to 60"),
        ({"last_day": date(2040, 1, 1)}, "Spring Festival"),
    ],
)
def test_a_world_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path, arguments: dict, message: str):
    asked = {"people": 10, "days": DAYS, "seed": 1, "out": tmp_path, "last_day": LAST_DAY} | arguments
    with pytest.raises(ImpossibleWorldError, match=message):
        write_world(**asked)
    assert not (tmp_path / "inbox").exists()


def test_nothing_is_left_of_a_run_that_fails_but_the_old_world(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_world(people=50, days=60, seed=1, out=tmp_path, last_day=LAST_DAY)
    before = _bytes(tmp_path)

    def fails(world: World, scratch: Path, numbers: range) -> company.Told:
        raise OSError("no space left on the device")

    monkeypatch.setattr(company, "_live", fails)
    with pytest.raises(OSError, match="no space"):
        write_world(people=50, days=60, seed=1, out=tmp_path, last_day=LAST_DAY)
    assert {path: text for path, text in _bytes(tmp_path).items() if path.parts[0] in {"inbox", "truth"}} == before


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {file.relative_to(folder): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
