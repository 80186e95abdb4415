"""One company for all tests of the world: twenty thousand people, two years, nothing written."""

from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd
import pytest

from orchestration.world.block import live_block
from orchestration.world.books import Books, World
from orchestration.world.dice import Dice
from orchestration.world.seasons import Calendar

BLOCKS = 10


@pytest.fixture(scope="session")
def world() -> World:
    return World(people=2_000 * BLOCKS, calendar=Calendar(date(2024, 11, 1), 730), dice=Dice(7))


@pytest.fixture(scope="session")
def blocks(world: World) -> list[Books]:
    return [live_block(number, world) for number in range(world.blocks)]


@pytest.fixture(scope="session")
def books(blocks: list[Books]) -> Callable[[str], pd.DataFrame]:
    """A table of the books of the whole company, by name."""
    return cache(lambda name: pd.concat([getattr(block, name) for block in blocks], ignore_index=True))
