"""Files that appear under their name only when they are whole and on the disk."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def partial_of(target: Path) -> Path:
    """Where `target` is written until it is whole; never taken for it."""
    return target.with_name(f"{target.name}.partial")


def publish(partial: Path, target: Path) -> None:
    """Gives a file that is written to its end its name; a power cut afterwards takes neither away."""
    with open(partial, "rb+") as file:
        os.fsync(file.fileno())
    os.replace(partial, target)
    sync_folder(target.parent)


def copy_whole(source: Path, target: Path) -> None:
    """Copies a file; `target` appears, or changes, when the copy is whole."""
    partial = partial_of(target)
    try:
        shutil.copyfile(source, partial)
        publish(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Puts names that were given or changed in the folder on the disk (on Windows the system does so itself)."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
