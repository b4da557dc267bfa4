"""Every door to the network, one by one: C1 to C15 through the block, C8, C9 and C13 through all others.

The list of doors is made from the sources: whatever makes requests is a door, and a door that is not tried here fails the test.
"""

from __future__ import annotations

import ast
import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from autogpt_lite.config import load_config
from autogpt_lite.credentials import trial
from autogpt_lite.errors import OutboundBlockedError, OutboundError
from autogpt_lite.llm import openai_compatible
from autogpt_lite.llm.providers import Provider
from autogpt_lite.net import client as net_client
from autogpt_lite.net.hosts import reachable_hosts
from autogpt_lite.oauth import exchange
from autogpt_lite.oauth.providers import configured
from autogpt_lite.registry import Registry
from autogpt_lite.sdk import Credentials, files, http
from autogpt_lite.triggers.providers.base import Registration
from autogpt_lite.triggers.providers.github import GitHub
from autogpt_lite.triggers.providers.telegram import Telegram
from tests.attacks.test_outbound import hello
from tests.blocks.context import BlockContext
from tests.local_servers import serve  # noqa: F401

PROJECT = Path(__file__).resolve().parents[2]
KEY = Credentials(
    id="1", provider="p", type="api_key", secrets={"api_key": "s3cret"}, hosts=("127.0.0.1", "10.0.0.1", "169.254.169.254")
)
REGISTRATION = Registration(
    "https://me.test/", "s3cret", "me/it", ["push"], msgspec.structs.replace(KEY, secrets={"api_key": "1:x"})
)


# --- the list of doors ---------------------------------------------------------------------------------------------------


async def through_a_file(url: str) -> None:
    await files.read_file(url, BlockContext())


async def through_a_model(url: str) -> None:
    await openai_compatible.list_models(Provider(name="ollama", base_url=url))


async def through_a_trial(url: str) -> None:
    result = await trial._ask(msgspec.structs.replace(KEY, base_url=url))
    assert result.is_ok is None
    raise OutboundBlockedError(result.message)


async def through_a_login(url: str) -> None:
    settings = {"client_id": "me", "authorize_url": "https://login.test/", "token_url": url}
    config = load_config(environ={}, overrides={"oauth.providers.acme": settings})
    await exchange.tokens_for_code(configured(config.oauth, {})["acme"], "code", "https://me.test/", "verifier")


async def through_github(url: str) -> None:
    await GitHub(url).register(REGISTRATION)


async def through_telegram(url: str) -> None:
    await Telegram(url).register(REGISTRATION)


async def through_the_block(url: str) -> None:
    await send(url)


DOORS: dict[str, Callable[[str], Awaitable[None]]] = {
    "autogpt_lite/credentials/trial.py": through_a_trial,
    "autogpt_lite/llm/openai_compatible.py": through_a_model,
    "autogpt_lite/oauth/exchange.py": through_a_login,
    "autogpt_lite/sdk/files.py": through_a_file,
    "autogpt_lite/triggers/providers/github.py": through_github,
    "autogpt_lite/triggers/providers/telegram.py": through_telegram,
    "blocks/http/send_web_request.py": through_the_block,
}
NO_CHOICE = {
    "autogpt_lite/ollama/service.py": "asks the address in config.toml and no other",
    "autogpt_lite/sdk/http.py": "the sdk itself",
}
ASKS = {"request", "stream"}


def makes_requests(source: str) -> bool:
    """Whether the source calls outbound(), or request() or stream() of a module `http`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id == "outbound":
                return True
            if isinstance(called, ast.Attribute) and called.attr in ASKS and getattr(called.value, "id", "") == "http":
                return True
    return False


def test_every_door_is_tried_here():
    sources = [path for folder in ("autogpt_lite", "blocks") for path in (PROJECT / folder).rglob("*.py")]
    found = {
        path.relative_to(PROJECT).as_posix()
        for path in sources
        if "_packaged" not in path.parts
        and "net" not in path.relative_to(PROJECT).parts
        and makes_requests(path.read_text("utf-8"))
    }
    assert found == {*DOORS, *NO_CHOICE}, "a way to the network that has no test: add it to DOORS"


@pytest.mark.parametrize(
    "source", ["async def f():\n    await http.request('GET', x)", "outbound().stream(r)", "with http.stream(): ..."]
)
def test_the_test_sees_a_door(source):
    assert makes_requests(source)


@pytest.fixture
def registry() -> Registry:
    return Registry().load([PROJECT / "blocks" / "http"])


@pytest.fixture(autouse=True)
def client(make_client, monkeypatch):
    """client(allow=[...], ...) makes the client that every door goes through; without it one that allows nothing."""

    def make(**options: Any) -> None:
        monkeypatch.setattr(net_client, "_client", make_client(**options))

    make()
    return make


async def send(url: str, **more: Any) -> Any:
    """What SendWebRequestBlock gives: (pin, value). Raises what it fails with."""
    entry = Registry().load([PROJECT / "blocks" / "http"]).find("6595ae1f-b924-42cb-9a41-551a0611c4b4")
    assert entry is not None
    async for output in entry.run(entry.convert_input({"url": url, **more}), BlockContext()):
        return output


# --- C1, C2, C3, C8, C9 through each door ------------------------------------------------------------------------------------

INSIDE = [
    "http://127.0.0.1:9/",
    "http://localhost:9/",
    "http://10.0.0.1/",
    "http://169.254.169.254/",
    "http://[::ffff:127.0.0.1]/",
]


@pytest.mark.parametrize("url", INSIDE)
@pytest.mark.parametrize("door", DOORS)
async def test_c8_no_door_leads_into_the_house(door, url):
    """C9 as well: none of them remembers that an address was fine once; each asks the guard at each use."""
    with pytest.raises(OutboundBlockedError, match=r"must not be reached|may not be sent") as caught:
        await DOORS[door](url)
    assert "s3cret" not in caught.value.message


async def test_c9_an_address_that_was_allowed_is_checked_again_at_the_next_use(client, serve):  # noqa: F811
    port = await serve(hello)
    client(allow=[f"127.0.0.1:{port}"])
    assert await send(f"http://127.0.0.1:{port}/") == ("response", "hello")
    client()
    with pytest.raises(OutboundBlockedError):
        await send(f"http://127.0.0.1:{port}/")


# --- the other lines of group C through the block -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("http://0/", "http://0.0.0.0/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/"),
        *("http://[::1]/", "http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/", "http://100.64.0.1/", "http://[fe80::1]/"),
    ],
)
async def test_c1_c2_no_spelling_of_an_inside_address_passes(url):
    with pytest.raises(OutboundBlockedError):
        await send(url)


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://metadata.google.internal/"])
async def test_c3_metadata_stays_out_of_reach_whatever_is_allowed(client, url):
    client(allow=["169.254.169.254:80", "[fd00:ec2::254]:80", "metadata.google.internal:80"])
    with pytest.raises(OutboundBlockedError):
        await send(url)


async def test_c4_a_name_that_changes_its_mind_gets_nowhere(client, serve, second_loopback):  # noqa: F811
    answers = iter([second_loopback, "127.0.0.1"])
    port = await serve(hello, host="127.0.0.1")
    client(names={"rebind.test": lambda: next(answers)}, public={second_loopback})
    with pytest.raises(Exception, match=r"rebind\.test"):  # nothing listens at the address that was checked
        await send(f"http://rebind.test:{port}/")
    with pytest.raises(OutboundBlockedError):
        await send(f"http://rebind.test:{port}/")


async def test_c5_one_bad_address_of_a_name_blocks_it(client):
    client(names={"both.test": ["93.184.215.14", "127.0.0.1"]})
    with pytest.raises(OutboundBlockedError):
        await send("http://both.test/")


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/", "file:///etc/passwd", "gopher://x/", "ftp://x/", "data:text/plain,x"]
)
async def test_c6_redirects_are_checked_at_each_hop(client, serve, second_loopback, location):  # noqa: F811
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    port = await serve(away, host=second_loopback)
    client(names={"out.test": second_loopback}, public={second_loopback})
    with pytest.raises(OutboundBlockedError):
        await send(f"http://out.test:{port}/")


async def test_c7_headers_do_not_follow_to_another_origin(client, serve):  # noqa: F811
    seen: list[dict[str, str]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.Response(text="ok")

    last = await serve(note)

    async def away(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"http://127.0.0.1:{last}/"})

    first = await serve(away)
    client(allow=[f"127.0.0.1:{first}", f"127.0.0.1:{last}"])
    headers = {"Authorization": "Bearer s3cret", "Cookie": "a=s3cret", "X-Api-Key": "s3cret"}
    await send(f"http://127.0.0.1:{first}/", method="GET", headers=headers)
    assert len(seen) == 1
    assert "s3cret" not in str(seen)


@pytest.mark.parametrize(
    "url", ["http://good.com#@127.0.0.1/", "http://127.0.0.1\\@good.com", "http://u:p@good.com/", "http://a\tb/"]
)
async def test_c10_addresses_that_can_be_read_in_two_ways(url):
    with pytest.raises(OutboundBlockedError, match="not valid"):
        await send(url)


async def test_c12_the_own_port_even_if_allowed(client, serve):  # noqa: F811
    port = await serve(hello)
    client(allow=[f"127.0.0.1:{port}"], own_ports=[port])
    with pytest.raises(OutboundBlockedError, match="this server itself"):
        await send(f"http://127.0.0.1:{port}/api/graphs")


async def test_c13_a_key_goes_to_its_hosts_only(client):
    bound = msgspec.structs.replace(KEY, hosts=("api.openai.com",), base_url="https://evil.test/v1")
    client(names={"evil.test": "93.184.215.14"})
    for attempt in (
        trial._ask(bound),
        http.request("GET", "https://evil.test/", credentials=bound),
        openai_compatible.list_models(
            Provider(name="openai", base_url="https://evil.test/v1", api_key="s3cret", hosts=bound.hosts)
        ),
    ):
        try:
            said = str(await attempt)
        except OutboundBlockedError as error:
            said = error.message
        assert "may not be sent to evil.test" in said
        assert "s3cret" not in said


async def test_c14_c15_answers_are_cut_at_the_limit(client, serve):  # noqa: F811
    async def bomb(request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(2_000_000))

    ports = [await serve(bomb), await serve(large)]
    client(allow=[f"127.0.0.1:{port}" for port in ports], max_response_bytes=1_000_000)
    for port in ports:
        with pytest.raises(Exception, match="larger than 1000000 bytes"):
            await send(f"http://127.0.0.1:{port}/")


# --- what an agent may reach, and the proxy -------------------------------------------------------------------------------------


async def test_an_agent_with_a_list_of_hosts_reaches_no_other(client, serve):  # noqa: F811
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"http://localhost:{last}/"})

    last = await serve(hello)
    first = await serve(away)
    client(names={"api.test": "127.0.0.1"}, allow=[f"api.test:{first}", f"localhost:{last}"])
    token = reachable_hosts.set(lambda: ["api.test"])
    try:
        with pytest.raises(OutboundBlockedError, match=r"may not reach localhost:\d+, only api\.test"):
            await send(f"http://api.test:{first}/")  # by way of a redirect
        with pytest.raises(OutboundBlockedError, match="may not reach"):
            await send(f"http://localhost:{last}/")
        reachable_hosts.set(lambda: [])
        with pytest.raises(OutboundBlockedError, match="no host at all"):
            await send(f"http://api.test:{first}/")
    finally:
        reachable_hosts.reset(token)


async def test_the_proxy_is_asked_for_the_address_that_was_checked(client, serve):  # noqa: F811
    seen = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append((str(request.url.host), request.headers["Host"], request.headers.get("Proxy-Authorization", "")[:5]))
        return web.Response(text="by proxy")

    port, inside = await serve(proxy), await serve(hello)
    client(
        names={"out.test": "93.184.215.14", "both.test": ["93.184.215.14", "10.0.0.1"], "127.0.0.1": "127.0.0.1"},
        allow=[f"127.0.0.1:{inside}"],
        proxy=f"http://me:s3cret@127.0.0.1:{port}",
    )
    assert await send("http://out.test/x") == ("response", "by proxy")
    assert await send(f"http://127.0.0.1:{inside}/") == ("response", "hello")  # what is near is asked directly
    for url in ("http://both.test/", "http://10.0.0.1/"):
        with pytest.raises(OutboundBlockedError):
            await send(url)
    assert [facts[1:] for facts in seen] == [("out.test", "Basic")]


async def test_through_the_proxy_https_is_a_tunnel_to_the_checked_address(client):
    seen = []

    server = await asyncio.start_server(lambda r, w: note_first_line(r, w, seen), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client(names={"out.test": "93.184.215.14"}, proxy=f"http://127.0.0.1:{port}")
    with pytest.raises(OutboundError):
        await send("https://out.test/")
    server.close()
    assert seen == [b"CONNECT 93.184.215.14:443 HTTP/1.1\r\n"]


async def note_first_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[bytes]) -> None:
    seen.append(await reader.readline())
    writer.close()
