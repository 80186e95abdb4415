"""Stand-in for dbt's adapter: whatever macros/dialect/ would write, sqlfluff reads as one function call."""

from collections.abc import Callable


def dispatch(macro: str, _package: str) -> Callable[..., str]:
    return lambda *arguments: f"{macro}({', '.join(arguments)})"
