"""The key: rotated, cut off in between, lost, given from elsewhere; and the commands for all that."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autogpt_lite.credentials.keys import KEY_FILE, Keys, given_keys, key_line, parse_keys
from autogpt_lite.credentials.rotation import find_lost, rotate_key
from autogpt_lite.errors import ConfigError, SealedSecretError
from tests.credentials.world import SECRET, USER, World, open_world, ref
from tests.server import run_cli

BASE = "/api/integrations"


async def secrets_of(world: World) -> list[str]:
    access = world.app.credentials_access
    listed = await world.app.credentials.list_credentials(USER, "acme")
    return [(await access.open(USER, one.id)).secret["api_key"] for one in listed]


async def test_a_rotation_seals_everything_anew_and_the_old_key_still_opens_old_backups(world: World, tmp_path: Path):
    for number in range(120):  # more than a batch
        await world.add_key(f"secret-number-{number:04}")
    (old,) = parse_keys((tmp_path / KEY_FILE).read_bytes())
    answer = await world.live.post(f"{BASE}/credentials/rotate", {})
    assert answer.json() == {"n_resealed": 120, "n_unreadable": 0, "n_forgotten_keys": 0}
    new, kept = parse_keys((tmp_path / KEY_FILE).read_bytes())
    assert (new != old, kept) == (True, old)
    assert await secrets_of(world) == [f"secret-number-{number:04}" for number in range(120)]
    assert (await world.live.post(f"{BASE}/credentials/rotate", {"forget_old": True})).json()["n_forgotten_keys"] == 2
    assert len(parse_keys((tmp_path / KEY_FILE).read_bytes())) == 1
    assert len(await secrets_of(world)) == 120


async def test_the_secrets_of_webhooks_are_rotated_too(world: World, tmp_path: Path):
    from autogpt_lite.triggers.secrets import WebhookSecrets

    box = world.app.credentials_access.box
    sealed = WebhookSecrets(box).seal("w" * 32, "hook-secret")
    row = (
        "INSERT INTO webhooks (id, user_id, provider, webhook_type, resource, credentials_id, events, secret, created_at, updated_at)"
        " VALUES (?, ?, 'generic_webhook', 'plain', '', '', x'5b5d', ?, 0, 0)"
    )
    await world.app.db.write(lambda tx: tx.execute(row, ("w" * 32, USER, sealed)))
    await rotate_key(world.app.credentials_access, world.app.sealed, forget_old=True)
    ((found,),) = await world.app.db.fetch_all("SELECT secret FROM webhooks")
    assert found != sealed
    assert WebhookSecrets(box).open("w" * 32, found) == "hook-secret"


@pytest.mark.parametrize("fault", ["credentials.key_added", "credentials.resealed:2"])
def test_a_rotation_that_is_killed_loses_nothing_and_goes_on(tmp_path: Path, fault: str):
    for number in range(3):
        added = run_cli(
            "credentials", "add", "acme", "--title", f"t{number}", "--data-dir", tmp_path, stdin=f"{SECRET}-{number}\n"
        )
        assert added.returncode == 0, added.stderr
    killed = run_cli("credentials", "rotate", "--data-dir", tmp_path, environ={"AUTOGPT_LITE_FAULT": fault.replace(":2", "")})
    assert killed.returncode not in (0, 1, 2)
    assert len(parse_keys((tmp_path / KEY_FILE).read_bytes())) == 2
    listed = run_cli("credentials", "list", "--data-dir", tmp_path).stdout
    assert "CANNOT BE READ" not in listed
    again = run_cli("credentials", "rotate", "--data-dir", tmp_path)
    assert again.returncode == 0, again.stderr
    # The one that was cut off is finished; where nothing was left of it, this is another one.
    assert len(parse_keys((tmp_path / KEY_FILE).read_bytes())) == (2 if "added" in fault else 3)
    assert "CANNOT BE READ" not in run_cli("credentials", "list", "--data-dir", tmp_path).stdout


async def test_i4_a_lost_key_is_told_at_start_and_nothing_else_suffers(tmp_path: Path, caplog):
    async with open_world(tmp_path) as world:
        key = await world.add_key()
    kept = (tmp_path / KEY_FILE).read_bytes()
    (tmp_path / KEY_FILE).unlink()
    async with open_world(tmp_path) as world:
        assert "1 stored credentials cannot be read: credentials.key is missing." in caplog.text
        assert "acme: work" in caplog.text
        assert "put the credentials.key of that time" in caplog.text
        (listed,) = (await world.live.get(f"{BASE}/acme/credentials")).json()
        assert (listed["is_readable"], listed["title"]) == (False, "work")
        assert (await world.live.get("/api/graphs")).status == 200
        refused = await world.live.post(f"{BASE}/acme/credentials", {"type": "api_key", "api_key": SECRET})
        assert refused.status == 503
        assert "new-key" in refused.json()["hint"]
        assert not (tmp_path / KEY_FILE).exists()
        with pytest.raises(SealedSecretError):
            await world.app.credentials_access.acquire(USER, ref(key))
        (tmp_path / KEY_FILE).write_bytes(kept)  # found again, while the server runs
        lease = await world.app.credentials_access.acquire(USER, ref(key))
        assert lease.credentials.secrets == {"api_key": SECRET}
        assert await find_lost(world.app.credentials_access, world.app.sealed) == []


async def test_i4_another_key_is_told_and_spoils_nothing(tmp_path: Path, caplog):
    async with open_world(tmp_path) as world:
        key = await world.add_key()
    kept = (tmp_path / KEY_FILE).read_bytes()
    (tmp_path / KEY_FILE).write_bytes(key_line(os.urandom(32)))
    async with open_world(tmp_path) as world:
        assert "credentials.key holds another key" in caplog.text
        new = await world.add_key("second-secret-0123456789")
        assert (await world.live.request("DELETE", f"{BASE}/acme/credentials/{new['id']}")).status == 200
        rotation = (await world.live.post(f"{BASE}/credentials/rotate", {"forget_old": True})).json()
        assert rotation["n_unreadable"] == 1
    with open(tmp_path / KEY_FILE, "ab") as file:
        file.write(kept)
    async with open_world(tmp_path) as world:
        assert (await world.app.credentials_access.acquire(USER, ref(key))).credentials.secrets == {"api_key": SECRET}


async def test_with_a_lost_key_a_new_one_is_begun_when_asked_for_and_secrets_are_entered_again(tmp_path: Path):
    async with open_world(tmp_path) as world:
        key = await world.add_key()
    (tmp_path / KEY_FILE).unlink()
    async with open_world(tmp_path) as world:
        assert (await world.live.post(f"{BASE}/credentials/new-key")).status == 204
        assert (await world.live.post(f"{BASE}/credentials/new-key")).status == 400
        body = {"type": "api_key", "api_key": "entered-again-0123456789"}
        answer = await world.live.request("PUT", f"{BASE}/acme/credentials/{key['id']}", json=body)
        assert (answer.status, answer.json()["is_readable"]) == (200, True)


async def test_whoever_changes_hosts_in_the_file_cannot_read_the_secret(world: World):
    key = await world.add_key()
    await world.app.db.write(lambda tx: tx.execute("UPDATE credentials SET hosts = '[\"evil.test\"]'"))
    with pytest.raises(SealedSecretError, match="changed"):
        await world.app.credentials_access.acquire(USER, ref(key))


async def test_a_key_of_the_settings_or_of_a_command_leaves_no_file(tmp_path: Path):
    first, second = key_line(os.urandom(32)).decode().strip(), key_line(os.urandom(32)).decode().strip()
    async with open_world(tmp_path, credentials__key=first) as world:
        await world.add_key()
        refused = await world.live.post(f"{BASE}/credentials/rotate", {})
        assert (refused.status, "in front of" in refused.json()["hint"]) == (400, True)
    async with open_world(tmp_path, credentials__key_command=["printf", f"{second}\n{first}"]) as world:
        assert (await world.live.post(f"{BASE}/credentials/rotate", {})).json()["n_resealed"] == 1
    async with open_world(tmp_path, credentials__key=second) as world:
        assert await secrets_of(world) == [SECRET]
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize(
    ("setting", "command"),
    [
        ("changeme", []),
        ("autogpt-lite-key-1:AAAA", []),
        ("", ["false"]),
        ("", ["echo", "no key"]),
        ("", ["no-such-command-here"]),
    ],
)
def test_a_key_that_is_none_stops_the_start_and_is_not_repeated(setting, command):
    with pytest.raises(ConfigError) as caught:
        given_keys(setting, command)
    assert "AAAA" not in str(caught.value)
    assert "changeme" not in str(caught.value)


def test_a_file_with_too_many_keys_is_not_grown(tmp_path: Path):
    keys = Keys(tmp_path)
    keys.current_or_new()
    (tmp_path / KEY_FILE).write_bytes(b"".join(key_line(os.urandom(32)) for _ in range(100)))
    with pytest.raises(SealedSecretError, match="100 keys"):
        keys.add_new()


# --- commands -----------------------------------------------------------------------------------------------------------


def test_the_commands_without_a_server(tmp_path: Path):
    def run(*arguments: str, stdin: str | None = None):
        return run_cli("credentials", *arguments, "--data-dir", tmp_path, stdin=stdin)

    added = run("add", "github", "--title", "work", stdin=f"{SECRET}\n")
    assert added.returncode == 0, added.stderr
    credentials_id = added.stdout.split()[0]
    assert "...cdef" in added.stdout
    assert "canary" not in added.stdout + added.stderr
    assert credentials_id in run("list").stdout
    assert "...9999" in run("replace", credentials_id, stdin="sk-another-secret-9999\n").stdout
    pair = run("add", "smtp", "--type", "user_password", "--host", "mail.test:465", stdin="ada\np4ssw0rd\n")
    assert "user_password" in pair.stdout
    empty = run("add", "github", stdin="")
    assert (empty.returncode, "standard input" in empty.stderr) == (1, True)
    assert run("remove", credentials_id).stdout == f"removed: {credentials_id}\n"
    gone = run("remove", credentials_id)
    assert (gone.returncode, "credentials list" in gone.stderr) == (1, True)
    assert "0 secrets" not in run("rotate").stdout
