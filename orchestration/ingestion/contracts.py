"""Reading the contracts of a folder. A wrong one is refused with the file and the line that must be mended.

A contract is in use when it lies in data/contracts/<system>/. Those in data/contracts/catalogue/ are for systems that
this company does not have: `crm check` knows them, and moving a folder up puts them to use.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from orchestration.ingestion.contract_model import Column, Contract
from orchestration.settings import CONTRACTS

__all__ = ["CATALOGUE", "Column", "Contract", "ContractError", "load_contract", "load_contracts"]

CATALOGUE = CONTRACTS / "catalogue"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ContractError(Exception):
    """A contract that cannot be used; the message names the file, the line and what to mend."""


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        ContractError: the file is not YAML, or not a contract; with the place that must be mended.
    """
    text = path.read_text(encoding="utf-8")
    try:
        contract = Contract.model_validate(yaml.load(text, Loader=LOADER))  # noqa: S506 - both loaders are the safe ones
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise ContractError(f"{place}: this is not readable YAML: {getattr(error, 'problem', error)}") from error
    except ValidationError as error:
        wrong = [_fault(text, fault["loc"], fault["msg"]) for fault in error.errors()]
        raise ContractError(f"{path} is not a valid contract. {'; '.join(wrong)}") from error
    if (contract.system, contract.feed) != (path.parent.name, path.stem):
        raise ContractError(f"{path}, line 1: it says it is {contract.name}; a contract lives in <system>/<feed>.yml")
    return contract


@cache
def load_contracts(folder: Path) -> tuple[Contract, ...]:
    """Every contract under `folder`, in the order of their names. Read once a process."""
    return tuple(sorted((load_contract(path) for path in folder.glob("*/*.yml")), key=lambda contract: contract.name))


def _fault(text: str, place: Sequence[int | str], message: str) -> str:
    named = ".".join(map(str, place)) or "contract"
    return f"line {_line_of(text, place)}, {named}: {message}"


def _line_of(text: str, place: Sequence[int | str]) -> int:
    """The line on which the innermost part of `place` that the file does write stands."""
    node = yaml.compose(text, Loader=LOADER)
    line = node.start_mark.line if node is not None else 0
    for step in place:
        if isinstance(node, yaml.MappingNode):
            inner = next((pair for pair in node.value if pair[0].value == step), None)
            if inner is None:
                break
            line, node = inner[0].start_mark.line, inner[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1
