"""Secrets inside of texts: in an address, as the value of a header, or by the shape that a provider gives its keys."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_plus

from .secret_names import is_secret_key

# What providers document of their keys; a word of prose has none of these forms.
_KEY_SHAPES = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-[A-Za-z0-9_-]{16,}|[srp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}|agpt_[A-Za-z0-9_-]{16,}"
    r"|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[a-z]-[A-Za-z0-9-]{10,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r")(?![A-Za-z0-9_-])"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
)
_BEARER = re.compile(r"\s*(?:bearer|token)\s+[^\s{}]{8,}\s*", re.IGNORECASE)
_BASIC = re.compile(r"\s*basic\s+([A-Za-z0-9+/]{6,}={0,2})\s*", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^\s/?#@{}]*:[^\s/?#@{}]+@")
_HOOK = re.compile(
    r"(https://hooks\.slack\.com/(?:services|workflows|triggers)/|https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/)[^\s\"'<>{}]+"
)
_PARAMETER = re.compile(r"(?<=[?&])([^\s=&#?]{1,100})=([^\s&#{}\"'<>]+)")
_PARAMETERS = frozenset(["key", "sig", "signature", "auth", "pwd", "sid", "jwt"])
MIN_PARAMETER_CHARS = 12
"""`?key=title` is no secret, `?key=AIza...` is one."""


def without_secret_texts(text: str) -> str:
    """The text without what can only be a secret; what is left of an address still says where it leads."""
    if _BEARER.fullmatch(text) or _is_basic(text):
        return text.split(None, 1)[0] + " "
    if "://" in text:
        text = _PARAMETER.sub(_emptied, _HOOK.sub(r"\1", _LOGIN.sub("", text)))
    return _KEY_SHAPES.sub("", text)


def _emptied(found: re.Match[str]) -> str:
    name = unquote_plus(found[1])
    is_secret = is_secret_key(name, found[2]) or (name.lower() in _PARAMETERS and len(found[2]) >= MIN_PARAMETER_CHARS)
    return f"{found[1]}=" if is_secret else found[0]


def _is_basic(text: str) -> bool:
    """A login as HTTP writes it, and not two words of English."""
    found = _BASIC.fullmatch(text)
    if found is None:
        return False
    try:
        return b":" in base64.b64decode(found[1], validate=True)
    except (binascii.Error, ValueError):
        return False
