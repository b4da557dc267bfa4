"""A fresh database with a small table of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.config import DatabaseConfig, load_config
from autogpt_lite.db import Database


def database_config(**overrides: Any) -> DatabaseConfig:
    return load_config(overrides={f"database.{key}": value for key, value in overrides.items()}, environ={}).database


@pytest.fixture
async def db(tmp_path: Path):
    opened = await Database.open(tmp_path / "db.sqlite", database_config())
    await opened.write(lambda tx: tx.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT NOT NULL CHECK (v <> 'bad')) STRICT"))
    yield opened
    await opened.close()
