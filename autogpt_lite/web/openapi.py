"""The OpenAPI 3.1 description, generated from the route table: what is not served is not in it, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from .. import __version__
from .answers import ErrorBody
from .authorization import needs_login
from .router import Endpoint
from .routing import Route

_REF = "#/components/schemas/{name}"


class ValidationProblem(msgspec.Struct):
    """One problem of a request's path, query or body."""

    loc: list[str | int]
    """Where: path, query or body, then the fields and positions that lead there."""
    msg: str
    type: str


class ValidationErrorBody(msgspec.Struct):
    """The answer (422) to a request of the wrong shape."""

    message: str
    detail: list[ValidationProblem]
    hint: str | None = None


def describe(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole document as JSON-ready builtins."""
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "autogpt-lite", "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {
                "owner": {"type": "http", "scheme": "bearer", "description": "The token in the data directory, for scripts."},
                "session": {"type": "apiKey", "in": "header", "name": "X-Auth-Token", "description": "With the session cookie."},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "Also as a bearer token."},
            },
        },
    }


class _Schemas:
    """The schemas of all types in the table; a type that several routes use stands under components once."""

    def __init__(self, routes: Sequence[Route]):
        types = [ErrorBody, ValidationErrorBody]
        for route in routes:
            types += [t for t in (route.query, route.body, route.returns) if t is not None and t is not bytes]
            types += route.path_params.values()
        schemas, self.components = msgspec.json.schema_components(types, ref_template=_REF)
        # Types need not be hashable (Annotated[...] with a list in it), so they are found by identity.
        self._by_id = {id(wanted): (wanted, schema) for wanted, schema in zip(types, schemas)}

    def of(self, wanted: Any) -> dict[str, Any]:
        return {} if wanted is None else self._by_id[id(wanted)][1]

    def resolved(self, wanted: Any) -> dict[str, Any]:
        schema = self.of(wanted)
        return self.components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": list(route.tags),
        "parameters": [*_path_parameters(route, schemas), *_query_parameters(route, schemas)],
        "responses": _responses(route, schemas),
    }
    if needs_login(route):
        keys = [{"apiKey": [route.permission, *route.more_permissions]}] if route.permission else []
        operation["security"] = [{"owner": []}, {"session": []}, *keys]
    if route.body is bytes:
        operation["requestBody"] = {"required": True, "content": {"*/*": {}}}
    elif route.body is not None:
        required = Endpoint(route).body.when_empty is None
        operation["requestBody"] = {"required": required, "content": _json_content(schemas.of(route.body))}
    return operation


def operation_id(route: Route) -> str:
    """A name for the operation that is unique because method and path are: get_api_graphs_graph_id."""
    words = route.path.replace("{", "").replace("}", "").replace("-", "_").replace(".", "_").split("/")
    return "_".join([route.method.lower(), *filter(None, words)])


def _path_parameters(route: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": schemas.of(route.path_params[name]) if name in route.path_params else {"type": "string"},
        }
        for name in Endpoint(route).names
    ]


def _query_parameters(route: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    schema = schemas.resolved(route.query)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema.get("properties", {}).items()
    ]


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    success: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.returns is bytes:
        success["content"] = {"*/*": {}}
    elif route.status != 204:
        success["content"] = _json_content(schemas.of(route.returns))
    responses = {str(route.status): success}
    for status in sorted({*route.errors, *_own_errors(route)}):
        body = ValidationErrorBody if status == 422 else ErrorBody
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": _json_content(schemas.of(body))}
    return responses


def _own_errors(route: Route) -> list[int]:
    """What the web layer itself may answer on this route."""
    errors = [401, 403] if needs_login(route) else []
    if route.path_params or route.query is not None:
        errors.append(422)
    if route.body is not None and route.body is not bytes:
        errors += [400, 415, 422]
    return errors + ([413] if route.body is not None else [])


def _json_content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
