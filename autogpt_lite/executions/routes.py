"""The endpoints of runs."""

from __future__ import annotations

from typing import Any

import msgspec

from ..clock import iso
from ..engine import states
from ..engine.core import run_stats
from ..engine.records import GraphExecution
from ..errors import RequestValidationError
from ..web.routing import Request, Response, Route, attachment
from .service import ExecutionService
from .types import (
    ExecuteGraph,
    ExecuteGraphResponse,
    ExecuteQuery,
    ExecutionTree,
    GraphExecutionMeta,
    GraphExecutionsPaginated,
    GraphExecutionWithNodes,
    ListAllQuery,
    ListQuery,
    NodePreview,
    NodesQuery,
    PreviewQuery,
    RunPreview,
    StopQuery,
    ValueQuery,
)

_TAGS = ("graphs", "v1")


class ExecutionRoutes:
    """The handlers."""

    def __init__(self, service: ExecutionService):
        self._service = service

    async def execute_graph(self, request: Request) -> ExecuteGraphResponse:
        version = request.path.get("graph_version")
        given = request.body or ExecuteGraph()
        run = await self._service.start_graph(
            request.principal.user_id,
            request.path["graph_id"],
            _version(version),
            given,
            preset_id=request.query.preset_id,
            source=given.source or "user",
        )
        return _started(run)

    async def list_executions(self, request: Request) -> list[GraphExecutionMeta]:
        return await self._service.list_runs(request.principal.user_id, is_brief=request.query.brief)

    async def list_graph_executions(self, request: Request) -> list[GraphExecutionMeta] | GraphExecutionsPaginated:
        user_id, graph_id, query = request.principal.user_id, request.path["graph_id"], request.query
        if query.page is None:
            return await self._service.list_runs_of_graph(user_id, graph_id, is_brief=query.brief)
        return await self._service.page_of_graph(user_id, graph_id, query.page, query.page_size)

    async def get_meta(self, request: Request) -> GraphExecutionMeta:
        return self._service.get_meta(request.principal.user_id, request.path["graph_exec_id"])

    async def get_execution(self, request: Request) -> GraphExecutionWithNodes:
        path = request.path
        return await self._service.get_run(request.principal.user_id, path["graph_exec_id"], path["graph_id"], request.query)

    async def get_preview(self, request: Request) -> RunPreview:
        path = request.path
        return await self._service.get_preview(request.principal.user_id, path["graph_exec_id"], path["graph_id"], request.query)

    async def list_node_previews(self, request: Request) -> list[NodePreview]:
        path = request.path
        return await self._service.list_node_previews(
            request.principal.user_id, path["graph_exec_id"], path["graph_id"], request.query
        )

    async def download_value(self, request: Request) -> Response:
        path, query = request.path, request.query
        file = await self._service.open_value(request.principal.user_id, path["graph_exec_id"], path["graph_id"], query)
        return attachment(file.chunks, f"{query.name}.{file.ending}", file.content_type)

    async def list_node_errors(self, request: Request) -> list[tuple[str, str]]:
        path = request.path
        return await self._service.list_node_errors(request.principal.user_id, path["graph_exec_id"], path["graph_id"])

    async def stop_execution(self, request: Request) -> GraphExecutionMeta:
        path = request.path
        return await self._service.stop_run(
            request.principal.user_id, path["graph_exec_id"], path["graph_id"], given=request.query
        )

    async def resume_execution(self, request: Request) -> GraphExecutionMeta:
        path = request.path
        return await self._service.resume_run(request.principal.user_id, path["graph_exec_id"], path["graph_id"])

    async def get_tree(self, request: Request) -> ExecutionTree:
        path = request.path
        return await self._service.get_tree(request.principal.user_id, path["graph_exec_id"], path["graph_id"])

    async def stop_executions(self, request: Request) -> list[GraphExecutionMeta]:
        query, user_id = request.query, request.principal.user_id
        return [await self._service.stop_run(user_id, query.graph_exec_id, query.graph_id, given=query)]

    async def delete_execution(self, request: Request) -> Response:
        await self._service.delete_run(request.principal.user_id, request.path["graph_exec_id"])
        return Response(status=204)


class StopOneQuery(StopQuery, kw_only=True):
    graph_id: str
    graph_exec_id: str


def _version(text: str | None) -> int | None:
    if text is None or text in ("null", "None", ""):
        return None
    try:
        return int(text)
    except ValueError:
        raise RequestValidationError(f"A graph version is a number, not {text[:40]!r}.") from None


def _started(run: GraphExecution) -> ExecuteGraphResponse:
    # The row that was just committed; the run itself is further already.
    ref = run.ref
    return ExecuteGraphResponse(
        id=run.id,
        graph_exec_id=run.id,
        user_id=ref.user_id,
        graph_id=ref.graph_id,
        graph_version=ref.graph_version,
        preset_id=ref.preset_id,
        status=states.QUEUED,
        started_at=None,
        ended_at=None,
        stats=msgspec.Raw(msgspec.json.encode(run_stats(run))),
        inputs=msgspec.Raw(ref.inputs),
        credential_inputs=_raw(ref.credential_inputs),
        nodes_input_masks=_raw(ref.nodes_input_masks),
        is_dry_run=ref.is_dry_run,
        created_at=iso(run.created_at),
        root_id=ref.root_id,
    )


def _raw(text: bytes | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text)


def execution_routes(service: ExecutionService) -> list[Route]:
    """The routes of runs."""
    handlers = ExecutionRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, **more)

    execute: dict[str, Any] = {
        "query": ExecuteQuery,
        "body": ExecuteGraph | None,
        "returns": ExecuteGraphResponse,
        "errors": (400, 402, 403, 404),
        "permission": "EXECUTE_GRAPH",
    }
    one = "/api/graphs/{graph_id}/executions/{graph_exec_id}"
    return [
        route(
            "POST",
            "/api/graphs/{graph_id}/execute/{graph_version}",
            handlers.execute_graph,
            "Starts a run of a version; answered once the run is stored.",
            **execute,
        ),
        route(
            "POST",
            "/api/graphs/{graph_id}/execute",
            handlers.execute_graph,
            "Starts a run of the active version.",
            **execute,
        ),
        route(
            "GET",
            "/api/executions",
            handlers.list_executions,
            "The newest 250 runs.",
            query=ListAllQuery,
            returns=list[GraphExecutionMeta],
            permission="READ_GRAPH",
        ),
        route(
            "POST",
            "/api/executions",
            handlers.stop_executions,
            "Stops a run (the older form of the stop call).",
            query=StopOneQuery,
            returns=list[GraphExecutionMeta],
            errors=(404,),
            permission="EXECUTE_GRAPH",
        ),
        route(
            "GET",
            "/api/graphs/{graph_id}/executions",
            handlers.list_graph_executions,
            "The newest 250 runs of a graph, or a page of them where `page` is given.",
            query=ListQuery,
            returns=list[GraphExecutionMeta] | GraphExecutionsPaginated,
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            one,
            handlers.get_execution,
            "A run with its outputs and its newest node executions.",
            query=NodesQuery,
            returns=GraphExecutionWithNodes,
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            f"{one}/tree",
            handlers.get_tree,
            "The whole tree that a run belongs to: each run with its status, cost and time.",
            returns=ExecutionTree,
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            f"{one}/preview",
            handlers.get_preview,
            "A run for a page: long values are cut, and of its node executions only the newest are here.",
            query=PreviewQuery,
            returns=RunPreview,
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            f"{one}/preview/nodes",
            handlers.list_node_previews,
            "More node executions of a run for a page.",
            query=PreviewQuery,
            returns=list[NodePreview],
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            f"{one}/value",
            handlers.download_value,
            "A value of a run as a file, however long: a text as it reads, the file of a `data:` address, everything else as JSON.",
            query=ValueQuery,
            returns=bytes,
            errors=(400, 404, 429),
            permission="READ_GRAPH",
        ),
        route(
            "GET",
            f"{one}/node-errors",
            handlers.list_node_errors,
            "What failed in a run: [node_id, message] for each failed node execution.",
            returns=list[tuple[str, str]],
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "POST",
            f"{one}/stop",
            handlers.stop_execution,
            "Stops a run with everything that it has started.",
            query=StopQuery,
            returns=GraphExecutionMeta,
            errors=(404, 500),
            permission="EXECUTE_GRAPH",
        ),
        route(
            "POST",
            f"{one}/resume",
            handlers.resume_execution,
            "Sets a stopped run going again where it was; what had ended is neither run nor charged again.",
            returns=GraphExecutionMeta,
            errors=(403, 404, 409),
            permission="EXECUTE_GRAPH",
        ),
        route(
            "GET",
            "/api/executions/{graph_exec_id}",
            handlers.get_meta,
            "A run by its id alone, without its outputs.",
            returns=GraphExecutionMeta,
            errors=(404,),
            permission="READ_GRAPH",
        ),
        route(
            "DELETE",
            "/api/executions/{graph_exec_id}",
            handlers.delete_execution,
            "Deletes a run that has ended.",
            status=204,
            errors=(404, 409),
            permission="EXECUTE_GRAPH",
        ),
    ]
