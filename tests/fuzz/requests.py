"""Requests by the thousand: fitting, nearly fitting and hopeless ones, made from the server's own /openapi.json and a seed.

Our own generator, since what counts here is number and variety at a known seed; schemathesis would bring eight packages more.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

MAX_DEPTH = 6
ODD_TEXTS = (
    *(
        "",
        " ",
        "\x00",
        "\ud800",
        "\U0001f600",
        "\u202e",
        "a" * 5000,
        "null",
        "NaN",
        "../../etc/passwd",
        "%00",
        "{{ 7*7 }}",
        "';--",
    ),
    *(
        "<script>",
        "__class__",
        "constructor",
        "2026-02-30T25:61:61Z",
        "9999-12-31T23:59:59Z",
        "* * * * *",
        "Mars/Base",
        "http://[::1",
    ),
)
ODD_NUMBERS = (0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0, 1e308, 5e-324)
ODD_VALUES = (None, True, False, [], {}, [[]], {"": ""}, {"a": {"b": {}}}, ["x"] * 300)
RAW = (
    *(b"", b"{", b"[", b'"', b"nul", b"{}{}", b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\x00", b'{"a":1,"a":2}', b"[1e999999]"),
    *(b'"\\ud800"', b"-" * 5000, b"[" * 100_000, b'{"a":' * 50_000, b"[" * 150 + b"]" * 150, b"9" * 100_000, b"NaN", b"'x'"),
)
CONTENT_TYPES = (
    *(
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/xml",
        "",
        "a/b/c",
        "*/*",
    ),
    *("application/json; charset=utf-16", "application/json;charset=\x7f", "application/jsonx", "APPLICATION/JSON"),
)
HEADERS = (
    *(
        ("Accept", "image/png"),
        ("Accept-Encoding", "br;q=x"),
        ("Range", "bytes=-1"),
        ("If-None-Match", "*"),
        ("Expect", "200-ok"),
    ),
    *(
        ("Content-Encoding", "gzip"),
        ("X-Forwarded-For", "1.2.3.4"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Cookie", "a=b; a=c; ="),
    ),
    *(
        ("Authorization", "Bearer \xff"),
        ("X-API-Key", "agpt_x"),
        ("X-Auth-Token", "x"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "x"),
    ),
    *(
        ("If-Modified-Since", "never"),
        ("X-Long", "x" * 6000),
        ("Upgrade", "h2c"),
        ("Host", "localhost:1"),
        ("Transfer-Encoding", "gzip"),
    ),
)


class Shot(NamedTuple):
    """One request to send. `path` is encoded, `body` None for none."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


class Generator:
    """`ids` are ids of things that are there, by the name of their path parameter; `seed` makes the same requests again."""

    def __init__(self, description: Mapping[str, Any], ids: Mapping[str, str], seed: int):
        self._random = random.Random(seed)
        self._components = description.get("components", {}).get("schemas", {})
        self._ids = ids
        self._operations = [
            (path, method.upper(), operation)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
        ]

    def shots(self, count: int) -> Sequence[Shot]:
        """The next requests; every route comes once before any comes again."""
        return [self._shot(*self._operations[number % len(self._operations)]) for number in range(count)]

    def _shot(self, path: str, method: str, operation: Mapping[str, Any]) -> Shot:
        rand, headers = self._random, {"Content-Type": "application/json"}
        url = re.sub(r"{(\w+)}", lambda found: quote(self._path_value(found[1], method), safe="", errors="replace"), path)
        if query := self._query(operation):
            url += f"?{urlencode(query, errors='replace')}"
        body = self._body(operation)
        if rand.random() < 0.1:
            headers["Content-Type"] = rand.choice(CONTENT_TYPES)
        for name, value in rand.choices(HEADERS, k=rand.choice((0, 0, 0, 0, 0, 0, 0, 1, 2))):
            headers[name] = value
        return Shot(method, url, headers, body)

    def _path_value(self, name: str, method: str) -> str:
        # What is there is rarely deleted: else every later request would meet nothing.
        if name in self._ids and self._random.random() < (0.01 if method == "DELETE" else 0.6):
            return self._ids[name]
        return str(
            self._random.choice([*ODD_TEXTS[5:9], "x", "1", "0", "-1", "00000000-0000-4000-8000-000000000000", *ODD_NUMBERS[:6]])
        )

    def _query(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        wanted = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        return {
            one["name"]: _as_text(self._value(one.get("schema", {}), 0, odd=0.3))
            for one in wanted
            if one.get("required") or self._random.random() < 0.3
        }

    def _body(self, operation: Mapping[str, Any]) -> bytes | None:
        rand, content = self._random, operation.get("requestBody", {}).get("content", {})
        kind = rand.random()
        if kind < 0.15:
            return rand.choice(RAW) if rand.random() < 0.7 else rand.randbytes(rand.randrange(300))
        if not content:
            return None if kind < 0.8 else b"{}"
        schema = next(iter(content.values())).get("schema", {})
        return _encode(self._value(schema, 0, odd=0.0 if kind < 0.5 else 0.15))

    def _value(self, schema: Mapping[str, Any], depth: int, *, odd: float) -> Any:
        """A value of this schema; each part of it is something else with the probability `odd`."""
        rand = self._random
        if depth > MAX_DEPTH:
            return {}  # types that hold themselves
        if "$ref" in schema:
            return self._value(self._components[schema["$ref"].rpartition("/")[2]], depth, odd=odd)
        if rand.random() < odd:
            return rand.choice((rand.choice(ODD_TEXTS), rand.choice(ODD_NUMBERS), rand.choice(ODD_VALUES)))
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else rand.choice(schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(rand.choice(choices), depth, odd=odd)
        kind = schema.get("type")
        return self._of_type(rand.choice(kind) if isinstance(kind, list) else kind, schema, depth, odd)

    def _of_type(self, kind: str | None, schema: Mapping[str, Any], depth: int, odd: float) -> Any:
        rand = self._random
        match kind:
            case "string":
                return rand.choice(("x", "ada@example.org", "2026-01-01T00:00:00Z", *self._ids.values(), *ODD_TEXTS))
            case "integer" | "number":
                return rand.choice((schema.get("minimum", 1), schema.get("maximum", 7), 3))
            case "boolean":
                return rand.random() < 0.5
            case "null":
                return None
            case "array":
                n = rand.choice((0, 1, 2))
                return [self._value(schema.get("items") or {}, depth + 1, odd=odd) for _ in range(n)]
        return self._object(schema, depth, odd)

    def _object(self, schema: Mapping[str, Any], depth: int, odd: float) -> dict[str, Any]:
        rand, required = self._random, set(schema.get("required", ()))
        made = {
            name: self._value(inner, depth + 1, odd=odd)
            for name, inner in schema.get("properties", {}).items()
            if (name in required and rand.random() >= odd / 3) or rand.random() < 0.4
        }
        if isinstance(more := schema.get("additionalProperties"), dict) or rand.random() < odd:
            made[rand.choice(("x", *ODD_TEXTS))] = self._value(more if isinstance(more, dict) else {}, depth + 1, odd=odd)
        return made


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)[:2000]
