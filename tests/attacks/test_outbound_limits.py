"""What another server may answer, and what is cut: C14 and C15 of the list of attacks, and what callers may rely on."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import zlib

import pytest
from aiohttp import web

from autogpt_lite.errors import OutboundError, OutboundLimitError, OutboundTimeoutError, OutboundUnreachableError
from autogpt_lite.net.client import HttpRequest


def get(url: str, **options) -> HttpRequest:
    return HttpRequest("GET", url, **options)


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


# --- C14, C15: size and time ------------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"


async def test_c14_an_answer_that_announces_10_gb_is_refused_unread(make_client, serve_raw):
    async def big(reader, writer):
        writer.write(OK + b"Content-Length: 10000000000\r\n\r\n")
        await reader.read()

    port = await serve_raw(big)
    with pytest.raises(OutboundLimitError, match="larger than 50000000 bytes"):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked\r\n\r\n", b"Connection: close\r\n\r\n"])
async def test_c14_an_endless_answer_is_cut_at_the_limit_and_others_go_on(make_client, serve, serve_raw, framing):
    async def endless(reader, writer):
        writer.write(OK + framing)
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    port, other = await serve_raw(endless), await serve(hello)
    client = make_client(allow=[f"127.0.0.1:{port}", f"127.0.0.1:{other}"])
    cut = asyncio.create_task(client.request(get(f"http://127.0.0.1:{port}/", max_bytes=20_000_000)))
    assert (await client.request(get(f"http://127.0.0.1:{other}/"))).text == "hello"
    with pytest.raises(OutboundLimitError):
        await cut


@pytest.mark.parametrize("drips", ["header", "body"])
async def test_c14_an_answer_that_drips_is_cut_by_the_clock(make_client, serve_raw, drips):
    async def drip(reader, writer):
        writer.write(OK if drips == "header" else OK + b"Content-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    port = await serve_raw(drip)
    with pytest.raises(OutboundTimeoutError):
        await make_client(allow=[f"127.0.0.1:{port}"], timeout_s=0.2).request(get(f"http://127.0.0.1:{port}/"))


async def test_a_server_that_never_answers_is_cut_by_the_clock(make_client, serve_raw):
    async def silent(reader, writer):
        await reader.read()

    port = await serve_raw(silent)
    with pytest.raises(OutboundTimeoutError):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/", timeout_s=0.1))


async def test_a_name_server_that_never_answers_is_cut_by_the_clock(make_client, monkeypatch):
    client = make_client(timeout_s=0.1)

    async def never(host, port):
        await asyncio.Event().wait()

    client.guard._resolve = never
    with pytest.raises(OutboundTimeoutError):
        await client.request(get("http://slow.test/"))


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"a" * 64_000 + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(64)),
        b"".join(b"X-%d: a\r\n" % i for i in range(1000)),
    ],
)
async def test_c14_headers_of_64_kb_are_refused(make_client, serve_raw, headers):
    async def large(reader, writer):
        writer.write(OK + headers + b"Content-Length: 0\r\n\r\n")
        await reader.read()

    port = await serve_raw(large)
    with pytest.raises(OutboundLimitError, match="headers"):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc", b""]
)
async def test_an_answer_that_is_not_http_is_an_error(make_client, serve_raw, answer):
    async def odd(reader, writer):
        writer.write(answer)

    port = await serve_raw(odd)
    with pytest.raises(OutboundError):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


def bomb_of_members() -> bytes:
    """10 MB of gzip that become 10 GB: a thousand members of 10 MB zeros each."""
    return gzip.compress(b"\0" * 10_000_000, 9) * 1000


def bomb_in_one_stream() -> bytes:
    """The same in a single gzip stream: after a full flush the compressed block can be repeated."""
    deflate = zlib.compressobj(9, wbits=-15)
    block = deflate.compress(b"\0" * 10_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(b"")[:10] + block * 1000


# A process of its own: the peak of a process that ran other tests says nothing.
CHILD = """
import asyncio, sys, msgspec
from autogpt_lite.config import load_config
from autogpt_lite.errors import OutboundLimitError
from autogpt_lite.net.client import HttpRequest, OutboundClient
from autogpt_lite.net.guard import Guard

def peak_bytes():
    if sys.platform == "win32":
        import psutil
        return psutil.Process().memory_info().peak_wset
    if sys.platform == "linux":  # ru_maxrss starts with what the parent had before exec
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

async def main(port, limit):
    client = OutboundClient(load_config(environ={}).http, Guard(allow=[f"127.0.0.1:{port}"]))
    request = HttpRequest("GET", f"http://127.0.0.1:{port}/", max_bytes=limit)
    await client.request(HttpRequest("HEAD", f"http://127.0.0.1:{port}/"))
    before = peak_bytes()
    try:
        await client.request(request)
    except OutboundLimitError:
        print("cut", peak_bytes() - before)
    await client.close()

asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("make_bomb", [bomb_of_members, bomb_in_one_stream])
async def test_c15_a_bomb_of_10_gb_is_cut_with_flat_memory(serve, make_bomb):
    bomb = make_bomb()
    assert 9_000_000 < len(bomb) < 11_000_000

    async def explode(request: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    port = await serve(explode)
    for limit_bytes, may_grow_by in ((1_000_000, 4_000_000), (50_000_000, 56_000_000)):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CHILD, str(port), str(limit_bytes)),
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "."},
        )
        output = (await child.communicate())[0].split()
        assert output[0] == b"cut"
        assert int(output[1]) < may_grow_by


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
async def test_compressions_that_were_not_asked_for_are_refused(make_client, serve, encoding):
    async def compressed(request: web.Request) -> web.Response:
        return web.Response(body=b"\0" * 100, headers={"Content-Encoding": encoding})

    port = await serve(compressed)
    with pytest.raises(OutboundError, match="not asked for"):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


def deflate(data: bytes, wbits: int) -> bytes:
    compressor = zlib.compressobj(wbits=wbits)
    return compressor.compress(data) + compressor.flush()


TEXT = b"The quick brown fox. " * 50_000


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("gzip", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]) + b"\0\0\0"),
        ("deflate", deflate(TEXT, 15)),
        ("deflate", deflate(TEXT, -15)),
        ("identity", TEXT),
    ],
)
async def test_compressed_answers_are_read_as_what_they_hold(make_client, serve, encoding, body):
    async def compressed(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    port = await serve(compressed)
    assert (await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))).body == TEXT


@pytest.mark.parametrize("body", [gzip.compress(TEXT)[:-9], gzip.compress(TEXT)[:500], b"\x1f\x8b nonsense", b"nonsense"])
async def test_a_damaged_compressed_answer_is_an_error(make_client, serve, body):
    async def compressed(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    port = await serve(compressed)
    with pytest.raises(OutboundError, match="damaged"):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


# --- streams, and what callers may rely on --------------------------------------------------------------------------------


async def test_lines_come_while_the_answer_is_still_open(make_client, serve):
    read_first = asyncio.Event()

    async def events(request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept-Encoding"] == "identity"
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"data: on")
        await response.write("e ü\r\ndata: two\n\nda".encode())
        await read_first.wait()
        await response.write(b"ta: last")
        return response

    port = await serve(events)
    async with make_client(allow=[f"127.0.0.1:{port}"]).stream(get(f"http://127.0.0.1:{port}/")) as answer:
        lines = answer.lines()
        assert [await anext(lines) for _ in range(3)] == ["data: one ü", "data: two", ""]
        read_first.set()
        assert [line async for line in lines] == ["data: last"]


@pytest.mark.parametrize("how", ["leave", "cancel"])
async def test_leaving_a_stream_closes_the_connection_at_once(make_client, serve_raw, how):
    gone = asyncio.Event()

    async def endless(reader, writer):
        writer.write(OK + b"\r\ndata: 1\n")
        await reader.read()
        gone.set()

    async def use(started: asyncio.Event) -> None:
        async with client.stream(get(f"http://127.0.0.1:{port}/")) as answer:
            async for _ in answer.lines():
                started.set()
                if how == "leave":
                    return

    port = await serve_raw(endless)
    client, started = make_client(allow=[f"127.0.0.1:{port}"]), asyncio.Event()
    task = asyncio.create_task(use(started))
    await started.wait()
    task.cancel() if how == "cancel" else await task
    async with asyncio.timeout(1):
        await gone.wait()


async def test_a_line_without_end_is_cut(make_client, serve_raw):
    async def endless(reader, writer):
        writer.write(OK + b"\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    port = await serve_raw(endless)
    async with make_client(allow=[f"127.0.0.1:{port}"]).stream(get(f"http://127.0.0.1:{port}/")) as answer:
        with pytest.raises(OutboundLimitError, match="line"):
            await anext(answer.lines())


async def test_nothing_listening_is_said_so(make_client, unused_port):
    client = make_client(allow=[f"127.0.0.1:{unused_port}"])
    with pytest.raises(OutboundUnreachableError, match=rf"127\.0\.0\.1:{unused_port} cannot be reached"):
        await client.request(get(f"http://127.0.0.1:{unused_port}/?key=s3cret"))


async def test_reading_requests_share_a_connection_and_a_post_gets_its_own(make_client, serve):
    peers = []

    async def who(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername"))
        return web.Response()

    port = await serve(who)
    client = make_client(allow=[f"127.0.0.1:{port}"])
    for method in ("GET", "GET", "POST", "POST", "GET"):
        await client.request(HttpRequest(method, f"http://127.0.0.1:{port}/"))
    assert peers[0] == peers[1] == peers[4]
    assert len(set(peers)) == 3


async def test_a_post_in_a_row_does_not_meet_a_connection_that_is_just_closing(make_client, serve_raw):
    async def once(reader, writer):
        writer.write(OK + b"Content-Length: 2\r\n\r\nok")  # promises to stay open, and closes

    port = await serve_raw(once)
    client = make_client(allow=[f"127.0.0.1:{port}"])
    for method in ("POST", "POST", "POST", "GET", "GET", "PUT"):
        assert (await client.request(HttpRequest(method, f"http://127.0.0.1:{port}/"))).text == "ok"


async def test_closing_the_client_closes_its_sessions(make_client, serve):
    port = await serve(hello)
    client = make_client(allow=[f"127.0.0.1:{port}"])
    for method in ("GET", "POST"):
        await client.request(HttpRequest(method, f"http://127.0.0.1:{port}/"))
    sessions = list(client._sessions.values())
    await client.close()
    assert [session.closed for session in sessions] == [True, True]
    assert (await client.request(get(f"http://127.0.0.1:{port}/"))).text == "hello"


async def test_cookies_are_not_kept_between_requests(make_client, serve):
    async def cookie(request: web.Request) -> web.Response:
        return web.Response(text=request.headers.get("Cookie", "none"), headers={"Set-Cookie": "a=b"})

    port = await serve(cookie)
    client = make_client(allow=[f"127.0.0.1:{port}"])
    assert [(await client.request(get(f"http://127.0.0.1:{port}/"))).text for _ in range(2)] == ["none", "none"]


async def test_a_proxy_of_the_environment_is_not_used(make_client, serve, monkeypatch, unused_port):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    port = await serve(hello)
    assert (await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))).text == "hello"
