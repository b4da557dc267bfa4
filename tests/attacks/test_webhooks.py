"""attacks.md G1 to G6 and G9: what strangers may try with the one door that needs no login."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from autogpt_lite.triggers.secrets import new_webhook_id
from tests.http.library_agents import ok, save_version
from tests.http.triggers import (
    GENERIC,
    PUBLIC_URL,
    PULL_REQUEST,
    SLACK,
    STRIPE,
    TELEGRAM_MESSAGE,
    add_credentials,
    deliver,
    deliveries_of,
    github_headers,
    listen,
    path_of,
    runs_of,
    set_secret,
    sign,
    slack_headers,
    status_of,
    stripe_headers,
    trigger_agent,
)
from tests.server import LiveServer, run_app

SECRET = "whsec_Of-the-tests"
BODY = b'{"action":"opened","number":7,"pull_request":{},"sender":{}, "text": "a"}'


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with run_app(tmp_path, settings={"server.public_url": PUBLIC_URL}) as live:
        yield live


async def github_trigger(server: LiveServer) -> dict[str, Any]:
    """A trigger of GitHub, as if it had been registered there with SECRET."""
    preset = await listen(server)
    return await as_of(server, preset, "github", "repo", PULL_REQUEST, {"repo": "o/r", "events": {"opened": True}})


async def as_of(
    server: LiveServer, preset: dict[str, Any], provider: str, webhook_type: str, block_id: str, config: dict[str, Any]
) -> dict[str, Any]:
    """A trigger made another provider's, without asking that provider: its agent gets the block, its webhook the secret."""
    await save_version(server, preset["graph_id"], trigger_agent(block_id))
    app = server.app
    pins = {**config, "credentials": add_credentials(server, provider)}
    sealed = app.triggers._secrets.seal(preset["webhook_id"], SECRET)
    change = "UPDATE webhooks SET provider = ?, webhook_type = ?, secret = ? WHERE id = ?"
    await app.db.write(lambda tx: tx.execute(change, (provider, webhook_type, sealed, preset["webhook_id"])))
    inputs = "UPDATE presets SET inputs = ? WHERE id = ?"
    await app.db.write(lambda tx: tx.execute(inputs, (json.dumps(pins).encode(), preset["id"])))
    url = f"{PUBLIC_URL}/api/integrations/{provider}/webhooks/{preset['webhook_id']}/ingress"
    return {**preset, "webhook": {**preset["webhook"], "url": url}}


async def signed_trigger(server: LiveServer, block_id: str) -> dict[str, Any]:
    preset = await listen(server, block_id)
    await set_secret(server, preset, SECRET)
    return preset


def tricked(good: str) -> list[str]:
    """Signatures that look like a good one."""
    name, _, digest = good.rpartition("=")
    prefix = f"{name}=" if name else ""
    return [
        f"{prefix}{digest.upper()}",
        f"{prefix.upper()}{digest}",
        digest if prefix else f"x{digest}",
        f"{prefix}{digest[:-1]}",
        f"{prefix}{digest}0",
        f"{prefix}{'0' * len(digest)}",
        prefix,
        "",
        f"{prefix}{digest[:-1]}\u00e9",
    ]


# --- G1 ------------------------------------------------------------------------------------------------------------


async def test_g1_github_takes_only_its_own_signature(server: LiveServer):
    preset = await github_trigger(server)
    good = github_headers(SECRET, BODY)
    signature = good.pop("X_Hub_Signature_256")
    assert (await deliver(server, preset, BODY, **good)).status == 401
    sha1 = {"X_Hub_Signature": f"sha1={sign(SECRET, BODY)[:40]}"}
    assert (await deliver(server, preset, BODY, **good, **sha1)).status == 401
    for wrong in [
        *tricked(signature),
        f"sha256={sign('other', BODY)}",
        f"sha256={sign('', BODY)}",
        f"sha256={sign(SECRET, b'')}",
    ]:
        assert (await deliver(server, preset, BODY, **good, X_Hub_Signature_256=wrong)).status == 401, wrong
    assert (await deliver(server, preset, BODY + b" ", **good, X_Hub_Signature_256=signature)).status == 401
    assert await runs_of(server, preset) == []
    assert await status_of(deliver(server, preset, BODY, **good, X_Hub_Signature_256=signature)) == "accepted"


async def test_g1_two_signatures_are_none(server: LiveServer):
    preset = await signed_trigger(server, GENERIC)
    lines = [f"X-Webhook-Secret: {SECRET}", "X-Webhook-Secret: x", "Content-Type: application/json", "Content-Length: 2"]
    raw = await server.raw_request(f"POST {path_of(preset)} HTTP/1.1", *lines, body=b"{}")
    assert raw.startswith(b"HTTP/1.1 401")


@pytest.mark.parametrize(("block_id", "headers"), [(STRIPE, stripe_headers), (SLACK, slack_headers)])
async def test_g1_stripe_and_slack_take_only_a_signature_with_their_time(server: LiveServer, block_id: str, headers: Any):
    preset = await signed_trigger(server, block_id)
    assert (await deliver(server, preset, BODY)).status == 401
    for wrong in (headers("other", BODY), headers("", BODY), headers(SECRET, BODY + b" ")):
        assert (await deliver(server, preset, BODY, **wrong)).status == 401
    good = headers(SECRET, BODY)
    for name, value in good.items():
        for other in (
            value.upper(),
            value.replace("=", "= "),
            "",
            "t=1",
            "v0=",
            "-5",
            "1e9",
            value.replace("v1", "v2"),
            f"x{value}",
        ):
            if other != value:
                answer = await deliver(server, preset, BODY, **{**good, name: other})
                assert answer.status == 401, (name, other)
        assert (await deliver(server, preset, BODY, **{one: good[one] for one in good if one != name})).status == 401
    assert await runs_of(server, preset) == []


async def test_g1_a_signature_of_stripe_has_one_time(server: LiveServer):
    preset = await signed_trigger(server, STRIPE)
    good = stripe_headers(SECRET, BODY)["Stripe_Signature"]
    for value in (f"{good},t=1", f"t=1,{good}", f"{good},{good.partition(',')[0]}"):
        assert (await deliver(server, preset, BODY, Stripe_Signature=value)).status == 401, value
    assert await status_of(deliver(server, preset, BODY, Stripe_Signature=good)) == "accepted"


async def test_g1_no_secret_lets_nothing_in(server: LiveServer):
    for block_id, headers in ((STRIPE, stripe_headers), (SLACK, slack_headers)):
        preset = await listen(server, block_id)
        for secret in ("", "None", "null"):
            assert (await deliver(server, preset, BODY, **headers(secret, BODY))).status == 401
        await set_secret(server, preset, SECRET)
        assert await status_of(deliver(server, preset, BODY, **headers(SECRET, BODY))) == "accepted"
        await set_secret(server, preset, "")
        assert (await deliver(server, preset, BODY, **headers("", BODY))).status == 401
    for provider, kind, block_id in (("github", "repo", PULL_REQUEST), ("telegram", "bot", TELEGRAM_MESSAGE)):
        preset = await as_of(server, await listen(server), provider, kind, block_id, {"repo": "o/r", "events": {"text": True}})
        await server.app.db.write(
            lambda tx, w=preset["webhook_id"]: tx.execute("UPDATE webhooks SET secret = NULL WHERE id = ?", (w,))
        )
        for headers in (github_headers("", BODY), {"X_Telegram_Bot_Api_Secret_Token": ""}, {}):
            assert (await deliver(server, preset, BODY, **headers)).status == 401


async def test_g1_telegram_takes_only_its_token(server: LiveServer):
    preset = await as_of(server, await listen(server), "telegram", "bot", TELEGRAM_MESSAGE, {"events": {"text": True}})
    update = {"update_id": 1, "message": {"text": "Hi"}}
    for wrong in ({}, *({"X_Telegram_Bot_Api_Secret_Token": one} for one in (SECRET.upper(), SECRET[:-1], SECRET + "x", ""))):
        assert (await deliver(server, preset, update, **wrong)).status == 401
    assert await status_of(deliver(server, preset, update, X_Telegram_Bot_Api_Secret_Token=SECRET)) == "accepted"


async def test_g1_a_generic_webhook_with_a_secret_wants_it(server: LiveServer):
    preset = await signed_trigger(server, GENERIC)
    wrong = [{}, {"X_Webhook_Secret": SECRET.upper()}, {"X_Webhook_Secret": ""}, {"X_Hub_Signature_256": "sha256="}]
    # A bad signature is not made good by the secret beside it.
    wrong.append({"X_Hub_Signature_256": f"sha256={sign('x', BODY)}", "X_Webhook_Secret": SECRET})
    for headers in wrong:
        assert (await deliver(server, preset, BODY, **headers)).status == 401, headers
    assert await runs_of(server, preset) == []
    assert await status_of(deliver(server, preset, BODY, X_Webhook_Secret=SECRET)) == "accepted"
    assert await status_of(deliver(server, preset, BODY, X_Hub_Signature_256=f"sha256={sign(SECRET, BODY)}")) == "accepted"


async def test_g1_the_owner_may_want_secrets_for_all(tmp_path: Path):
    settings = {"server.public_url": PUBLIC_URL, "triggers.require_secret": True}
    async with run_app(tmp_path, settings=settings) as server:
        preset = await listen(server)
        made = preset["webhook"]["secret"]
        assert len(made) == 64
        assert (await deliver(server, preset, BODY)).status == 401
        assert await status_of(deliver(server, preset, BODY, X_Webhook_Secret=made)) == "accepted"
        await set_secret(server, preset, "")
        assert (await deliver(server, preset, BODY)).status == 401


# --- G2, G3 -----------------------------------------------------------------------------------------------------------


async def test_g2_a_webhook_answers_under_its_own_provider_only(server: LiveServer):
    preset = await signed_trigger(server, STRIPE)
    path, unknown = path_of(preset), str(uuid.uuid4())
    constant = await server.request("POST", path.replace(preset["webhook_id"], unknown), anonymous=True, data=BODY)
    for other in ("github", "slack", "telegram", "generic_webhook", "compass", "Stripe", "STRIPE", "x", "stripe%00", "%73tripe2"):
        answer = await server.request("POST", path.replace("/stripe/", f"/{other}/"), anonymous=True, data=BODY)
        assert (answer.status, answer.body) == (404, constant.body) or "%00" in other, other
        assert answer.status == 404
    assert await runs_of(server, preset) == []


async def test_g3_a_delivery_that_comes_again_runs_once(server: LiveServer):
    preset = await github_trigger(server)
    first = github_headers(SECRET, BODY, delivery="the-same")
    assert await status_of(deliver(server, preset, BODY, **first)) == "accepted"
    for _ in range(2):
        assert await status_of(deliver(server, preset, BODY, **first)) == "duplicate"
    together = await asyncio.gather(
        *(deliver(server, preset, BODY, **github_headers(SECRET, BODY, delivery="d")) for _ in range(8))
    )
    assert sorted(answer.json()["status"] for answer in together) == ["accepted", *["duplicate"] * 7]
    unnamed = {name: value for name, value in first.items() if name != "X_GitHub_Delivery"}
    assert [await status_of(deliver(server, preset, BODY, **unnamed)) for _ in range(2)] == ["accepted", "duplicate"]
    assert len(await runs_of(server, preset)) == 3
    assert {one["n_repeats"] for one in await deliveries_of(server, preset)} == {1, 2, 7}


@pytest.mark.parametrize(("block_id", "headers"), [(STRIPE, stripe_headers), (SLACK, slack_headers)])
async def test_g3_a_signature_that_is_too_old_runs_nothing(server: LiveServer, block_id: str, headers: Any):
    preset = await signed_trigger(server, block_id)
    for age_s in (301, 3600, -302):
        assert await status_of(deliver(server, preset, BODY, **headers(SECRET, BODY, age_s=age_s))) == "duplicate"
    assert await runs_of(server, preset) == []
    assert {one["status"] for one in await deliveries_of(server, preset)} == {"stale"}
    assert await status_of(deliver(server, preset, BODY, **headers(SECRET, BODY, age_s=290))) == "accepted"
    again = headers(SECRET, b'{"id":"evt_1","event_id":"Ev1"}')
    assert [await status_of(deliver(server, preset, b'{"id":"evt_1","event_id":"Ev1"}', **again)) for _ in range(2)] == [
        "accepted",
        "duplicate",
    ]


# --- G4 ---------------------------------------------------------------------------------------------------------------


async def test_g4_a_flood_is_cut_off_and_each_accepted_delivery_runs_once(server: LiveServer):
    preset, other = await listen(server), await listen(server)
    sent = [deliver(server, preset, {"n": n}, X_Delivery_Id=f"n-{n}") for n in range(1000)]
    answers = await asyncio.gather(*sent)
    accepted = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status == 429]
    assert len(accepted) + len(refused) == 1000
    assert 60 <= len(accepted) <= 120  # 60 at once, and one a second while this machine is busy
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)
    rows = await server.app.db.fetch_all("SELECT count(*) FROM graph_executions WHERE preset_id = ?", (preset["id"],))
    assert rows == [(len(accepted),)]
    assert await status_of(deliver(server, other, {})) == "accepted"  # one webhook's flood is nobody else's


async def test_g4_past_the_limit_a_body_is_not_even_read(server: LiveServer):
    preset = await listen(server)
    await asyncio.gather(*(deliver(server, preset, {"n": n}, X_Delivery_Id=f"n-{n}") for n in range(200)))
    head = ["Content-Type: application/json", "Content-Length: 4000000"]
    raw = await server.raw_request(f"POST {path_of(preset)} HTTP/1.1", *head, body=b"{")  # the rest never comes
    assert raw.startswith(b"HTTP/1.1 429")


# --- G5, G6 -------------------------------------------------------------------------------------------------------------


async def test_g5_ids_are_not_to_be_guessed_found_or_read_in_a_log(server: LiveServer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    preset = await signed_trigger(server, GENERIC)
    bits = [uuid.UUID(new_webhook_id()).int for _ in range(200)]
    # None of the 128 is fixed, as six are in a UUID of version 4.
    assert all(0 < sum(number >> place & 1 for number in bits) < len(bits) for place in range(128))
    bodies = set()
    for odd in (str(uuid.uuid4()), "0", "x" * 300, preset["webhook_id"].upper().replace("-", ""), preset["webhook_id"] + "x"):
        answer = await server.request(
            "POST", f"/api/integrations/generic_webhook/webhooks/{odd}/ingress", anonymous=True, data=BODY
        )
        assert answer.status == 404
        bodies.add(answer.body)
    assert len(bodies) == 1
    refused = await deliver(server, preset, b"\xff{", X_Webhook_Secret=SECRET)
    assert refused.status == 400
    for answer in (await deliver(server, preset, BODY), refused, await deliver(server, preset, BODY, X_Webhook_Secret=SECRET)):
        assert preset["webhook_id"].encode() not in answer.body
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not any(preset["webhook_id"] in record.getMessage() for record in caplog.records)


async def test_g6_a_look_at_the_address_runs_nothing(server: LiveServer):
    preset = await listen(server)
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"):
        answer = await server.request(method, path_of(preset), anonymous=True)
        assert answer.status in (204, 405), method
        unknown = await server.request(method, path_of(preset).replace(preset["webhook_id"], "no-such"), anonymous=True)
        assert unknown.status == answer.status, "a look must not tell whether the webhook exists"
    assert await runs_of(server, preset) == []
    assert await deliveries_of(server, preset) == []


# --- bodies -----------------------------------------------------------------------------------------------------------------


async def test_a_delivery_of_a_megabyte_signed_as_github_documents_it(server: LiveServer):
    preset = await github_trigger(server)
    body = json.dumps({"action": "opened", "number": 1, "pull_request": {"body": "x" * 1_000_000}, "sender": {}}).encode()
    assert len(body) > 1_000_000
    assert await status_of(deliver(server, preset, body, **github_headers(SECRET, body, delivery="big"))) == "accepted"
    broken = body.replace(b"xx", b"yx", 1)
    assert (await deliver(server, preset, broken, **github_headers(SECRET, body, delivery="big2"))).status == 401
    assert len(await runs_of(server, preset)) == 1


async def test_bodies_are_bounded_and_unknown_webhooks_are_refused_before_theirs_is_read(server: LiveServer):
    preset = await listen(server)
    assert (await deliver(server, preset, b"x" * 5_000_001)).status == 413
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    assert (await deliver(server, preset, deep)).status == 400
    assert (await deliver(server, preset, b"{}", Content_Encoding="gzip")).status == 415
    path = path_of(preset).replace(preset["webhook_id"], str(uuid.uuid4()))
    # The body never comes: an answer that waited for it would take a minute.
    raw = await server.raw_request(f"POST {path} HTTP/1.1", "Content-Type: application/json", "Content-Length: 5000000")
    assert raw.startswith(b"HTTP/1.1 404")


# --- G9 ---------------------------------------------------------------------------------------------------------------------


async def test_g9_deliveries_never_outlive_the_agent_the_credentials_or_the_user(server: LiveServer):
    for way in ("agent", "credentials", "user"):
        preset = await listen(server)
        await ok(deliver(server, preset, {}))
        before = (await server.app.db.fetch_all("SELECT count(*) FROM graph_executions"))[0][0]
        if way == "agent":
            await ok(server.request("DELETE", f"/api/graphs/{preset['graph_id']}"))
            before = (await server.app.db.fetch_all("SELECT count(*) FROM graph_executions"))[0][0]
        elif way == "credentials":
            used = json.dumps({"g": {"id": "c", "provider": "x", "type": "api_key"}}).encode()
            await server.app.db.write(
                lambda tx, p=preset, u=used: tx.execute("UPDATE presets SET credentials = ? WHERE id = ?", (u, p["id"]))
            )
            await server.app.db.write(
                lambda tx, p=preset: server.app.presets.deactivate_for_credentials_tx(tx, p["user_id"], "c")
            )
        else:
            await server.app.db.write(lambda tx: tx.execute("DELETE FROM users"))
        answer = await deliver(server, preset, {})
        assert answer.status == (200 if way == "credentials" else 404)
        if way == "credentials":
            assert answer.json() == {"status": "ignored"}
        assert (await server.app.db.fetch_all("SELECT count(*) FROM graph_executions"))[0][0] <= before
