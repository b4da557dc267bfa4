"""Secrets at rest: what is sealed opens only with the same key, for the same owner, unchanged."""

from __future__ import annotations

import os
import stat
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.credentials.keys import KEY_FILE
from autogpt_lite.credentials.secrets import SecretBox
from autogpt_lite.errors import SealedSecretError


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    return SecretBox(tmp_path_factory.mktemp("data"))


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_was_sealed_opens_again(box, plaintext, identity):
    sealed = box.seal(plaintext, identity=identity)
    assert box.open(sealed, identity=identity) == plaintext


@given(st.data())
def test_any_changed_byte_is_noticed(box, data):
    sealed = bytearray(box.seal(b"s3cret", identity="row 1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealedSecretError):
        box.open(bytes(sealed), identity="row 1")


@pytest.mark.parametrize("length", [0, 1, 9, 20, 30])
def test_a_cut_secret_is_noticed(box, length):
    with pytest.raises(SealedSecretError):
        box.open(box.seal(b"s3cret", identity="row 1")[:length], identity="row 1")


def test_a_secret_does_not_open_in_another_row(box):
    with pytest.raises(SealedSecretError, match="belongs to something else"):
        box.open(box.seal(b"s3cret", identity="row 1"), identity="row 2")


def test_the_same_secret_never_looks_the_same(box):
    assert len({box.seal(b"s3cret", identity="row 1") for _ in range(100)}) == 100


def test_a_later_start_reads_the_same_key(tmp_path):
    sealed = SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    assert SecretBox(tmp_path).open(sealed, identity="row 1") == b"s3cret"


def test_no_key_is_made_before_it_is_needed(tmp_path):
    SecretBox(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_lost_key_is_one_clear_error_and_no_new_key_is_made(tmp_path):
    sealed = SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(SealedSecretError, match="is missing") as caught:
        SecretBox(tmp_path).open(sealed, identity="row 1")
    assert "backup" in caught.value.hint
    assert str(tmp_path) not in caught.value.message
    assert not (tmp_path / KEY_FILE).exists()


def test_another_key_is_told_apart_from_tampering(tmp_path):
    sealed = SecretBox(tmp_path / "a").seal(b"s3cret", identity="row 1")
    other = SecretBox(tmp_path / "b")
    other.seal(b"x", identity="row 1")
    with pytest.raises(SealedSecretError, match="not the one"):
        other.open(sealed, identity="row 1")


@pytest.mark.parametrize(
    "content", [b"nonsense", b"autogpt-lite-key-1:", b"autogpt-lite-key-1:AAAA\n", b"autogpt-lite-key-9:" + b"A" * 44]
)
def test_a_damaged_key_file_is_an_error_and_is_left_as_it_is(tmp_path, content):
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(SealedSecretError, match="is damaged"):
        SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    assert (tmp_path / KEY_FILE).read_bytes() == content


def test_an_empty_key_file_of_a_crash_is_replaced(tmp_path):
    (tmp_path / KEY_FILE).touch()
    sealed = SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    assert SecretBox(tmp_path).open(sealed, identity="row 1") == b"s3cret"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no mode bits; the folder is the user's own there")
def test_only_the_owner_may_read_the_key_file(tmp_path, caplog):
    old = os.umask(0)
    try:
        SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    finally:
        os.umask(old)
    path = tmp_path / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    SecretBox(tmp_path).seal(b"s3cret", identity="row 1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "closed" in caplog.text


def test_the_key_is_in_no_text(tmp_path, caplog):
    box = SecretBox(tmp_path)
    caplog.set_level("DEBUG")
    sealed = box.seal(b"s3cret", identity="row 1")
    key_text = (tmp_path / KEY_FILE).read_text().strip().partition(":")[2]
    with pytest.raises(SealedSecretError) as caught:
        box.open(sealed, identity="row 2")
    for text in (repr(box), str(box), caplog.text, repr(caught.value), sealed.hex()):
        assert key_text not in text
        assert repr(box.keys.current()) not in text
        assert box.keys.current().hex() not in text
