"""Fills an inbox with real exports, as four systems would have delivered them.

Nothing is cleaned: only the retail file is turned back from Parquet into the two CSV files it came from, every other
file is copied byte by byte. The data are not part of the project; DATA below says where each comes from.
"""

import argparse
import shutil
import sys
from pathlib import Path

import duckdb

DAY = "2011-12-10"
RETAIL = "online_retail_II.parquet"  # UCI Machine Learning Repository, datasets 352 and 502, CC BY 4.0
SHEETS = {"2009-2010": "2010-12-10", "2010-2011": DAY}
COPIES = {
    # SFDC-Assets/data-cloud-workshop, BSD-3-Clause
    "salesforce": [
        f"salesforce/data-cloud-workshop/{name}.csv"
        for name in ("Account", "Contact", "Lead", "Opportunity", "Case", "Campaign", "CampaignMember", "Task")
    ],
    # fivetran/dbt_zendesk, Apache-2.0
    "zendesk": ["zendesk/fivetran/ticket_data.csv", "zendesk/fivetran/user_data.csv"],
    # snowplow/dbt-snowplow-web 0.15.2, Apache-2.0
    "snowplow": ["snowplow/dbt-snowplow-web/snowplow_web_events.csv"],
}


def missing(shared: Path) -> list[Path]:
    """The files of the shared data folder that `build` needs and that are not there."""
    needed = [RETAIL, *(name for names in COPIES.values() for name in names)]
    return [shared / name for name in needed if not (shared / name).is_file()]


def build(shared: Path, inbox: Path) -> None:
    """Writes inbox/<system>/<day>/<export>. Raises FileNotFoundError naming the first file that is not there."""
    absent = missing(shared)
    if absent:
        raise FileNotFoundError(
            f"{absent[0]} is not there: the real inbox is made from the shared data folder, which is not part of the "
            "project. Say where it is with --shared, or do without: the synthetic company needs no data."
        )
    for sheet, day in SHEETS.items():
        _write_retail(shared / RETAIL, sheet, inbox / "retail" / day / f"online_retail_{sheet}.csv")
    for system, names in COPIES.items():
        folder = inbox / system / DAY
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(shared / name, folder / Path(name).name)


def _write_retail(parquet: Path, sheet: str, target: Path) -> None:
    """Rows in the file's order; a price like 1e-05 or 2.0999999 would not be what the till wrote."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(config={"memory_limit": "2GB", "threads": "2"}) as connection:
        source = f"from read_parquet('{parquet}', file_row_number = true) where sheet = '{sheet}'"
        altered = connection.sql(f"select count(*) {source} and Price <> Price::decimal(18, 4)::double").fetchall()
        if altered != [(0,)]:
            raise ValueError(f"{parquet} holds {altered[0][0]} prices of sheet {sheet} with more than four decimals.")
        connection.execute(f"""
            copy (
                select
                    Invoice, StockCode, Description, Quantity,
                    strftime(InvoiceDate, '%Y-%m-%d %H:%M:%S') as InvoiceDate,
                    regexp_replace(Price::decimal(18, 4)::varchar, '\\.?0+$', '') as Price,
                    CustomerID as "Customer ID",
                    Country
                {source}
                order by file_row_number
            ) to '{target}' (format csv, header)
        """)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"), help="the shared data folder")
    parser.add_argument("--inbox", type=Path, required=True, help="the inbox to fill")
    arguments = parser.parse_args()
    try:
        build(arguments.shared, arguments.inbox)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{sum(file.is_file() for file in arguments.inbox.rglob('*'))} files in {arguments.inbox}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
