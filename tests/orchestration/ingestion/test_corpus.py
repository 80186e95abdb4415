"""Every named damage ends as it must: loaded right, set aside for the right reason, or refused with a sentence."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from orchestration.ingestion.inbox import scan
from orchestration.ingestion.receive import Yard, receive
from tests.orchestration.ingestion.corpus import bytes_and_containers, cells, structure
from tests.orchestration.ingestion.corpus.kinds import FEED, HEADER, Damage
from tests.orchestration.ingestion.intake import DAY, warehouse

DAMAGES = [*bytes_and_containers.DAMAGES, *structure.DAMAGES, *cells.DAMAGES]
MOST_MEMORY_MB = 1024
WORST = [damage for damage in DAMAGES if len(damage.content) > 200_000]


def test_there_are_at_least_120_kinds_of_damage_and_no_two_of_one_name():
    kinds = [damage.kind for damage in DAMAGES]
    assert len(kinds) >= 120
    assert len(set(kinds)) == len(kinds)


@pytest.mark.parametrize("damage", [one for one in DAMAGES if one not in WORST], ids=lambda damage: damage.kind)
def test_a_damage_ends_as_it_must(damage: Damage, tmp_path: Path):
    path = tmp_path / "inbox" / "shop" / str(DAY) / damage.name
    path.parent.mkdir(parents=True)
    path.write_bytes(damage.content)
    files = scan(tmp_path / "inbox", [FEED], DAY)
    known = [file for file in files if file.contract is not None]
    if damage.unknown is not None:
        assert known == []
        assert all(file.reason.startswith(damage.unknown) for file in files), [file.reason for file in files]
        return
    assert [file.reason for file in files if file.contract is None] == []
    with warehouse() as connection:
        received = receive(connection, FEED, known, Yard(tmp_path / "a", tmp_path / "s", "run-1", DAY))
        loaded = connection.execute(f"select {HEADER} from raw_shop.things order by _row_number").fetchall()
        aside = connection.execute(
            "select row_number, rule, reason, original from ops.quarantine order by 1"
        ).fetchall()
        ((reason,),) = connection.execute("select reason from ops.deliveries").fetchall()
    assert received.is_balanced
    assert received.rows_read == received.rows_loaded + received.rows_quarantined + received.rows_duplicate
    assert list((tmp_path / "s").glob("*")) == [] if (tmp_path / "s").exists() else True
    if damage.refused is not None:
        assert reason.startswith(damage.refused)
        assert loaded == []
        return
    assert reason == ""
    assert loaded == list(damage.rows)
    assert [(number, rule) for number, rule, _, _ in aside] == list(damage.set_aside)
    assert all(why and original for _, _, why, original in aside)
    assert received.rows_duplicate == damage.duplicates


def test_no_sentence_tells_what_a_cell_said():
    told = Counter(damage.refused or damage.unknown for damage in DAMAGES if damage.refused or damage.unknown)
    assert not any(re.search("Ada|李雷|Zoë|Bob", sentence) for sentence in told)


ONE_BY_ONE = """
import tempfile
from pathlib import Path
from tests.orchestration.ingestion import test_corpus
for damage in test_corpus.WORST:
    with tempfile.TemporaryDirectory() as folder:
        test_corpus.test_a_damage_ends_as_it_must(damage, Path(folder))
    print(damage.kind)
(peak,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(int(peak.split()[1]) // 1024)
"""


def test_the_worst_of_them_end_as_they_must_too_and_together_take_less_than_a_gigabyte_of_memory():
    done = subprocess.run([sys.executable, "-c", ONE_BY_ONE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    *told, peak = done.stdout.splitlines()
    assert told == [damage.kind for damage in WORST]
    assert len(WORST) >= 5
    assert int(peak) < MOST_MEMORY_MB
