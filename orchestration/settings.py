"""What varies between companies and machines, from the environment or the checkout's `.env`."""

import os
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[1]
CONTRACTS = CHECKOUT / "data" / "contracts"
DBT_PROJECT = CHECKOUT / "dbt_project"
# Before any export that a company still has.
FIRST_DAY = date(2000, 1, 1)


class Settings(BaseSettings):
    """The handful of names that `.env.example` explains."""

    model_config = SettingsConfigDict(env_prefix="CRM_", env_file=CHECKOUT / ".env", extra="ignore")

    data: Path = CHECKOUT / "data"
    memory_limit: str = Field(default="2GB", pattern=r"^\d+(\.\d+)?\s?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$")
    threads: int = Field(default=2, ge=1)
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    train_every_days: int = Field(default=7, ge=0)

    @property
    def inbox(self) -> Path:
        return self.data / "inbox"

    @property
    def archive(self) -> Path:
        return self.data / "archive"

    @property
    def work(self) -> Path:
        return self.data / "work"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @property
    def dagster_home(self) -> Path:
        return self.data / "dagster"


@cache
def settings() -> Settings:
    """The settings of this process, with `data` made absolute."""
    found = Settings()
    if not found.data.is_absolute():
        found.data = CHECKOUT / found.data
    return found


def announce() -> Settings:
    """Put the settings into the environment, where dbt, Dagster and their children look for them."""
    found = settings()
    os.environ["CRM_DATA"] = str(found.data)
    os.environ["CRM_MEMORY_LIMIT"] = found.memory_limit
    os.environ["CRM_THREADS"] = str(found.threads)
    os.environ["CRM_CURRENCY"] = found.currency
    os.environ["DAGSTER_HOME"] = str(found.dagster_home)
    # Threads of numerical libraries that wait for a core cost more than they bring; set before numpy is loaded.
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(library, "1")
    for switch in ("DAGSTER_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[switch] = "1"
    for switch in ("DBT_SEND_ANONYMOUS_USAGE_STATS", "GX_ANALYTICS_ENABLED"):
        os.environ[switch] = "false"
    return found
