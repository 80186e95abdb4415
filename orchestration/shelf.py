"""The shelf of fitted models: plain numbers as JSON in the warehouse file, by name and the day they were trained for.

They stand in the file that a run copies, so they come and go with it: a version that readers were rolled back to, or
that was restored, scores with the models of that version, and a run that fails leaves none behind. Nothing that can run
is kept and nothing is unpickled. What a model is stands in `models_ml`; when it is trained anew is decided here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from orchestration import ledger
from orchestration.settings import CHECKOUT, settings
from orchestration.warehouse import Warehouse


@dataclass(frozen=True)
class Kept:
    """A fitted model: the day it was trained for, the SHA-256 of its parameters, and these."""

    trained_on: date
    sha256: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """Which model is asked for: its name, what it is asked and from what (`definition`), and the days it may be of."""

    name: str
    definition: str
    since: date
    until: date


def training_day(day: date) -> date:
    """The day that a model which stands on `day` is trained for: the last Monday, or, where CRM_TRAIN_EVERY_DAYS is no
    week, the last of the days that lie so far apart. It depends on the calendar alone, so that days can be run in any
    order."""
    return day - timedelta((day.toordinal() - 1) % max(settings().train_every_days, 1))


def definition(*parts: object) -> str:
    """The same for the same code of the models and the same parts (inputs, settings): a SHA-256."""
    return hashlib.sha256("\0".join([_code(), *map(str, parts)]).encode()).hexdigest()


def put(warehouse: Warehouse, name: str, told: str, trained_on: date, parameters: Mapping[str, Any]) -> Kept:
    """Keep a model of a `definition` in place of what the same day said before, and give it back as it will be read.

    Raises ValueError for parameters that are no finite numbers.
    """
    text = json.dumps(parameters, sort_keys=True, allow_nan=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    entry = {"model": name, "trained_on": trained_on, "definition": told, "sha256": digest, "parameters": text}
    with warehouse.connect() as connection:
        connection.execute("delete from ops.fitted_models where model = ? and trained_on = ?", [name, trained_on])
        ledger.note(connection, "ops.fitted_models", [entry])
    return Kept(trained_on, digest, json.loads(text))


def standing(warehouse: Warehouse, wanted: Wanted) -> Kept | None:
    """The newest model of that definition within those days. None where there is none, or where every run trains."""
    if settings().train_every_days == 0:
        return None
    with warehouse.connect() as connection:
        found = connection.execute(
            """
            select trained_on, sha256, parameters from ops.fitted_models
            where model = ? and definition = ? and trained_on between ? and ? order by trained_on desc limit 1
            """,
            [wanted.name, wanted.definition, wanted.since, wanted.until],
        ).fetchone()
    return Kept(found[0], found[1], json.loads(found[2])) if found else None


@cache
def _code() -> str:
    """A SHA-256 of everything the models are written in."""
    texts = hashlib.sha256()
    for path in sorted((CHECKOUT / "models_ml").rglob("*.py")):
        texts.update(path.relative_to(CHECKOUT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return texts.hexdigest()
