"""The dbt project as dbt itself understands it, compiled once for the tests that hold it to a rule."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import DBT_PROJECT
from tests.policy.project import Project
from tests.policy.tree import CHECKOUT

BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def quiet_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that a process of ours writes goes into a folder that is thrown away."""
    data = tmp_path_factory.mktemp("data")
    return os.environ | {
        "CRM_DATA": str(data),
        "CRM_WAREHOUSE": str(data / "core.duckdb"),
        "DAGSTER_HOME": str(data),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
    }


@pytest.fixture(scope="session")
def project(quiet_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Project:
    target = tmp_path_factory.mktemp("target")
    command = [
        *(BIN / "dbt", "--quiet", "compile", "--target", "warehouse", "--no-partial-parse"),
        *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT),
        *("--target-path", target, "--log-path", target),
        *("--vars", json.dumps({"as_of_date": "2026-03-01"})),
    ]
    compiled = subprocess.run(command, env=quiet_environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
    return Project(json.loads((target / "manifest.json").read_text(encoding="utf-8")))
