"""A steward's word on identity: these records are one person, or they are not.

Belongs here: the file that the next run reads, $CRM_DATA/overrides/identity.csv, which is only ever added to.
"""

import csv
import io
from dataclasses import dataclass

import pandas as pd

from dashboards import access, audit, clock
from dashboards.shop_window import data_folder

HEADER = ("decided_at", "decided_by", "decision", "record_a", "record_b", "reason")
DECISIONS = ("together", "apart", "undo")


@dataclass(frozen=True)
class Decision:
    """One of DECISIONS about two record keys, and why."""

    decision: str
    record_a: str
    record_b: str
    reason: str


def decide(decision: Decision) -> None:
    """Add the decision to the file and to the audit log.

    Raises access.NotAllowedError for a role without the right, ValueError for a decision that is none.
    """
    access.demand("decide")
    if decision.decision not in DECISIONS or decision.record_a == decision.record_b:
        raise ValueError("a decision is about two different records")
    path = data_folder() / "overrides" / "identity.csv"
    stated = (clock.now().isoformat(timespec="seconds"), access.visitor().name, decision.decision)
    rows = [(*stated, decision.record_a, decision.record_b, " ".join(decision.reason.split())[:200])]
    if not path.exists():
        rows.insert(0, HEADER)
    # a record's number may be somebody's mailbox: the log says of which systems they are, the file which they are
    systems = [record.partition("|")[0] for record in (decision.record_a, decision.record_b)]
    audit.record(f"decide_{decision.decision}", {"systems": systems})
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    audit.append(path, text.getvalue())


def decided() -> pd.DataFrame:
    """Every decision so far, oldest first, with the columns of HEADER."""
    path = data_folder() / "overrides" / "identity.csv"
    if not path.exists():
        return pd.DataFrame(columns=list(HEADER))
    return pd.read_csv(path, dtype=str, keep_default_na=False, usecols=list(HEADER))
