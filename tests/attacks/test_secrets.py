"""Group I of the list of attacks: secrets. I8 (what /metrics and /openapi.json tell) is in tests/http/test_openapi.py and with the
figures; that a child process gets a clean environment (I5) in tests/unit/test_sandbox.py; what I4 asks of a lost key is in tests/credentials/test_keys.py. There are no mails, traces, share pages or crash dumps here.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import subprocess
import uuid
from pathlib import Path

import pytest

from autogpt_lite.credentials.masking import Masker, MaskingFormatter, forms_of, mask_value
from autogpt_lite.llm.failures import MAX_TEXT_CHARS, error_text
from autogpt_lite.llm.providers import Provider
from tests.credentials.world import FETCH, USER, World, open_world, ref
from tests.http.library_agents import add_other_user
from tests.server import CLI, PROJECT, environ_for

CANARIES = {
    "api_key": {"api_key": "canary-key-111111111111"},
    "oauth2": {"access_token": "canary-token-22222222222", "refresh_token": "canary-refresh-333333333", "scopes": []},
    "user_password": {"username": "canary-user-44444444444", "password": "canary-word-55555555555"},
    "host_scoped": {"host": "127.0.0.1", "headers": {"X-Key": "canary-header-6666666666"}},
}
BASE = "/api/integrations"


@pytest.fixture
async def world(tmp_path: Path):
    async with open_world(tmp_path) as one:
        yield one


async def add_every_kind(world: World) -> list[dict]:
    made = []
    for kind, secret in CANARIES.items():
        hosts = {} if kind == "host_scoped" else {"hosts": [world.other.host]}
        answer = await world.live.post(f"{BASE}/acme/credentials", {"type": kind, "title": kind, **secret, **hosts})
        assert answer.status == 201, answer.body
        made.append(answer.json())
    return made


async def test_i1_an_export_holds_no_secret_and_nobodys_ids(world: World):
    (key, *_) = await add_every_kind(world)
    graph = {
        "name": "Fetch",
        "description": "",
        "nodes": [
            {
                "id": str(uuid.uuid4()),
                "block_id": FETCH,
                "input_default": {"url": world.other.url, "credentials": ref(key), "api_key": "canary-literal-7777777"},
                "metadata": {},
            }
        ],
        "links": [],
    }
    graph_id = (await world.live.post("/api/graphs", {"graph": graph})).json()["id"]
    exported = (await world.live.get(f"/api/graphs/{graph_id}?for_export=true")).body.decode()
    assert "canary" not in exported
    assert key["id"] not in exported
    assert USER not in exported


async def test_i2_what_another_server_repeats_is_masked_everywhere(world: World, caplog, tmp_path: Path):
    caplog.set_level("DEBUG")
    key = await world.add_key("canary-key-111111111111")
    graph_id = await world.add_agent(key)
    socket = await world.live.open_socket()
    await socket.send_json({"method": "subscribe_graph_executions", "data": {"graph_id": graph_id}})
    await socket.receive_json(timeout=10)
    for status in (200, 500):  # in an output, and in an error
        world.other.status = status
        run = await world.run(graph_id)
        told = json.dumps(run)
        assert json.dumps("•••")[1:-1] in told
        assert "canary" not in told
    frames = ""
    while "FAILED" not in frames:
        frames += (await socket.receive(timeout=10)).data
    assert "canary" not in frames
    await socket.close()
    await world.app.engine.settle()
    assert "canary" not in str(await world.app.db.fetch_all("SELECT input, output FROM node_executions"))
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter(logging.Formatter(), world.app.credentials_access.mask))
    try:
        raise RuntimeError("the server said canary-key-111111111111")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x",
            logging.INFO,
            __file__,
            1,
            "failed with %s",
            ("canary-key-111111111111",),
            (type(error), error, error.__traceback__),
        )
    assert "canary-key" not in handler.format(record)


def test_i2_a_secret_is_known_in_the_forms_in_which_it_travels():
    forms = forms_of({"username": "ada", "password": "p4ss/word +1"})
    for text in ("p4ss/word +1", "p4ss%2Fword%20%2B1", "p4ss%2Fword+%2B1", "YWRhOnA0c3Mvd29yZCArMQ=="):
        assert mask_value({"a": [f"<{text}>"]}, forms) == {"a": ["<•••>"]}
    forms = forms_of({"password": 'p"\u00e4\\w&<12?~'})
    for text in (
        json.dumps(odd := 'p"\u00e4\\w&<12?~'),
        json.dumps(odd, ensure_ascii=False),
        html.escape(odd),
        base64.urlsafe_b64encode(odd.encode()).decode(),
    ):
        assert "\u2022\u2022\u2022" in mask_value(text, forms), text
        assert "w&" not in mask_value(text, forms)
    assert forms_of({"headers": {"Authorization": "Bearer abcdef123"}})[-1] == "abcdef123"
    assert forms_of({"api_key": "short"}) == ()


@pytest.mark.parametrize("secret", ["sk-proj-Ab12Cd34Ef56Gh78Ij90", "pass word", "-----BEGIN KEY-----\nMIIEvQIBADANBg"])
def test_i2_what_a_cut_has_left_of_a_secret_is_masked_too(secret: str):
    masker = Masker()
    masker.remember("one", {"api_key": secret})
    least = min(8, len(secret) // 2)
    for cut in range(least, len(secret) + 1):
        left = secret[:cut]
        for error in (
            "401: {}",
            "no number: '{}...'",
            "no key '{}' ...",
            "{} …",
            "It said: {}.",
            "It said {}. Set another.",
            "({})",
        ):
            masked = masker.mask(error.format(left) + (" and more" if "..." in error else ""))
            assert secret[:least] not in masked, (error, cut)
            assert "•••" in masked
    # What is no cut stays readable, and so does what another text has in common with it.
    for text in (f"{secret[:least]}-something else", f"{secret[: least - 1]}", "The key is not accepted."):
        assert masker.mask(text) == text


def test_i2_a_provider_that_repeats_the_key_where_its_error_is_cut_tells_nothing_of_it():
    key = "canary-key-of-the-provider"
    provider = Provider(name="mine", base_url="http://127.0.0.1:1/v1", api_key=key)
    for before in range(MAX_TEXT_CHARS - len(key) - 1, MAX_TEXT_CHARS + 1):
        for body in (f"{'x' * before} {key} is wrong", json.dumps({"error": {"message": f"{'x' * before} {key} is wrong"}})):
            assert "canary" not in error_text(body.encode(), provider)


async def test_i2_nothing_in_the_database_or_its_backup_is_in_the_clear(world: World, tmp_path: Path):
    for made in await add_every_kind(world):
        await world.run(await world.add_agent(made))
    await world.live.post("/api/system/backups")
    await world.app.db.write(lambda tx: tx.fetch_all("SELECT 1"))
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path.name
    assert len(world.other.seen) == 4


async def test_i3_no_answer_holds_more_than_the_last_four(world: World):
    await add_every_kind(world)
    listed = (await world.live.get(f"{BASE}/credentials")).json()
    for one in listed:
        path = f"{BASE}/{one['provider']}/credentials/{one['id']}"
        for answer in (await world.live.get(path), await world.live.get(f"{path}/usage"), await world.live.post(f"{path}/test")):
            assert b"canary" not in answer.body
    assert {one["last4"] for one in listed} == {"1111", "2222", ""}


def test_i5_secrets_come_by_standard_input_and_no_argument_takes_one(tmp_path: Path):
    for command in ("add", "replace"):
        text = subprocess.run(
            [*CLI, "credentials", command, "--help"], cwd=PROJECT, capture_output=True, text=True, env=environ_for(None)
        ).stdout
        assert text
        assert not any(word in text for word in ("--secret", "--key", "--password", "--token"))


async def test_i6_templates_and_outputs_see_no_credential(world: World):
    key = await world.add_key()
    template, output = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30", "363ae599-353e-4804-937e-b2ee3cef3da4"
    trick = "{{ credentials.acme.api_key }}{{ ctx.credentials }}{{ credentials }}"
    ids = [str(uuid.uuid4()) for _ in range(3)]
    nodes = [
        {"id": ids[0], "block_id": template, "input_default": {"values": {"x": "y"}, "format": f"-{trick}-"}},
        {"id": ids[1], "block_id": FETCH, "input_default": {"url": world.other.url, "credentials": ref(key)}},
        {"id": ids[2], "block_id": output, "input_default": {"name": "out", "value": trick, "format": trick}},
    ]
    graph = {"name": "n", "description": "", "nodes": [{**node, "metadata": {}} for node in nodes], "links": []}
    made = await world.live.post("/api/graphs", {"graph": graph})
    assert made.status == 200, made.body
    run = await world.run(made.json()["id"])
    assert run["status"] == "COMPLETED"
    assert "canary" not in json.dumps(run)


async def test_i7_somebody_elses_credentials_are_not_found_at_validation_nor_at_run(world: World):
    key = await world.add_key()
    graph_id = await world.add_agent(key)
    mine = await world.add_agent()
    other = await add_other_user(world.live)
    await world.app.db.write(lambda tx: tx.execute("UPDATE credentials SET user_id = ? WHERE id = ?", (other, key["id"])))
    for graph, chosen in ((graph_id, {}), (mine, {"acme-github_api_key-host_scoped-oauth2-user_password_credentials": ref(key)})):
        answer = await world.live.post(f"/api/graphs/{graph}/execute/1", {"inputs": {}, "credentials_inputs": chosen})
        assert answer.status == 400
        assert "do not exist" in answer.body.decode()
    saved = await world.live.post(
        "/api/graphs",
        {
            "graph": {
                "name": "n",
                "description": "",
                "nodes": [{"id": "a", "block_id": FETCH, "input_default": {"url": "x", "credentials": ref(key)}, "metadata": {}}],
                "links": [],
            }
        },
    )
    assert saved.status == 400
    direct = await world.live.post(f"/api/blocks/{FETCH}/execute", {"url": world.other.url, "credentials": ref(key)})
    assert (direct.status, b"no credentials" in direct.body) == (404, True)
    assert world.other.seen == []
