"""What all tests share: the order of files. The two workers get the long journeys first, so that neither ends alone."""

import pytest

LONG = (
    "test_kills.py",
    "test_dagster_home.py",
    "test_backfill.py",
    "test_readers.py",
    "test_daily_job.py",
    "test_analyst.py",
    "test_real_files.py",
    "test_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))
