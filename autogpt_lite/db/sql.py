"""Named SQL statements in .sql files: `-- name: select_graph`, a comment line on what it is for, the statement."""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class SqlFile:
    """The statements of one .sql file as attributes; `statements` is {name: text}."""

    def __init__(self, path: Path):
        self.path = path
        parts = _NAME.split(path.read_text("utf-8"))
        self.statements: dict[str, str] = {}
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name in self.statements:
                raise ValueError(f"{path}: two statements are called {name}")
            self.statements[name] = text.strip()

    def __getattr__(self, name: str) -> str:
        try:
            return self.statements[name]
        except KeyError:
            raise AttributeError(f"{self.path} has no statement {name!r}") from None


def load_sql(module_file: str, name: str) -> SqlFile:
    """Loads `name` beside the module: load_sql(__file__, "store.sql")."""
    return SqlFile(Path(module_file).with_name(name))
