"""python migrate_and_die.py OLD FOLDER STEP: migrates copies of OLD, and dies at statement 1, 1 + STEP, 1 + 2 * STEP ... of them, until
one gets through. FOLDER/17/db.sqlite is the one that died at statement 17. Prints these numbers."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import apsw

from autogpt_lite.db.connection import open_connection
from autogpt_lite.db.migrate import migrate


def migrate_until(path: Path, n_statements: int) -> None:
    left = [n_statements]

    def trace(cursor: apsw.Cursor, statement: str, bindings: object) -> bool:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    connection = open_connection(path, cache_mb=2)
    connection.exec_trace = trace
    migrate(connection, path)
    os._exit(0)


def main(old: Path, folder: Path, step: int) -> None:
    died = []
    for count in itertools.count(1, step):
        copy = folder / str(count) / "db.sqlite"
        copy.parent.mkdir(parents=True)
        shutil.copy(old, copy)
        child = os.fork()
        if child == 0:
            migrate_until(copy, count - 1)
        if os.waitpid(child, 0)[1] == 0:
            break
        died.append(count)
    print(*died)


main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
