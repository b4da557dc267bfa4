"""Judges answers by the schemas of AutoGPT's own HTTP description."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

# What this server answers differently on purpose (docs/compatibility.md): a time that has not come yet is null, where AutoGPT of
# July 2025 puts the present.
NULLABLE = {"started_at", "ended_at"}
RUNS = ("GraphExecutionMeta", "GraphExecution", "GraphExecutionWithNodes")


class OpenApiContract:
    """`check("GET", "/api/graphs/{graph_id}", 200, value)` fails where the value is not what the description says."""

    def __init__(self, path: Path):
        self._document = json.loads(path.read_text("utf-8"))
        for name in RUNS:
            properties = self._document["components"]["schemas"][name]["properties"]
            for field in NULLABLE & properties.keys():
                properties[field] = {"anyOf": [properties[field], {"type": "null"}]}

    def check(self, method: str, path: str, status: int, value: Any) -> None:
        """`path` is the template as it stands in the description."""
        schema = self._schema_of(method, path, status)
        if schema is None:
            assert value is None
            return
        errors = [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
            for error in self._validator(schema).iter_errors(value)
        ]
        assert errors == []

    def _schema_of(self, method: str, path: str, status: int) -> str | None:
        answer = self._document["paths"][path][method.lower()]["responses"][str(status)]
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        return None if schema is None else json.dumps(schema)

    @cache  # noqa: B019  one contract lives as long as the tests
    def _validator(self, schema: str) -> Draft202012Validator:
        whole = {"allOf": [json.loads(schema)], "components": self._document["components"]}
        return Draft202012Validator(whole, format_checker=FormatChecker())
