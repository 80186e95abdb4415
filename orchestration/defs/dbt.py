"""The locked room and the living rooms: dbt turns records into customers, its tests are asset checks."""

from collections.abc import Iterator

import dagster as dg
from dagster_dbt import DbtProject, dbt_assets

from orchestration.dbt_build import NodeResult, build, manifest_path, target_path
from orchestration.defs.resources import Limits
from orchestration.door import Door
from orchestration.partitions import days, one_by_one
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import Warehouse, as_of_date

project = DbtProject(project_dir=DBT_PROJECT, target_path=target_path())


# Seeds are a handful of rows that belong to the project: built with the staging models, no step of their own.
@dbt_assets(
    manifest=manifest_path(),
    project=project,
    name="dbt",
    exclude="resource_type:seed",
    partitions_def=days,
    backfill_policy=one_by_one,
)
def models(
    context: dg.AssetExecutionContext, warehouse: Warehouse, limits: Limits
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    day = as_of_date(context)
    warehouse.let_go()
    selected = context.selected_asset_keys
    seeds = {"resource_type:seed"} if any(key.path[0] == "staging" for key in selected) else set()
    variables = {"as_of_date": day.isoformat(), **limits.dbt_variables}
    results = build({key.path[-1] for key in selected} | seeds, variables, warehouse.path)
    _write_down(Door(warehouse, day), results)
    checks = {check.name: check for check in context.selected_asset_check_keys}
    for result in results:
        if result.kind == "model" and result.is_good:
            yield dg.MaterializeResult(asset_key=result.subject.split("."))
        elif result.name in checks:
            yield _check(result, checks[result.name])
    if any(not result.is_good for result in results):
        raise dg.Failure(_what_failed(results), allow_retries=False)


def _what_failed(results: list[NodeResult]) -> str:
    """The nodes that failed, not the many that were skipped because of them, and what the project says to do."""
    failed = sorted(
        (result for result in results if not result.is_good and result.status != "skipped"), key=lambda r: r.name
    )
    skipped = sum(result.status == "skipped" for result in results)
    names = ", ".join(result.name for result in failed)
    told = [
        f"{len(failed)} of {len(results)} nodes of the dbt build failed: {names}; "
        f"{skipped} that stand on them were skipped. Build them by hand (README, Analysts) to see the rows.",
        *(f"{result.name}: {result.description}" for result in failed if result.kind == "test" and result.description),
    ]
    return "\n  ".join(told)


def _check(result: NodeResult, key: dg.AssetCheckKey) -> dg.AssetCheckResult:
    is_warning = result.severity == "warn" or result.status == "warn"
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata={"failing_rows": result.failures},
    )


def _write_down(door: Door, results: list[NodeResult]) -> None:
    outcomes: dict[str, list[tuple[str, bool, bool]]] = {}
    for result in results:
        if result.kind == "test":
            outcome = (result.name, result.status == "pass", result.severity == "error")
            outcomes.setdefault(result.subject, []).append(outcome)
    for subject, found in outcomes.items():
        door.write_down("dbt_test", "dbt", subject, found)


@dg.definitions
def dbt() -> dg.Definitions:
    return dg.Definitions(assets=[models])
