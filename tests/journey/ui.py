"""`make dagster` without make: the web server, its daemon and its queue, and a way to ask them."""

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

from tests.journey.house import House

CHECKOUT = Path(__file__).resolve().parents[2]
REPOSITORY = {"repositoryLocationName": "crm_warehouse", "repositoryName": "__repository__"}

Ask = Callable[[str, dict], dict]


@contextmanager
def dagster(house: House) -> Iterator[Ask]:
    """Dagster on a free port; yields a way to ask it. Killed with all its children at the end."""
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
        until(lambda: _is_up(ask), 120)
        yield ask
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(happened: Callable[[], bool], seconds: float) -> None:
    """Wait for something; it is an error when it does not happen in time."""
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)


def _is_up(ask: Ask) -> bool:
    query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name jobs { name } } } } }"
    try:
        nodes = ask(query, {})["repositoriesOrError"].get("nodes", [])
    except OSError:
        return False
    return any(job["name"] == "daily" for node in nodes for job in node["jobs"])
