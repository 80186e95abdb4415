"""`crm score`: any log in, one row a customer out, and a sentence where that cannot be."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from tests.models_ml.invented_log import FIRST_DAY, Shop, invent

DAY = FIRST_DAY + pd.Timedelta(days=500)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    return invent(Shop(customers=400, days=520))


def scored(frame: pd.DataFrame, folder: Path, kind: str = "csv", horizon: int = 60):
    """The result of the command and the path of its answer."""
    log, out = folder / f"log.{kind}", folder / f"scores.{kind}"
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute(f"copy (select * from frame) to '{log}'")
    words = ["score", str(log), "--as-of", str(DAY.date()), "--horizon", str(horizon), "--out", str(out), "--json"]
    return CliRunner().invoke(app, words), out


def test_a_csv_and_a_parquet_give_the_same_scores_and_the_day_itself_is_not_read(orders: pd.DataFrame, tmp_path: Path):
    result, out = scored(orders, tmp_path)
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    rows = pd.read_csv(out)
    before = orders[orders["ordered_at"] < DAY]
    assert set(rows["customer_id"]) == set(before["customer_id"])
    assert told["customers"] == len(rows) == rows["customer_id"].nunique()
    assert told["rung"]
    assert set(rows["model"]) == {told["rung"]}
    assert rows["purchase_probability"].between(0, 1).all()
    assert (rows["lower_80"] <= rows["upper_80"]).all()
    assert (rows["expected_net_revenue"] >= 0).all()
    assert rows["segment"].notna().all()

    result, out = scored(before.rename(columns=str.title), tmp_path, "parquet")  # names in any case
    assert result.exit_code == 0
    pd.testing.assert_frame_equal(
        pd.read_parquet(out).drop(columns="as_of_date"), rows.drop(columns="as_of_date"), check_dtype=False
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.rename(columns={"amount": "price"}), "lacks the column amount"),
        (lambda frame: frame.assign(amount="12,50 EUR"), "cannot be read as a log of orders"),
        (lambda frame: frame.head(60), "are needed to learn from"),
        (lambda frame: frame[frame["ordered_at"] > DAY - pd.Timedelta(days=30)], "60 are needed"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence_and_nothing_is_written(orders, tmp_path: Path, change, said):
    result, out = scored(change(orders), tmp_path)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())
    assert "12,50" not in result.output
    assert not out.exists()


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path):
    words = ["score", str(tmp_path / "none.csv"), "--as-of", "2026-01-01", "--out", str(tmp_path / "out.csv")]
    assert CliRunner().invoke(app, words).exit_code == 2
