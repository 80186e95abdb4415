"""Real exports of real systems come in whole: every row of every file, every cell as Python's csv module reads it.

They lie beside the checkout and are not part of the project; where they are not, these tests say so.
"""

import codecs
import csv
import io
from fnmatch import fnmatch
from pathlib import Path

import pytest

from orchestration.ingestion.check import UnknownExportError, look_at
from orchestration.settings import CHECKOUT, Settings
from tests.orchestration.ingestion.intake import contract_of, intake_for

SHARED = CHECKOUT.parent / "shared" / "data"
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Every second file of a folder: the others are their like.
SHARE = 2
KNOWN = {
    "salesforce/data-cloud-workshop/Account.csv": "salesforce/accounts",
    "salesforce/data-cloud-workshop/Contact.csv": "salesforce/contacts",
    "salesforce/data-cloud-workshop/Lead.csv": "salesforce/leads",
    "salesforce/data-cloud-workshop/Opportunity.csv": "salesforce/opportunities",
    "salesforce/data-cloud-workshop/Case.csv": "salesforce/cases",
    "salesforce/data-cloud-workshop/Campaign.csv": "salesforce/campaigns",
    "salesforce/data-cloud-workshop/CampaignMember.csv": "salesforce/campaign_members",
    "salesforce/data-cloud-workshop/Task.csv": "salesforce/tasks",
    "salesforce/dataloader/accountData.csv": "salesforce/accounts",
    "salesforce/dataloader/opportunityData.csv": "salesforce/opportunities",
    "zendesk/fivetran/ticket_data.csv": "zendesk/tickets",
    "zendesk/fivetran/user_data.csv": "zendesk/users",
    "zendesk/fivetran/user_data_snowflake.csv": "zendesk/users",
    "snowplow/dbt-snowplow-web/snowplow_web_events.csv": "snowplow/events",
}

pytestmark = pytest.mark.skipif(
    not (SHARED / "manifest.csv").is_file(), reason=f"The real exports are not there: {SHARED} has no manifest.csv."
)


def rows_told() -> dict[str, int]:
    """What the manifest of the files says of each."""
    with (SHARED / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        return {row["file"]: int(row["rows"]) for row in csv.DictReader(manifest)}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_real_export_is_known_and_every_row_of_it_is_kept(name: str, tmp_path: Path):
    found = look_at(SHARED / name, None, Settings(data=tmp_path, memory_limit="1GB", threads=2))
    assert found["contract"] == KNOWN[name]
    assert found["rows_read"] == found["rows_kept"] + found["rows_duplicate"] == rows_told()[name]
    assert found["adds_up"]


# One header of each vendor's own export that no user can take away.
ANCHORS = {"Record ID", "IsDeleted", "Lineitem name", "Created date (UTC)", "event_params", "Summation column"}
# Why no contract is meant to fit the others: (files, what their header shows of it).
REFUSED = {
    "a table of a copying service: snake case, cents, another grain than the vendor's export": (
        "*/fivetran/*.csv",
        lambda header: not ANCHORS & set(header),
    ),
    "a template for loading into Salesforce, or a file broken by intention: no record has its id and its name": (
        "salesforce/dataloader/*.csv",
        lambda header: not {"id", "name", "isdeleted"} <= {title.casefold() for title in header},
    ),
    "an object of one org alone, or a relation that no feed tells of": (
        "salesforce/data-cloud-workshop/*.csv",
        lambda header: {"Branch_City__c", "ContactId"} & set(header) and "LastName" not in header,
    ),
    "contexts of events, kept beside them; the events themselves are known": (
        "snowplow/dbt-snowplow-web/*_context.csv",
        lambda header: "event_id" not in header,
    ),
    "a list to look words up in": ("*/velir/*.csv", lambda header: len(header) < 5),
    "Segment's table in a warehouse, or a list to look words up in; the archive is NDJSON": (
        "segment/dbt-labs__segment/*.csv",
        lambda header: "messageId" not in header,
    ),
    "a shop made up for teaching": ("generic/*/raw_*.csv", bool),
}


def test_every_other_file_is_refused_with_a_sentence_and_for_a_reason_that_its_header_shows(tmp_path: Path):
    home = Settings(data=tmp_path, memory_limit="1GB", threads=1)
    others = {path.relative_to(SHARED).as_posix() for path in SHARED.glob("*/*/*.csv")} - set(KNOWN)
    assert len(others) > 250
    for name in sorted(others):
        with pytest.raises(UnknownExportError, match=r"^No contract fits .*[.]csv[.] It"):
            look_at(SHARED / name, None, home)
        shown = [shows for pattern, shows in REFUSED.values() if fnmatch(name, pattern)]
        header = next(iter(read_by_python(SHARED / name)), [])
        assert len(shown) == 1, name
        assert shown[0](header), name


def read_by_python(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return [record for record in csv.reader(io.StringIO(text, newline="")) if record]


@pytest.mark.parametrize("folder", sorted({path.parent for path in SHARED.glob("*/*/*.csv")}), ids=lambda f: f.name)
def test_every_cell_of_every_file_of_a_folder_arrives_as_python_reads_it(folder: Path):
    told = rows_told()
    for path in sorted(folder.glob("*.csv"))[::SHARE]:
        records = read_by_python(path)
        header, rows = (records[0], records[1:]) if records else ([], [])
        if len({title.strip().casefold() for title in header}) < len(header) or not rows:
            continue  # what becomes of doubled headers and empty files stands in the corpus
        columns = [{"name": f"c{place}", "headers": [title]} for place, title in enumerate(header) if title.strip()]
        with intake_for(contract_of(*columns, encodings=["cp1252"])) as intake:
            received = intake.deliver(path.read_bytes(), name=path.name)
            whole = [r for r in rows if len(r) == len(header) and r != header and not any("\0" in cell for cell in r)]
            named = [place for place, title in enumerate(header) if title.strip()]
            expected = [tuple(row[place] or None for place in named) for row in whole]
            assert received.is_balanced, path.name
            assert received.rows_quarantined == len(rows) - len(whole), path.name
            assert intake.rows() == list(dict.fromkeys(expected)), path.name
            name = path.relative_to(SHARED).as_posix()
            # The manifest's own reader took one file for UTF-16, and a blank line of one column for a row.
            if "UTF32LE" not in name and len(header) > 1:
                assert received.rows_read == told[name], path.name
