"""What a block may reach, and what it may not: group C of the list of attacks (C1-C7, C10-C13)."""

from __future__ import annotations

import ipaddress
import itertools

import pytest
from aiohttp import web

from autogpt_lite.config import load_config
from autogpt_lite.errors import (
    BlockInputError,
    ConfigError,
    OutboundBlockedError,
    OutboundError,
    OutboundUnreachableError,
)
from autogpt_lite.net import client as net_client
from autogpt_lite.net import resolve
from autogpt_lite.net.client import HttpRequest
from autogpt_lite.net.headers import headers_after_redirect
from autogpt_lite.net.hosts import check_host_may_get_secret
from autogpt_lite.net.multipart import FormFile, encode_multipart
from autogpt_lite.sdk import Credentials, http


def get(url: str, **options) -> HttpRequest:
    return HttpRequest("GET", url, **options)


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="hello")


# --- C1, C2, C3: addresses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://localhost",
        "http://LOCALHOST",
        "http://printer.localhost/",
        "http://[::1]",
        "http://0",
        "http://0.0.0.0",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0x7f.1",
        "http://0177.0.0.1",
        "http://127.0.0.01",
        "http://127.0.0.1.",
        "http://10.0.0.1",
        "http://192.168.1.1",
        "http://172.16.0.1",
        "http://100.64.0.1",
        "http://192.0.0.1",
        "http://198.18.0.1",
        "http://224.0.0.1",
        "http://255.255.255.255",
        "http://[::]",
        "http://[::ffff:127.0.0.1]",
        "http://[::ffff:a9fe:a9fe]",
        "http://[::127.0.0.1]",
        "http://[2002:7f00:1::]",
        "http://[64:ff9b::7f00:1]",
        "http://[64:ff9b:1::1]",
        "http://[fc00::1]",
        "http://[fd12:3456::1]",
        "http://[fe80::1]",
        "http://[fe80::1%25eth0]",
        "http://[fe80::1%eth0]",
        "http://[fec0::1]",
        "http://[ff02::1]",
        "http://[2001:db8::1]",
        "http://[2001::1]",
        "http://[3fff::1]",
        *("http://192.0.2.1", "http://192.88.99.1", "http://198.51.100.1", "http://203.0.113.1", "http://240.0.0.1"),
        *("http://172.31.255.255", "http://100.127.255.255", "http://198.19.255.255", "http://239.255.255.255"),
    ],
)
async def test_c1_c2_addresses_of_this_machine_and_private_networks_are_blocked(make_client, url):
    with pytest.raises(OutboundBlockedError):
        await make_client().request(get(url))


@pytest.mark.parametrize("url", ["http://172.32.0.1", "http://100.128.0.1", "http://11.0.0.1", "http://[2606:4700::1]"])
async def test_what_is_beside_a_private_network_is_the_internet(make_client, url):
    assert (await make_client().guard.check(net_client.parse_url(url))).is_private is False


async def test_a_name_that_leads_to_this_machine_is_blocked(make_client, serve):
    port = await serve(hello)
    client = make_client(names={"127.0.0.1.nip.io": "127.0.0.1"})
    with pytest.raises(OutboundBlockedError, match=r"nip\.io"):
        await client.request(get(f"http://127.0.0.1.nip.io:{port}/"))


METADATA = [
    "169.254.169.254",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "169.254.170.2",
    *("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"),
]
METADATA_NAMES = ["metadata", "instance-data", "metadata.google.internal", "METADATA.goog", "metadata.azure.internal"]


@pytest.mark.parametrize("address", METADATA)
async def test_c3_cloud_metadata_is_blocked_even_where_the_owner_allowed_it(make_client, address):
    literal = f"[{address}]" if ":" in address else address
    client = make_client(allow=[f"{literal}:80", "meta.test:80"], names={"meta.test": address}, public={address})
    for host in (literal, "meta.test"):
        with pytest.raises(OutboundBlockedError):
            await client.request(get(f"http://{host}/latest/meta-data/"))


@pytest.mark.parametrize("name", METADATA_NAMES)
async def test_c3_the_names_of_metadata_are_blocked_before_they_are_looked_up(make_client, name):
    client = make_client(allow=[f"{name}:80"], names={})
    with pytest.raises(OutboundBlockedError):
        await client.request(get(f"http://{name}/computeMetadata/v1/"))


# --- C4, C5: DNS -----------------------------------------------------------------------------------------


async def test_c4_rebinding_reaches_only_the_address_that_was_checked(make_client, serve, second_loopback):
    asked = []

    def rebind() -> str:
        asked.append(1)
        return second_loopback if len(asked) == 1 else "127.0.0.1"

    async def outside(request: web.Request) -> web.Response:
        return web.Response(text="outside")

    async def inside(request: web.Request) -> web.Response:
        raise AssertionError("the private server was reached")

    port = await serve(outside, second_loopback)
    await serve(inside, "127.0.0.1", port)
    client = make_client(names={"rebind.test": rebind}, public={second_loopback})
    answer = await client.request(get(f"http://rebind.test:{port}/"))
    assert (answer.text, len(asked)) == ("outside", 1)
    with pytest.raises(OutboundBlockedError):  # now the name is private, and is not reached over the open connection either
        await client.request(get(f"http://rebind.test:{port}/"))


@pytest.mark.parametrize("addresses", [["93.184.215.14", "10.0.0.7"], ["10.0.0.7", "93.184.215.14"], ["2606:4700::1", "fe80::1"]])
async def test_c5_one_private_address_of_a_name_blocks_it(make_client, addresses):
    with pytest.raises(OutboundBlockedError):
        await make_client(names={"mixed.test": addresses}).request(get("http://mixed.test/"))


async def test_a_connection_to_an_unchecked_address_is_never_opened(make_client, serve, second_loopback, monkeypatch):
    """The second lock: even if the HTTP library came to another address, no socket is made for it."""
    from autogpt_lite.net import session

    port, honest = await serve(hello), session._resolved
    monkeypatch.setattr(session, "_resolved", lambda host, port, _: honest(host, port, ipaddress.ip_address("127.0.0.1")))
    client = make_client(names={"out.test": second_loopback}, public={second_loopback})
    with pytest.raises(OutboundUnreachableError):
        await client.request(get(f"http://out.test:{port}/"))


# --- C6, C7: redirects -------------------------------------------------------------------------------------


def redirect_to(location: str, status: int = 302):
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": location})

    return handler


async def test_the_internet_cannot_redirect_into_the_house(make_client, serve, second_loopback):
    """Neither to a blocked address nor to one that the owner allowed for direct requests."""
    inside = await serve(hello)
    for allow in ([], [f"127.0.0.1:{inside}"]):
        outside = await serve(redirect_to(f"http://127.0.0.1:{inside}/admin"), second_loopback)
        client = make_client(names={"out.test": second_loopback}, public={second_loopback}, allow=allow)
        with pytest.raises(OutboundBlockedError):
            await client.request(get(f"http://out.test:{outside}/"))


async def test_c6_a_chain_of_redirects_is_checked_at_every_hop(make_client, serve, second_loopback):
    inside = await serve(hello)
    last = await serve(redirect_to(f"http://127.0.0.1:{inside}/"), second_loopback)
    first = await serve(redirect_to(f"http://out.test:{last}/"), second_loopback)
    client = make_client(names={"out.test": second_loopback}, public={second_loopback})
    with pytest.raises(OutboundBlockedError):
        await client.request(get(f"http://out.test:{first}/"))


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://x.test/", "data:text/plain,x", "javascript:1"]
)
async def test_a_redirect_to_another_scheme_is_blocked(make_client, serve, location):
    port = await serve(redirect_to(location))
    with pytest.raises(OutboundBlockedError, match="http"):
        await make_client(allow=[f"127.0.0.1:{port}"]).request(get(f"http://127.0.0.1:{port}/"))


async def test_redirects_end_at_the_limit(make_client, serve):
    hops = itertools.count()

    async def loop(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"/{next(hops)}"})

    port = await serve(loop)
    with pytest.raises(OutboundError, match="more than 10 times"):
        await make_client(allow=[f"localhost:{port}"]).request(get(f"http://localhost:{port}/"))
    assert next(hops) == 11


async def echo(request: web.Request) -> web.Response:
    return web.json_response({"method": request.method, "headers": dict(request.headers), "body": await request.text()})


SECRET_HEADERS = {"Authorization": "Bearer s3cret", "Cookie": "a=s3cret", "X-API-Key": "s3cret", "X-Whatever": "s3cret"}


async def test_c7_secret_headers_do_not_follow_a_redirect_to_another_origin(make_client, serve):
    other = await serve(echo)
    first = await serve(redirect_to(f"http://127.0.0.1:{other}/", 307))
    client = make_client(allow=[f"127.0.0.1:{first}", f"127.0.0.1:{other}"])
    headers = {**SECRET_HEADERS, "Accept": "text/plain"}
    answer = await client.request(HttpRequest("POST", f"http://127.0.0.1:{first}/", headers, json={"a": 1}))
    assert "s3cret" not in answer.text
    assert answer.json()["headers"]["Accept"] == "text/plain"
    assert (answer.json()["method"], answer.json()["body"]) == ("POST", '{"a":1}')


@pytest.mark.parametrize(
    ("before", "after", "follow"),
    [
        ("http://a.test/", "https://a.test/", True),  # the everyday upgrade
        ("https://a.test/", "http://a.test/", False),
        ("http://a.test:8080/", "https://a.test/", False),
        ("http://a.test/", "https://a.test:8443/", False),
        ("http://a.test/", "https://b.a.test/", False),
    ],
)
def test_c7_secret_headers_follow_to_tls_on_the_standard_ports_and_never_back(before, after, follow):
    kept = headers_after_redirect(SECRET_HEADERS, net_client.parse_url(before), net_client.parse_url(after), drops_body=False)
    assert kept == (SECRET_HEADERS if follow else {})


async def test_headers_follow_a_redirect_within_the_origin(make_client, serve):
    async def handler(request: web.Request) -> web.Response:
        return await (redirect_to("/there") if request.path == "/" else echo)(request)

    port = await serve(handler)
    client = make_client(allow=[f"127.0.0.1:{port}"])
    answer = await client.request(get(f"http://127.0.0.1:{port}/", headers=SECRET_HEADERS))
    assert answer.text.count("s3cret") == 4
    assert answer.url.endswith("/there")


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (307, "POST", "POST"),
        (308, "PUT", "PUT"),
        (302, "DELETE", "DELETE"),
    ],
)
async def test_a_redirect_changes_the_method_as_browsers_do(make_client, serve, status, method, becomes):
    async def handler(request: web.Request) -> web.Response:
        return await (redirect_to("/there", status) if request.path == "/" else echo)(request)

    port = await serve(handler)
    answer = await make_client(allow=[f"127.0.0.1:{port}"]).request(HttpRequest(method, f"http://127.0.0.1:{port}/", data="x"))
    assert answer.json()["method"] == becomes
    assert answer.json()["body"] == ("" if becomes == "GET" else "x")


# --- C10, C11: what a request may be made of ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "http://",
        "http:///path",
        "http:/example.com",
        "http:example.com",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "data:text/plain,x",
        "http://good.com#@127.0.0.1/",
        "http://good.com?@127.0.0.1/",
        "http://127.0.0.1\\@good.com",
        "http://good.com\\@127.0.0.1",
        "http://user:password@good.com/",
        "http://user@good.com/",
        "http://@good.com/",
        "http://go\tod.com/",
        "http://go\nod.com/",
        "http://go\x00od.com/",
        "http://go od.com/",
        "http://good.com:/",
        "http://good.com:0/",
        "http://good.com:65536/",
        "http://good.com:8o/",
        "http://good.com:-1/",
        "http://good.com:80:80/",
        "http://good.com./",
        "http://good..com/",
        "http://.good.com/",
        "http://-good.com/",
        "http://gооd.com/",  # Cyrillic o
        "http://127。0。0。1/",
        "http://①②⑦.0.0.1/",
        "http://%31%32%37.0.0.1/",
        "http://good.com%2f@127.0.0.1/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[1.2.3.4]/",
        "http://[::1]:80:80/",
        "http://good.com/\r\nX: y",
        "http://good.com/a\x7fb",
        "http://" + "a" * 64 + ".com/",
        "http://1.2.3.4.5/",
        "http://1.2.3/",
        "http://999.1.1.1/",
        "http://٣٣.1.1.1/",
        "http://example.0x/",
    ],
)
async def test_c10_addresses_that_can_be_read_in_two_ways_are_invalid(make_client, url):
    with pytest.raises(OutboundBlockedError, match="not valid"):
        await make_client(names={"good.com": "93.184.215.14"}).request(get(url))


async def test_everyday_addresses_work(make_client, serve):
    async def path(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.raw_path} {request.headers['Host']}")

    port = await serve(path)
    client = make_client(allow=[f"my-nas.local:{port}"], names={"my-nas.local": "127.0.0.1"})
    answer = await client.request(
        get(f" HTTP://My-NAS.local:{port}/a b/ü?q=x y&mail=a@b.c#part\n", params={"n": [1, True], "gone": None})
    )
    assert answer.text == f"/a%20b/%C3%BC?q=x%20y&mail=a@b.c&n=1&n=true my-nas.local:{port}"


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        ({"X": "a\r\nHost: evil"}, "GET"),
        ({"X": "a\nb"}, "GET"),
        ({"X": "a\x00b"}, "GET"),
        ({"X\r\nY": "a"}, "GET"),
        ({"X Y": "a"}, "GET"),
        ({"": "a"}, "GET"),
        ({"Hést": "a"}, "GET"),
        ({"Host": "evil.test"}, "GET"),
        ({"X": "a" * 70_000}, "GET"),
        ({}, "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"),
        ({}, "TRACE"),
        ({}, "CONNECT"),
        ({}, ""),
    ],
)
async def test_c11_line_breaks_and_odd_methods_are_refused_before_anything_is_sent(make_client, serve, headers, method):
    async def never(request: web.Request) -> web.Response:
        raise AssertionError("something was sent")

    port = await serve(never)
    with pytest.raises(BlockInputError) as caught:
        await make_client(allow=[f"127.0.0.1:{port}"]).request(HttpRequest(method, f"http://127.0.0.1:{port}/", headers))
    assert "evil" not in caught.value.message


def test_c11_names_in_a_form_begin_no_header_and_no_part():
    odd = 'a"\r\nX-Evil: 1\r\n\r\n--x\n'
    body, content_type = encode_multipart([(odd, "v")], [FormFile(odd, odd, "text/plain", b"content")])
    boundary = content_type.partition("boundary=")[2].encode()
    parts = body.split(b"--" + boundary)[1:-1]
    assert [part.partition(b"\r\n\r\n")[2] for part in parts] == [b"v\r\n", b"content\r\n"]
    heads = [part.partition(b"\r\n\r\n")[0].strip().split(b"\r\n") for part in parts]
    assert [len(lines) for lines in heads] == [1, 2]
    assert not any(b"\n" in line for lines in heads for line in lines)
    for odd_type in ("text/plain\r\nX: 1", "text/plain\n", "a\0b"):
        with pytest.raises(BlockInputError, match="control character"):
            encode_multipart([], [FormFile("f", "f", odd_type, b"")])


async def test_c11_headers_of_the_connection_are_not_taken_from_the_caller(make_client, serve):
    port = await serve(echo)
    headers = {
        "Content-Length": "5000",
        "Transfer-Encoding": "chunked",
        "Connection": "upgrade",
        "Upgrade": "h2c",
        "Expect": "100-continue",
    }
    client = make_client(allow=[f"127.0.0.1:{port}"])
    answer = await client.request(
        HttpRequest("POST", f"http://127.0.0.1:{port}/", {**headers, "Accept-Encoding": "br"}, data=b"abc")
    )
    seen = answer.json()["headers"]
    assert seen["Content-Length"] == "3"
    assert seen["Accept-Encoding"] == "gzip, deflate"
    assert not {"Transfer-Encoding", "Upgrade", "Expect"} & set(seen)


# --- C12: the server itself ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "me.test"])
async def test_c12_the_own_port_is_never_reachable_even_if_allowed(make_client, serve, host):
    port = await serve(hello)
    client = make_client(allow=[f"{host}:{port}"], own_ports=[port], names={"me.test": "127.0.0.1", "localhost": "127.0.0.1"})
    with pytest.raises(OutboundBlockedError, match="this server itself"):
        await client.request(get(f"http://{host}:{port}/api/graphs"))


def test_c12_every_address_of_this_machine_is_its_own(monkeypatch):
    mine = "198.51.100.7"

    class Socket:
        def __init__(self, *kind: object): ...
        def __enter__(self):
            return self

        def __exit__(self, *error: object): ...
        def bind(self, address: tuple[str, int]) -> None:
            if address[0] not in (mine, "2001:db8::7"):
                raise OSError("the address is not available")

    monkeypatch.setattr(resolve.socket, "socket", Socket)
    for text in (mine, f"::ffff:{mine}", "2001:db8::7", "127.9.9.9", "::", "0.0.0.0"):
        assert resolve.is_own_address(ipaddress.ip_address(text)), text
    for text in ("198.51.100.8", "2001:db8::8"):
        assert not resolve.is_own_address(ipaddress.ip_address(text)), text


async def test_a_server_that_listens_has_made_its_port_unreachable(server):
    for host in (server.host, f"[::1]:{server.web.port}"):
        with pytest.raises(OutboundBlockedError, match="this server itself"):
            await http.request("GET", f"http://{host}/health")


async def test_the_same_port_on_another_machine_is_not_the_own_port(make_client):
    client = make_client(own_ports=[443], names={"out.test": "93.184.215.14"})
    assert (await client.guard.check(net_client.parse_url("https://out.test/"))).is_private is False


async def test_only_the_allowed_port_of_a_private_host_can_be_reached(make_client, serve):
    allowed, other = await serve(hello), await serve(hello)
    client = make_client(allow=[f"127.0.0.1:{allowed}"])
    for host in ("127.0.0.1", "localhost"):
        assert (await client.request(get(f"http://{host}:{allowed}/"))).text == "hello"
        with pytest.raises(OutboundBlockedError, match=str(other)):
            await client.request(get(f"http://{host}:{other}/"))


async def test_a_name_is_allowed_as_it_is_written_only(make_client, serve):
    port = await serve(hello)
    client = make_client(allow=[f"nas.test:{port}"], names={"nas.test": "127.0.0.1", "evil.test": "127.0.0.1"})
    assert (await client.request(get(f"http://nas.test:{port}/"))).status == 200
    with pytest.raises(OutboundBlockedError):
        await client.request(get(f"http://evil.test:{port}/"))


# --- C13: credentials ------------------------------------------------------------------------------------------------


@pytest.fixture
def the_outbound_client(make_client, monkeypatch):
    """Makes the client that sdk.http uses."""

    def make(**options):
        monkeypatch.setattr(net_client, "_client", make_client(**options))

    return make


async def test_c13_credentials_go_only_to_their_hosts(the_outbound_client, serve):
    port = await serve(echo)
    names = {"api.test": "127.0.0.1", "eu.api.test": "127.0.0.1", "evil.test": "127.0.0.1", "evil-api.test": "127.0.0.1"}
    the_outbound_client(names=names, allow=[f"{name}:{port}" for name in names])
    key = Credentials(id="1", provider="p", type="api_key", secrets={"api_key": "s3cret"}, hosts=("api.test",))
    answer = await http.request("GET", f"http://api.test:{port}/", credentials=key)
    assert answer.json()["headers"]["Authorization"] == "Bearer s3cret"
    for host in ("evil.test", "eu.api.test", "evil-api.test"):
        with pytest.raises(OutboundBlockedError, match=r"only to api\.test") as caught:
            await http.request("GET", f"http://{host}:{port}/", credentials=key)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("*.api.test", "eu.api.test", "api.test"),
        ("*.api.test", "a.b.api.test", "evilapi.test"),
        ("api.test:80", "api.test", "api.test:81"),
        ("[::1]:80", "[::1]", "[::1]:81"),
        ("localhost:80", "127.0.0.1", "127.0.0.1:81"),
        ("API.test", "api.test:8443", "api.test.evil.test"),
    ],
)
def test_hosts_of_credentials_can_name_a_port_or_all_subdomains(pattern, good, bad):
    check_host_may_get_secret(net_client.parse_url(f"http://{good}/"), [pattern])
    with pytest.raises(OutboundBlockedError):
        check_host_may_get_secret(net_client.parse_url(f"http://{bad}/"), [pattern])


@pytest.mark.parametrize(
    ("kind", "secrets", "header", "value"),
    [
        ("api_key", {"api_key": "k"}, "Authorization", "Bearer k"),
        ("oauth2", {"access_token": "t"}, "Authorization", "Bearer t"),
        ("user_password", {"username": "u", "password": "p"}, "Authorization", "Basic dTpw"),
        ("host_scoped", {"headers": {"X-Key": "h"}}, "X-Key", "h"),
    ],
)
async def test_each_type_of_credentials_is_sent_in_its_way(the_outbound_client, serve, kind, secrets, header, value):
    port = await serve(echo)
    the_outbound_client(allow=[f"127.0.0.1:{port}"])
    credentials = Credentials(id="1", provider="p", type=kind, secrets=secrets, hosts=(f"127.0.0.1:{port}",))
    answer = await http.request("GET", f"http://127.0.0.1:{port}/", credentials=credentials)
    assert answer.json()["headers"][header] == value


# --- configuration ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def restore_client(monkeypatch):
    monkeypatch.setattr(net_client, "_client", None)


@pytest.mark.parametrize("entry", ["192.168.1.5", "192.168.1.5:0", "http://x:1", "nas:99999", "0x7f.1:80", "*:80", ""])
def test_an_entry_of_http_allow_that_is_not_host_and_port_stops_the_start(restore_client, entry):
    config = load_config(environ={}, overrides={"http.allow": [entry]})
    with pytest.raises(ConfigError, match=r"http\.allow"):
        net_client.configure(config.http, config.llm)


async def test_the_servers_of_llm_providers_are_allowed(restore_client, serve):
    port = await serve(hello)
    config = load_config(environ={}, overrides={"llm.providers.local.base_url": f"http://127.0.0.1:{port}/v1"})
    client = net_client.configure(config.http, config.llm)
    assert (await http.request("GET", f"http://localhost:{port}/")).text == "hello"
    net_client.add_own_ports([port])
    with pytest.raises(OutboundBlockedError):
        await http.request("GET", f"http://localhost:{port}/")
    await client.close()
