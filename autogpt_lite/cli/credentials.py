"""`autogpt-lite credentials list | add | replace | remove | rotate | new-key`, with and without a running server.

A secret is typed in or comes by standard input, never by an argument: those can be read in the list of processes.
"""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import quote

import click

from ..errors import InvalidInputError, NotFoundError
from .api import Api, open_api
from .options import data_options

BASE = "/api/integrations"
TYPES = ("api_key", "user_password", "host_scoped")


@click.group()
def command() -> None:
    """List, add, replace and remove credentials, and change the key that they are stored with."""


def _line(one: dict[str, Any]) -> str:
    state = "" if one["is_readable"] else "  CANNOT BE READ: its key is lost"
    last4 = f"...{one['last4']}" if one["last4"] else ""
    owner = "server" if one["is_system"] else "own"
    return f"{one['id']}  {one['provider']:<15}  {one['type']:<13}  {owner:<6}  {last4:<7}  {one['title'] or ''}{state}"


def _path(api: Api, credentials_id: str) -> tuple[str, dict[str, Any]]:
    for one in api.get(f"{BASE}/credentials"):
        if one["id"] == credentials_id:
            return f"{BASE}/{quote(one['provider'], safe='')}/credentials/{quote(credentials_id, safe='')}", one
    raise NotFoundError(f"There are no credentials {credentials_id!r}.", hint="`autogpt-lite credentials list` shows all.")


def _ask(label: str) -> str:
    """A secret from the terminal, unseen, or a line of standard input."""
    if sys.stdin.isatty():
        return click.prompt(label, hide_input=True, err=True)
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InvalidInputError(f"There is no {label} on standard input.", hint="Pipe it in, one line each.")
    return line


def _secret(kind: str, host: str | None, header: str) -> dict[str, Any]:
    if kind == "api_key":
        return {"type": kind, "api_key": _ask("API key")}
    if kind == "user_password":
        return {"type": kind, "username": _ask("user name"), "password": _ask("password")}
    if kind != "host_scoped":
        raise InvalidInputError("A login cannot be typed in.", hint="Connect it on the Credentials page.")
    if not host:
        raise InvalidInputError("These credentials are for one host.", hint="Give it with --host.")
    return {"type": kind, "host": host, "headers": {header: _ask(f"value of {header}")}}


@command.command(name="list")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Everything about them but the secrets, as JSON.")
def list_credentials(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """List credentials: id, provider, type, whose they are, the end of a key, title."""
    with open_api(config_path, data_dir) as api:
        found = api.get(f"{BASE}/credentials")
    for line in [json.dumps(found, indent=2)] if as_json else map(_line, found):
        click.echo(line)


@command.command()
@data_options
@click.argument("provider")
@click.option("--type", "kind", type=click.Choice(TYPES), default="api_key", show_default=True, help="What it is.")
@click.option("--title", help="What it is called in lists.")
@click.option("--host", "hosts", multiple=True, help="A host that it may be sent to, instead of the provider's; repeatable.")
@click.option("--header", default="Authorization", show_default=True, help="The header of host_scoped credentials.")
def add(
    data_dir: str | None,
    config_path: str | None,
    provider: str,
    kind: str,
    title: str | None,
    hosts: tuple[str, ...],
    header: str,
) -> None:
    """Add credentials; the secret is asked for, or read from standard input."""
    body = {**_secret(kind, next(iter(hosts), None), header), "title": title}
    if hosts and kind != "host_scoped":
        body["hosts"] = list(hosts)
    with open_api(config_path, data_dir) as api:
        click.echo(_line(api.post(f"{BASE}/{quote(provider, safe='')}/credentials", body)))


@command.command()
@data_options
@click.argument("credentials_id")
@click.option("--header", default="Authorization", show_default=True, help="The header of host_scoped credentials.")
def replace(data_dir: str | None, config_path: str | None, credentials_id: str, header: str) -> None:
    """Put another secret in the place of the old one: what uses the credentials goes on."""
    with open_api(config_path, data_dir) as api:
        path, one = _path(api, credentials_id)
        click.echo(_line(api.request("PUT", path, _secret(one["type"], one["host"], header))))


@command.command()
@data_options
@click.argument("credentials_id")
@click.option("--yes", is_flag=True, help="Remove them though agents, presets or schedules use them.")
def remove(data_dir: str | None, config_path: str | None, credentials_id: str, yes: bool) -> None:
    """Remove credentials. Schedules and triggers that use them are paused."""
    with open_api(config_path, data_dir) as api:
        answer = api.request("DELETE", f"{_path(api, credentials_id)[0]}{'?force=true' if yes else ''}")
    if not answer["deleted"]:
        raise InvalidInputError(answer["message"], hint="--yes removes them all the same.")
    click.echo(f"removed: {credentials_id}")
    if answer["revoked"] is False:
        click.echo("The provider may still know the login: remove it there as well.")


@command.command()
@data_options
@click.option("--forget-old", is_flag=True, help="Drop the old keys. Backups made before cannot be read with what is left.")
def rotate(data_dir: str | None, config_path: str | None, forget_old: bool) -> None:
    """Store all secrets with a new key. Cut off in between, it goes on the next time."""
    with open_api(config_path, data_dir) as api:
        done = api.post(f"{BASE}/credentials/rotate", {"forget_old": forget_old})
    click.echo(f"{done['n_resealed']} secrets are stored with the new key")
    if done["n_unreadable"]:
        click.echo(f"{done['n_unreadable']} cannot be read, since their key is lost; they stay as they are")
    if done["n_forgotten_keys"]:
        click.echo(f"{done['n_forgotten_keys']} old keys were dropped")
    click.echo("Keep a copy of credentials.key in another place than the database.")


@command.command(name="new-key")
@data_options
def new_key(data_dir: str | None, config_path: str | None) -> None:
    """Begin with another key where the old one is lost. What was stored with that stays unreadable until it is entered again."""
    with open_api(config_path, data_dir) as api:
        api.post(f"{BASE}/credentials/new-key")
    click.echo("There is a new key. Keep a copy of credentials.key in another place than the database.")
