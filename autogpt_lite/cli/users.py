"""`autogpt-lite users list | add | reset | role | remove`, with and without a running server."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from ..errors import NotFoundError
from .api import Api, open_api
from .client import NoServerError, ServerClient
from .options import data_options

PAGE_SIZE = 1000


@click.group()
def command() -> None:
    """List, add and remove users, let them in again, and say who is an administrator."""


def _all_users(api: Api) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = api.get(f"/api/admin/users?page={page}&page_size={PAGE_SIZE}")
        users += answer["users"]
        if not answer["users"] or len(users) >= answer["total"]:
            return users
        page += 1


def _path(api: Api, user: str) -> str:
    """The address of the user with this id or e-mail address."""
    wanted = user.strip().lower()
    for one in _all_users(api):
        if wanted in (one["id"].lower(), one["email"]):
            return f"/api/admin/users/{quote(one['id'], safe='')}"
    raise NotFoundError(f"There is no user {user}.", hint="`autogpt-lite users list` shows all.")


def _line(user: dict[str, Any]) -> str:
    return f"{user['id']}  {user['role']:<5}  {user['email']:<30}  {user['name']}"


def _print_link(api: Api, user_path: str) -> None:
    link = api.post(f"{user_path}/reset")
    if "#code=" in link["url"] and not isinstance(api, ServerClient):
        raise NoServerError("Only a running server can make a link that logs in.")
    click.echo(link["public_url"] or link["url"])
    click.echo(f"  once, until {link['expires_at'][:16].replace('T', ' ')} UTC")


@command.command(name="list")
@data_options
def list_users(data_dir: str | None, config_path: str | None) -> None:
    """List the users: id, role, e-mail, name."""
    with open_api(config_path, data_dir) as api:
        for user in _all_users(api):
            click.echo(_line(user))


@command.command()
@data_options
@click.argument("email")
@click.option("--name", default="", help="What the user is called.")
@click.option("--role", type=click.Choice(["user", "admin"]), default="user", show_default=True, help="What the user may do.")
def add(data_dir: str | None, config_path: str | None, email: str, name: str, role: str) -> None:
    """Add a user, and print the link that lets them in."""
    with open_api(config_path, data_dir) as api:
        user = api.post("/api/admin/users", {"email": email, "name": name, "role": role})
        click.echo(_line(user))
        _print_link(api, f"/api/admin/users/{quote(user['id'], safe='')}")


@command.command()
@data_options
@click.argument("user")
def reset(data_dir: str | None, config_path: str | None, user: str) -> None:
    """Print a link for a user who cannot get in, given by e-mail or id: to a new password, or into a session."""
    with open_api(config_path, data_dir) as api:
        _print_link(api, _path(api, user))


@command.command()
@data_options
@click.argument("user")
@click.argument("role", type=click.Choice(["user", "admin"]))
def role(data_dir: str | None, config_path: str | None, user: str, role: str) -> None:
    """Make a user an administrator, or no longer one."""
    with open_api(config_path, data_dir) as api:
        click.echo(_line(api.request("PUT", f"{_path(api, user)}/role", {"role": role})))


@command.command()
@data_options
@click.argument("user")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(data_dir: str | None, config_path: str | None, user: str, yes: bool) -> None:
    """Remove a user with everything that is theirs."""
    with open_api(config_path, data_dir) as api:
        path = _path(api, user)
        if not yes:
            click.confirm("This removes the user with all their agents and runs. Go on?", abort=True)
        api.request("DELETE", path)
    click.echo(f"removed: {user}")
