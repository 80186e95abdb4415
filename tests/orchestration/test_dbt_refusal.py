"""A build that failed names what failed and what to do, not everything that was skipped because of it."""

from orchestration.dbt_build import NodeResult
from orchestration.defs.dbt import _what_failed


def node(name: str, status: str, kind: str = "test", description: str = "") -> NodeResult:
    return NodeResult(f"{kind}.{name}", kind, name, status, 0, "error", "marts.a", description)


def test_the_cause_is_named_with_its_cure_and_what_was_skipped_is_counted():
    told = _what_failed(
        [
            node("assert_few", "fail", description="Raise the limit for one run."),
            node("dim_a", "skipped", "model"),
            node("unique_a", "skipped"),
            node("fct_b", "success", "model"),
        ]
    )
    assert "1 of 4 nodes" in told
    assert "assert_few: Raise the limit for one run." in told
    assert "2 that stand on them were skipped" in told
    assert "dim_a" not in told
    assert "fct_b" not in told
