"""The doorbell: a delivery that came since the last look starts the daily job. Off until somebody turns it on."""

import hashlib
import json

import dagster as dg

from orchestration import clock
from orchestration.defs.schedules import daily
from orchestration.ingestion.arrival import fingerprint
from orchestration.ingestion.inbox import exports_in
from orchestration.settings import settings


@dg.sensor(job=daily, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.STOPPED)
def new_deliveries(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One run for one content of the inbox, once no file has changed between two looks."""
    before = json.loads(context.cursor or "{}")
    seen: dict[str, list[int | str]] = {}
    for path in sorted(exports_in(settings().inbox)):
        if not path.is_symlink():
            name, state = str(path.relative_to(settings().inbox)), path.stat()
            known = before.get(name, [0, 0, ""])
            same = known[:2] == [state.st_size, state.st_mtime_ns]
            sha256 = (known[2] or fingerprint(path)) if same else ""
            seen[name] = [state.st_size, state.st_mtime_ns, sha256]
    context.update_cursor(json.dumps(seen))
    if not seen:
        return dg.SkipReason("The inbox is empty.")
    if not all(sha256 for _, _, sha256 in seen.values()):
        return dg.SkipReason("A file is new or still being written; the next look decides.")
    content = hashlib.sha256(json.dumps({name: state[2] for name, state in seen.items()}).encode()).hexdigest()
    return dg.RunRequest(run_key=content, partition_key=clock.today().isoformat())


@dg.definitions
def sensors() -> dg.Definitions:
    return dg.Definitions(sensors=[new_deliveries])
