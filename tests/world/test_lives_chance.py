"""Chance has the laws it claims, and arithmetic that no processor changes."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from orchestration.world import elementary
from orchestration.world.dice import Dice

WORLD = Path(elementary.__file__).parent
MACHINES_DIFFER = re.compile(r"np\.(exp|log|log1p|expm1|cos|sin|power)\(|\*\* ?[\d.]*\.\d|np\.random|\brandom\.")
FREE = {"truth.py"}  # computed where it is asked for, written nowhere


@pytest.mark.parametrize(
    ("ours", "theirs", "values"),
    [
        (elementary.log, np.log, np.geomspace(1e-300, 1e300, 20_001)),
        (elementary.exp, np.exp, np.linspace(-600, 600, 20_001)),
        (elementary.cosine_of_turn, lambda turn: np.cos(2 * np.pi * turn), np.linspace(0, 1, 20_001)),
    ],
)
def test_elementary_functions_agree_with_the_machines_own(ours, theirs, values: np.ndarray):
    np.testing.assert_allclose(ours(values), theirs(values), rtol=2e-13, atol=1e-15)


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
def test_logarithms_turn_products_into_sums(x: float, y: float):
    log_x, log_y, log_xy = (elementary.log(np.array([value]))[0] for value in (x, y, x * y))
    assert log_xy == pytest.approx(log_x + log_y, abs=1e-12)


def test_interpolation_is_numpys():
    knots = np.cumsum(np.array([0.5, 1, 2, 0.25, 3]))
    values = np.array([3.0, 1, 4, 1, 5])
    x = np.linspace(knots[0], knots[-1], 999)
    np.testing.assert_allclose(elementary.interpolate(x, knots, values), np.interp(x, knots, values), atol=1e-12)


@pytest.mark.parametrize(
    ("drawn", "law"),
    [
        (lambda dice, n: dice.uniform("u", n), stats.uniform()),
        (lambda dice, n: dice.exponential("e", n), stats.expon()),
        (lambda dice, n: dice.normal("n", n), stats.norm()),
        (lambda dice, n: dice.gamma("g", 0.45, n), stats.gamma(0.45)),
        (lambda dice, n: dice.gamma("h", 3.0, n), stats.gamma(3.0)),
        (lambda dice, n: dice.beta("b", 0.7, 7.0, n), stats.beta(0.7, 7.0)),
    ],
)
def test_draws_have_their_distribution(drawn, law):
    assert stats.kstest(drawn(Dice(3), np.arange(20_000)), law.cdf).pvalue > 1e-3


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_an_answer_depends_on_who_is_asked_alone(one: int, other: int):
    dice = Dice(5)
    both = dice.gamma("g", 0.45, np.array([one, other]))
    assert both[0] == dice.gamma("g", 0.45, np.array([one]))[0]
    assert (both[0] == both[1]) == (one == other)


def test_no_module_that_writes_uses_functions_whose_last_bit_differs_from_machine_to_machine():
    found = {
        f"{file.relative_to(WORLD)}: {line.strip()}"
        for file in sorted(WORLD.rglob("*.py"))
        if file.name not in FREE
        for line in file.read_text(encoding="utf-8").splitlines()
        if MACHINES_DIFFER.search(line.partition("#")[0])
    }
    assert found == set()
