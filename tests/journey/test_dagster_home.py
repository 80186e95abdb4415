"""The Dagster UI's own way to a run: web server, daemon and queue, and what a power cut does to them."""

from collections.abc import Callable

from tests.journey.house import LAST_DAY, House
from tests.journey.ui import REPOSITORY, Ask, dagster, until

LAUNCH = """
mutation($params: ExecutionParams!) { launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status jobName tags { key value } } } }"


def test_the_ui_launches_the_same_run_and_a_power_cut_does_not_stop_the_next(build: Callable[[], House]):
    house = build()
    with dagster(house) as ask:
        run_id = _launch(ask)
        until(lambda: "a run for" in _lock(house), 120)
    # Everything was killed in the middle of the run, as by a power cut. Its run is STARTED in the storage for ever.
    assert house.version is None
    with dagster(house) as ask:
        assert ask(STATUS, {"id": run_id})["runOrError"]["status"] == "FAILURE"
        again = _launch(ask)
        until(lambda: ask(STATUS, {"id": again})["runOrError"]["status"] in ("SUCCESS", "FAILURE"), 240)
        assert ask(STATUS, {"id": again})["runOrError"]["status"] == "SUCCESS"
    assert house.version == f"000001-{LAST_DAY}"
    by_ui = house.manifest["tables"]
    assert house.run().returncode == 0
    results = {name for name in by_ui if not name.startswith("ops.")}
    assert {name: house.manifest["tables"][name] for name in results} == {name: by_ui[name] for name in results}


def _launch(ask: Ask) -> str:
    selector = {**REPOSITORY, "jobName": "daily"}
    tags = [{"key": "dagster/partition", "value": LAST_DAY.isoformat()}]
    params = {"selector": selector, "runConfigData": {}, "mode": "default", "executionMetadata": {"tags": tags}}
    answer = ask(LAUNCH, {"params": params})["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return answer["run"]["runId"]


def _lock(house: House) -> str:
    path = house.data / "work" / "LOCK"
    return path.read_text() if path.exists() else ""
