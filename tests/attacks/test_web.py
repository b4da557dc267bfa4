"""attacks.md A (a web page against the server on localhost), E4-E6, E8 and H11, with raw sockets where a client is too polite."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import aiohttp
import psutil
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from autogpt_lite.config import load_config
from autogpt_lite.errors import ConfigError, InvalidInputError, StartupError
from autogpt_lite.web import connections
from autogpt_lite.web.authorization import needs_login
from autogpt_lite.web.guard import RequestGuard
from tests.server import LiveServer, run_server, status_of

EVIL = "https://evil.example"
JSON = "Content-Type: application/json"


@pytest.fixture
async def page(server: LiveServer) -> dict[str, str]:
    """The headers of a logged-in page of ours."""
    return await server.log_in()


# --- A1, A2, A9: the Host -----------------------------------------------------------------------------

WRONG_HOSTS = [
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "evil-localhost:{port}",
    "localhost@evil:{port}",
    "localhost",
    "localhost:{port}0",
    "localhost:1",
    "localhost:{port}.",
    "localhost.:{port}",
    "0.0.0.0:{port}",
    "[::]:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "localhost:{port},evil.example",
]


@pytest.mark.parametrize("host", WRONG_HOSTS)
async def test_a1_a2_a9_a_foreign_host_is_refused_before_routing(server: LiveServer, host: str):
    host = host.format(port=server.web.port)
    for target in ("GET /api/things", "GET /", "GET /nothing", "POST /api/things", "OPTIONS /api/things"):
        answer = await server.raw_request(f"{target} HTTP/1.1", host=host)
        assert status_of(answer) in (400, 421), (target, answer)


@pytest.mark.parametrize("host", WRONG_HOSTS)
async def test_a1_a_foreign_host_opens_no_websocket(server: LiveServer, host: str):
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await server.open_socket(headers={"Host": host.format(port=server.web.port)})
    assert caught.value.status in (400, 403)


async def test_a2_no_host_and_two_hosts_are_refused(server: LiveServer):
    assert status_of(await server.raw_request("GET /health HTTP/1.1", host="")) == 400
    assert status_of(await server.raw_request("GET /health HTTP/1.0", host="")) == 400
    assert status_of(await server.raw_request("GET /health HTTP/1.1", "Host: evil.example")) == 400
    assert status_of(await server.raw_request("GET /health HTTP/1.1", f"Host: {server.host}")) == 400


@pytest.mark.parametrize("hosts", [[], ["localhost:8006", "localhost:8006"], ["localhost:8006", "evil.example"]])
def test_a2_the_guard_itself_wants_exactly_one_host(hosts: list[str]):
    """aiohttp's parser refuses two hosts, too; the check must not depend on it."""
    guard = RequestGuard(load_config(environ={}), 8006)
    guard.check(CIMultiDictProxy(CIMultiDict([("Host", "localhost:8006")])))
    with pytest.raises(InvalidInputError):
        guard.check(CIMultiDictProxy(CIMultiDict([("Host", host) for host in hosts])))


async def test_a1_a_host_in_the_request_line_changes_nothing(server: LiveServer):
    answer = await server.raw_request(f"GET http://{server.host}/api/things HTTP/1.1", host="evil.example")
    assert status_of(answer) == 421
    answer = await server.raw_request("GET http://evil.example/api/things HTTP/1.1")
    assert status_of(answer) in (400, 404)


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
async def test_our_own_names_are_served(server: LiveServer, host: str):
    answer = await server.raw_request("GET /api/things HTTP/1.1", host=host.format(port=server.web.port))
    assert status_of(answer) == 200


async def test_configured_names_are_served(tmp_path: Path):
    settings = {"server.allowed_hosts": ["box.lan:8006"], "server.public_url": "https://agents.example.org"}
    async with run_server(tmp_path, settings=settings) as server:
        for host, origin in [
            ("box.lan:8006", "http://box.lan:8006"),
            ("box.lan:8006", "https://box.lan:8006"),
            ("agents.example.org", "https://agents.example.org"),
            (server.host, "https://agents.example.org"),
        ]:
            answer = await server.raw_request("GET /api/things HTTP/1.1", f"Origin: {origin}", host=host)
            assert status_of(answer) == 200, (host, origin)
        for host, origin in [("box.lan", None), ("agents.example.org", "http://agents.example.org"), ("box.lan:8006", EVIL)]:
            answer = await server.raw_request("GET /api/things HTTP/1.1", *([f"Origin: {origin}"] if origin else []), host=host)
            assert status_of(answer) in (403, 421), (host, origin)


# --- A3, A4, A5, A8: the Origin -----------------------------------------------------------------------


def foreign_origins(server: LiveServer) -> list[str]:
    port = server.web.port
    return [
        EVIL,
        "null",
        "file://",
        "http://127.0.0.1:9999",
        "http://localhost:9999",
        "http://127.0.0.1",
        f"https://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}.evil.example",
        f"http://127.0.0.1:{port}@evil.example",
        f"http://evil.example/http://127.0.0.1:{port}",
        f"http://127.0.0.1:{port}0",
        f" http://127.0.0.1:{port}x",
        "",
    ]


async def test_a3_a4_a8_a_foreign_origin_is_refused_with_every_verb(server: LiveServer, page):
    for origin in foreign_origins(server):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
            answer = await server.request(method, "/api/things", headers={**page, "Origin": origin}, json={"name": "x"})
            assert answer.status == 403, (method, origin)


async def test_a3_a_simple_request_with_json_inside_is_refused(server: LiveServer, page):
    body = json.dumps({"name": "x"}).encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"):
        headers = {**page, "Content-Type": content_type}
        foreign = await server.post("/api/things", data=body, headers={**headers, "Origin": EVIL}, anonymous=True)
        own = await server.post("/api/things", data=body, headers=headers, anonymous=True)
        assert (foreign.status, own.status) == (403, 415)
    untyped = await server.raw_request("POST /api/things HTTP/1.1", f"Content-Length: {len(body)}", body=body)
    assert status_of(untyped) == 415


async def test_a3_a_body_that_no_route_wants_still_has_to_be_json(server: LiveServer):
    answer = await server.request("DELETE", "/api/things/1", data=b"x=1", headers={"Content-Type": "text/plain"})
    assert answer.status == 415


async def test_a5_there_is_no_cors_header_ever(server: LiveServer, page):
    preflight = {"Origin": EVIL, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-auth-token"}
    for headers in (preflight, {"Origin": EVIL}, {"Origin": "null"}, {"Origin": server.url}, {}):
        for method, path in (("OPTIONS", "/api/things"), ("GET", "/api/things"), ("GET", "/health"), ("GET", "/nothing")):
            answer = await server.request(method, path, headers={**page, **headers})
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new", ""])
async def test_a8_a_request_that_another_page_made_is_refused_get_included(server: LiveServer, page, site: str):
    for path in ("/api/things", "/health", "/nothing", "/api/hooks/1"):
        assert (await server.get(path, headers={**page, "Sec-Fetch-Site": site})).status == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_our_own_page_is_served(server: LiveServer, page, site: str):
    headers = {**page, "Sec-Fetch-Site": site, "Origin": server.url}
    answer = await server.post("/api/things", {"name": "x"}, headers=headers, anonymous=True)
    assert answer.status == 201


# --- A6, A7: WebSockets and paths that the checks could miss ---------------------------------------------


async def test_a6_a_foreign_origin_opens_no_websocket(server: LiveServer, page):
    for origin in foreign_origins(server):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await server.open_socket(headers={**page, "Origin": origin})
        assert caught.value.status == 403


async def test_a7_no_token_and_bad_tokens_are_accepted_then_closed(server: LiveServer, page):
    owner = server.bearer["Authorization"].partition(" ")[2]
    for query, code in (("", 4001), ("?token=", 4001), ("?token=nonsense", 4003), (f"?token={owner}", 4003)):
        socket = await server.session.ws_connect(f"{server.url}/ws{query}", headers=page)
        message = await socket.receive(timeout=5)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_a7_a_ticket_opens_one_websocket(server: LiveServer):
    ticket = (await server.post("/api/ws-ticket")).json()["ticket"]
    first = await server.open_socket(ticket)
    await first.send_json({"method": "heartbeat", "data": "ping"})
    assert (await first.receive_json(timeout=5))["data"] == "pong"
    second = await server.open_socket(ticket)
    assert (await second.receive(timeout=5)).data == 4003
    await first.close()


@pytest.mark.parametrize("path", ["//ws", "/ws/", "/%77s", "/WS", "/./ws", "/api//things", "/api/mcp/things", "/%2e/api/things"])
async def test_a7_another_spelling_of_a_path_is_another_path(server: LiveServer, path: str):
    upgrade = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    answer = await server.raw(
        "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {server.host}", *upgrade, "", ""]).encode() + b"GET / HTTP/1.0\r\n\r\n"
    )
    assert status_of(answer) == 404
    assert status_of(await server.raw_request(f"GET {path} HTTP/1.1")) == 404


async def test_a7_every_route_but_the_public_ones_needs_a_login(server: LiveServer, page):
    half = [{"Cookie": page["Cookie"]}, {"X-Auth-Token": page["X-Auth-Token"]}, {"Authorization": "Bearer x"}, {}]
    private = [route for route in server.web.routes if needs_login(route)]
    assert len(private) > 8
    for route in private:
        path = route.path.replace("{", "").replace("}", "")
        for headers in half:
            answer = await server.request(route.method, path, headers=headers, anonymous=True)
            assert answer.status in (401, 429), (route.path, headers)
    open_routes = {(route.method, route.path) for route in server.web.routes if not needs_login(route)}
    assert open_routes == {("GET", "/health"), ("POST", "/api/auth/link"), ("POST", "/api/hooks/{hook_id}")}


# --- A10, A11, A14, A16 -------------------------------------------------------------------------------


async def test_a10_nobody_may_frame_us(server: LiveServer):
    for path in ("/", "/login", "/build/x", "/health", "/nothing"):
        answer = await server.get(path, anonymous=True)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


async def test_f1_f3_a_page_loads_and_runs_nothing_that_is_not_its_own(server: LiveServer):
    """The second lock, behind what the pages make of hostile values: no script, picture, style or frame from anywhere else."""
    policy = (await server.get("/", anonymous=True)).headers["Content-Security-Policy"]
    sources = {name: rest.split() for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}
    assert sources["default-src"] == ["'self'"]
    assert sources["img-src"] == sources["media-src"] == ["'self'", "data:"]
    assert sources["object-src"] == sources["base-uri"] == ["'none'"]
    assert sources["form-action"] == ["'self'"]
    assert not {"script-src", "style-src", "connect-src", "frame-src"} & sources.keys(), "they would widen default-src"


async def test_a11_a_login_always_makes_a_new_session(server: LiveServer):
    planted = {"Cookie": f"{server.cookie_name()}=planted", "X-Auth-Token": "planted"}
    code = server.accounts.new_link().url.partition("#code=")[2]
    answer = await server.post("/api/auth/link", {"code": code}, headers=planted, anonymous=True)
    assert "planted" not in answer.headers["Set-Cookie"]
    assert answer.json()["token"] != "planted"
    assert (await server.get("/api/things", headers=planted, anonymous=True)).status == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "203.0.113.9", ""])
def test_a14_without_login_only_on_loopback(host: str):
    config = load_config(overrides={"server.host": host, "auth.mode": "none"}, environ={})
    with pytest.raises(ConfigError, match="loopback") as caught:
        RequestGuard(config, 8006)
    assert "\n" not in caught.value.message


def test_a14_without_login_no_foreign_names():
    config = load_config(overrides={"server.allowed_hosts": ["box.lan:8006"], "auth.mode": "none"}, environ={})
    with pytest.raises(ConfigError, match=r"box\.lan"):
        RequestGuard(config, 8006)


async def test_a14_without_login_no_proxies(tmp_path: Path):
    settings = {"auth.mode": "none", "server.public_url": "https://agents.example.org"}
    async with run_server(tmp_path, settings=settings) as server:
        assert (await server.get("/api/things", anonymous=True)).status == 200
        assert (await server.get("/api/things", headers={"Host": "agents.example.org"}, anonymous=True)).status == 421
        for name in ("X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-anything", "Forwarded", "X-Real-IP", "CF-Connecting-IP"):
            assert (await server.get("/api/things", headers={name: "127.0.0.1"}, anonymous=True)).status == 403, name
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await server.open_socket("x", headers={name: "127.0.0.1"})


async def test_a16_no_get_changes_anything(server: LiveServer):
    for path in ("/api/auth/link", "/api/auth/logout", "/api/auth/links", "/api/ws-ticket", "/api/auth/user"):
        for method in ("GET", "HEAD"):
            assert (await server.request(method, path)).status == 405


async def test_b12_headers_of_proxies_are_ignored(server: LiveServer):
    headers = {"X-Forwarded-Host": "evil.example", "X-Original-URL": "/api/bug", "X-Act-As-User": "somebody"}
    answer = await server.get("/api/things", headers=headers)
    assert answer.json()["user_id"] == "3e53486c-cf57-477e-ba2a-cb02dc828e1a"


# --- E4, E8, H11: bodies ------------------------------------------------------------------------------


async def test_e4_compressed_bodies_are_not_taken(server: LiveServer):
    bomb = gzip.compress(b'{"name":"' + b"x" * 50_000_000 + b'"}')
    for encoding in ("gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip"):
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        before = psutil.Process().memory_info().rss
        answer = await server.post("/api/things", data=bomb, headers=headers)
        assert answer.status == 415
        assert psutil.Process().memory_info().rss - before < 50_000_000


async def test_e4_a_multipart_body_is_not_taken(server: LiveServer):
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(100_000)) + b"--x--\r\n"
    answer = await server.post("/api/things", data=parts, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status == 415


@pytest.mark.parametrize("path", ["/api/things", "/api/hooks/1"])
async def test_e4_h11_a_body_over_the_limit_is_a_413(tmp_path: Path, path: str):
    async with run_server(tmp_path, settings={"server.max_body_bytes": 10_000}) as server:
        fits = b'{"name":"' + b"x" * 9_900 + b'"}'
        assert (await server.post(path, data=fits, headers={"Content-Type": "application/json"})).status in (201, 202)
        told = await server.raw_request(f"POST {path} HTTP/1.1", JSON, "Content-Length: 100000000")
        assert status_of(told) == 413
        chunked = await server.raw_request(
            f"POST {path} HTTP/1.1",
            JSON,
            "Transfer-Encoding: chunked",
            body=b"3e8\r\n" + b"x" * 1000 + b"\r\n3e8\r\n" + b"x" * 20_000,
        )
        assert status_of(chunked) == 400
        many = b"".join([b"1\r\nx\r\n"] * 100_000) + b"0\r\n\r\n"
        assert status_of(await server.raw_request(f"POST {path} HTTP/1.1", JSON, "Transfer-Encoding: chunked", body=many)) == 413


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
async def test_e8_deep_nesting_is_a_400(server: LiveServer, opening: str, closing: str):
    deep = opening * 100_000
    for body in (deep, deep + "1" + closing * 100_000, '{"x":' + opening * 201 + "1" + closing * 201 + "}"):
        answer = await server.post("/api/anything", data=body.encode(), headers={"Content-Type": "application/json"})
        assert answer.status == 400
    flat = {"x": ["[[[" * 1000, '"{{{\\' * 1000, [[]] * 1000], "y": [{}] * 1000}
    assert (await server.post("/api/anything", flat)).json()["body"] == flat


async def test_e8_odd_json_is_refused_or_stays_plain_data(server: LiveServer):
    async def send(body: str):
        return await server.post("/api/anything", data=body.encode(), headers={"Content-Type": "application/json"})

    assert (await send('{"a":1e999999}')).status == 400
    assert (await send('{"a":"\\ud800"}')).status == 400
    assert (await send('{"a":NaN}')).status == 400
    assert (await send('{"a":1,"a":2}')).json()["body"] == {"a": 2}
    plain = {"__proto__": {"x": 1}, "constructor": 2, "__class__": {"a.b": 3}}
    assert (await send(json.dumps(plain))).json()["body"] == plain
    keys = {f"k{i}": i for i in range(100_000)}
    assert (await send(json.dumps(keys))).json()["body"] == keys


async def test_what_cannot_be_read_says_what_is_wrong_with_it(server: LiveServer):
    long = await server.get("/api/things?tag=" + "a" * 9_000)
    assert (long.status, "too long" in long.json()["message"], "body" in long.json()["hint"]) == (400, True, True)
    many = await server.get("/api/things?" + "&".join(["tag=a"] * 101))
    assert (many.status, "100 fields" in many.json()["hint"]) == (400, True)
    unknown = await server.get("/api/thing")
    assert (unknown.status, unknown.json()["hint"]) == (404, "GET /openapi.json lists all of them.")


# --- E5: HTTP itself ------------------------------------------------------------------------------------


def test_e5_the_c_parser_of_a_current_aiohttp_is_a_condition_of_the_start(monkeypatch):
    connections.check_http_parser()
    monkeypatch.setattr(connections.aiohttp, "__version__", "3.14.2")
    with pytest.raises(StartupError, match="too old"):
        connections.check_http_parser()
    monkeypatch.setattr(connections.aiohttp, "__version__", "3.14.3")
    monkeypatch.setattr(connections, "HttpRequestParser", type("Other", (), {"__module__": "aiohttp.http_parser"}))
    with pytest.raises(StartupError, match="C parser"):
        connections.check_http_parser()


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Length: ٣"],
        ["Content-Length: +3"],
        ["Content-Length: 3", "Content-Length: 4"],
        ["Content-Length: 3", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Transfer-Encoding: xchunked"],
        ["Bad Header: 1"],
        ["X: a\rb"],
        ["X: a\x00b"],
        [" folded: 1"],
        ["X: " + "y" * 20_000],
        [f"X-{i}: y" for i in range(5000)],
    ],
)
async def test_e5_a_malformed_request_is_a_400_and_the_end(server: LiveServer, headers: list[str]):
    lines = ["POST /api/things HTTP/1.1", f"Host: {server.host}", JSON, *headers, "", ""]
    smuggled = f"abcGET /health HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
    answer = await server.raw(("\r\n".join(lines) + smuggled).encode())
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.") == 1
    assert b'{"message":"' in answer
    assert b"nosniff" in answer


async def test_e5_a_range_that_is_not_ascii_is_a_400(server: LiveServer, tmp_path: Path, monkeypatch):
    async with run_ui(tmp_path, monkeypatch) as ui:
        raw = f"GET /app.js HTTP/1.1\r\nHost: {ui.host}\r\nRange: bytes=٠-٣\r\nConnection: close\r\n\r\n"
        assert status_of(await ui.raw(raw.encode())) == 400


async def test_e5_a_request_behind_an_upgrade_is_no_request(server: LiveServer):
    upgrade = ["GET /ws HTTP/1.1", f"Host: {server.host}", "Upgrade: websocket", "Connection: Upgrade"]
    upgrade += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]
    smuggled = f"GET /health HTTP/1.1\r\nHost: {server.host}\r\n\r\n"
    answer = await server.raw(("\r\n".join(upgrade) + smuggled).encode())
    assert b"healthy" not in answer


# --- E6: files ------------------------------------------------------------------------------------------


def run_ui(tmp_path: Path, monkeypatch):
    """A server with a small web UI, a secret beside it, and a link that leads out."""
    root = tmp_path / "ui" / "static"
    (root / "vendor").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>ui</title>")
    (root / "app.js").write_text("export {}")
    (root / "vendor" / "react.js").write_text("export {}")
    (root / ".hidden.js").write_text("secret")
    (root / "notes.sqlite").write_text("secret")
    (root.parent / "secret.txt").write_text("secret")
    (root / "link.js").symlink_to(root.parent / "secret.txt")
    (root / "outside").symlink_to(root.parent)
    monkeypatch.setattr("autogpt_lite.web.server.packaged_file", lambda name: root)
    return run_server(tmp_path)


async def test_e6_nothing_but_the_ui_is_served(tmp_path: Path, monkeypatch):
    async with run_ui(tmp_path, monkeypatch) as server:
        missing = (await server.raw_request("GET /no/such.js HTTP/1.1")).partition(b"\r\n\r\n")[2]
        for path in [
            "/../secret.txt",
            "/vendor/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/%2e%2e%2fsecret.txt",
            "//etc/passwd",
            "/static//etc/passwd",
            "/vendor//react.js",
            "/./app.js",
            "/app.js/",
            "/app.js%00",
            "/.hidden.js",
            "/notes.sqlite",
            "/link.js",
            "/outside/secret.txt",
            "/vendor",
            "/vendor/",
            "/..\\secret.txt",
            "/build/../secret.txt",
            "/build/../../test.db",
            "/build//x",
            "/app.js.gz",
        ]:
            answer = await server.raw_request(f"GET {path} HTTP/1.1")
            assert status_of(answer) == 404, path
            assert answer.partition(b"\r\n\r\n")[2] == missing, path


# --- J6 (the part of the web layer): clients that only hold connections open ---------------------------------


async def test_j6_silent_and_slow_clients_do_not_lock_the_owner_out(tmp_path: Path):
    import asyncio

    async with run_server(tmp_path, settings={"server.max_connections": 20}) as server:
        held = []
        for number in range(100):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.web.port)
            if number % 2:
                writer.write(b"GET /health HTTP/1.1\r\nHost: ")
            held.append((reader, writer))
        assert (await server.get("/health")).status == 200
        assert len(server.web.http.connections) <= 20
        assert await asyncio.wait_for(held[0][0].read(), 5) == b""
        for _, writer in held:
            writer.close()
