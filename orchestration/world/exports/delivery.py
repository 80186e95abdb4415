"""What a system hands over: files in the folders of their days, and (for the truth only) who is behind its records."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

DELTA_DAYS_AGO = [30, 23, 16, 9, 2, 1, 0]  # the first brings all the past, then three weeks, then single days
FULL_DAYS_AGO = [14, 7, 0]


@dataclass(frozen=True)
class Delivery:
    system: str
    day: date
    name: str
    frame: pd.DataFrame
    encoding: str = "utf-8"

    @property
    def path(self) -> Path:
        return Path(self.system) / self.day.isoformat() / self.name

    @property
    def feed(self) -> str:
        """Such as retail/order_lines: the same name whatever the day."""
        return f"{self.system}/{self.name.split('.')[0].removesuffix('_' + self.day.isoformat())}"

    def write(self, inbox: Path) -> None:
        target = inbox / self.path
        target.parent.mkdir(parents=True, exist_ok=True)
        self.frame.to_csv(target, index=False, encoding=self.encoding, lineterminator="\n")


@dataclass(frozen=True)
class Export:
    """people [source record]: source_system, source_record_type, source_record_id, person_id; all text."""

    deliveries: list[Delivery]
    people: pd.DataFrame


def columns(text: str) -> list[str]:
    return text.split()


def records(system: str, kind: str, ids: pd.Series, person_ids: pd.Series) -> pd.DataFrame:
    rows = {"source_record_id": ids.astype(str).to_numpy(), "person_id": person_ids.to_numpy()}
    return pd.DataFrame({"source_system": system, "source_record_type": kind, **rows})


def cut(frame: pd.DataFrame, moments: pd.Series, last_day: date) -> list[tuple[date, pd.DataFrame]]:
    """The rows of `frame` by delivery day; each delivery repeats the day before it began, so duplicates exist."""
    deliveries = []
    begins = pd.Timestamp.min
    for days_ago in DELTA_DAYS_AGO:
        day = last_day - timedelta(days_ago)
        ends = pd.Timestamp(day)
        deliveries.append((day, frame[(moments >= begins) & (moments < ends)]))
        begins = ends - timedelta(1)
    return deliveries


def full_days(last_day: date) -> list[date]:
    return [last_day - timedelta(days_ago) for days_ago in FULL_DAYS_AGO]
