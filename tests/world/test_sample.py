"""The committed extract is what the generator writes, and small."""

import gzip
from pathlib import Path

from orchestration.world.sample import SAMPLE, write_sample


def test_the_sample_is_exactly_what_the_generator_writes(tmp_path: Path):
    write_sample(tmp_path)
    assert _contents(tmp_path) == _contents(SAMPLE)


def test_the_sample_is_small():
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) < 2_000_000


def _contents(folder: Path) -> dict[str, bytes]:
    """What two machines must agree on: compressed bytes depend on the compressor, their content does not."""
    return {
        str(file.relative_to(folder)): gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != "README.md"
    }
