"""A backup with its key opens everything on another machine; without it, the secrets stay closed (attacks.md I4)."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.server import ServerProcess, run_cli

GITHUB = "/api/integrations/github/credentials"
SECRET = "ghp_a-secret-that-is-long-enough"


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with its key, of a server that has a stored secret."""
    folder = tmp_path_factory.mktemp("backup")
    with ServerProcess(folder / "data") as server:
        assert server.request("POST", GITHUB, {"type": "api_key", "api_key": SECRET, "title": "work"}).status == 201
        made = run_cli("backup", folder / "copy.sqlite", "--with-key", "--data-dir", folder / "data")
    assert made.returncode == 0, made.stderr
    assert "copy.sqlite.key" in made.stdout
    return folder / "copy.sqlite"


def is_readable(data_dir: Path) -> bool:
    with ServerProcess(data_dir) as server:
        (stored,) = [one for one in server.get("/api/integrations/credentials") if not one["is_system"]]
    return stored["is_readable"]


def test_i4_a_backup_with_its_key_opens_everything_elsewhere(backup: Path, tmp_path: Path):
    restored = run_cli("restore", backup, "--data-dir", tmp_path / "elsewhere")
    assert restored.returncode == 0, restored.stderr
    assert "and the key from" in restored.stdout
    assert is_readable(tmp_path / "elsewhere")
    assert SECRET.encode() not in backup.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(backup.with_name("copy.sqlite.key").stat().st_mode) == 0o600


def test_i4_without_the_key_the_rest_opens_and_the_secret_is_told_to_be_closed(backup: Path, tmp_path: Path):
    (tmp_path / "alone.sqlite").write_bytes(backup.read_bytes())
    assert run_cli("restore", tmp_path / "alone.sqlite", "--data-dir", tmp_path / "elsewhere").returncode == 0
    assert not is_readable(tmp_path / "elsewhere")


def test_i4_a_damaged_key_file_is_refused_before_anything_changes(backup: Path, tmp_path: Path):
    (tmp_path / "copy.sqlite").write_bytes(backup.read_bytes())
    (tmp_path / "copy.sqlite.key").write_text("no key at all")
    refused = run_cli("restore", tmp_path / "copy.sqlite", "--data-dir", tmp_path / "elsewhere")
    assert refused.returncode != 0
    assert "key" in refused.stderr
    assert not (tmp_path / "elsewhere" / "autogpt_lite.sqlite").exists()
