"""What becomes of every file of a folder of real exports: its contract, and whether its rows add up.

`python -m tests.benchmarks.conservation FOLDER` looks at every CSV, TSV, XLSX, JSON and Parquet file below it as
`crm check` does and prints one line a file: rows read = kept + quarantined + duplicate, or the sentence of its refusal.
Ends with status 1 when one does not add up.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.ingestion.check import UnknownExportError, look_at
from orchestration.settings import Settings

SUFFIXES = {".csv", ".tsv", ".xlsx", ".json", ".ndjson", ".gz", ".zip", ".parquet"}
LINE = "{:<64} {:<28} {:>9} {:>9} {:>9} {:>9}  {}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(LINE.format("file", "contract", "read", "kept", "aside", "twice", "adds up"))
    ends: Counter[str] = Counter()
    for name, found in outcomes(folder):
        if isinstance(found, str):
            ends["refused with a sentence"] += 1
            print(f"{name:<64} {found}")
            continue
        counts = [found[key] for key in ("rows_read", "rows_kept", "rows_quarantined", "rows_duplicate")]
        adds_up = found["adds_up"] and counts[0] == sum(counts[1:])
        ends["adds up" if adds_up else "DOES NOT ADD UP"] += 1
        told = found["refused"] or ("yes" if adds_up else "NO")
        print(LINE.format(name, found["contract"], *(f"{count:,}" for count in counts), told))
    print(", ".join(f"{count} {what}" for what, count in ends.items()))
    sys.exit(ends["DOES NOT ADD UP"] > 0)


def outcomes(folder: Path) -> Iterator[tuple[str, dict[str, object] | str]]:
    """(file, what `crm check` finds or the sentence with which it refuses) of every export below a folder."""
    with TemporaryDirectory() as scratch:
        home = Settings(data=Path(scratch), memory_limit="2GB", threads=2)
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                try:
                    yield path.relative_to(folder).as_posix(), look_at(path, None, home)
                except UnknownExportError as error:
                    yield path.relative_to(folder).as_posix(), str(error).partition(":")[0]


if __name__ == "__main__":
    main()
