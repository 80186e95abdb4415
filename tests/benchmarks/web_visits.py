"""`python -m tests.benchmarks.web_visits [FILE]`: page views, visits and visitors of a Snowplow export, counted twice.

By the project's own models, as dbt compiles them, under Snowplow's definitions (dbt_project.yml) and under the rule of
half an hour; and by `plain_counts`, a loop over the file that shares nothing with them. Definitions: an event counts
once (its first arrival), not when it was sent more than three days after it happened, nor from a bot, nor more than
three days after its visit began; a page view is an id of the web-page context on a page_view; a visit is a
domain_sessionid with a page view or ping that has such an id; a visitor is a domain_userid of a visit.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from orchestration.settings import DBT_PROJECT

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WEBSITE = Path("snowplow") / "dbt-snowplow-web" / "snowplow_web_events.csv"
CONTEXT = "contexts_com_snowplowanalytics_snowplow_web_page_1_0_0"
DAYS = timedelta(days=3)
PAUSE = timedelta(minutes=30)


class Counts(NamedTuple):
    """What a website is asked for first."""

    page_views: int
    sessions: int
    users: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=SHARED / WEBSITE)
    file = parser.parse_args().file
    print(f"as sent, nothing left out:                  {naive_counts(file)}")
    print(f"Snowplow's definitions, by a plain loop:    {plain_counts(file)}")
    print(f"Snowplow's definitions, by our models:      {our_counts(file)}")
    print(f"half an hour ends a visit, by a plain loop: {plain_counts(file, by_clock=True)}")
    print(f"half an hour ends a visit, by our models:   {our_counts(file, snowplow_sessions='timeout')}")


def naive_counts(file: Path) -> Counts:
    """Distinct keys in the file, whatever their events are."""
    rows = _rows(file)
    return Counts(
        len({_page_view_id(row) for row in rows if row["event"] == "page_view"} - {""}),
        len({row["domain_sessionid"] for row in rows} - {""}),
        len({row["domain_userid"] for row in rows} - {""}),
    )


def plain_counts(file: Path, *, by_clock: bool = False) -> Counts:
    """The three numbers by Snowplow's definitions, visits by its tracker or `by_clock`."""
    events: dict[str, dict[str, str]] = {}
    for row in sorted(_rows(file), key=lambda row: row["collector_tstamp"]):
        events.setdefault(row["event_id"], row)
    counted = [row for row in events.values() if _moment(row, "dvce_sent") - _moment(row, "dvce_created") <= DAYS]
    counted = [row for row in counted if not re.search("bot|crawl|spider", row["useragent"].lower())]
    if by_clock:
        return _by_clock(counted)
    began: dict[str, datetime] = {}
    for row in counted:  # in the order of the collector
        began.setdefault(row["domain_sessionid"], _moment(row, "collector"))
    pages = [
        row
        for row in counted
        if row["domain_sessionid"]
        and _moment(row, "collector") - began[row["domain_sessionid"]] <= DAYS
        and row["event"] in ("page_view", "page_ping")
        and _page_view_id(row)
    ]
    users = {row["domain_sessionid"]: row["domain_userid"] for row in pages}
    return Counts(
        len({_page_view_id(row) for row in pages if row["event"] == "page_view"}),
        len({row["domain_sessionid"] for row in pages}),
        len({user for user in users.values() if user}),
    )


def our_counts(file: Path, **variables: str) -> Counts:
    """The same by the models of staging and sessions, compiled with dbt's `variables`."""
    with tempfile.TemporaryDirectory() as folder:
        texts = _compiled(Path(folder), variables)
    with duckdb.connect() as connection:
        connection.execute("create schema raw_snowplow")
        connection.execute(
            f'create table raw_snowplow.events as select *, {CONTEXT} as web_page_context, "event_id" as _row_hash,'
            " date '2026-01-01' as _delivery_date from read_csv(?, all_varchar = true)",
            [str(file)],
        )
        connection.execute("create schema staging")
        connection.execute(f"create table staging.stg_snowplow__events as {texts['stg_snowplow__events']}")
        connection.execute("""
            create table staging.stg_segment__events as
            select event_id, domain_userid as anonymous_id, user_id, event_type, occurred_at, marketing_source,
                marketing_medium, marketing_campaign
            from staging.stg_snowplow__events limit 0
        """)
        sessions = texts["int_event_sessions"]
        found = connection.execute(f"""
            select
                count(*) filter (is_page_view),
                count(distinct session_id),
                count(distinct first_user)
            from (
                select visits.*, first_value(events.domain_userid) over (
                    partition by visits.session_id order by events.occurred_at, event_id
                ) as first_user
                from ({sessions}) as visits join staging.stg_snowplow__events as events using (event_id)
            )
        """).fetchone()
    return Counts(*found) if found else Counts(0, 0, 0)


def _by_clock(counted: list[dict[str, str]]) -> Counts:
    visits, last, campaigns = 0, dict[str, datetime](), dict[str, str]()
    counted = [row for row in counted if row["domain_userid"]]
    for row in sorted(counted, key=lambda row: (row["derived_tstamp"], row["event_id"])):
        user, moment = row["domain_userid"], _moment(row, "derived")
        campaign = "|".join(
            (row["mkt_source"] or row["refr_source"], row["mkt_medium"] or row["refr_medium"], row["mkt_campaign"])
        )
        another = campaign != "||" and campaign != campaigns.get(user, "")
        visits += user not in last or moment - last[user] >= PAUSE or another
        last[user] = moment
        campaigns[user] = campaign if campaign != "||" else campaigns.get(user, "")
    views = {_page_view_id(row) for row in counted if row["event"] == "page_view"} - {""}
    return Counts(len(views), visits, len(last))


def _rows(file: Path) -> list[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _page_view_id(row: dict[str, str]) -> str:
    entries = json.loads(row[CONTEXT] or "[]")
    while entries and isinstance(entries[0], list):  # some loaders wrap the list once more
        entries = entries[0]
    return (entries[0]["id"] or "") if entries else ""


def _moment(row: dict[str, str], which: str) -> datetime:
    return datetime.fromisoformat(row[f"{which}_tstamp"])


def _compiled(folder: Path, variables: dict[str, str]) -> dict[str, str]:
    arguments = [
        *("--quiet", "compile", "--select", "stg_snowplow__events", "int_event_sessions", "--target", "warehouse"),
        *("--project-dir", DBT_PROJECT, "--profiles-dir", DBT_PROJECT),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
        *("--vars", json.dumps({"as_of_date": "2026-11-01"} | variables)),
    ]
    environment = os.environ | {"CRM_DATA": str(folder), "CRM_WAREHOUSE": str(folder / "core.duckdb")}
    dbt = Path(sys.executable).with_name("dbt")
    subprocess.run([dbt, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    texts = {path.stem: path.read_text("utf-8") for path in (folder / "target" / "compiled").rglob("*.sql")}
    # The compiled text names the database of the warehouse, `core`; here it is the one in memory.
    return {name: text.replace('"core".', "") for name, text in texts.items()}


if __name__ == "__main__":
    main()
