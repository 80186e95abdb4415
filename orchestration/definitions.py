"""The front door: everything Dagster can run lives under defs/."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    found = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    one_writer = dg.Definitions(executor=dg.in_process_executor)
    return dg.Definitions.merge(found, one_writer)
