"""Backups of the last weeks beside a running server: nobody can wait for one a day."""

from __future__ import annotations

import os
import time
from pathlib import Path

DAYS_AGO = (1, 2, 3, 5, 6, 7, 8, 12, 13, 20)


def back_up(data_dir: Path, days_ago: tuple[int, ...] = DAYS_AGO) -> None:
    """Files that look like backups of these days, each of 3 MB."""
    folder = data_dir / "backups"
    folder.mkdir(exist_ok=True)
    for days in days_ago:
        at = time.time() - days * 86_400
        file = folder / f"autogpt_lite-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(at))}.sqlite"
        with open(file, "wb") as stream:
            stream.truncate(3_000_000)
        os.utime(file, (at, at))
