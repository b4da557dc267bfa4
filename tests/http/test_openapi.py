"""GET /openapi.json: valid, complete, and about what is really served."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import LiveServer, run_server


async def test_it_is_valid_openapi_3_1(server: LiveServer):
    validator = pytest.importorskip("openapi_spec_validator")
    document = (await server.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    validator.validate(document)


async def test_it_describes_every_route_and_nothing_else(server: LiveServer):
    document = (await server.get("/openapi.json")).json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in server.web.routes}


async def test_what_it_says_is_what_the_server_does(server: LiveServer):
    paths = (await server.get("/openapi.json")).json()["paths"]
    create = paths["/api/things"]["post"]
    assert list(create["responses"]) == ["201", "400", "401", "403", "413", "415", "422"]
    assert create["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
    }
    assert paths["/api/maybe"]["post"]["requestBody"]["required"] is False
    assert create["security"] == [{"owner": []}, {"session": []}]
    assert "security" not in paths["/health"]["get"]
    assert "content" not in paths["/api/things/{thing_id}"]["delete"]["responses"]["204"]
    listing = {p["name"]: p for p in paths["/api/things"]["get"]["parameters"]}
    assert listing["page"]["schema"] == {"type": "integer", "default": 1}
    assert not listing["tag"]["required"]
    version = paths["/api/things/{thing_id}/versions/{version}"]["put"]["parameters"]
    assert [(p["name"], p["schema"]["type"]) for p in version] == [("thing_id", "string"), ("version", "integer")]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
async def test_i8_it_needs_a_login(tmp_path: Path, host: str):
    async with run_server(tmp_path, settings={"server.host": host}) as server:
        assert (await server.get("/openapi.json", anonymous=True)).status == 401
        assert (await server.get("/openapi.json")).status == 200
        assert (await server.get("/health", anonymous=True)).status == 200
