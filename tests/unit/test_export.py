"""An exported agent tells others nothing about its owner, and comes back as it was."""

from __future__ import annotations

import json

import msgspec
import pytest

from autogpt_lite.engine.graph import Node
from autogpt_lite.graphs.agent_file import parse_agent_file
from autogpt_lite.graphs.export import export_file, without_secrets
from autogpt_lite.graphs.secret_names import is_secret_key
from autogpt_lite.graphs.secret_texts import without_secret_texts

from .graph_blocks import (
    FetchBlock,
    GiveBlock,
    ModelBlock,
    TakeBlock,
    WorkBlock,
    call_of,
    make_graph,
    make_registry,
    make_sub_graph,
)

REGISTRY = make_registry()
CANARY = "canary-7f3a"


@pytest.mark.parametrize(
    "key",
    [
        "credentials", "api_key", "apiKey", "API-Key", "X-API-KEY", "openai_apikey", "password", "smtpPassword", "mypassword",
        "token", "access_token", "accesstoken", "botToken", "discord_bot_token", "X-Auth-Token", "secret", "client_secret",
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "_credentials_id", "headers_#_Authorization", "private_key",
    ],
)  # fmt: skip
def test_a_key_that_names_a_secret(key):
    assert is_secret_key(key, "value")
    assert not is_secret_key(key, True)


@pytest.mark.parametrize("key", ["max_tokens", "tokens", "maxOutputTokens", "key", "keyword", "prompt", "authors", "", "日本"])
def test_a_key_that_names_none(key):
    assert not is_secret_key(key, "value")


def test_a_number_of_tokens_is_none():
    assert not is_secret_key("token_limit", 500)
    assert is_secret_key("password", 1234)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://ada:{c}@example.org/a?b=1", "https://example.org/a?b=1"),
        ("GET https://example.org/?city=Rome&api_key={c}&n=1#top", "GET https://example.org/?city=Rome&api_key=&n=1#top"),
        ("https://maps.example.org/?key=AIza{c}{c}{c}", "https://maps.example.org/?key="),
        ("https://hooks.slack.com/services/T01/B02/{c}", "https://hooks.slack.com/services/"),
        ("https://discord.com/api/webhooks/123/{c}", "https://discord.com/api/webhooks/"),
        ("Bearer {c}", "Bearer "),
        ("Basic YWRhOmNhbmFyeS03ZjNh", "Basic "),
        ("use sk-proj-{c}{c} for it", "use  for it"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ", ""),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{c}{c}", ""),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "\n"),
    ],
)
def test_a_secret_inside_of_a_text_stays_behind(text, left):
    text = text.replace("{c}", CANARY)
    assert without_secret_texts(text) == left
    assert without_secret_texts(left) == left


@pytest.mark.parametrize(
    "text",
    [
        *("Basic understanding", "Bearer of news", "Bearer {{token}}", "https://{{ user }}:{{ password }}@example.org/"),
        *(
            "https://example.org/?key=title&q={{ key }}",
            "mail@example.org",
            "https://example.org/@ada:x",
            "task-management-system",
        ),
        *("https://example.org/?api_key={{ key }}", "", "sk-short", "a ratio of 12345678:1"),
    ],
)
def test_a_text_without_a_secret_stays_as_it_is(text):
    assert without_secret_texts(text) == text


def secretive_graph():
    headers = {
        "Authorization": CANARY,
        "Accept": "text/html",
        "X-Key": CANARY,
        "x-auth": CANARY,
        "Referer": f"https://a:{CANARY}@b.org/",
    }
    nested = [
        {"deep": [{"x-api-key": CANARY, "keep": 1}]},
        {"name": "Cookie", "value": CANARY},
        {"name": "city", "value": "Rome"},
    ]
    nodes = {
        "work": (WorkBlock, {"a": 1, "api_key": CANARY, "door": CANARY, "headers": headers, "values": nested, "max_tokens": 99}),
        "secret": (TakeBlock, {"name": "pin", "value": CANARY, "secret": True}),
        "open": (TakeBlock, {"name": "topic", "value": "sea", "secret": False}),
        "model": (ModelBlock, {"credentials": {"id": CANARY, "provider": "openai", "type": "api_key", "title": CANARY}}),
        "fetch": (FetchBlock, {"url": f"https://example.org?token={CANARY}", "bot_token": CANARY, "headers_#_X-Key": CANARY}),
        "unknown": ("99999999-0000-4000-8000-000000000000", {"password": CANARY, "max_tokens": 5}),
        "out": (
            GiveBlock,
            {"name": "result"},
            {"position": {"x": 1, "y": 2}, "api_key": CANARY, "pinned_output": [["r", CANARY]], "credentials_optional": True},
        ),
        "call": call_of(),
    }
    graph = make_graph(nodes, ["open.result -> out.value"], user_id=CANARY, description="Does things")
    values = graph.nodes[-1].input_default
    secret_pin = {"secret": True, "default": CANARY}
    values["input_schema"] = {"type": "object", "properties": {"number": {}, "code": secret_pin, "API key": {"default": CANARY}}}
    values["inputs"] = {"number": 5, "code": CANARY, "API key": CANARY}
    values["user_id"] = CANARY
    graph.sub_graphs = [make_sub_graph()]
    graph.sub_graphs[0].user_id = CANARY
    graph.sub_graphs[0].nodes[0].input_default["api_key"] = CANARY
    return graph


def test_no_secret_is_left_anywhere_in_the_file():
    graph = secretive_graph()
    data = export_file(graph, REGISTRY)
    assert CANARY.encode() not in data
    assert json.loads(data)["user_id"] == ""


def test_everything_else_is_kept():
    nodes = {node.id: node for node in without_secrets(secretive_graph(), REGISTRY).nodes}
    assert nodes["work"].input_default == {
        "a": 1,
        "headers": {"Accept": "text/html", "Referer": "https://b.org/"},
        "values": [{"deep": [{"keep": 1}]}, {"name": "Cookie"}, {"name": "city", "value": "Rome"}],
        "max_tokens": 99,
    }
    assert nodes["secret"].input_default == {"name": "pin", "secret": True}
    assert nodes["open"].input_default == {"name": "topic", "value": "sea", "secret": False}
    assert nodes["unknown"].input_default == {"max_tokens": 5}
    assert nodes["out"].metadata == {"position": {"x": 1, "y": 2}, "credentials_optional": True}
    assert nodes["call"].input_default["inputs"] == {"number": 5}
    assert set(nodes["call"].input_default["input_schema"]["properties"]) == {"number", "code", "API key"}


def test_the_graph_itself_is_not_changed():
    graph = secretive_graph()
    before = msgspec.json.encode(graph)
    export_file(graph, REGISTRY)
    assert msgspec.json.encode(graph) == before


def test_an_exported_file_comes_back_and_goes_out_again_byte_for_byte():
    first = export_file(secretive_graph(), REGISTRY)
    again = export_file(parse_agent_file(first), REGISTRY)
    assert again == first


def test_every_bundled_agent_goes_round_too(contract):
    for path in sorted((contract / "agents").glob("*.json")):
        first = export_file(parse_agent_file(path.read_bytes()), REGISTRY)
        assert export_file(parse_agent_file(first), REGISTRY) == first, path.name


def test_a_very_deep_value_is_exported():
    deep: list = []
    for _ in range(500):
        deep = [deep]
    graph = make_graph({})
    graph.nodes = [Node(id="a", block_id=WorkBlock.id, input_default={"a": 1, "values": deep})]
    assert without_secrets(graph, REGISTRY).nodes[0].input_default["values"] == deep
