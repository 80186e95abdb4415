"""Which files the checkout consists of, whether or not git is there to say so."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("orchestration", "models_ml", "expectations", "dashboards")


def committed_files() -> Iterator[Path]:
    """Every file that .gitignore does not keep out, in the order of names."""
    lines = (CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    folders = [CHECKOUT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name == ".git" or any(_is_ignored(path, pattern) for pattern in ignored):
                continue
            if path.is_dir():
                folders.append(path)
            elif not path.is_symlink():
                yield path


def modules_of(*rooms: str) -> list[Path]:
    """Every Python module of some rooms."""
    return [path for path in committed_files() if path.suffix == ".py" and path.relative_to(CHECKOUT).parts[0] in rooms]


def _is_ignored(path: Path, pattern: str) -> bool:
    if pattern.endswith("/") and not path.is_dir():
        return False
    place = path.relative_to(CHECKOUT).as_posix()
    bare = pattern.strip("/")
    return fnmatch(place, bare) if "/" in pattern.rstrip("/") else fnmatch(path.name, bare)
