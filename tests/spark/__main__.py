"""`make spark`: the dbt project on Spark, and every public table held cell by cell against DuckDB's.

For users who outgrow one machine: the same models, another engine. `python -m tests.spark [--core FILE] [--only MODEL]`
takes a published core.duckdb, carries over what Spark does not make (tables.py), builds the rest by dbt-spark on a
local session, and compares. Exit status 1 when a cell differs. On a cluster, only the session's settings change.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.spark.tables import PROJECT, PYTHON_MODELS, carry_over, differences, open_core

CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = Path(os.environ.get("CRM_DATA", CHECKOUT / "data"))
    parser.add_argument("--core", type=Path, default=data / "published" / "current" / "core.duckdb")
    parser.add_argument("--only", nargs="*", default=[], help="dbt selectors; without any, everything is built")
    parser.add_argument("--work", type=Path, help="a folder to keep; without one, a temporary folder")
    chosen = parser.parse_args()
    if not chosen.core.is_file():
        print(f"{chosen.core} is not there: publish a version first, with `make demo` or `crm run`.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="crm-spark-") as folder:
        return compare(chosen.core, (chosen.work or Path(folder)).resolve(), chosen.only)


def compare(core: Path, work: Path, only: list[str]) -> int:
    """Build in `work` and print one line per public table; returns the exit status."""
    began = time.perf_counter()
    spark = _session(work)
    with open_core(core) as connection:
        if not (work / "carried").exists():
            for table, file in carry_over(connection, work / "carried").items():
                spark.sql(f"create schema if not exists {table.partition('.')[0]}")
                spark.sql(f"create table {table} using parquet as select * from parquet.`{file}`")
        (day,) = connection.execute("select max_by(as_of_date, run_number) from ops.runs").fetchone() or (None,)
        results = _build(work, {"as_of_date": str(day)}, only)
        failed = [result for result in results if str(result.status) not in ("success", "pass", "no-op")]
        for result in failed:
            print(f"{result.node.name}: {result.status} {(result.message or '').strip()[:400]}")
        public = [
            result.node
            for result in results
            if str(result.status) == "success"
            and str(result.node.resource_type) == "model"
            and result.node.schema == "marts"
            and str(result.node.config.materialized) in ("table", "view")
        ]
        unlike = 0
        for node in sorted(public, key=lambda node: node.name):
            files = _files(spark, work, node)
            told = differences(connection, f"marts.{node.name}", files)
            unlike += bool(told)
            print(f"marts.{node.name}: {'; '.join(told) if told else 'identical'}")
    seconds = time.perf_counter() - began
    print(f"{len(results)} nodes in {seconds:.0f} s, {len(failed)} failed;", end=" ")
    print(f"{len(public) - unlike} of {len(public)} public tables identical")
    return 1 if failed or unlike else 0


def _files(spark: Any, work: Path, node: Any) -> list[Path]:
    """Where the rows of a table lie; those of a view are written out first."""
    folder = work / "warehouse" / "marts.db" / node.name
    if str(node.config.materialized) == "view":
        folder = work / "views" / node.name
        spark.table(f"marts.{node.name}").write.mode("overwrite").parquet(str(folder))
    return sorted(folder.rglob("*.parquet"))


def _session(work: Path) -> Any:
    """A Spark on this machine that keeps its tables under `work` and speaks UTC, as DuckDB does."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.memory": "2g",
        "spark.sql.warehouse.dir": str(work / "warehouse"),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={work / 'metastore'};create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={work}",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
        "spark.log.level": "ERROR",
    }
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("crm").master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.enableHiveSupport().getOrCreate()


def _build(work: Path, variables: dict[str, str], only: list[str]) -> list[Any]:
    """dbt in this process, on this process's session: the metastore lets nobody else in."""
    from dbt.cli.main import dbtRunner

    os.environ["CRM_DATA"] = str(work)
    arguments = [
        *("build", "--target", "spark", "--exclude-resource-type", "unit_test", "test", "seed"),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--no-use-colors", "--quiet"),
        *("--target-path", str(work / "target"), "--log-path", str(work / "logs")),
        *("--vars", json.dumps(variables), "--exclude", *PYTHON_MODELS),
        *(("--select", *only) if only else ()),
    ]
    outcome: Any = dbtRunner().invoke(arguments)
    if outcome.result is None:
        raise SystemExit(f"dbt stopped before it built anything: {outcome.exception}")
    return list(outcome.result.results)


if __name__ == "__main__":
    sys.exit(main())
