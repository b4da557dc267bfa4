"""The statements of store.sql."""

from __future__ import annotations

from ..db import load_sql

sql = load_sql(__file__, "store.sql")
