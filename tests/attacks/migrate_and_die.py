"""python migrate_and_die.py OLD FOLDER: migrates a copy of OLD in FOLDER/1, FOLDER/2 ... and dies at the first, second ... statement
of it, until one gets through. Prints how many died."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import apsw

from autogpt_lite.db.connection import open_connection
from autogpt_lite.db.migrate import migrate


def migrate_until(path: Path, count: int) -> None:
    left = [count]

    def trace(cursor: apsw.Cursor, statement: str, bindings: object) -> bool:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    connection = open_connection(path, cache_mb=2)
    connection.exec_trace = trace
    migrate(connection, path)
    os._exit(0)


def main(old: Path, folder: Path) -> None:
    count = 0
    while True:
        count += 1
        copy = folder / str(count) / "db.sqlite"
        copy.parent.mkdir(parents=True)
        shutil.copy(old, copy)
        child = os.fork()
        if child == 0:
            migrate_until(copy, count)
        if os.waitpid(child, 0)[1] == 0:
            break
    print(count - 1)


main(Path(sys.argv[1]), Path(sys.argv[2]))
