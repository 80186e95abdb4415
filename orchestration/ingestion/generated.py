"""What follows from the contracts and is committed: dbt's sources with their PII tags, and a page for every system.

`python -m orchestration.ingestion.generated` writes it again; a test holds what is committed to what it would write.
Which contracts there are is `contracts.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import yaml

from orchestration.ingestion.contract_model import Column, Contract, FileShape
from orchestration.ingestion.contracts import CATALOGUE, load_contracts
from orchestration.settings import CHECKOUT, CONTRACTS, DBT_PROJECT

STAGING = DBT_PROJECT / "models" / "staging"
PAGES = CHECKOUT / "docs" / "feeds"
SAID = "Written by python -m orchestration.ingestion.generated from data/contracts; change those."
DATABASE = "{{ 'published' if target.name == 'dev' else (target.database or '') }}"  # Spark's target has none
# The strongest class first; a column that holds others' cells is as personal as the most personal of them.
CLASSES = ("direct", "free_text", "indirect", "none")
BESIDE = {
    "_as_arrived": "The cells that cleaning changed, as they came: a JSON object, null when none was changed.",
    "_row_hash": "A hash of all cells; two rows of one key with the same hash are the same version.",
    "_delivery_date": "The day of the delivery the row came with.",
    "_file_id": "The file it came in; see ops.deliveries.",
    "_row_number": "Its place among the rows of that day.",
    "_line_number": "Its place among the lines of its order.",
    "_order_hash": "A hash of all lines of its order.",
    "_superseded_by": "The file that took the place of the one the row came in; null for a row that stands.",
}
GRAINS = {
    "row": "one row each",
    "continuation": "one row a line; what belongs to the order stands on its first line",
    "repeated": "one row a line; what belongs to the order stands on every line",
}


def main() -> None:
    """Write every file again, and delete what nothing is written to any more."""
    files = generated_files()
    for path in set(written_before()) - set(files):
        path.unlink()
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(files)} files written from the contracts.")  # noqa: T201


def generated_files() -> dict[Path, str]:
    """Path -> content of every file that follows from the contracts."""
    in_use, others = load_contracts(CONTRACTS), load_contracts(CATALOGUE)
    files = {
        STAGING / system / f"_{system}__sources.yml": sources_yaml(system, contracts)
        for system, contracts in _by_system(in_use).items()
    }
    for contracts in (in_use, others):
        shelf = "" if contracts is in_use else "catalogue/"
        for system, feeds in _by_system(contracts).items():
            files[PAGES / f"{shelf}{system}.md"] = page(system, feeds)
    files[PAGES / "README.md"] = index(in_use, others)
    return files


def written_before() -> Iterator[Path]:
    """The files of the checkout that say of themselves that they were written here."""
    for path in [*STAGING.glob("*/*__sources.yml"), *PAGES.rglob("*.md")]:
        if SAID in path.read_text(encoding="utf-8"):
            yield path


def sources_yaml(system: str, contracts: Iterable[Contract]) -> str:
    """The dbt source of a system: its raw tables, their columns, and which of them are personal."""
    source = {
        "name": f"raw_{system}",
        "description": f"What {system} exported, every cell as text, every version of every record.",
        "database": DATABASE,
        "tables": [_table(contract) for contract in contracts],
    }
    return f"# {SAID}\n" + yaml.dump(
        {"sources": [source]}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def page(system: str, contracts: Iterable[Contract]) -> str:
    """The page of a system for whoever exports from it or reads its raw tables."""
    return f"<!-- {SAID} -->\n\n# {system}\n\n" + "\n".join(_section(contract) for contract in contracts)


def index(in_use: Iterable[Contract], others: Iterable[Contract]) -> str:
    """The page that leads to all others."""
    lines = [f"<!-- {SAID} -->", "", "# Feeds", "", "What lies in `data/contracts/` makes tables:", ""]
    lines += ["| feed | what one row is about | table | delivery | owner |", "|---|---|---|---|---|"]
    lines += [
        f"| [{c.name}]({c.system}.md#{c.feed}) | {c.description} | `{c.relation}` | {c.delivery.kind}, every "
        f"{_days(c.delivery.cadence_days)} | {c.owner} |"
        for c in in_use
    ]
    lines += ["", "Known to `crm check`, and put to use by moving the folder up from `data/contracts/catalogue/`:", ""]
    lines += ["| feed | what one row is about |", "|---|---|"]
    lines += [f"| [{c.name}](catalogue/{c.system}.md#{c.feed}) | {c.description} |" for c in others]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- dbt


class _Dumper(yaml.SafeDumper):
    """As people write it: lists stand in from what they belong to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Line(dict[str, object]):
    """What stands on one line."""


_Dumper.add_representer(
    _Line, lambda dumper, line: dumper.represent_mapping("tag:yaml.org,2002:map", line.items(), flow_style=True)
)


def _table(contract: Contract) -> dict[str, object]:
    own = [spec.partition(" ")[0] for spec in contract.own_columns]
    columns = [_tagged({"name": column.name}, column.pii) for column in contract.columns]
    columns += [_tagged({"name": name, "description": BESIDE[name]}, _strongest(contract, name)) for name in own]
    return {"name": contract.feed, "description": contract.description, "columns": columns}


def _tagged(column: Mapping[str, object], pii: str) -> _Line:
    return _Line(column) if pii == "none" else _Line({**column, "config": _Line(meta=_Line(pii=pii))})


def _strongest(contract: Contract, name: str) -> str:
    held = {column.pii for column in contract.columns} if name == "_as_arrived" else {"none"}
    return next(pii for pii in CLASSES if pii in held)


# ---------------------------------------------------------------- pages


def _section(contract: Contract) -> str:
    delivery = contract.delivery
    whole = f"; held back under {delivery.minimum_share:.0%} of the usual rows" if delivery.kind == "full" else ""
    facts = {
        "table": f"`{contract.relation}`",
        "owner": contract.owner,
        "domain": contract.domain,
        "grain": GRAINS[contract.grain.kind],
        "key": ", ".join(f"`{name}`" for name in contract.key) or "none: a row is known by all of its cells",
        "delivery": f"{delivery.kind}, every {_days(delivery.cadence_days)}{whole}",
        "stale after": f"{delivery.stale_after_days} days",
        "correction": f"{delivery.correction} by {delivery.correction}",
        "times without a zone": contract.time_zone,
        "amounts without a currency": contract.currency or "",
    }
    lines = [f"## {contract.feed}", "", contract.description, "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items() if value]
    lines += [f"| file | {_dialect(shape)} |" for shape in contract.files]
    lines += ["", "| column | headers | type | required | personal | besides |", "|---|---|---|---|---|---|"]
    lines += [_row(column) for column in contract.columns]
    return "\n".join(lines) + "\n"


def _dialect(shape: FileShape) -> str:
    told = [f"`{shape.pattern}`", shape.format]
    if shape.format == "csv":
        told += [" or ".join(shape.encodings), "tab" if shape.delimiter == "\t" else f"`{shape.delimiter}`"]
    told += [f"header within {shape.header_within} rows"] * (shape.header_within > 1)
    told += [f"footer `{_cell(shape.footer)}`"] if shape.footer else []
    told += [f"list `{shape.records}`"] if shape.records else []
    told += [f"where the header has {', '.join(shape.distinctive)}"] if shape.distinctive else []
    return ", ".join(told)


def _row(column: Column) -> str:
    besides = ["an identifier"] * column.identifier + ["masked cells are no value"] * column.masked
    besides += ["of the order"] * (column.level == "order")
    besides += [f"the {column.occurrence}. of its name"] if column.occurrence else []
    besides += ["one of " + ", ".join(column.values)] if column.values else []
    headers = ", ".join(f"`{_cell(header)}`" for header in column.headers)
    is_required, pii = "yes" if column.required else "", "" if column.pii == "none" else column.pii
    return f"| `{column.name}` | {headers} | {column.type} | {is_required} | {pii} | {_cell('; '.join(besides))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _days(count: int) -> str:
    return "day" if count == 1 else f"{count} days"


def _by_system(contracts: Iterable[Contract]) -> dict[str, list[Contract]]:
    return {system: list(feeds) for system, feeds in groupby(contracts, key=lambda contract: contract.system)}


if __name__ == "__main__":
    main()
