"""The house as a user runs it: `crm` as a process of its own, in a folder of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.journey.warm import Process

LAST_DAY = date(2026, 3, 1)
CRM = Path(sys.executable).with_name("crm")
CHECKOUT = Path(__file__).resolve().parents[2]


def ended(process: Process, command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """What a process told by the time it ended."""
    status = process.wait(timeout=600)
    return subprocess.CompletedProcess(command, status, process.output("stdout"), process.output("stderr"))


@dataclass(frozen=True)
class House:
    """One warehouse in a folder of its own."""

    data: Path
    currency: str = "CNY"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"CRM_DATA": str(self.data), "CRM_CURRENCY": self.currency, "COLUMNS": "200"}

    def crm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One `crm`, until it ends."""
        return ended(self.start(*arguments), arguments)

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One `dbt` in the project's folder, until it ends."""
        command = ("dbt", *arguments, "--target-path", str(self.data / "target"))
        environment = self.environment | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        return ended(Process(command, environment, CHECKOUT / "dbt_project"), command)

    def installed_crm(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same by the command that set-up installs."""
        return subprocess.run(
            [CRM, *arguments], env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )

    def start(self, *arguments: str) -> Process:
        """A `crm` that can be killed with everything it started."""
        return Process(("crm", *arguments), self.environment)

    def run(self, day: date = LAST_DAY, *more: str) -> subprocess.CompletedProcess[str]:
        """The daily job for that day, until it ends."""
        return self.crm("run", "--as-of", day.isoformat(), *more)

    def status(self) -> dict[str, Any]:
        return json.loads(self.crm("status", "--json").stdout)

    def query(self, sql: str) -> list[dict[str, Any]]:
        answer = self.crm("query", sql, "--json", "--limit", "100000")
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    @property
    def version(self) -> str | None:
        pointer = self.data / "published" / "current.json"
        return json.loads(pointer.read_text())["version"] if pointer.exists() else None

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.data / "published" / str(self.version) / "manifest.json").read_text())
