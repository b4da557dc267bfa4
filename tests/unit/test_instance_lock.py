"""One process a data directory."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autogpt_lite.errors import DataDirLockedError
from autogpt_lite.instance_lock import InstanceLock, is_locked


def test_a_lock_is_held_once_and_free_afterwards(tmp_path: Path):
    assert not is_locked(tmp_path)
    with InstanceLock(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(DataDirLockedError), InstanceLock(tmp_path):
            pass
    assert not is_locked(tmp_path)
    with InstanceLock(tmp_path):
        pass


def test_the_refusal_names_the_holder(tmp_path: Path):
    with InstanceLock(tmp_path) as lock:
        with pytest.raises(DataDirLockedError, match=f"pid {os.getpid()}\\)"), InstanceLock(tmp_path):
            pass
        lock.note(url="http://127.0.0.1:1")
        lock.note(url="http://127.0.0.1:2")
        assert json.loads((tmp_path / "lock").read_text()) == {"pid": os.getpid(), "url": "http://127.0.0.1:2"}
        with pytest.raises(DataDirLockedError, match=r"at http://127\.0\.0\.1:2") as caught, InstanceLock(tmp_path):
            pass
        assert "--data-dir" in caught.value.hint


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}"])
def test_a_lock_without_a_readable_name_is_a_lock(tmp_path: Path, content: str):
    with InstanceLock(tmp_path):
        (tmp_path / "lock").write_text(content)
        with pytest.raises(DataDirLockedError, match="Another process"), InstanceLock(tmp_path):
            pass


def test_what_an_old_process_left_in_the_file_does_not_matter(tmp_path: Path):
    (tmp_path / "lock").write_text('{"pid": 1, "url": "http://127.0.0.1:1"}')
    assert not is_locked(tmp_path)
    with InstanceLock(tmp_path):
        assert json.loads((tmp_path / "lock").read_text()) == {"pid": os.getpid()}
