"""A reader as the pages are one: follows the pointer, opens what it names, and holds it to its manifest.

Run as `python -m tests.journey.reader PUBLISHED STOP_FILE`. Polls until STOP_FILE exists, then prints what it saw as
JSON.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

CHECKED = ("marts.customer_360", "marts.fct_orders", "marts.daily_business", "ml.rfm")


def look(published: Path) -> str:
    """The version that is pointed to, after checking that it is whole.

    Raises:
        AssertionError: the tables are not what the manifest says.
    """
    version = json.loads((published / "current.json").read_text(encoding="utf-8"))["version"]
    manifest = json.loads((published / version / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["version"] == version
    with duckdb.connect(str(published / version / "marts.duckdb"), read_only=True, config={"threads": "1"}) as snapshot:
        for table in CHECKED:
            rows, content = snapshot.execute(f"select count(*), coalesce(sum(hash(t)), 0) from {table} as t").fetchone()
            said = manifest["tables"][table]
            assert (rows, f"{int(content):x}") == (said["rows"], said["content_hash"]), table
        (customers, buyers, scored) = snapshot.execute(
            "select count(*), count(*) filter (has_ordered), (select count(*) from ml.rfm) from marts.customer_360"
        ).fetchone()
        assert customers >= buyers == scored
    return version


def main() -> None:
    published, stop = Path(sys.argv[1]), Path(sys.argv[2])
    seen: list[str] = []
    errors: list[str] = []
    looks = 0
    while not stop.exists():
        looks += 1
        try:
            version = look(published)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        else:
            if not seen or seen[-1] != version:
                seen.append(version)
        time.sleep(0.5)
    print(json.dumps({"looks": looks, "versions": seen, "errors": errors[:5], "error_count": len(errors)}))


if __name__ == "__main__":
    main()
