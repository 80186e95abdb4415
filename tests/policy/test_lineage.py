"""From a page back to its tables: every page is an exposure of dbt, and the exposure names all that the page reads."""

import ast
import re
from pathlib import Path

import pytest

from tests.policy.project import Project
from tests.policy.tree import CHECKOUT

DASHBOARDS = CHECKOUT / "dashboards"
PAGES = sorted((DASHBOARDS / "app_pages").glob("*.py"))
TABLE = re.compile(r"\b(marts|ml|ops)\.([a-z_0-9]+)")


def tables_read(page: Path) -> set[tuple[str, str]]:
    """(schema, table) of everything named in the page and in the modules of dashboards it is made of."""
    seen: set[Path] = set()
    waiting = [page]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imported(module)
    return {found for module in seen for found in TABLE.findall(module.read_text(encoding="utf-8"))}


def imported(module: Path) -> set[Path]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "dashboards":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards."):
            names.add(str(node.module).split(".")[1])
    return {DASHBOARDS / f"{name}.py" for name in names if (DASHBOARDS / f"{name}.py").is_file()}


def exposed(project: Project) -> dict[str, set[tuple[str, str]]]:
    """Page -> (schema, table) that its exposure depends on."""
    named = {node["unique_id"]: (node["schema"], node["name"]) for node in project.nodes}
    named |= {key: (source["schema"], source["name"]) for key, source in project.sources.items()}
    return {
        exposure["config"]["meta"]["page"]: {named[node] for node in exposure["depends_on"]["nodes"]}
        for exposure in project.manifest["exposures"].values()
    }


def test_every_page_is_an_exposure(project: Project):
    assert set(exposed(project)) == {page.stem for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_exposure_names_what_its_page_reads(project: Project, page: Path):
    known = {(node["schema"], node["name"]) for node in project.nodes}
    known |= {(source["schema"], source["name"]) for source in project.sources.values()}
    lacking = tables_read(page) & known - exposed(project)[page.stem]
    assert not lacking, f"name it in dbt_project/models/exposures.yml, under {page.stem}"
