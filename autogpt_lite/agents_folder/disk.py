"""The folder on disk. All functions run on a thread."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from .types import DiskFile

MAX_FILE_BYTES = 20_000_000
MAX_FILES = 10_000
SET_ASIDE = ".conflict-"

Stamp = tuple[int, int, int]


class _Head(msgspec.Struct):
    """What of a file says which agent it is."""

    id: str | None = None
    sub_graphs: list[msgspec.Raw] | None = None


def look(folder: Path) -> dict[str, Stamp]:
    """{name: (time of change, size, inode)} of the agent files. Raises OSError."""
    found: dict[str, Stamp] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_agent_file(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            facts = entry.stat(follow_symlinks=False)
            found[entry.name] = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            if len(found) >= MAX_FILES:
                break
    return dict(sorted(found.items()))


def _is_agent_file(name: str) -> bool:
    return name.endswith(".json") and not name.startswith(".") and SET_ASIDE not in name


def examine(folder: Path, name: str) -> DiskFile:
    """What a file is. Raises OSError."""
    size = (folder / name).stat().st_size
    if size > MAX_FILE_BYTES:
        return DiskFile(name=name, digest=f"{size} bytes", problem=f"The file is larger than {MAX_FILE_BYTES:,} bytes.")
    data = (folder / name).read_bytes()
    digest = digest_of(data)
    try:
        head = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return DiskFile(
            name=name, digest=digest, problem=f"This is not an agent file, or only a half of one: {str(error)[:200]}."
        )
    return DiskFile(name=name, digest=digest, file_id=head.id or None, n_sub_graphs=len(head.sub_graphs or ()))


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def write(folder: Path, name: str, data: bytes) -> None:
    """Whoever reads the file sees the old bytes or the new ones, also after a power cut. Raises OSError."""
    new = folder / f".{name}.new"
    with open(new, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, folder / name)


def rename(folder: Path, name: str, to: str) -> None:
    os.replace(folder / name, folder / to)


def remove(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)


def set_aside(folder: Path, name: str, digest: str) -> str:
    """Keeps a file under another name, at which nothing looks; returns that."""
    kept = f"{name.removesuffix('.json')}{SET_ASIDE}{digest[:8]}.json"
    os.replace(folder / name, folder / kept)
    return kept
