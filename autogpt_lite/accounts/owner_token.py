"""The owner's token: a file that only the user who runs the server can read. Scripts and the CLI send it as a bearer token."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from ..errors import StartupError

FILE_NAME = "owner_token"
_MINIMUM_CHARS = 40


def read_owner_token(data_dir: Path) -> str | None:
    """The token, or None where no server has made one yet."""
    try:
        return (data_dir / FILE_NAME).read_text("ascii").strip()
    except FileNotFoundError:
        return None


def load_owner_token(data_dir: Path) -> str:
    """The token; the first start makes it, 256 random bits, mode 0600. Raises StartupError for one that is too weak."""
    path = data_dir / FILE_NAME
    with contextlib.suppress(FileExistsError):
        # O_EXCL: never write into a file that somebody else put there; never readable by others, not even for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    token = read_owner_token(data_dir) or ""
    if len(token) < _MINIMUM_CHARS:
        raise StartupError(
            f"The file {FILE_NAME} in the data directory holds no usable token.",
            hint="Delete it; the next start makes a new one.",
        )
    return token
