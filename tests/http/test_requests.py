"""What every route promises: the decoded request, and errors of one shape with the right status."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from autogpt_lite.errors import ConfigError, DatabaseBusyError, DatabaseError
from autogpt_lite.web.routing import Route
from tests.server import LiveServer, run_server

USER_ID = "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


async def test_health_needs_no_login(server: LiveServer):
    answer = await server.get("/health", anonymous=True)
    assert (answer.status, answer.json()) == (200, {"status": "healthy"})


async def test_a_handler_gets_path_query_and_body_decoded(server: LiveServer):
    answer = await server.get("/api/things?page=3&is_new=true&tag=a&tag=b&unknown=1")
    assert answer.json() == {
        "user_id": USER_ID,
        "path": {},
        "query": {"page": 3, "is_new": True, "tag": ["a", "b"]},
        "body": None,
    }
    answer = await server.request("PUT", "/api/things/a%20b%C3%A9/versions/7", json={"name": "x"})
    assert answer.json()["path"] == {"thing_id": "a bé", "version": 7}
    assert answer.json()["body"] == {"name": "x", "count": 0, "parts": []}


async def test_status_and_headers_come_from_route_and_response(server: LiveServer):
    assert (await server.post("/api/things", {"name": "x"})).status == 201
    gone = await server.request("DELETE", "/api/things/1")
    assert (gone.status, gone.body) == (204, b"")
    hook = await server.post("/api/hooks/1", anonymous=True, data=b"\x00\xff", headers={"Content-Type": "image/png"})
    assert (hook.status, hook.headers["X-Extra"], hook.json()) == (202, "yes", {"size_bytes": 2})


async def test_a_body_that_may_be_left_out(server: LiveServer):
    assert (await server.post("/api/maybe")).json()["body"] is None
    missing = await server.post("/api/things")
    assert missing.status == 422
    assert missing.json()["detail"] == [{"loc": ["body"], "msg": "Field required", "type": "missing"}]


@pytest.mark.parametrize(
    ("body", "loc", "kind"),
    [
        ({}, ["body", "name"], "missing"),
        ({"name": 5}, ["body", "name"], "type_error"),
        ({"name": "x", "parts": [{}, {"a": "b"}]}, ["body", "parts", 1, "..."], "type_error"),
    ],
)
async def test_a_wrong_body_is_a_422_that_says_where(server: LiveServer, body, loc, kind):
    answer = await server.post("/api/things", body)
    assert answer.status == 422
    assert answer.json().keys() == {"message", "detail", "hint"}
    (problem,) = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (loc, kind)
    assert problem["msg"]


async def test_a_wrong_query_or_path_is_a_422_that_says_where(server: LiveServer):
    query = await server.get("/api/things?page=many")
    path = await server.request("PUT", "/api/things/x/versions/last", json={"name": "x"})
    assert (query.status, query.json()["detail"][0]["loc"]) == (422, ["query", "page"])
    assert (path.status, path.json()["detail"][0]["loc"]) == (422, ["path", "version"])


@pytest.mark.parametrize("raw", [b"{", b"", b'{"name": "\xff"}', b'{"name": "\\ud800"}', b'{"name": 1e999999}', b"nul"])
async def test_what_is_not_json_is_a_400(server: LiveServer, raw: bytes):
    answer = await server.post("/api/things", data=raw, headers={"Content-Type": "application/json"})
    assert answer.status == (422 if raw == b"" else 400)
    assert answer.json().keys() == {"message", "detail", "hint"}


async def test_an_error_of_ours_keeps_its_status_message_and_hint(server: LiveServer):
    answer = await server.get("/api/conflict")
    assert answer.status == 409
    assert answer.json() == {"message": "Two of them.", "detail": "Two of them.", "hint": "Take the other."}


async def test_a_bug_is_a_500_without_its_trace_and_logged_under_its_id(server: LiveServer, caplog):
    with caplog.at_level(logging.ERROR):
        answer = await server.get("/api/bug")
    assert answer.status == 500
    assert b"secret-in-a-trace" not in answer.body
    assert answer.headers["X-Request-Id"] in answer.json()["hint"]
    assert any(answer.headers["X-Request-Id"] in record.getMessage() and record.exc_info for record in caplog.records)


async def test_what_the_database_says_is_not_for_clients(tmp_path, caplog):
    async def fail(request):
        raise DatabaseError(f"disk image is malformed: {tmp_path}")

    async def busy(request):
        raise DatabaseBusyError()

    def route(path, handler):
        return Route(method="GET", path=path, handler=handler, summary="x", tags=("x",), access="public")

    async with run_server(tmp_path, [route("/fail", fail), route("/busy", busy)]) as server:
        failed, late = await server.get("/fail"), await server.get("/busy")
    assert (failed.status, late.status) == (500, 503)
    assert b"malformed" not in failed.body
    assert "malformed" in caplog.text


async def test_unknown_paths_and_verbs(server: LiveServer):
    missing = await server.get("/api/nothing")
    assert missing.status == 404
    wrong = await server.request("PATCH", "/api/things/1")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "DELETE, GET, HEAD, OPTIONS")
    assert wrong.json()["message"] == wrong.json()["detail"]


async def test_head_is_get_without_the_body_and_options_tells_the_verbs(server: LiveServer):
    head = await server.request("HEAD", "/api/things")
    get = await server.get("/api/things")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    options = await server.request("OPTIONS", "/api/things", anonymous=True)
    assert (options.status, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


async def test_a_path_means_itself_only(server: LiveServer):
    assert (await server.get("/api/email/")).status == 200
    for path in ("/api/email", "/api//things", "//api/things", "/api/things/", "/api/%74hings", "/api/./things", "/API/things"):
        raw = await server.raw_request(f"GET {path} HTTP/1.1")
        assert raw.startswith(b"HTTP/1.1 404"), path


@pytest.mark.parametrize("value", ["%2e%2e", "..", ".", "%2F", "a%2fb", "%5c", "%00", "%0a", "%ff", "x" * 600])
async def test_a_path_parameter_is_never_a_path_of_its_own(server: LiveServer, value: str):
    assert (await server.raw_request(f"GET /api/things/{value} HTTP/1.1")).startswith(b"HTTP/1.1 404")


async def test_admin_routes_are_for_administrators(server: LiveServer):
    assert (await server.get("/api/admin/things")).status == 200
    assert (await server.get("/api/admin/things", anonymous=True)).status == 401


async def test_the_order_of_words_and_parameters_does_not_matter(tmp_path):
    async def name(request):
        return request.path

    def route(method, path):
        return Route(method=method, path=path, handler=name, summary="x", tags=("x",), access="public")

    routes = [route("DELETE", "/a/{any}"), route("GET", "/a/b"), route("GET", "/a/{any}/c"), route("GET", "/a/b/{other}")]
    async with run_server(tmp_path, routes) as server:
        assert (await server.get("/a/b")).json() == {}
        assert (await server.request("DELETE", "/a/b")).json() == {"any": "b"}
        assert (await server.get("/a/b/c")).json() == {"other": "c"}
        assert (await server.get("/a/x/c")).json() == {"any": "x"}


async def test_every_answer_has_the_security_headers(server: LiveServer):
    for answer in [
        await server.get("/health"),
        await server.get("/api/nothing"),
        await server.get("/api/bug"),
        await server.request("PATCH", "/api/things"),
        await server.request("OPTIONS", "/health"),
    ]:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "aiohttp" not in answer.headers["Server"]


async def test_both_loopback_addresses_are_served(server: LiveServer):
    async with server.session.get(f"http://[::1]:{server.web.port}/health") as response:
        assert response.status == 200


async def test_a_taken_port_is_a_clear_error(server: LiveServer, tmp_path):
    from autogpt_lite.errors import StartupError
    from autogpt_lite.web.listen import bind_sockets

    config = server.config.server
    taken = type(config)(**{**{f: getattr(config, f) for f in config.__struct_fields__}, "port": server.web.port})
    with pytest.raises(StartupError, match="Another program uses") as caught:
        bind_sockets(taken)
    assert f"--port {server.web.port + 1}" in caught.value.hint


@pytest.mark.parametrize("settings", [{"server.host": "no such host"}, {"server.port": 70_000}, {"server.host": "203.0.113.1"}])
async def test_a_wrong_address_is_a_clear_error(tmp_path, settings):
    with pytest.raises(ConfigError):
        async with run_server(tmp_path, settings={"server.port": 0, **settings}):
            pass


async def test_the_connection_stays_open_for_further_requests(server: LiveServer):
    request = f"GET /health HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
    last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    answers = await server.raw(request * 3 + last)
    assert answers.count(b"HTTP/1.1 200") == 4
    assert answers.count(json.dumps({"status": "healthy"}, separators=(",", ":")).encode()) == 4


async def test_a_client_that_waits_for_100_continue_gets_it(server: LiveServer):
    body = b'{"name":"' + b"x" * 2_000_000 + b'"}'
    reader, writer = await asyncio.open_connection("127.0.0.1", server.web.port)
    lines = ["POST /api/things HTTP/1.1", f"Host: {server.host}", f"Authorization: {server.bearer['Authorization']}"]
    lines += [
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
        "Connection: close",
        "",
        "",
    ]
    writer.write("\r\n".join(lines).encode())
    assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(body)
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 201")
    writer.close()
    refused = await server.raw_request("POST /api/things HTTP/1.1", "Content-Length: 99999999", "Expect: 100-continue")
    assert refused.startswith(b"HTTP/1.1 413")


async def test_the_end_does_not_wait_for_those_who_do_not_read_or_do_not_end(tmp_path):
    async with run_server(tmp_path) as server:
        writers = []
        for path in ("/api/big", "/api/big", "/api/waits", "/health"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.web.port, limit=100)
            head = f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nAuthorization: {server.bearer['Authorization']}\r\n\r\n"
            writer.write(head.encode())
            writers.append((reader, writer))
        await writers[0][0].readexactly(10)
        await writers[3][0].readexactly(10)
        await asyncio.wait_for(server.web.close(), 4)
        for _, writer in writers:
            writer.close()
