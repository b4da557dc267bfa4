"""The web request blocks: what they send, and which pin the answer comes on. That they reach no forbidden address: tests/attacks."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from autogpt_lite.net import client as net_client
from autogpt_lite.sdk import Credentials
from tests.blocks.context import BlockContext
from tests.local_servers import serve  # noqa: F401


async def echo(request: web.Request) -> web.Response:
    """What came, as JSON; ?status= is the status of the answer, ?text= makes it plain text."""
    status = int(request.query.get("status", 200))
    if "text" in request.query:
        return web.Response(text=request.query["text"], status=status)
    seen: dict[str, Any] = {"method": request.method, "type": request.content_type, "key": request.headers.get("X-Key")}
    if request.content_type == "multipart/form-data":
        form = await request.post()
        parts = {
            name: [v if isinstance(v, str) else [v.filename, v.content_type, v.file.read().decode()]] for name, v in form.items()
        }
        seen["body"] = {name: part[0] for name, part in parts.items()}
    else:
        seen["body"] = await request.text()
    return web.json_response(seen, status=status)


@pytest.fixture
async def url(serve, monkeypatch):  # noqa: F811
    port = await serve(echo)
    config = net_client.load_config(environ={}, overrides={"http.allow": [f"127.0.0.1:{port}"]})
    monkeypatch.setattr(net_client, "_client", None)
    client = net_client.configure(config.http, config.llm)
    yield f"http://127.0.0.1:{port}/"
    await client.close()


@pytest.mark.parametrize(
    ("given", "type", "body"),
    [
        ({"body": {"a": 1, "b": [True]}}, "application/json", '{"a":1,"b":[true]}'),
        ({"body": {"a": "x y", "n": [1, 2]}, "json_format": False}, "application/x-www-form-urlencoded", "a=x+y&n=1&n=2"),
        ({}, "application/octet-stream", ""),
        ({"files": ["data:text/plain,just%20this"], "files_name": ""}, "application/octet-stream", "just this"),
        (
            {"files": ["data:text/csv;base64,YSxi"], "files_name": "sheet", "body": {"title": 'a"b'}},
            "multipart/form-data",
            {"title": 'a"b', "sheet": ["file.csv", "text/csv", "a,b"]},
        ),
    ],
)
async def test_each_form_of_a_body_arrives(run, url, given, type, body):
    [[pin, seen]] = await run("SendWebRequestBlock", url=url, **given)
    assert (pin, seen["method"], seen["type"], seen["body"]) == ("response", "POST", type, body)


@pytest.mark.parametrize(
    ("status", "pin"), [(200, "response"), (404, "client_error"), (422, "client_error"), (503, "server_error")]
)
async def test_the_status_decides_the_pin(run, url, status, pin):
    assert await run("SendWebRequestBlock", url=f"{url}?status={status}&text=hello", method="GET") == [[pin, "hello"]]


async def test_a_body_is_left_out_where_the_method_has_none(run, url):
    [[_, seen]] = await run("SendWebRequestBlock", url=url, method="GET", body={"a": 1})
    assert seen["body"] == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"body": {"a": {"b": 1}}, "json_format": False}, "json_format"),
        ({"files": ["data:,x"] * 21}, "20 can be sent"),
        ({"files": ["data:,x"] * 2, "files_name": ""}, "one file alone"),
        ({"files": ["/etc/passwd"]}, "no file that a block can read"),
        ({"headers": {"X": "a\r\nY: b"}}, "line break"),
    ],
)
async def test_what_cannot_be_sent_says_why(run, url, given, words):
    [[pin, message]] = await run("SendWebRequestBlock", url=url, **given)
    assert pin == "error"
    assert words in message


async def test_credentials_of_the_host_are_sent_to_it_alone(run, url):
    host = url.removeprefix("http://").strip("/")
    secret = {"headers": {"X-Key": "s3cret"}}
    mine = Credentials(id="1", provider="http", type="host_scoped", secrets=secret, hosts=(host,))
    ref = {"id": "1", "provider": "http", "type": "host_scoped"}
    [[pin, seen]] = await run(
        "SendAuthenticatedWebRequestBlock", BlockContext(credentials={"credentials": mine}), url=url, credentials=ref
    )
    assert (pin, seen["key"]) == ("response", "s3cret")
    other = Credentials(id="2", provider="http", type="host_scoped", secrets=secret, hosts=("api.example.com",))
    [[pin, message]] = await run(
        "SendAuthenticatedWebRequestBlock", BlockContext(credentials={"credentials": other}), url=url, credentials=ref
    )
    assert pin == "error"
    assert "only to api.example.com" in message
    assert "s3cret" not in message
