"""The Dagster UI's own way to a run: web server, daemon and queue, and what a power cut does to them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journey.house import LAST_DAY, House

LAUNCH = """
mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status jobName tags { key value } } } }"
CHECKOUT = Path(__file__).resolve().parents[2]


@contextmanager
def dagster(house: House) -> Iterator[Callable[[str, dict], dict]]:
    """`make dagster` without make, on a free port; yields a way to ask it. Killed with all its children at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = house.environment | {"DAGSTER_HOME": str(house.data / "dagster")}
    subprocess.run([sys.executable, "-m", "orchestration.home"], cwd=CHECKOUT, env=environment, check=True)
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def ask(query: str, variables: dict) -> dict:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["data"]

    try:
        _until(lambda: _is_up(ask), 120)
        yield ask
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_ui_launches_the_same_run_and_a_power_cut_does_not_stop_the_next(build: Callable[[], House]):
    house = build()
    with dagster(house) as ask:
        run_id = _launch(ask)
        _until(lambda: "a run for" in _lock(house), 120)
    # Everything was killed in the middle of the run, as by a power cut. Its run is STARTED in the storage for ever.
    assert house.version is None
    with dagster(house) as ask:
        assert ask(STATUS, {"id": run_id})["runOrError"]["status"] == "FAILURE"
        again = _launch(ask)
        _until(lambda: ask(STATUS, {"id": again})["runOrError"]["status"] in ("SUCCESS", "FAILURE"), 240)
        assert ask(STATUS, {"id": again})["runOrError"]["status"] == "SUCCESS"
    assert house.version == f"000001-{LAST_DAY}"
    by_ui = house.manifest["tables"]
    assert house.run().returncode == 0
    results = {name for name in by_ui if not name.startswith("ops.")}
    assert {name: house.manifest["tables"][name] for name in results} == {name: by_ui[name] for name in results}


def _launch(ask: Callable[[str, dict], dict]) -> str:
    selector = {
        "repositoryLocationName": "crm_warehouse",
        "repositoryName": "__repository__",
        "jobName": "daily",
    }
    tags = [{"key": "dagster/partition", "value": LAST_DAY.isoformat()}]
    params = {"selector": selector, "runConfigData": {}, "mode": "default", "executionMetadata": {"tags": tags}}
    answer = ask(LAUNCH, {"params": params})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return answer["run"]["runId"]


def _is_up(ask: Callable[[str, dict], dict]) -> bool:
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name jobs { name } } } } }"
    try:
        nodes = ask(query, {})["repositoriesOrError"].get("nodes", [])
    except OSError:
        return False
    return any(job["name"] == "daily" for node in nodes for job in node["jobs"])


def _lock(house: House) -> str:
    path = house.data / "work" / "LOCK"
    return path.read_text() if path.exists() else ""


def _until(happened: Callable[[], bool], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)
