"""The committed extract in data/sample: `python -m orchestration.world.sample` writes it again, to the same bytes."""

import sys
from datetime import date
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory

from orchestration.settings import CHECKOUT
from orchestration.world.company import write_world

SAMPLE = CHECKOUT / "data" / "sample"
PEOPLE, DAYS, SEED, LAST_DAY, DAILY_DAYS = 200, 120, 7, date(2026, 3, 1), 7


def write_sample(target: Path) -> int:
    """Put <system>/<day>/<file> of a company of 200 people and 120 days into target, in place of what its systems had
    there; gives the number of files."""
    with TemporaryDirectory() as scratch:
        summary = write_world(PEOPLE, DAYS, SEED, Path(scratch), LAST_DAY, DAILY_DAYS, workers=1)
        for system in sorted(summary.inbox.iterdir()):
            rmtree(target / system.name, ignore_errors=True)
            copytree(system, target / system.name)
    return summary.files


if __name__ == "__main__":
    sys.stdout.write(f"{write_sample(SAMPLE)} files in {SAMPLE}\n")
