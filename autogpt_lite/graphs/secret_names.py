"""Names under which secrets stand in agents: `api_key`, `X-Auth-Token`, `smtpPassword`."""

from __future__ import annotations

import re
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_PARTS = re.compile(r"password|passwd|passphrase|secret|credential|apikey|accesskey|privatekey|authorization|cookie")
_HEADER_WORDS = frozenset(["key", "auth", "pass", "pwd", "session", "sid", "signature", "jwt", "bearer"])


def is_secret_key(key: str, value: Any) -> bool:
    """Whether a value under this key is kept out of files: `api_key`, `X-Auth-Token`, `smtpPassword`, but not `max_tokens`."""
    if isinstance(value, bool):
        return False
    words = [word.lower() for word in _WORD.findall(key)]
    if _SECRET_PARTS.search("".join(words)):
        return True
    # One token is a secret; many tokens are a length, and so is a number under either name.
    return any(word.endswith("token") for word in words) and not isinstance(value, (int, float))


def is_secret_header(name: str) -> bool:
    """Whether a header of this name holds a secret, beside those whose name says so anywhere: `X-Key`, `X-Auth`."""
    return not _HEADER_WORDS.isdisjoint(word.lower() for word in _WORD.findall(name))
