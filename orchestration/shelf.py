"""The shelf of fitted models: plain numbers as JSON, by name and day.

Nothing that can run is kept here and nothing is unpickled, so a file from an unknown hand can at worst be wrong.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.settings import settings


class NotOnTheShelfError(LookupError):
    """No model of this name was fitted for this day."""


def put(name: str, as_of_date: date, parameters: Mapping[str, Any]) -> str:
    """Keep the parameters of a model; returns their SHA-256. What the same day said before is replaced at once."""
    text = json.dumps(parameters, sort_keys=True, allow_nan=False)
    place = _place(name, as_of_date)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, place)
    return hashlib.sha256(text.encode()).hexdigest()


def get(name: str, as_of_date: date) -> dict[str, Any]:
    """The parameters of a model.

    Raises:
        NotOnTheShelfError: nothing was put there.
    """
    place = _place(name, as_of_date)
    if not place.is_file():
        raise NotOnTheShelfError(
            f"There is no model {name} of {as_of_date} on the shelf. Run that day: crm run --as-of."
        )
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def _place(name: str, as_of_date: date) -> Path:
    return settings().data / "models" / name / f"{as_of_date.isoformat()}.json"
