"""`crm` and `dbt` processes forked from one that has loaded the libraries: half of a small run. Nothing else is spared.

Each is a process of its own, with a session, an environment and a death of its own. What the entry point of the
installed command adds is tested where the command itself is called (`House.installed_crm`).
"""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import weakref
from pathlib import Path

# Third-party only: what this project does when it is imported belongs to the process that is tested.
LIBRARIES = (
    "dagster",
    "dagster_dbt",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "great_expectations",
    "great_expectations.expectations.core",
    "opencc",
    "pandas",
    "phonenumbers",
    "pydantic_settings",
    "pypinyin",
    "rich.table",
    "scipy.optimize",
    "scipy.special",
    "scipy.stats",
    "sklearn.cluster",
    "sqlglot",
    "typer",
)
_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(list(LIBRARIES))


class Process:
    """A running `crm` or `dbt`, to be waited for or killed with everything it started."""

    def __init__(self, command: tuple[str, ...], environment: dict[str, str], folder: Path | None = None) -> None:
        self._told = Path(tempfile.mkdtemp(prefix="crm-"))
        weakref.finalize(self, shutil.rmtree, self._told, ignore_errors=True)
        self._process = _nursery.Process(target=_become, args=(command, environment, str(self._told), folder))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        status = self._process.exitcode
        assert status is not None, "it did not end in time"
        return status

    def kill(self) -> None:
        """SIGKILL for it and its children, as by a power cut."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # not yet a session of its own: too young to have children
            self._process.kill()
        self._process.join()

    def output(self, stream: str) -> str:
        """What it has told so far: `stdout` or `stderr`."""
        path = self._told / stream
        return path.read_text() if path.exists() else ""


def _become(command: tuple[str, ...], environment: dict[str, str], told: str, folder: Path | None) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder or Path.cwd())
    for number, name in ((1, "stdout"), (2, "stderr")):
        descriptor = os.open(Path(told) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.argv = list(command)
    if command[0] == "dbt":
        from dbt.cli.main import cli as main
    else:
        from orchestration.cli import main
    main()
