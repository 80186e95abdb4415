"""The synthetic company keeps its promises: same bytes, same lives, exports like the contracts, and a whole truth."""

import csv
import fnmatch
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

from orchestration.world import write_world
from orchestration.world.dice import _mix
from orchestration.world.exports.soql import with_checks

LAST_DAY = date(2026, 1, 1)
CONTRACTS = [
    yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parents[2] / "data" / "contracts").glob("*/*.yml"))
    if file.parent.name in {"retail", "salesforce", "zendesk", "snowplow"}
]
READ: dict[str, Callable[[str], object]] = {
    "text": str,
    "integer": int,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "boolean": {"0": False, "1": True, "TRUE": True, "FALSE": False}.__getitem__,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    write_world(people=800, days=400, seed=7, out=out, last_day=LAST_DAY)
    return out


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        write_world(people=60, days=90, seed=3, out=tmp_path / name, last_day=LAST_DAY)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


def test_another_seed_makes_another_company(tmp_path: Path):
    for seed in (3, 4):
        write_world(people=60, days=90, seed=seed, out=tmp_path / str(seed), last_day=LAST_DAY)
    one, other = _bytes(tmp_path / "3"), _bytes(tmp_path / "4")
    assert one.keys() == other.keys()
    assert one[Path("truth/people.parquet")] != other[Path("truth/people.parquet")]


def test_a_person_lives_the_same_life_in_a_bigger_town(world: Path, tmp_path: Path):
    write_world(people=150, days=400, seed=7, out=tmp_path, last_day=LAST_DAY)
    pd.testing.assert_frame_equal(_truth(tmp_path, "people"), _truth(world, "people").head(150))
    records = _truth(world, "person_records")
    of_the_small_town = records["person_id"] < "P000150"
    of_people = records["person_id"].str.startswith("P")
    small = _truth(tmp_path, "person_records")
    pd.testing.assert_frame_equal(
        small[small["person_id"].str.startswith("P")].reset_index(drop=True),
        records[of_the_small_town & of_people].reset_index(drop=True),
    )


def test_what_a_person_buys_does_not_depend_on_the_neighbours(world: Path, tmp_path: Path):
    write_world(people=150, days=400, seed=7, out=tmp_path, last_day=LAST_DAY)
    bought = 'select distinct StockCode, Quantity, InvoiceDate, Price, "Customer ID" from lines where "Customer ID"'
    small = _lines(tmp_path).query("lines", f"{bought} is not null order by all").fetchall()
    ids = {row[4] for row in small}
    big = _lines(world).query("lines", f"{bought} is not null order by all").fetchall()
    assert small == [row for row in big if row[4] in ids]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: f"{c['system']}/{c['feed']}")
def test_every_export_fits_its_contract(world: Path, contract: dict):
    files = [file for file in (world / "inbox" / contract["system"]).rglob("*.csv") if _contract_of(file) == contract]
    assert files
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.DictReader(text)
            header = rows.fieldnames or []
            for column in contract["columns"]:
                assert set(column["headers"]) & set(header), f"{file.name} lacks {column['name']}"
            for row in rows:
                for column in contract["columns"]:
                    cell = next(row[name] for name in column["headers"] if name in row)
                    assert cell or not column.get("required"), f"{file.name} leaves {column['name']} empty"
                    if cell:
                        READ[column["type"]](cell)


def test_salesforce_files_begin_with_a_byte_order_mark(world: Path):
    files = list((world / "inbox" / "salesforce").rglob("*.csv"))
    assert files
    assert all(file.read_bytes().startswith(b"\xef\xbb\xbfId,") for file in files)


def test_the_truth_knows_every_record_that_names_somebody(world: Path):
    seen = {
        ("retail", "customer"): _column(world, "retail/*/*.csv", "Customer ID"),
        ("salesforce", "contact"): _column(world, "salesforce/*/Contact.csv", "Id"),
        ("salesforce", "lead"): _column(world, "salesforce/*/Lead.csv", "Id"),
        ("salesforce", "account"): _column(world, "salesforce/*/Account.csv", "Id"),
        ("zendesk", "user"): _column(world, "zendesk/*/tickets.csv", "requester_id"),
        ("snowplow", "web_user"): _column(world, "snowplow/*/*.csv", "user_id"),
    }
    truth = _truth(world, "person_records")
    told = {
        tuple(key): set(rows["source_record_id"])
        for key, rows in truth.groupby(["source_system", "source_record_type"])
    }
    assert told == seen
    assert not truth.duplicated(["source_system", "source_record_type", "source_record_id"]).any()


def test_references_lead_to_records_that_were_delivered(world: Path):
    requesters = _column(world, "zendesk/*/tickets.csv", "requester_id")
    users = _column(world, "zendesk/*/users.csv", "id")
    assert 0 < len(requesters - users) < 0.15 * len(requesters)  # some were removed from the desk
    contacts = _column(world, "salesforce/*/Contact.csv", "Id")
    for name, column in [("Lead", "ConvertedContactId"), ("Case", "ContactId"), ("Task", "WhoId")]:
        found = _column(world, f"salesforce/*/{name}.csv", column)
        assert found, name
        assert found <= contacts, name
    assert _column(world, "salesforce/*/CampaignMember.csv", "CampaignId") <= _column(
        world, "salesforce/*/Campaign.csv", "Id"
    )
    assert _column(world, "salesforce/*/Contact.csv", "AccountId") <= _column(world, "salesforce/*/Account.csv", "Id")


def test_no_delivery_tells_of_its_own_day_or_later(world: Path):
    for folder, column in [
        ("retail/*/*.csv", "InvoiceDate"),
        ("zendesk/*/tickets.csv", "updated_at"),
        ("snowplow/*/*.csv", "collector_tstamp"),
        ("salesforce/*/Contact.csv", "LastModifiedDate"),
    ]:
        late = f"""select count(*) from read_csv('{world}/inbox/{folder}', all_varchar = true, filename = true)
            where {column}[:10] >= regexp_extract(filename, '([0-9]{{4}}-[0-9-]+)/', 1)"""
        assert duckdb.sql(late).fetchall() == [(0,)], folder


def test_the_shop_looks_like_a_shop(world: Path):
    lines = _lines(world)
    orders = lines.query(
        "lines",
        """select "Customer ID" as id, count(distinct Invoice) as orders from lines
        where Invoice not like 'C%' and "Customer ID" is not null group by all""",
    ).df()["orders"]
    assert 0.35 < (orders == 1).mean() < 0.60
    assert 0.40 < (orders >= 2).mean() < 0.65
    guests, returns, abroad, distinct = lines.query(
        "lines",
        """select avg(("Customer ID" is null)::int),
        avg((Invoice like 'C%')::int), avg((Country <> 'China')::int), count(distinct lines) / count(*)
        from lines""",
    ).fetchall()[0]
    assert 0.12 < guests < 0.32
    assert 0.005 < returns < 0.06
    assert 0.30 < abroad < 0.55
    assert 0.003 < 1 - distinct < 0.04


def test_the_eleventh_of_november_is_the_busiest_day(world: Path):
    busiest = _lines(world).query(
        "lines",
        """select InvoiceDate[6:10] from lines where Invoice not like 'C%'
        group by all order by count(distinct Invoice) desc limit 1""",
    )
    assert busiest.fetchall() == [("11-11",)]


def test_full_exports_change_from_week_to_week(world: Path):
    solved = f"""select count(*) from (
        select id from read_csv('{world}/inbox/zendesk/*/tickets.csv', all_varchar = true)
        group by id having count(distinct status) > 1)"""
    moved = solved.replace("zendesk/*/tickets", "salesforce/*/Contact").replace("status", "Email")
    assert duckdb.sql(solved).fetchall()[0][0] > 0
    assert duckdb.sql(moved).fetchall()[0][0] > 0


def test_the_traps_are_set(world: Path):
    known = " union ".join(
        f"select Id, lower(Email) as email, Name as name, {phone} as phone "
        f"from read_csv('{world}/inbox/salesforce/*/{name}.csv', all_varchar = true)"
        for name, phone in [("Contact", "MobilePhone"), ("Lead", "Phone")]
    )
    people = duckdb.sql(f"""select distinct person_id, email, name, phone from ({known})
        join '{world}/truth/person_records.parquet' on source_record_id = Id""").df()
    assert people.loc[people["name"] == "张伟", "person_id"].nunique() >= 3
    assert people.loc[people["phone"] == "13800138000", "person_id"].nunique() >= 3
    owners = people.groupby("email")["person_id"].nunique()
    assert owners["test@test.com"] >= 3
    assert (owners.drop("test@test.com") == 2).any()
    assert owners.drop("test@test.com").max() == 2


RESERVED_MAIL = r"@((mail|second|shop)\.example|example\.(com|net|org)|post\.test)$"
RESERVED_PHONE = r"(86)?154\d{8}|1\d{3}55501\d\d|44(11[3-8]|1[2-5]1)4960\d{3}"


@pytest.mark.parametrize(
    ("export", "email", "phone"),
    [
        ("salesforce/*/Contact", "Email", "MobilePhone"),
        ("salesforce/*/Lead", "Email", "Phone"),
        ("zendesk/*/users", "email", "phone"),
    ],
)
def test_nobody_can_be_reached_by_accident(world: Path, export: str, email: str, phone: str):
    emails = {value.lower() for value in _column(world, f"{export}.csv", email)}
    assert len(emails) > 50
    assert {value for value in emails if not re.search(RESERVED_MAIL, value)} <= {"test@test.com"}
    digits = {re.sub(r"\D", "", value) for value in _column(world, f"{export}.csv", phone)}
    assert len(digits) > 50
    assert {value for value in digits if not re.fullmatch(RESERVED_PHONE, value)} <= {"13800138000"}


def test_a_second_world_is_refused_in_the_same_inbox(tmp_path: Path):
    write_world(people=20, days=60, seed=1, out=tmp_path, last_day=LAST_DAY)
    before = _bytes(tmp_path)
    with pytest.raises(FileExistsError, match="choose another folder"):
        write_world(people=20, days=60, seed=1, out=tmp_path, last_day=date(2026, 1, 2))
    assert _bytes(tmp_path) == before


@pytest.mark.parametrize(("people", "days"), [(0, 365), (10, 20)])
def test_a_world_too_small_is_refused_in_a_sentence(tmp_path: Path, people: int, days: int):
    with pytest.raises(ValueError, match="A world needs at least"):
        write_world(people=people, days=days, seed=1, out=tmp_path, last_day=LAST_DAY)


def test_one_person_is_a_world(tmp_path: Path):
    assert write_world(people=1, days=60, seed=1, out=tmp_path, last_day=LAST_DAY).people == 1


def test_ids_end_like_those_of_a_real_org():
    for real in ("001Ec00000FzlUdIAJ", "005Ec000004oBPNIA2", "003Ec00000CyOT7IAN"):
        assert with_checks(real[:15]) == real


def test_the_dice_are_splitmix64():
    # The first number of the published generator for seed 0.
    assert _mix(pd.array([0x9E3779B97F4A7C15], dtype="UInt64").to_numpy("uint64")).tolist() == [0xE220A8397B1DCDAF]


def _bytes(out: Path) -> dict[Path, bytes]:
    return {file.relative_to(out): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}


def _truth(out: Path, table: str) -> pd.DataFrame:
    return pd.read_parquet(out / "truth" / f"{table}.parquet")


def _lines(out: Path) -> duckdb.DuckDBPyRelation:
    return duckdb.connect().sql(f"select * from read_csv('{out}/inbox/retail/*/*.csv', all_varchar = true)")


def _column(out: Path, files: str, column: str) -> set[str]:
    rows = duckdb.sql(f"""select distinct "{column}" from read_csv('{out}/inbox/{files}', all_varchar = true)
        where "{column}" is not null""").fetchall()
    return {value for (value,) in rows}


def _contract_of(file: Path) -> dict:
    """Campaign*.csv also fits CampaignMember.csv: the longest pattern is the one meant."""
    of_system = [c for c in CONTRACTS if c["system"] == file.parents[1].name]
    fitting = [c for c in of_system if fnmatch.fnmatch(file.name, c["files"]["pattern"])]
    return max(fitting, key=lambda c: len(c["files"]["pattern"]))
