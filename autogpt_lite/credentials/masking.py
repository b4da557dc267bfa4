"""Takes secrets out of texts and values: a provider that refuses a key may well repeat it in its answer."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "•••"
MIN_CHARS = 6
"""Shorter secrets are not looked for: they would be found everywhere."""
MAX_REMEMBERED = 2_000

_MOST_LEFT = 8
_CUT = re.compile(r"""['")\]]*(\s?(\.\.\.|…)|\.?\Z|\.\s)""")
"""What follows on a text that somebody has shortened: dots, the end, or the end of the sentence that it stands in."""


class Masker:
    """Knows the secrets that were in use lately, in the forms in which they travel."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._always: set[str] = set()

    def remember_always(self, secrets: Mapping[str, Any]) -> tuple[str, ...]:
        """Like `remember`, for secrets that stay as long as the process."""
        forms = forms_of(secrets)
        self._always.update(forms)
        return forms

    def remember(self, credentials_id: str, secrets: Mapping[str, Any]) -> tuple[str, ...]:
        """The texts that stand for a secret; from now on they are masked everywhere."""
        forms = self._known[credentials_id] = forms_of(secrets)
        self._known.move_to_end(credentials_id)
        while len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return forms

    def mask(self, text: str) -> str:
        """The text without any remembered secret."""
        for forms in (self._always, *self._known.values()):
            for form in forms:
                if form[: _shown_chars(form)] in text:
                    text = _mask_beginnings(text.replace(form, MASK), form)
        return text


def _shown_chars(form: str) -> int:
    """So much of the beginning of a secret is told from any other text; half of a short one."""
    return min(_MOST_LEFT, len(form) // 2)


def _mask_beginnings(text: str, form: str) -> str:
    # Many an error is cut where it is made, in a child process or by a provider even, so what is left of a secret there is looked for
    # here, where every error comes by.
    head, start = form[: _shown_chars(form)], 0
    while (at := text.find(head, start)) >= 0:
        end = at + _count_same(form, text[at : at + len(form)])
        start = at + 1
        if _CUT.match(text, end):
            text, start = f"{text[:at]}{MASK}{text[end:]}", at + len(MASK)
    return text


def _count_same(one: str, other: str) -> int:
    """How many characters both have in common from the beginning on."""
    return next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


def forms_of(secrets: Mapping[str, Any]) -> tuple[str, ...]:
    """Every text by which a secret would be recognized, the longest first."""
    found = {form for secret in _texts(secrets) for form in _forms(secret)}
    if "username" in secrets and "password" in secrets:
        found.add(base64.b64encode(f"{secrets['username']}:{secrets['password']}".encode()).decode())
    return tuple(sorted(found, key=len, reverse=True))


def _texts(secrets: Mapping[str, Any]) -> Iterator[str]:
    for name, value in secrets.items():
        if name == "headers" and isinstance(value, Mapping):
            yield from map(str, value.values())
        elif name != "username" and isinstance(value, str):
            yield value


def _forms(secret: str) -> Iterator[str]:
    # A header's value may be "Bearer <secret>": what counts is its last word as well.
    for text in {secret, secret.rpartition(" ")[2]}:
        if len(text) >= MIN_CHARS:
            data = text.encode("utf-8", "replace")
            yield from {text, quote(text, safe=""), quote_plus(text), html.escape(text)}
            yield from {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
            # As it stands inside of JSON that is a text: an error is often repeated whole.
            yield from {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


def mask_value(value: Any, forms: Collection[str]) -> Any:
    """A value of plain JSON with these texts masked, in keys as well; the value itself where it holds none."""
    if isinstance(value, str):
        for form in forms:
            if form in value:
                value = value.replace(form, MASK)
        return value
    if isinstance(value, dict):
        return {mask_value(key, forms): mask_value(one, forms) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_value(one, forms) for one in value]
    if isinstance(value, (bytes, bytearray)):
        return bytes(mask_value(bytes(value).decode("latin-1"), forms), "latin-1", "replace")
    return value


class MaskingFormatter(logging.Formatter):
    """Another formatter's lines, tracebacks included, without secrets."""

    def __init__(self, inner: logging.Formatter, mask: Callable[[str], str]):
        super().__init__()
        self._inner = inner
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(self._inner.format(record))


def mask_logs(mask: Callable[[str], str]) -> None:
    """Lets everything that is logged from now on go through `mask`."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(MaskingFormatter(handler.formatter or logging.Formatter(), mask))
