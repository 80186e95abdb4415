"""Data Docs: the suites and what they last found, written down for people as one HTML page.

Here belongs the page. Great Expectations words every check; the page around them is `data_docs.j2`, because its own
pages load scripts and styles from hosts on the internet, and without those show neither the list of suites nor which
checks failed. This one stands alone, and holds no value of any row.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.gate import is_blocking, validate

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render import RenderedSectionContent


def build(inspections: Iterable[tuple[pd.DataFrame, gx.ExpectationSuite]], out: Path) -> Path:
    """Inspect each frame by its suite and write `out`/index.html, replacing an older one. Returns its path.

    Raises what `gate.inspect` raises, and ValueError when there is nothing to write about.
    """
    from great_expectations.render import RenderedDocumentContent
    from great_expectations.render.view import DefaultJinjaPageView

    found = [validate(frame, suite) for frame, suite in inspections]
    if not found:
        raise ValueError("There are no inspections to write about. Give at least one frame and its suite.")
    page = DefaultJinjaPageView(custom_views_directory=str(Path(__file__).parent))
    document = RenderedDocumentContent(sections=[_section(result) for result in found])
    html = page.render(document, template="data_docs.j2", suites=[_summary(result) for result in found])
    out.mkdir(parents=True, exist_ok=True)
    index = out / "index.html"
    index.write_text(html, encoding="utf-8")
    return index


def _section(result: ExpectationSuiteValidationResult) -> RenderedSectionContent:
    from great_expectations.render import RenderedHeaderContent, RenderedSectionContent
    from great_expectations.render.renderer.content_block import ValidationResultsTableContentBlockRenderer

    blocks = []
    for header, results in (
        ("Stops the run", [each for each in result.results if is_blocking(each)]),
        ("Only warns", [each for each in result.results if not is_blocking(each)]),
    ):
        if results:
            blocks += [
                RenderedHeaderContent(header=header),
                ValidationResultsTableContentBlockRenderer.render(results, include_column_name=True),
            ]
    return RenderedSectionContent(section_name=result.suite_name, content_blocks=blocks)


def _summary(result: ExpectationSuiteValidationResult) -> dict[str, str | int]:
    return {
        "name": str(result.suite_name),
        "checks": len(result.results),
        "failed": sum(not each.success for each in result.results),
    }
