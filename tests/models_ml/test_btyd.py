"""What the buy-till-you-die models promise: the published figures, the right slopes, and chances that chance agrees
with."""

import numpy as np
import pytest

from models_ml.btyd import beta_geometric, gamma_gamma, pareto
from models_ml.btyd.fitting import FREE, WEAK, NoFit, maximise
from models_ml.btyd.histories import Histories
from models_ml.cuts import FAMILIES, HELD, fit_timing
from tests.models_ml.invented_log import cdnow, cdnow_histories, drawn_histories

END = "1997-09-30"


@pytest.fixture(scope="module")
def sample() -> Histories:
    return cdnow_histories(cdnow("CDNOW_sample.txt"), END)


def test_bg_nbd_finds_the_published_parameters_of_cdnow(sample: Histories):
    found = beta_geometric.train(sample)
    assert [round(value, 3) for value in (found.r, found.alpha, found.a, found.b)] == [0.243, 4.414, 0.793, 2.426]
    assert round(found.log_likelihood, 1) == -9582.4


def test_pareto_nbd_finds_the_published_parameters_of_cdnow(sample: Histories):
    found = pareto.train(sample)
    assert [round(value, 3) for value in (found.r, found.alpha, found.s, found.beta)] == [0.553, 10.578, 0.606, 11.669]
    assert round(found.log_likelihood, 1) == -9595.0


def test_gamma_gamma_finds_the_published_parameters_of_cdnow():
    """Fader, Hardie 2013: p 6.25, q 3.74, gamma 15.44, on the repeat orders of the 946 who came back."""
    frame = cdnow("CDNOW_sample.txt")
    frame = frame[frame["ordered_at"] <= END].groupby(["customer_id", "ordered_at"])["amount"].sum().reset_index()
    later = frame[frame.groupby("customer_id").cumcount() > 0].groupby("customer_id")["amount"].agg(["count", "sum"])
    assert len(later) == 946
    found = gamma_gamma.train(later["count"].to_numpy(float), later["sum"].to_numpy(float))
    assert (found.shape, found.q, found.prior_total) == pytest.approx((6.25, 3.74, 15.44), rel=0.005)
    assert found.note == ""


@pytest.mark.parametrize("kind", ["bg", "mbg", "pareto"])
def test_the_slope_is_that_of_the_likelihood(sample: Histories, kind: str):
    rows, weights, _ = sample.distinct()
    at = {
        "bg": lambda: beta_geometric.likelihood(rows, weights, 0),
        "mbg": lambda: beta_geometric.likelihood(rows, weights, 1),
        "pareto": lambda: pareto.likelihood(rows, weights),
    }[kind]()
    for logs in np.log([[0.5, 9.0, 0.7, 3.0], [2.0, 1.0, 4.0, 0.5]]):
        measured = [(at(logs + 1e-5 * axis)[0] - at(logs - 1e-5 * axis)[0]) / 2e-5 for axis in np.eye(4)]
        assert at(logs)[1] == pytest.approx(measured, rel=1e-5, abs=1e-3)


def test_the_slope_of_gamma_gamma_is_that_of_its_likelihood():
    rng = np.random.default_rng(3)
    orders = rng.integers(1, 6, 200).astype(float)
    at = gamma_gamma.likelihood(orders, orders * rng.gamma(2.0, 1.0, 200))
    logs = np.log([3.0, 2.0, 5.0])
    measured = [(at(logs + 1e-5 * axis)[0] - at(logs - 1e-5 * axis)[0]) / 2e-5 for axis in np.eye(3)]
    assert at(logs)[1] == pytest.approx(measured, rel=1e-5, abs=1e-3)


def test_customers_drawn_from_bg_nbd_give_its_parameters_back():
    truth = (0.8, 40.0, 0.9, 3.0)
    found = beta_geometric.train(drawn_histories(30_000, truth, seed=5))
    assert (found.r, found.alpha) == pytest.approx(truth[:2], rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(truth[2] / (truth[2] + truth[3]), rel=0.1)


def test_equal_histories_counted_once_give_the_same_model_as_row_by_row(sample: Histories):
    rows, weights, place = sample.distinct()
    assert len(rows) < len(sample)
    assert np.array_equal(rows.repeats[place], sample.repeats)
    assert np.array_equal(rows.last[place], sample.last)
    logs = np.log([0.5, 9.0, 0.7, 3.0])
    collapsed = pareto.likelihood(rows, weights)(logs)
    assert collapsed[0] == pytest.approx(pareto.likelihood(sample, np.ones(len(sample)))(logs)[0], rel=1e-12)


@pytest.mark.parametrize(("days", "table"), [(1.0, 1 << 23), (1.0, 1), (7.0, 1 << 23)])
def test_however_they_are_found_the_distinct_histories_stand_for_all(sample: Histories, monkeypatch, days, table):
    """Whole days are counted in a table or sorted as numbers, other times compared: one answer."""
    monkeypatch.setattr("models_ml.btyd.histories.FEW_KEYS", table)
    histories = Histories(sample.repeats, np.round(sample.last * 7) / days, np.round(sample.observed * 7) / days)
    rows, weights, place = histories.distinct()
    parts = ("repeats", "last", "observed")
    told = [np.array_equal(getattr(rows, part)[place], getattr(histories, part)) for part in parts]
    assert all(told)
    assert weights.tolist() == np.bincount(place).tolist()
    seen = set(zip(rows.repeats, rows.last, rows.observed, strict=True))
    assert len(seen) == len(rows) == len(set(zip(*(getattr(histories, part) for part in parts), strict=True)))


def test_the_order_of_customers_does_not_matter(sample: Histories):
    shuffled = sample.take(np.random.default_rng(1).permutation(len(sample)))
    assert pareto.train(shuffled) == pareto.train(sample)


def lived(histories: Histories, model, horizon: float, draws: int, seed: int):
    """Orders in the horizon of customers drawn from the posterior of a Pareto/NBD model, (draws, n)."""
    rng = np.random.default_rng(seed)
    size = (draws, len(histories))
    alive = rng.random(size) < model.alive(histories)
    rate = rng.gamma(np.broadcast_to(model.r + histories.repeats, size)) / (model.alpha + histories.observed)
    leaving = rng.gamma(model.s, size=size) / (model.beta + histories.observed)
    shopping = np.minimum(rng.exponential(size=size) / leaving, horizon)
    return np.where(alive, rng.poisson(rate * shopping), 0)


def test_pareto_nbd_says_what_drawing_its_customers_shows():
    model = pareto.Pareto(0.6, 10.0, 0.7, 12.0, 0.0)
    histories = Histories(np.array([0.0, 1.0, 6.0]), np.array([0.0, 5.0, 30.0]), np.array([30.0, 35.0, 38.0]))
    orders = lived(histories, model, 20.0, 200_000, seed=2)
    assert model.expect(histories, 20.0) == pytest.approx(orders.mean(axis=0), rel=0.03)
    assert model.buys(histories, 20.0) == pytest.approx((orders > 0).mean(axis=0), abs=0.005)
    assert model.second_moment(histories, 20.0) == pytest.approx((orders.astype(float) ** 2).mean(axis=0), rel=0.06)


@pytest.mark.parametrize("coins", [0, 1])
def test_bg_nbd_expects_what_its_probabilities_of_every_number_add_up_to(coins: int):
    model = beta_geometric.BetaGeometric(0.6, 10.0, 0.9, 2.5, coins, 0.0)
    histories = Histories(np.array([0.0, 1.0, 40.0]), np.array([0.0, 5.0, 36.0]), np.array([30.0, 35.0, 38.0]))
    at_least = model.at_least(histories, 20.0, 400)
    assert model.expect(histories, 20.0) == pytest.approx(at_least.sum(axis=1), rel=1e-6)
    assert model.buys(histories, 20.0) == pytest.approx(at_least[:, 0], rel=1e-9)
    squares = ((2 * np.arange(1, 401) - 1) * at_least).sum(axis=1)
    assert model.second_moment(histories, 20.0) == pytest.approx(squares, rel=0.01)


def test_where_the_closed_form_gives_up_the_integral_takes_over():
    """With these parameters every coin says stay: what is left are the arrivals of a negative binomial."""
    model = beta_geometric.BetaGeometric(2.0, 50.0, 1e-3, 9e4, 1, 0.0)
    histories = Histories(np.array([1.0]), np.array([5.0]), np.array([50.0]))
    assert model.expect(histories, 30.0) == pytest.approx(3.0 * 30 / 100, rel=0.01)


def test_a_single_buyer_is_alive_for_certain_only_in_bg_nbd(sample: Histories):
    single = Histories(np.zeros(1), np.zeros(1), np.array([35.0]))
    assert beta_geometric.train(sample).alive(single) == pytest.approx(1.0)
    assert beta_geometric.train(sample, coins_at_first=1).alive(single) < 0.9
    assert pareto.train(sample).alive(single) < 0.9


@pytest.mark.parametrize("horizon", [1.0, 39.0, 5000.0])
def test_nothing_is_negative_or_infinite_even_for_the_busiest(sample: Histories, horizon: float):
    busy = Histories(np.array([0.0, 3.0, 4000.0]), np.array([0.0, 1e-3, 38.0]), np.array([39.0, 39.0, 38.0]))
    for model in (beta_geometric.train(sample), beta_geometric.train(sample, 1), pareto.train(sample)):
        for found in (model.alive(busy), model.buys(busy, horizon), model.expect(busy, horizon)):
            assert np.isfinite(found).all()
            assert (found >= 0).all()
        assert (model.buys(busy, horizon) <= 1).all()
        assert (model.alive(busy) <= 1).all()


def test_a_history_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="1 histories are impossible"):
        Histories(np.array([1.0]), np.array([9.0]), np.array([5.0]))


def test_a_likelihood_without_a_maximum_is_no_fit():
    with pytest.raises(NoFit, match="runs away"):
        maximise(lambda logs: (float(logs.sum()), np.ones(2)), [np.zeros(2), np.ones(2)], 1.0)


def test_a_weak_prior_holds_a_parameter_that_runs_away():
    def flat(logs):
        return float(-1000 * np.exp(-logs).sum()), 1000 * np.exp(-logs)

    with pytest.raises(NoFit, match="runs away"):
        maximise(flat, [np.zeros(2)], 1000.0)
    held = maximise(flat, [np.zeros(2)], 1000.0, WEAK)
    assert 1e2 < held.parameters[0] < 1e5
    assert held.log_likelihood == pytest.approx(flat(np.log(held.parameters))[0])


def test_where_nothing_can_be_fitted_freely_a_weak_prior_helps_and_is_named(sample: Histories, monkeypatch):
    def only_held(histories, near, prior):
        if prior == FREE:
            raise NoFit("a parameter runs away")
        return pareto.train(histories, near, prior)

    free = pareto.train(sample)
    monkeypatch.setattr("models_ml.cuts.FAMILIES", (("pareto_nbd", only_held),))
    monkeypatch.setattr("models_ml.cuts.LAST_RESORT", (("bg_nbd", only_held),))
    timing = fit_timing(sample)
    assert timing.note.endswith(HELD)
    assert timing.model.expect(sample, 39).sum() == pytest.approx(free.expect(sample, 39).sum(), rel=0.01)


def test_another_family_stands_in_where_the_first_cannot_be_fitted(sample: Histories, monkeypatch):
    def fails(*_):
        raise NoFit("no maximum")

    assert fit_timing(sample).family == "pareto_nbd+mbg_nbd"
    monkeypatch.setattr("models_ml.cuts.FAMILIES", (("pareto_nbd", fails), FAMILIES[1]))
    timing = fit_timing(sample)
    assert (timing.family, timing.note) == ("mbg_nbd", "pareto_nbd: no maximum")
    monkeypatch.setattr("models_ml.cuts.FAMILIES", (("pareto_nbd", fails),))
    assert fit_timing(sample).family == "bg_nbd"


def test_where_every_order_costs_the_same_nothing_is_divided_by_nothing():
    orders = np.random.default_rng(9).integers(1, 9, 300).astype(float)
    with np.errstate(all="raise"):
        assert gamma_gamma.train(orders, orders * 120.0).expect(orders, orders * 120.0) == pytest.approx(
            120.0, rel=0.01
        )


def test_where_spend_follows_frequency_shrunken_means_stand_in_and_say_so():
    rng = np.random.default_rng(8)
    orders = rng.integers(1, 30, 500).astype(float)
    found = gamma_gamma.train(orders, orders * orders * rng.uniform(0.9, 1.1, 500))
    assert "correlated" in found.note
    assert np.isfinite(found.expect(orders, orders * 10)).all()


def test_returns_above_what_was_bought_do_not_make_an_order_cost_less_than_nothing():
    rng = np.random.default_rng(9)
    orders = rng.integers(1, 5, 300).astype(float)
    found = gamma_gamma.train(orders, orders * rng.gamma(3.0, 10.0, 300))
    assert found.expect(np.array([1.0]), np.array([-500.0]))[0] > 0
