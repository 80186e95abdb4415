"""The company's deliveries on disk: joins what the blocks wrote, in their order, and hands all of it over at once.

Nobody sees a half-written inbox: files grow in a folder of their own and are moved when everything is there.
"""

import gzip
import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from orchestration.world.exports.delivery import Feed, Schedule
from orchestration.world.exports.desk import Written

WORKSHOP = ".world-in-progress"
LEDGER = "world.json"


@dataclass
class Inbox:
    """`out`/inbox in the making: open, append block after block, hand over.

    arguments: what the world was made from; an inbox may be written again only from the same.
    """

    out: Path
    feeds: list[Feed]
    schedule: Schedule
    arguments: dict[str, Any]
    rows: Counter[str] = field(default_factory=Counter)

    @property
    def workshop(self) -> Path:
        """Where the deliveries lie, in folders like the inbox's, until they are handed over."""
        return self.out / WORKSHOP

    def open(self) -> None:
        """Begin every delivery with its header. Raises FileExistsError when deliveries of another origin lie there."""
        self._refuse_strangers()
        shutil.rmtree(self.workshop, ignore_errors=True)
        for feed in self.feeds:
            self.rows[feed.key] = 0
            for path in self.schedule.paths(feed):
                file = self.workshop / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(beginning(feed, path))

    def append(self, written: Written) -> None:
        """The next block's rows. Blocks come in the order of their people, whoever finished first."""
        with written.scratch.open("rb") as scratch:
            for piece in written.pieces:
                scratch.seek(piece.offset)
                with (self.workshop / piece.path).open("ab") as file:
                    file.write(scratch.read(piece.length))
                self.rows[piece.feed] += piece.rows
        written.scratch.unlink()
        for part in written.parts:
            (self.workshop / part.path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part.file, self.workshop / part.path)
            self.rows[part.feed] += part.rows

    def hand_over(self) -> list[PurePosixPath]:
        """Move everything into the inbox, in place of this world's earlier edition; gives the files' paths."""
        inbox = self.out / "inbox"
        for old in self._written_before():
            (inbox / old).unlink(missing_ok=True)
        files = sorted(PurePosixPath(f.relative_to(self.workshop)) for f in self.workshop.rglob("*") if f.is_file())
        for path in files:
            (inbox / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.workshop / path, inbox / path)
        shutil.rmtree(self.workshop)
        ledger = self.out / "truth" / LEDGER
        ledger.parent.mkdir(parents=True, exist_ok=True)
        told = self.arguments | {"files": [str(path) for path in files]}
        ledger.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        return files

    def _refuse_strangers(self) -> None:
        ours = {self.out / "inbox" / path for path in self._written_before()}
        for system in sorted({feed.system for feed in self.feeds}):
            for file in sorted((self.out / "inbox" / system).rglob("*")):
                if file.is_file() and file not in ours:
                    raise FileExistsError(
                        f"{file} is not of this world, and two worlds in one inbox make nonsense: "
                        "choose another folder, or move that file away first."
                    )

    def _written_before(self) -> list[str]:
        """What an earlier run with the same arguments handed over."""
        ledger = self.out / "truth" / LEDGER
        if not ledger.exists():
            return []
        told = json.loads(ledger.read_text(encoding="utf-8"))
        files = told.pop("files")
        return files if told == self.arguments else []


def beginning(feed: Feed, path: PurePosixPath) -> bytes:
    """What a delivery holds before its first row."""
    text = feed.preamble.encode(feed.encoding)
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text
