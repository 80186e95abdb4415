"""What an export must look like: the YAML files under data/contracts, read and validated.

Here stands the shape of a contract and how a file finds its contract. Nothing here opens a database.
"""

import codecs
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

NAME = r"^[a-z][a-z0-9_]*$"
ColumnType = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]


class ContractError(Exception):
    """A contract that cannot be used; the message names the file and what to mend."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column of a raw table and the headers under which exports carry it."""

    name: str = Field(pattern=NAME)
    headers: tuple[str, ...] = Field(min_length=1)
    type: ColumnType
    required: bool = False
    pii: Literal["none", "indirect", "direct", "free_text"] = "none"
    pattern: str | None = None


class Files(_Strict):
    """How the files of a feed are named and written."""

    pattern: str
    format: Literal["csv"]
    encodings: tuple[str, ...] = ("utf-8",)
    delimiter: str = Field(default=",", min_length=1, max_length=1)

    @field_validator("encodings")
    @classmethod
    def _are_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError(f"nobody knows an encoding called {name}") from None
        return names


class Delivery(_Strict):
    """`full`: every delivery holds everything. `delta`: only what is new, overlaps allowed."""

    kind: Literal["full", "delta"]
    cadence_days: int = Field(ge=1)
    stale_after_days: int = Field(ge=1)


class Contract(_Strict):
    """One export feed of one source system."""

    system: str = Field(pattern=NAME)
    feed: str = Field(pattern=NAME)
    domain: Literal["orders", "crm", "tickets", "behaviour"]
    description: str
    owner: str
    files: Files
    delivery: Delivery
    key: tuple[str, ...]
    columns: tuple[Column, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Contract":
        names = [column.name for column in self.columns]
        headers = [fold(header) for column in self.columns for header in column.headers]
        for what, values in (("column name", names), ("header", headers)):
            repeated = sorted({value for value in values if values.count(value) > 1})
            if repeated:
                raise ValueError(f"{what} given twice: {', '.join(repeated)}")
        unknown = [name for name in self.key if name not in names]
        if unknown:
            raise ValueError(f"the key names columns that do not exist: {', '.join(unknown)}")
        return self

    @property
    def name(self) -> str:
        return f"{self.system}/{self.feed}"

    @property
    def relation(self) -> str:
        return f"raw_{self.system}.{self.feed}"

    @cached_property
    def by_header(self) -> dict[str, Column]:
        return {fold(header): column for column in self.columns for header in column.headers}

    def mapping(self, header: Sequence[str]) -> dict[str, int]:
        """Column name -> position in this file's header. Position never means anything by itself."""
        found: dict[str, int] = {}
        for position, title in enumerate(header):
            column = self.by_header.get(fold(title))
            if column is not None and column.name not in found:
                found[column.name] = position
        return found

    def missing(self, header: Sequence[str]) -> list[str]:
        """Required columns that this header does not carry."""
        found = self.mapping(header)
        return [column.name for column in self.columns if column.required and column.name not in found]


def fold(header: str) -> str:
    """A header as it is compared: case, spaces around it and a byte-order mark do not matter."""
    return header.strip().strip("\ufeff").strip().casefold()


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        ContractError: the file is not YAML, or not a contract; with the place that must be mended.
    """
    try:
        contract = Contract.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise ContractError(f"{path} is not readable YAML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'contract'}: {e['msg']}" for e in error.errors())
        raise ContractError(f"{path} is not a valid contract. {wrong}") from error
    if (contract.system, contract.feed) != (path.parent.name, path.stem):
        raise ContractError(f"{path} says it is {contract.name}; a contract lives in <system>/<feed>.yml")
    return contract


@cache
def load_contracts(folder: Path) -> tuple[Contract, ...]:
    """Every contract under `folder`, in the order of their names. Read once a process."""
    return tuple(sorted((load_contract(path) for path in folder.glob("*/*.yml")), key=lambda contract: contract.name))


def find_contract(
    contracts: Iterable[Contract], file_name: str, header_under: Callable[[Contract], Sequence[str]]
) -> Contract | None:
    """The contract a file fits: by its name, and by a header with every required column.

    `header_under` reads the file's header the way a contract says (its delimiter). Where several
    contracts fit, the one that knows most of the header wins.
    """
    fitting = {
        contract.name: (len(contract.mapping(header)), contract)
        for contract in contracts
        if fnmatch(file_name.lower(), contract.files.pattern.lower())
        and not contract.missing(header := header_under(contract))
    }
    return max(fitting.values(), key=lambda pair: (pair[0], pair[1].name), default=(0, None))[1]
