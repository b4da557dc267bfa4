"""/api/graphs: everything about graphs but running them."""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import RequestValidationError
from ..web.routing import Request, Route
from .diff import GraphDifference
from .service import GraphService, check_body_id
from .types import (
    CreateGraph,
    DeleteGraphResponse,
    GraphInput,
    GraphModel,
    GraphName,
    GraphPins,
    ImportReport,
    SetGraphActiveVersion,
    WaitingImport,
)

TAGS = ("v1", "graphs")


class ExportQuery(msgspec.Struct, kw_only=True):
    """Whether secrets, credentials and user ids are left out."""

    for_export: bool = False


class GraphQuery(ExportQuery, kw_only=True):
    """Which version: the active one, or the highest, where none is given."""

    version: int | None = None


class UpdateGraph(GraphInput, kw_only=True):
    """The body of an update. With `allow_missing_blocks` nodes of unknown blocks are kept instead of refused."""

    allow_missing_blocks: bool | None = False


def routes(graphs: GraphService) -> list[Route]:
    """The routes of graphs."""
    handlers = _Handlers(graphs)
    one, versions = "/api/graphs/{graph_id}", "/api/graphs/{graph_id}/versions"
    return [
        Route(
            method="GET",
            path="/api/graphs",
            handler=handlers.list_graphs,
            summary="All graphs of the user, each in its active version.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=list[GraphModel],
        ),
        Route(
            method="GET",
            path="/api/graphs/names",
            handler=handlers.list_names,
            summary="The id and the name of each of the user's graphs.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=list[GraphName],
        ),
        Route(
            method="GET",
            path="/api/graphs/pins",
            handler=handlers.list_pins,
            summary="What each of the user's graphs takes and gives, without its nodes: for those who call it or start it.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=list[GraphPins],
        ),
        Route(
            method="POST",
            path="/api/graphs",
            handler=handlers.create_graph,
            summary="Saves a new graph with its sub-graphs, under new ids.",
            tags=TAGS,
            permission="WRITE_GRAPH",
            body=CreateGraph,
            returns=GraphModel,
            errors=(400, 413),
        ),
        Route(
            method="GET",
            path=one,
            handler=handlers.get_graph,
            summary="A graph in a version, or in its active one.",
            tags=TAGS,
            permission="READ_GRAPH",
            query=GraphQuery,
            returns=GraphModel,
            errors=(404,),
        ),
        Route(
            method="PUT",
            path=one,
            handler=handlers.update_graph,
            summary="Saves the next version of a graph.",
            tags=TAGS,
            permission="WRITE_GRAPH",
            body=UpdateGraph,
            returns=GraphModel,
            errors=(400, 404, 413),
        ),
        Route(
            method="DELETE",
            path=one,
            handler=handlers.delete_graph,
            summary="Deletes all versions of a graph.",
            tags=TAGS,
            permission="WRITE_GRAPH",
            returns=DeleteGraphResponse,
            errors=(404,),
        ),
        Route(
            method="GET",
            path=versions,
            handler=handlers.list_versions,
            summary="The newest 50 versions of a graph, newest first.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=list[GraphModel],
            errors=(404,),
        ),
        Route(
            method="GET",
            path=f"{versions}/{{version}}",
            handler=handlers.get_version,
            summary="A graph in one version.",
            tags=TAGS,
            permission="READ_GRAPH",
            query=ExportQuery,
            returns=GraphModel,
            errors=(404,),
        ),
        Route(
            method="GET",
            path=f"{versions}/{{before}}/pairs/{{after}}",
            handler=handlers.pair_versions,
            summary="Which nodes of one version are which of another: {id: id}, by what they hold, since each save gives new ids.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=dict[str, str],
            errors=(404,),
        ),
        Route(
            method="GET",
            path=f"{versions}/{{before}}/diff/{{after}}",
            handler=handlers.diff_versions,
            summary="What has changed from one version to another.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=GraphDifference,
            errors=(404,),
        ),
        Route(
            method="GET",
            path="/api/imports",
            handler=handlers.list_waiting,
            summary="Agents from files that wait for an approval.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=list[WaitingImport],
        ),
        Route(
            method="GET",
            path=f"{one}/report",
            handler=handlers.get_report,
            summary="What the agent would do outside of itself: hosts, credentials, code, files, and whether that waits for an approval.",
            tags=TAGS,
            permission="READ_GRAPH",
            returns=ImportReport,
            errors=(404,),
        ),
        Route(
            method="POST",
            path=f"{one}/report/approve",
            handler=handlers.approve_report,
            summary="Lets an agent from a file run, with the agents that came with it; the same file needs no approval again.",
            tags=TAGS,
            permission="WRITE_GRAPH",
            returns=ImportReport,
            errors=(404,),
        ),
        Route(
            method="PUT",
            path=f"{versions}/active",
            handler=handlers.set_active_version,
            summary="Makes a version the active one.",
            tags=TAGS,
            permission="WRITE_GRAPH",
            body=SetGraphActiveVersion,
            returns=Any,
            errors=(404,),
        ),
    ]


class _Handlers:
    def __init__(self, graphs: GraphService):
        self.graphs = graphs

    async def list_graphs(self, request: Request) -> list[GraphModel]:
        return [self.graphs.model(graph) async for graph in self.graphs.list_graphs(request.principal.user_id)]

    async def list_names(self, request: Request) -> list[GraphName]:
        return await self.graphs.list_names(request.principal.user_id)

    async def list_pins(self, request: Request) -> list[GraphPins]:
        return await self.graphs.list_pins(request.principal.user_id)

    async def create_graph(self, request: Request) -> GraphModel:
        body: CreateGraph = request.body
        graph = await self.graphs.create_graph(
            request.principal.user_id,
            body.graph.to_graph(),
            allow_missing_blocks=bool(body.allow_missing_blocks),
            is_upload=body.source == "upload",
            is_foreign=body.source == "upload",
        )
        return self.graphs.model(graph)

    async def get_graph(self, request: Request) -> GraphModel:
        query: GraphQuery = request.query
        return self._get(request, query.version, for_export=query.for_export)

    async def get_version(self, request: Request) -> GraphModel:
        return self._get(request, _version_in(request), for_export=request.query.for_export)

    def _get(self, request: Request, version: int | None, *, for_export: bool) -> GraphModel:
        graph = self.graphs.get_graph(request.principal.user_id, request.path["graph_id"], version)
        return self.graphs.model(graph, for_export=for_export)

    async def list_versions(self, request: Request) -> list[GraphModel]:
        versions = await self.graphs.list_versions(request.principal.user_id, request.path["graph_id"])
        return [self.graphs.model(graph) for graph in versions]

    async def pair_versions(self, request: Request) -> dict[str, str]:
        before, after = (_number(request.path[name]) for name in ("before", "after"))
        return await self.graphs.pair_versions(request.principal.user_id, request.path["graph_id"], before, after)

    async def diff_versions(self, request: Request) -> GraphDifference:
        before, after = (_number(request.path[name]) for name in ("before", "after"))
        return await self.graphs.diff_versions(request.principal.user_id, request.path["graph_id"], before, after)

    async def update_graph(self, request: Request) -> GraphModel:
        body: UpdateGraph = request.body
        graph_id = request.path["graph_id"]
        check_body_id(graph_id, body.id)
        graph = await self.graphs.update_graph(
            request.principal.user_id,
            graph_id,
            body.to_graph(),
            allow_missing_blocks=bool(body.allow_missing_blocks),
        )
        return self.graphs.model(graph)

    async def list_waiting(self, request: Request) -> list[WaitingImport]:
        return await self.graphs.imports.list_waiting(request.principal.user_id)

    async def get_report(self, request: Request) -> ImportReport:
        return self.graphs.imports.report(self.graphs.get_graph(request.principal.user_id, request.path["graph_id"]))

    async def approve_report(self, request: Request) -> ImportReport:
        user_id, graph_id = request.principal.user_id, request.path["graph_id"]
        graph = self.graphs.get_graph(user_id, graph_id)
        await self.graphs.imports.approve(user_id, graph)
        return self.graphs.imports.report(graph)

    async def set_active_version(self, request: Request) -> None:
        body: SetGraphActiveVersion = request.body
        await self.graphs.set_active_version(request.principal.user_id, request.path["graph_id"], body.active_graph_version)

    async def delete_graph(self, request: Request) -> DeleteGraphResponse:
        count = await self.graphs.delete_graph(request.principal.user_id, request.path["graph_id"])
        return DeleteGraphResponse(version_counts=count)


def _version_in(request: Request) -> int | None:
    text = request.path["version"]
    return None if text in ("", "null") else _number(text)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise RequestValidationError(f"{text[:80]!r} is not a version number.")
    return int(text)
