"""A contract is read strictly, and it knows a column by its header, never by its place."""

import random
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion.contracts import CATALOGUE, Contract, ContractError, load_contract, load_contracts
from orchestration.ingestion.recognition import Head, find
from orchestration.settings import CONTRACTS
from tests.orchestration.ingestion.intake import contract_of, csv_text, intake_for

briefly = settings(max_examples=25, deadline=None)

GOOD = {
    "system": "shop",
    "feed": "things",
    "domain": "orders",
    "description": "Things.",
    "owner": "shop",
    "files": [{"pattern": "*.csv", "format": "csv"}],
    "delivery": {"kind": "delta", "cadence_days": 1, "stale_after_days": 3},
    "key": ["id"],
    "columns": [
        {"name": "id", "headers": ["Id"], "type": "text", "required": True},
        {"name": "price", "headers": ["Price", "UnitPrice"], "type": "decimal"},
    ],
}
SHIPPED = [*sorted(CONTRACTS.glob("*/*.yml")), *sorted(CATALOGUE.glob("*/*.yml"))]


def write(folder: Path, contract: object, name: str = "shop/things.yml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(contract if isinstance(contract, str) else yaml.safe_dump(contract), encoding="utf-8")
    return path


def name_for(contract: Contract, pattern: str) -> str:
    """A file name that a pattern of a contract takes."""
    return pattern.replace("*", "_2026").replace("?", "x")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_contract_is_valid_and_fits_a_file_that_carries_its_headers(path: Path):
    contract = load_contract(path)
    own = [load_contract(other) for other in path.parent.glob("*.yml")]
    for shape in contract.files:
        if shape.format == "csv":
            header = [column.headers[0] for column in contract.columns if column.occurrence in (None, 1)]
            assert set(contract.mapping(header).values()) == set(range(len(header)))
            text = csv_text(header, []).replace(",", shape.delimiter)
            head = Head(name_for(contract, shape.pattern), text.encode(shape.encodings[0]), path)
            found = find(own, head)
            assert found is not None
            assert found.contract == contract


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_key_of_a_shipped_contract_has_a_part_that_is_never_empty(path: Path):
    contract = load_contract(path)
    required = {column.name for column in contract.columns if column.required}
    assert not contract.key or required & set(contract.key)


def test_every_contract_of_the_folder_is_found_in_the_order_of_names():
    names = [contract.name for contract in load_contracts(CONTRACTS)]
    assert names == sorted(f"{path.parent.name}/{path.stem}" for path in CONTRACTS.glob("*/*.yml"))
    assert names


def test_a_whole_contract_is_read_as_it_is_written(tmp_path: Path):
    contract = load_contract(write(tmp_path, GOOD))
    assert contract.name == "shop/things"
    assert contract.relation == "raw_shop.things"
    assert contract.files[0].encodings == ("utf-8",)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"feeds": "things"}, "feeds"),
        ({"columns": []}, "columns"),
        ({"columns": [{"name": "id", "headers": ["Id"], "typ": "text"}]}, "columns.0.typ"),
        ({"columns": [{"name": "id", "headers": ["Id"], "type": "number"}]}, "columns.0.type"),
        ({"columns": [{"name": "Id; drop table", "headers": ["Id"], "type": "text"}]}, "columns.0.name"),
        ({"columns": [{"name": "id", "headers": [], "type": "text"}]}, "columns.0.headers"),
        ({"files": []}, "files"),
        ({"files": [{"pattern": "*.csv", "format": "xml"}]}, "files.0.format"),
        ({"files": [{"pattern": "*.csv", "format": "csv", "encodings": ["utf-99"]}]}, "files.0.encodings"),
        ({"files": [{"pattern": "*.csv", "format": "csv", "footer": "(Total"}]}, "files.0.footer"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"grain": {"kind": "continuation"}, "key": []}, "needs the key of the order"),
        ({"grain": {"kind": "continuation", "fill": ["price"]}}, "never an amount: price"),
        ({"grain": {"fill": ["id"]}}, "only a feed of lines"),
        ({"delivery": {"kind": "delta", "cadence_days": 0, "stale_after_days": 3}}, "delivery.cadence_days"),
        ({"domain": "weather"}, "domain"),
        ({"owner": None}, "owner"),
        ({"key": ["id", "number"]}, "columns that do not exist: number"),
        ({"columns": GOOD["columns"] + [GOOD["columns"][0]]}, "column name given twice: id"),
        (
            {"columns": GOOD["columns"] + [{"name": "cost", "headers": [" unitprice"], "type": "text"}]},
            "header given twice: unitprice",
        ),
    ],
)
def test_a_wrong_contract_is_refused_with_its_file_and_the_place_to_mend(tmp_path: Path, change: dict, place: str):
    path = write(tmp_path, GOOD | change)
    with pytest.raises(ContractError) as refusal:
        load_contract(path)
    assert str(path) in str(refusal.value)
    assert place in str(refusal.value)


@pytest.mark.parametrize("text", ["columns: [", "a: b: c", "\tsystem: shop"])
def test_a_contract_that_is_not_yaml_is_refused_with_its_file_and_line(tmp_path: Path, text: str):
    path = write(tmp_path, text)
    with pytest.raises(ContractError, match=r"line [12]"):
        load_contract(path)
    with pytest.raises(ContractError, match=path.name):
        load_contract(path)


@pytest.mark.parametrize("text", ["", "just a sentence", "- a\n- b"])
def test_yaml_that_is_no_contract_is_refused(tmp_path: Path, text: str):
    with pytest.raises(ContractError, match=r"things\.yml is not a valid contract"):
        load_contract(write(tmp_path, text))


@pytest.mark.parametrize("name", ["shop/others.yml", "till/things.yml"])
def test_a_contract_that_lies_under_another_name_is_refused(tmp_path: Path, name: str):
    path = write(tmp_path, GOOD, name)
    with pytest.raises(ContractError, match="says it is shop/things"):
        load_contract(path)


def test_one_wrong_contract_stops_the_reading_of_all(tmp_path: Path):
    write(tmp_path, GOOD)
    write(tmp_path, GOOD | {"feed": "others", "owner": 7}, "shop/others.yml")
    with pytest.raises(ContractError, match=r"others\.yml.*owner"):
        load_contracts(tmp_path)


@briefly
@given(st.data())
def test_a_header_is_known_whatever_its_case_spaces_and_byte_order_mark(data: st.DataObject):
    contract = contract_of({"name": "price", "headers": ["Unit Price", "单价", "Stückpreis"]})
    title = data.draw(st.sampled_from(contract.columns[0].headers))
    dressed = data.draw(st.sampled_from([str.upper, str.lower, str.title, str]))(title)
    around = st.text(alphabet=" \t", max_size=3)
    written = data.draw(st.sampled_from(["", "\ufeff"])) + data.draw(around) + dressed + data.draw(around)
    assert contract.mapping([written]) == {"price": 0}


@settings(briefly, max_examples=10)
@given(
    st.lists(st.tuples(*[st.text(alphabet='ab ,\n"é中', max_size=4)] * 4), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_columns_means_nothing(rows: list[tuple[str, ...]], dice: random.Random):
    contract = contract_of("a", "b", "c")
    header = ["a", "b", "c", "not in the contract"]
    order = dice.sample(range(4), 4)
    with intake_for(contract) as straight, intake_for(contract) as shuffled:
        straight.deliver(csv_text(header, rows))
        shuffled.deliver(csv_text([header[i] for i in order], [[row[i] for i in order] for row in rows]))
        hashes = "select _row_hash from raw_shop.things order by all"
        assert straight.rows() == shuffled.rows()
        assert straight.all(hashes) == shuffled.all(hashes)


def head_of(name: str, *header: str) -> Head:
    return Head(name, csv_text(header, []).encode(), Path(name))


def test_of_two_contracts_that_fit_the_one_that_knows_more_of_the_header_wins():
    small = contract_of("id", {"name": "price", "required": True})
    large = contract_of("id", {"name": "price", "required": True}, "colour").model_copy(update={"feed": "colours"})
    for contracts in ([small, large], [large, small]):
        found = find(contracts, head_of("x.csv", "id", "price", "colour"))
        assert found is not None
        assert found.contract is large


def test_a_file_fits_only_a_contract_whose_required_columns_it_has():
    contract = contract_of("id", {"name": "price", "required": True}, pattern="Price*.csv")
    found = find([contract], head_of("PRICES.CSV", "price"))
    assert found is not None
    assert found.contract is contract
    assert find([contract], head_of("prices.csv", "id", "colour")) is None
    assert find([contract], head_of("orders.csv", "id", "price")) is None


def test_a_wrong_contract_is_refused_with_the_line_that_must_be_mended(tmp_path: Path):
    text = yaml.safe_dump(GOOD, sort_keys=False)
    lines = text.splitlines()
    assert lines.count("  type: decimal") == 1
    path = write(tmp_path, text.replace("type: decimal", "type: money"))
    with pytest.raises(ContractError, match=f"line {lines.index('  type: decimal') + 1}, columns.1.type"):
        load_contract(path)


def test_the_wider_and_the_narrower_spelling_of_a_header_are_one():
    contract = contract_of({"name": "total", "headers": ["商品总价(元)"]})
    assert contract.mapping(["商品总价（元） "]) == {"total": 0}


def test_of_two_synonyms_in_one_header_the_first_of_the_contract_counts():
    contract = contract_of({"name": "street", "headers": ["Street", "Address 1"]})
    assert contract.mapping(["Address 1", "Street"]) == {"street": 1}


def test_a_header_that_stands_twice_is_doubtful_unless_the_contract_says_which_counts():
    plain = contract_of({"name": "agent", "headers": ["分销员"]})
    second = contract_of({"name": "agent", "headers": ["分销员"], "occurrence": 2})
    assert plain.doubtful(["分销员", "分销员"]) == ["分销员"]
    assert second.doubtful(["分销员", "x", "分销员"]) == []
    assert second.mapping(["分销员", "x", "分销员"]) == {"agent": 2}
