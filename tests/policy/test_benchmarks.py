"""Nobody runs the benchmarks every day, so this notices when one of them was left behind."""

from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py")))
def test_every_benchmark_loads(name: str):
    assert import_module(f"tests.benchmarks.{name}").__doc__
