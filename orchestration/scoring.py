"""Value and churn on any log of orders, with no warehouse: a file in, a file out, and what was found on the way.

Here belong reading the log and writing the scores. What may be said of it is decided by the gates of `models_ml`.
"""

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.settings import settings
from orchestration.warehouse import duckdb_config

if TYPE_CHECKING:
    import pandas as pd

    from models_ml.forecast import Forecast

COLUMNS = ("customer_id", "ordered_at", "amount")
READERS = {".csv": "read_csv", ".parquet": "read_parquet"}


class ScoringRefusedError(ValueError):
    """The log cannot be scored; every argument is a sentence that says why."""


@dataclass(frozen=True)
class Question:
    """Which file, for which day, how many days ahead, and where the answer goes (.csv or .parquet)."""

    file: Path
    as_of_date: date
    horizon_days: int
    out: Path


@dataclass(frozen=True)
class Answer:
    """What was written: which rung made the probabilities and the money ('' where the gate refused), and why."""

    customers: int
    rung: str
    value_rung: str
    reasons: list[str]
    card: str
    season: str
    metrics: list[dict[str, Any]] = field(default_factory=list)


def score_file(question: Question) -> Answer:
    """Score everybody who ordered before the day and write one row each. What happened on it or later is not read.

    Raises:
        ScoringRefusedError: the file is no log of orders, holds too little, or no model passed its gate.
    """
    import pandas as pd

    from models_ml.cards import churn_card, value_card
    from models_ml.forecast import score
    from models_ml.order_log import order_log
    from models_ml.refusal import Refused
    from models_ml.training import Plan, train
    from orchestration.outlook_tables import measures

    if question.out.suffix not in READERS:
        raise ScoringRefusedError(f"{question.out.name} must end in .csv or .parquet: the scores are written so.")
    try:
        plan = Plan(order_log(_read(question)), pd.Timestamp(question.as_of_date), question.horizon_days)
        learnt = train(plan)
    except Refused as why:
        raise ScoringRefusedError(str(why)) from why
    found = score(learnt.model, plan.log, plan.as_of)
    said = list(dict.fromkeys([*learnt.churn_decision.reasons_en, *learnt.value_decision.reasons_en]))
    if not found.rung and not found.model.money:
        raise ScoringRefusedError(*said)
    rows = _rows(found, question)
    _write(rows, question.out)
    return Answer(
        customers=len(rows),
        rung=found.rung,
        value_rung=found.model.money,
        reasons=said,
        card=f"{churn_card(learnt).en}\n\n{value_card(learnt).en}",
        season=found.model.season.source,
        metrics=[*measures(learnt.churn_decision), *measures(learnt.value_decision)],
    )


def _config() -> dict[str, Any]:
    """A database in memory would spill into the folder where the process was started, where another one may, too."""
    return duckdb_config() | {"temp_directory": str(settings().data / f"scoring-{os.getpid()}.tmp")}


def _read(question: Question) -> "pd.DataFrame":
    reader = READERS.get(question.file.suffix)
    if reader is None:
        raise ScoringRefusedError(f"{question.file.name} is neither .csv nor .parquet: save the log as one of them.")
    source = f"{reader}($file, all_varchar = true)" if reader == "read_csv" else f"{reader}($file)"
    with duckdb.connect(config=_config()) as connection:
        connection.execute("set enable_progress_bar = false; set timezone = 'UTC'")
        try:
            described = connection.execute(f"describe select * from {source}", {"file": str(question.file)}).fetchall()
            missing = [name for name in COLUMNS if name not in {row[0].lower() for row in described}]
            if missing:
                raise ScoringRefusedError(
                    f"{question.file.name} lacks the column {', '.join(missing)}. A log of orders has the columns "
                    f"{', '.join(COLUMNS)}; amounts below 0 are money given back."
                )
            return connection.execute(
                f"""
                select cast(customer_id as varchar) as customer_id, cast(ordered_at as timestamp) as ordered_at,
                    cast(amount as double) as amount
                from {source} where cast(ordered_at as timestamp) < $day or cast(ordered_at as timestamp) is null
                """,
                {"file": str(question.file), "day": question.as_of_date},
            ).df()
        except duckdb.Error as error:
            raise ScoringRefusedError(
                f"{question.file.name} cannot be read as a log of orders ({type(error).__name__}). ordered_at must be "
                "a moment such as 2026-03-31 or 2026-03-31 12:00:00, amount a plain number such as 12.50."
            ) from None


def _rows(found: "Forecast", question: Question) -> "pd.DataFrame":
    """What is not known is empty: no probability where the gate of churn refused, no money where that of value did."""
    import pandas as pd

    from models_ml import rfm

    known, look, ids = found.cut.known, found.outlook, found.customer_ids
    features = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of_date": question.as_of_date,
            "recency_days": known.recency,
            "order_count": known.orders,
            "net_revenue": known.net,
            "currency_code": "any",
        }
    )
    segments = rfm.score(rfm.train(features), features).set_index("customer_id")["segment"]
    buys = found.buys if found.rung else None
    money = bool(found.model.money)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "as_of_date": question.as_of_date,
            "horizon_days": question.horizon_days,
            "purchase_probability": buys,
            "churn_probability": 1 - buys if buys is not None else None,
            "expected_orders": look.expected_orders if money else None,
            "expected_net_revenue": look.expected_net_revenue.round(2) if money else None,
            "lower_80": look.lower_80.round(2) if money else None,
            "upper_80": look.upper_80.round(2) if money else None,
            "segment": segments.reindex(ids).to_numpy(),
            "model": found.rung,
        }
    )


def _write(rows: "pd.DataFrame", out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    form = "(format csv, header)" if out.suffix == ".csv" else "(format parquet)"
    types = {name: "double" for name in rows.columns if name not in ("customer_id", "as_of_date", "segment", "model")}
    types |= {"customer_id": "varchar", "as_of_date": "date", "horizon_days": "integer"}
    columns = ", ".join(f"cast({name} as {types.get(name, 'varchar')}) as {name}" for name in rows.columns)
    draft = out.with_name(f".{out.name}.draft")
    with duckdb.connect(config=_config()) as connection:
        connection.register("scored", rows)
        connection.execute(
            f"copy (select {columns} from scored) to '{str(draft).replace(chr(39), chr(39) * 2)}' {form}"
        )
    draft.replace(out)
