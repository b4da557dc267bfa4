"""How blocks get credentials: lent while they run, given back in every end, renewed once, written down, masked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from autogpt_lite.credentials.leases import Leases, Use
from autogpt_lite.credentials.tokens import Tokens
from autogpt_lite.errors import ConflictError, LoginEndedError, OutboundUnreachableError
from tests.clock import fake_clock
from tests.credentials.world import SECRET, USER, World, open_world, ref

BASE = "/api/integrations/acme/credentials"


async def hold_one(world: World) -> tuple[dict, str, str]:
    """A run whose block is in the middle of using credentials: (credentials, graph id, run id)."""
    key = await world.add_key()
    graph_id = await world.add_agent()
    world.other.gate.clear()
    world.other.arrived.clear()
    run_id = await world.start(graph_id, key)
    await asyncio.wait_for(world.other.arrived.wait(), 20)
    return key, graph_id, run_id


def users(world: World, key: dict) -> list[Use]:
    return world.app.credentials_access.leases.users_of(key["id"])


async def test_credentials_are_lent_while_the_block_runs_and_given_back_at_its_end(world: World):
    key, _, run_id = await hold_one(world)
    (use,) = users(world, key)
    assert use.graph_exec_id == run_id
    world.other.gate.set()
    run = await world.ended(run_id)
    assert (run["status"], users(world, key)) == ("COMPLETED", [])
    assert world.other.seen[0]["Authorization"] == f"Bearer {SECRET}"


async def test_a_stopped_run_gives_them_back(world: World):
    key, graph_id, run_id = await hold_one(world)
    await world.live.post(f"/api/graphs/{graph_id}/executions/{run_id}/stop")
    assert users(world, key) == []


async def test_a_failing_block_gives_them_back(world: World):
    key, _, run_id = await hold_one(world)
    world.other.status = 500
    world.other.gate.set()
    run = await world.ended(run_id)
    assert (run["stats"]["node_error_count"], users(world, key)) == (1, [])


async def test_what_is_in_use_is_not_deleted_nor_changed_and_it_is_said_who_uses_it(tmp_path):
    async with open_world(tmp_path, credentials__change_wait_s=0.05) as world:
        key, _, run_id = await hold_one(world)
        for method, path, body in (
            ("DELETE", f"{BASE}/{key['id']}?force=true", None),
            ("PUT", f"{BASE}/{key['id']}", {"type": "api_key", "api_key": "other-secret-123"}),
        ):
            answer = await world.live.request(method, path, json=body)
            assert answer.status == 409
            assert [one["graph_exec_id"] for one in answer.json()["detail"]["used_by"]] == [run_id]
        world.other.gate.set()
        assert (await world.ended(run_id))["status"] == "COMPLETED"
        assert (await world.live.request("DELETE", f"{BASE}/{key['id']}?force=true")).json()["deleted"]


async def test_a_deletion_waits_for_the_block_that_uses_them(world: World):
    key, _, run_id = await hold_one(world)
    deletion = asyncio.create_task(world.live.request("DELETE", f"{BASE}/{key['id']}?force=true"))
    while not world.app.credentials_access.leases._doors[key["id"]].waiting:
        await asyncio.sleep(0)
    world.other.gate.set()
    assert (await deletion).json()["deleted"]
    assert (await world.ended(run_id))["status"] == "COMPLETED"


async def test_deleted_credentials_fail_the_next_start_with_a_word_on_it(world: World):
    key = await world.add_key()
    graph_id = await world.add_agent(key)
    await world.live.request("DELETE", f"{BASE}/{key['id']}?force=true")
    answer = await world.live.post(f"/api/graphs/{graph_id}/execute/1", {"inputs": {}})
    (problems,) = answer.json()["detail"]["node_errors"].values()
    assert (answer.status, problems) == (400, {"credentials": "These credentials do not exist. Choose others."})


async def test_c13_a_secret_goes_to_the_hosts_that_it_names_and_nowhere_else(world: World):
    for hosts in (["api.acme.test"], []):  # an empty list names no host
        key = await world.add_key(hosts=hosts)
        run = await world.run(await world.add_agent(key))
        (error,) = run["node_executions"][0]["output_data"]["error"]
        assert "may not be sent to" in error
    assert world.other.seen == []


async def test_exclusive_providers_serve_one_block_at_a_time(tmp_path):
    async with open_world(tmp_path, credentials__exclusive=["acme"]) as world:
        key, graph_id, first = await hold_one(world)
        second = await world.start(graph_id, key)
        while not world.app.credentials_access.leases._doors[key["id"]].waiting:
            await asyncio.sleep(0)
        assert len(world.other.seen) == 1
        world.other.gate.set()
        assert [(await world.ended(run))["status"] for run in (first, second)] == ["COMPLETED", "COMPLETED"]


async def test_many_share_and_a_change_waits_its_turn():
    leases, order = Leases(), []
    tickets = [await leases.enter("c", Use(str(number))) for number in range(3)]

    async def change() -> None:
        async with leases.change("c", 20):
            order.append("changed")

    async def share() -> None:
        ticket = await leases.enter("c", Use("late"))
        order.append("shared")
        leases.leave("c", ticket)

    tasks = [asyncio.create_task(change()), asyncio.create_task(share())]
    await asyncio.sleep(0)
    assert order == []
    for ticket in tickets:
        leases.leave("c", ticket)
    await asyncio.gather(*tasks)
    assert (order, leases._doors) == (["changed", "shared"], {})


async def test_who_gives_up_waiting_leaves_nothing_behind():
    leases = Leases()
    ticket = await leases.enter("c", Use("run"))
    with pytest.raises(ConflictError):
        async with leases.change("c", 0.01):
            raise AssertionError
    waiting = asyncio.create_task(leases.enter("c", Use(), is_alone=True))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    leases.leave("c", ticket)
    assert leases._doors == {}


# --- the log ----------------------------------------------------------------------------------------------------------


async def test_every_use_is_written_down_without_the_value(world: World):
    key = await world.add_key()
    access = world.app.credentials_access
    for _ in range(1_200):  # more than a batch
        (await access.acquire(USER, ref(key), graph_exec_id="g", node_id="n", block_id="b")).release()
    await access.uses.flush()
    rows = await world.app.db.fetch_all("SELECT * FROM credential_uses WHERE action = 'use'")
    assert len(rows) == 1_200
    assert "canary" not in str(rows)


async def test_the_log_is_kept_in_bounds(world: World, monkeypatch):
    from autogpt_lite.credentials import uses

    key = await world.add_key()
    access = world.app.credentials_access
    for _ in range(20):
        access.uses.note(USER, key["id"], "use")
    await access.uses.flush()
    monkeypatch.setattr(uses, "MAX_KEPT", 5)
    await uses.delete_old_uses(world.app.db, 90)
    assert (await world.app.db.fetch_all("SELECT count(*) FROM credential_uses"))[0][0] == 5
    await uses.delete_old_uses(world.app.db, 0)
    assert (await world.app.db.fetch_all("SELECT count(*) FROM credential_uses"))[0][0] == 0


# --- renewing ---------------------------------------------------------------------------------------------------------

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Provider:
    """What renews tokens; counts how often it is asked."""

    def __init__(self, access):
        self.n_asked = 0
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        access.renew = self.renew

    async def renew(self, provider: str, refresh_token: str) -> Tokens:
        self.n_asked += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        expires_at = int(NOON.timestamp() + 7200) * 1_000_000
        return Tokens(access_token="new-token-0123456789", refresh_token=f"{refresh_token}+", expires_at=expires_at)


async def add_login(world: World, minutes_left: float) -> dict:
    body = {
        "type": "oauth2",
        "access_token": "old-token-0123456789",
        "refresh_token": "r1",
        "scopes": ["repo"],
        "access_token_expires_at": int(NOON.timestamp() + minutes_left * 60),
        "hosts": [world.other.host],
        "title": "login",
    }
    return (await world.live.post(BASE, body)).json()


async def test_a_login_is_renewed_once_for_all_who_ask_five_minutes_before_its_end(world: World):
    access, provider = world.app.credentials_access, Provider(world.app.credentials_access)
    with fake_clock(NOON) as clock:
        login = await add_login(world, 60)
        assert (await access.acquire(USER, ref(login))).credentials.secrets["access_token"] == "old-token-0123456789"
        clock.turn(minutes=56)
        asking = [asyncio.create_task(access.acquire(USER, ref(login))) for _ in range(50)]
        await asyncio.sleep(0)
        provider.gate.set()
        tokens = {lease.credentials.secrets["access_token"] for lease in await asyncio.gather(*asking)}
        assert (tokens, provider.n_asked) == ({"new-token-0123456789"}, 1)
        stored = access.stored(USER, login["id"])
        assert stored.open(access.box)["refresh_token"] == "r1+"
        await access.acquire(USER, ref(login))
        assert provider.n_asked == 1


async def test_a_block_never_sees_the_refresh_token(world: World):
    with fake_clock(NOON):
        login = await add_login(world, 60)
        lease = await world.app.credentials_access.acquire(USER, ref(login))
        assert "r1" not in str(lease.credentials.secrets)


async def test_a_login_that_has_ended_says_so_until_it_is_connected_again(world: World):
    access, provider = world.app.credentials_access, Provider(world.app.credentials_access)
    provider.gate.set()
    provider.error = LoginEndedError("Acme wants a new login.")
    with fake_clock(NOON):
        login = await add_login(world, 1)
        for _ in range(2):
            with pytest.raises(LoginEndedError, match="new login"):
                await access.acquire(USER, ref(login))
        assert provider.n_asked == 1
        assert (await world.live.get(f"{BASE}/{login['id']}")).json()["problem"] == "Acme wants a new login."
        again = {"type": "oauth2", "access_token": "third-token-0123456789", "scopes": ["repo"]}
        await world.live.request("PUT", f"{BASE}/{login['id']}", json=again)
        assert (await access.acquire(USER, ref(login))).credentials.secrets["access_token"] == "third-token-0123456789"


async def test_while_the_provider_is_away_a_token_that_is_still_good_is_used(world: World):
    access, provider = world.app.credentials_access, Provider(world.app.credentials_access)
    provider.gate.set()
    provider.error = OutboundUnreachableError()
    with fake_clock(NOON) as clock:
        login = await add_login(world, 4)
        assert (await access.acquire(USER, ref(login))).credentials.secrets["access_token"] == "old-token-0123456789"
        clock.turn(minutes=5)
        with pytest.raises(OutboundUnreachableError):
            await access.acquire(USER, ref(login))
    assert access.leases.users_of(login["id"]) == [Use("", "", "")]  # the first one has not been given back


async def test_what_a_cache_remembers_is_dropped_with_every_change(world: World):
    access = world.app.credentials_access
    key = await world.add_key("first-secret-0123456789")
    (await access.acquire(USER, ref(key))).release()
    assert key["id"] in access._cache
    await world.live.request("PUT", f"{BASE}/{key['id']}", json={"type": "api_key", "api_key": "second-secret-0123456789"})
    assert (await access.acquire(USER, ref(key))).credentials.secrets == {"api_key": "second-secret-0123456789"}


async def test_a_block_called_directly_borrows_them_too(world: World):
    key = await world.add_key()
    body = {"url": world.other.url, "credentials": ref(key)}
    answer = await world.live.post("/api/blocks/00000000-0000-4000-8000-0000000c0001/execute", body)
    assert answer.status == 200, answer.body
    assert answer.json() == {"text": ["you sent Bearer •••"]}
    assert users(world, key) == []
