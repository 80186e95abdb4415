"""What the truth says in closed form is what happens when lives are simulated or replayed."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from orchestration.world import truth as truths
from orchestration.world.books import Books, World
from orchestration.world.campaigns import ANSWER_DAYS
from orchestration.world.truth import Truth
from orchestration.world.truth_tables import block_truth, whole_truth

AS_OF, HORIZON = date(2026, 2, 1), 180


@pytest.fixture(scope="module")
def truth(blocks: list[Books], world: World, tmp_path_factory: pytest.TempPathFactory) -> Truth:
    folder = tmp_path_factory.mktemp("truth")
    told = [block_truth(block, world, folder / "scratch") for block in blocks]
    for name in told[0]:
        with pq.ParquetWriter(folder / f"{name}.parquet", told[0][name].schema) as writer:
            for tables in told:
                writer.write_table(tables[name])
    for name, table in whole_truth(world).items():
        pq.write_table(table, folder / f"{name}.parquet")
    return Truth(folder)


@pytest.fixture(scope="module")
def seen(truth: Truth) -> pd.DataFrame:
    return truths.outlook(truth, AS_OF, HORIZON)


@pytest.mark.parametrize(("rate", "p", "time"), [(6 / 365, 0.1, 200.0), (20 / 365, 0.3, 400.0), (1 / 365, 0.02, 90.0)])
def test_expected_orders_are_the_mean_of_many_simulated_lives(rate: float, p: float, time: float):
    rng = np.random.default_rng(11)
    lives = 40_000
    count, at, alive = np.zeros(lives), np.zeros(lives), np.ones(lives, dtype=bool)
    while alive.any():
        at += rng.exponential(1 / rate, lives)
        alive &= at < time
        count += alive
        alive &= rng.random(lives) >= p
    expected, paid = truths._expect(np.array([rate]), np.array([p]), np.array([0.0, time / 2, time]), np.ones(2))
    assert expected[0] == pytest.approx(paid[0])
    assert abs(count.mean() - expected[0]) < 4 * count.std() / np.sqrt(lives)


def test_the_chance_to_be_alive_is_the_share_of_simulated_lives_with_that_history():
    """Simulate many, keep those whose history looks the same, and count who is still there."""
    rng = np.random.default_rng(5)
    rate, p, end, lives = 10 / 365, 0.2, 300.0, 400_000
    at, last, count, alive = np.zeros(lives), np.zeros(lives), np.zeros(lives), np.ones(lives, dtype=bool)
    buying = alive.copy()
    while buying.any():
        at += rng.exponential(1 / rate, lives)
        buying &= alive & (at < end)
        last[buying] = at[buying]
        count += buying
        alive &= ~(buying & (rng.random(lives) < p))
    alike = (count == 3) & (np.abs(last - 150) < 5)
    believed = truths.alive_probability(np.array([3]), np.array([150.0]), np.array([rate]), np.array([p]))[0]
    error = np.sqrt(believed * (1 - believed) / alike.sum())
    assert abs(alive[alike].mean() - believed) < 4 * error + 0.02  # the window of ten days is not a point
    assert alike.sum() > 1_000


def test_who_is_believed_to_be_alive_so_often_is(seen: pd.DataFrame):
    believed, alive = seen["alive_probability"], seen["is_alive"]
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.01)):
        some = (believed >= low) & (believed < high)
        error = np.sqrt((believed[some] * (1 - believed[some])).sum())
        assert abs(alive[some].sum() - believed[some].sum()) < 3.5 * error
        assert some.sum() > 200


@pytest.mark.parametrize("column", ["expected_orders", "forecast_orders"])
def test_orders_come_as_expected(truth: Truth, seen: pd.DataFrame, column: str):
    came = _later(truth, "count(*)").reindex(seen["person_id"], fill_value=0).to_numpy()
    expected = seen[column].to_numpy()
    for some in (expected < 0.5, (expected >= 0.5) & (expected < 3), expected >= 3):
        error = (came - expected)[some].std() * np.sqrt(some.sum())
        assert abs(came[some].sum() - expected[some].sum()) < 3.5 * error
        assert some.sum() > 100


def test_net_revenue_comes_as_expected(truth: Truth, seen: pd.DataFrame):
    """All refunds of the horizon's orders were made by the last day, three months later."""
    paid = _later(truth, "sum(goods_net - goods_refunded)").reindex(seen["person_id"], fill_value=0).to_numpy()
    expected = seen["expected_net_revenue"].to_numpy()
    for currency in ("CNY", "GBP", "USD"):
        some = (seen["currency_code"] == currency).to_numpy() & (expected > 0)
        error = (paid - expected)[some].std() * np.sqrt(some.sum())
        assert abs(paid[some].sum() - expected[some].sum()) < 3.5 * error
        assert error < 0.1 * expected[some].sum()


def test_who_left_buys_no_more(truth: Truth, seen: pd.DataFrame):
    came = _later(truth, "count(*)").reindex(seen["person_id"], fill_value=0).to_numpy()
    assert came[~seen["is_alive"].to_numpy()].sum() == 0


def test_the_truth_foretells_beyond_the_last_day(truth: Truth, world: World):
    ahead = truths.outlook(truth, world.last_day, 365)
    assert ahead["expected_orders"].sum() > 1_000
    with pytest.raises(ValueError, match="does not know"):
        truths.outlook(truth, world.last_day + timedelta(1), 30)


def test_lifts_are_told_by_campaign(truth: Truth):
    lifts = truths.campaign_effects(truth, ANSWER_DAYS + 1).query("members > 500")
    distance = (lifts["lift"] - lifts["true_lift"]) / lifts["standard_error"]
    assert len(lifts) > 8
    assert distance.abs().max() < 3.5
    assert distance.std() < 1.8


def test_balances_are_those_of_the_ledger(truth: Truth, blocks: list[Books], world: World):
    day = 500
    told = truths.balances_on(truth, world.calendar.first_day + timedelta(day)).query("kind == 'points'")
    points = pd.concat([block.points for block in blocks]).query("at < @day")
    replayed = points.groupby("person")["change"].sum()
    told = told.set_index(told["person_id"].str[1:].astype(int))["balance"]
    assert (told.sort_index() == replayed.sort_index()).all()
    assert len(told) == len(replayed) > 1_000


def test_stages_take_the_time_between_their_moments(truth: Truth, blocks: list[Books]):
    told = truths.stage_durations(truth)
    steps = pd.concat([block.stage_events for block in blocks])
    spans = steps.groupby("opportunity")["at"].agg(lambda at: at.iloc[-1] - at.iloc[0])
    assert told["days"].sum() == pytest.approx(spans.sum(), rel=1e-6)
    assert told["opportunity_id"].nunique() == len(spans)


def test_the_best_representative_is_at_least_as_good(truth: Truth):
    best = truths.best_representatives(truth)
    assert (best["best_probability"] >= best["probability"] - 1e-12).all()
    assert (best["best_probability"] > best["probability"]).mean() > 0.5


def _later(truth: Truth, measure: str) -> pd.Series:
    found = truth.read(
        f"""select person_id, {measure} as measured from orders where origin = 'base' and ordered_at >= $begins
        and ordered_at < $ends group by all""",
        begins=AS_OF,
        ends=AS_OF + timedelta(HORIZON),
    )
    return found.set_index("person_id")["measured"].astype(float)
