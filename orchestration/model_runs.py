"""What the books keep of a fitted model: which cutoffs, how good, against which rival, and what was decided."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from orchestration import ledger
from orchestration.warehouse import Warehouse

_LISTS = ("cutoffs", "metrics", "calibration", "drift", "back_test")
DIGITS = 6  # after the point: with all of them, sums of money now and then look like telephone numbers


@dataclass(frozen=True)
class ModelRun:
    """One model of one run. `gate` is 'passed', 'fallback' (a lower rung than the best) or 'refused'.

    `trained_on` is the day that the model which scored was trained for, None where nothing is trained.

    Lists are of plain mappings: `metrics` of {name, value, lower, upper, rival}, `calibration` of {predicted, observed,
    count}, `drift` of {name, value, limit}, `back_test` of {cutoff, risk, value, count, predicted, left, spent,
    spent_after}.
    """

    model: str
    as_of_date: date
    rows: int
    parameters: str
    gate: str
    gate_reason: str
    rung: str = ""
    rival: str = ""
    cutoffs: tuple[str, ...] = ()
    metrics: tuple[dict[str, Any], ...] = ()
    calibration: tuple[dict[str, Any], ...] = ()
    drift: tuple[dict[str, Any], ...] = ()
    back_test: tuple[dict[str, Any], ...] = ()
    season: str = ""
    card_en: str = ""
    card_zh: str = ""
    trained_on: date | None = None

    @property
    def model_run_id(self) -> str:
        """Model, day and a digest of the parameters: the same model of the same day has the same id."""
        return f"{self.model}-{self.as_of_date}-{hashlib.sha256(self.parameters.encode()).hexdigest()[:12]}"


def enter(warehouse: Warehouse, run: ModelRun) -> None:
    """Write a model of this run into `ops.model_runs`, in place of what the same id said before."""
    entry = {
        "model_run_id": run.model_run_id,
        "run_id": warehouse.run_id,
        **{name: getattr(run, name) for name in ("model", "as_of_date", "rows", "parameters", "gate", "gate_reason")},
        **{name: getattr(run, name) for name in ("rung", "rival", "season", "card_en", "card_zh", "trained_on")},
        **{name: json.dumps([_short(one) for one in getattr(run, name)]) for name in _LISTS},
    }
    with warehouse.connect() as connection:
        connection.execute("delete from ops.model_runs where model_run_id = ?", [run.model_run_id])
        ledger.note(connection, "ops.model_runs", [entry])


def _short(told: dict[str, Any] | str) -> dict[str, Any] | str:
    if isinstance(told, str):
        return told
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in told.items()}


def standing_rung(warehouse: Warehouse, model: str, day: date) -> str:
    """The rung that the newest earlier day published; '' where none did."""
    with warehouse.connect() as connection:
        found = connection.execute(
            """
            select rung from ops.model_runs where model = ? and as_of_date < ? and gate <> 'refused'
            order by as_of_date desc, model_run_id limit 1
            """,
            [model, day],
        ).fetchone()
    return str(found[0] or "") if found else ""
