"""Requests and answers of the search over runs."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ..executions.types import GraphExecutionMeta


class SearchQuery(msgspec.Struct, kw_only=True):
    """`query`: words that all have to be there, each as the beginning of a word of the inputs or outputs."""

    query: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    graph_id: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 25


class FoundRun(msgspec.Struct, kw_only=True):
    """A run and where its first word was found: `field` is the name of the input or output, `text` some words around it."""

    run: GraphExecutionMeta
    is_input: bool
    field: str
    text: str


class FoundRuns(msgspec.Struct, kw_only=True):
    """The newest first. `not_searched` runs have ended lately and will be found in some minutes."""

    runs: list[FoundRun]
    not_searched: int
