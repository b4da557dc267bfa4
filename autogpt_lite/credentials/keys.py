"""The keys that stored secrets are sealed with: from a file beside the database, from a setting, or from a command.

Wherever they come from, they are lines of text, one key each. The first one seals; the others only open what older keys have
sealed (a rotation that is not finished, backups made before it).
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ..db.files import sync_folder
from ..errors import ConfigError, SealedSecretError

log = logging.getLogger(__name__)

KEY_FILE = "credentials.key"
KEY_BYTES = 32
KEY_ID_BYTES = 8
MIN_DIFFERENT_BYTES = 16
"""Of a key's 32: random ones have about 30, never fewer than 16; zeros, a repeated word and digits do."""
MAX_KEYS = 100
COMMAND_TIMEOUT_S = 30.0

_PREFIX = b"autogpt-lite-key-1:"


class Keys:
    """The keys of one data directory, read when they are first needed. `given` holds keys of a setting or a command: then no
    file is read or written."""

    def __init__(self, data_dir: Path, given: Sequence[bytes] = ()):
        self.is_external = bool(given)
        self.is_needed: Callable[[], bool] = lambda: False
        """Whether something stored was sealed with the key: then no other one is made in its place silently."""
        self._path = Path(data_dir) / KEY_FILE
        self._keys: list[bytes] = list(given)

    def __repr__(self) -> str:
        return "Keys()"

    def current(self) -> bytes | None:
        """The key that seals; None where there is none yet, or it is lost. Raises SealedSecretError for an unusable file."""
        if not self._keys:
            self._keys = read_key_file(self._path)
        return self._keys[0] if self._keys else None

    def state(self) -> str:
        """ "present", "missing" where stored secrets need one, or "not needed"."""
        try:
            if self.current() is not None:
                return "present"
        except SealedSecretError:
            return "missing"
        return "missing" if self.is_needed() else "not needed"

    def current_or_new(self) -> bytes:
        """The key that seals; the first secret of a data directory makes it. Raises SealedSecretError where it is lost."""
        if (key := self.current()) is None:
            if self.is_needed():
                raise SealedSecretError(
                    f"The key file {KEY_FILE} of the data directory is missing, and stored secrets need it.",
                    hint="Put it back from a backup, or begin with another: `autogpt-lite credentials new-key`. What was stored with"
                    " the lost one has to be entered again then.",
                )
            self._keys = [key := _make_key_file(self._path)]
        return key

    def find(self, wanted_id: bytes) -> bytes | None:
        """The key with this id; a file that was put back or changed meanwhile is read again."""
        for key in self._keys:
            if key_id(key) == wanted_id:
                return key
        if not self.is_external:
            self._keys = read_key_file(self._path)
        return next((key for key in self._keys if key_id(key) == wanted_id), None)

    def add_new(self) -> bytes:
        """Makes another key the one that seals; the older ones still open. Raises SealedSecretError where no file holds them."""
        if self.is_external:
            raise SealedSecretError("The key does not come from the data directory, so it cannot be replaced from here.")
        return self._write([os.urandom(KEY_BYTES), *read_key_file(self._path)])[0]

    def add(self, others: Sequence[bytes]) -> None:
        """Takes further keys that open (those of a backup). Known ones change nothing."""
        known = read_key_file(self._path)
        if new := [key for key in others if key not in known]:
            self._write([*known, *new])

    def keep_only(self, wanted_ids: set[bytes]) -> int:
        """Forgets all older keys but these; how many it forgot."""
        keys = read_key_file(self._path)
        kept = keys[:1] + [key for key in keys[1:] if key_id(key) in wanted_ids]
        if len(kept) < len(keys):
            self._write(kept)
        return len(keys) - len(kept)

    def _write(self, keys: list[bytes]) -> list[bytes]:
        if len(keys) > MAX_KEYS:
            raise SealedSecretError(
                f"{KEY_FILE} holds {MAX_KEYS} keys.", hint="`credentials rotate --forget-old` drops old ones."
            )
        # A new file in the place of the old one, in one step: a crash leaves the one or the other, never a half.
        fresh = self._path.with_name(f"{KEY_FILE}.new")
        fresh.unlink(missing_ok=True)
        _write_private(fresh, b"".join(map(key_line, keys)))
        os.replace(fresh, self._path)
        sync_folder(self._path.parent)
        self._keys = keys
        return keys


def copy_keys(data_dir: Path, target: Path) -> int:
    """Writes the keys of a data directory to a file of mode 0600; how many. A file that is there is replaced."""
    keys = read_key_file(Path(data_dir) / KEY_FILE)
    target.unlink(missing_ok=True)
    _write_private(target, b"".join(map(key_line, keys)))
    return len(keys)


def key_id(key: bytes) -> bytes:
    """Tells keys apart without telling anything about them."""
    return hashlib.sha256(b"autogpt-lite key id\0" + key).digest()[:KEY_ID_BYTES]


def key_line(key: bytes) -> bytes:
    """A key as a line of a key file."""
    return _PREFIX + base64.b64encode(key) + b"\n"


def parse_keys(content: bytes) -> list[bytes]:
    """The keys of a file, a setting or a command's output. Raises ValueError."""
    keys = []
    for line in content.split():
        if not line.startswith(_PREFIX):
            raise ValueError("a line is no key")
        keys.append(base64.b64decode(line.removeprefix(_PREFIX), validate=True))
    if any(len(key) != KEY_BYTES for key in keys) or len(keys) > MAX_KEYS:
        raise ValueError("a key has the wrong length")
    if any(len(set(key)) < MIN_DIFFERENT_BYTES for key in keys):
        raise ValueError("a key is not random")
    return keys


def given_keys(setting: str, command: Sequence[str]) -> list[bytes]:
    """The keys of `credentials.key` or of what `credentials.key_command` prints; none where neither is set. Raises ConfigError."""
    if setting and command:
        raise ConfigError("`credentials.key` and `credentials.key_command` are both set.", hint="Keep one of them.")
    name, text = ("key_command", _output_of(command)) if command else ("key", setting.encode())
    try:
        keys = parse_keys(text)
    except ValueError:
        keys = []
    if not keys and (setting or command):
        raise ConfigError(
            f"`credentials.{name}` gives no usable key.",
            hint=f"A key is the line of a {KEY_FILE}: {_PREFIX.decode()} and 32 random bytes in base64.",
        )
    return keys


def _output_of(command: Sequence[str]) -> bytes:
    try:
        done = subprocess.run(
            list(command), capture_output=True, timeout=COMMAND_TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"`credentials.key_command` cannot be run: {type(error).__name__}.") from None
    if done.returncode != 0:
        raise ConfigError(f"`credentials.key_command` ended with the code {done.returncode}.", hint="Run it by hand to see why.")
    return done.stdout


def unusable(reason: str) -> SealedSecretError:
    """The error for a key that is not there or is not the right one."""
    return SealedSecretError(
        f"The key file {KEY_FILE} of the data directory {reason}.",
        hint="Put the file back from a backup. Without it, stored credentials cannot be read and have to be entered again.",
    )


# --- the file ---------------------------------------------------------------------------------------------


def read_key_file(path: Path) -> list[bytes]:
    """Its keys; none where there is no file. Raises SealedSecretError for one that cannot be used."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError:
        raise unusable("cannot be read") from None
    if not content:
        return []  # a crash between making and writing it: nothing was ever sealed with it
    _keep_private(path)
    try:
        keys = parse_keys(content)
    except ValueError:
        keys = []
    if not keys:
        raise unusable("is damaged")
    return keys


def _make_key_file(path: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.unlink(missing_ok=True)  # only ever an empty one, see read_key_file
        _write_private(path, key_line(key))
    except FileExistsError:
        if other := read_key_file(path):
            return other[0]
        raise unusable("is being written by another process") from None
    except OSError:
        raise unusable("cannot be written") from None
    # Else a power loss could take the new file's name away again, and with it everything sealed meanwhile.
    sync_folder(path.parent)
    return key


def _write_private(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _keep_private(path: Path) -> None:
    # On Windows the folder below LOCALAPPDATA is the user's own already; mode bits say nothing there.
    if sys.platform == "win32":
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        log.warning("%s could be read by other users of this machine; it is now closed to them", KEY_FILE)
        os.chmod(path, 0o600)
