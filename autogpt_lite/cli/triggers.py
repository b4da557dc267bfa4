"""`autogpt-lite triggers list | history | test | secret | remove`, with and without a running server."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import click

from .api import open_api
from .options import data_options

_WEBHOOKS = "/api/integrations/webhooks"


@click.group()
def command() -> None:
    """List, try and remove webhook triggers, and show what was delivered. They are set up in the browser or by the API."""


@command.command(name="list")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Everything about each webhook, as JSON.")
def list_webhooks(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """List the webhooks: id, provider, resource, how many presets they start, address."""
    with open_api(config_path, data_dir) as api:
        webhooks = api.get(_WEBHOOKS)
    if as_json:
        click.echo(json.dumps(webhooks, indent=2))
        return
    for one in webhooks:
        click.echo(f"{one['id']}  {one['provider']:<15}  {one['resource'] or '-'}  {len(one['preset_ids'])}  {one['url']}")
    if not webhooks:
        click.echo("There are no webhooks.", err=True)


@command.command()
@data_options
@click.argument("webhook_id")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many of the newest.")
def history(data_dir: str | None, config_path: str | None, webhook_id: str, limit: int) -> None:
    """Show what became of what was delivered: its run, or why there is none."""
    with open_api(config_path, data_dir) as api:
        deliveries = api.get(f"{_path(webhook_id)}/deliveries?limit={limit}")
    for one in deliveries:
        click.echo(_line(one))


@command.command()
@data_options
@click.argument("webhook_id")
@click.option("--event", help="Which event it is, for instance pull_request.opened.")
@click.option("--payload", help="What is delivered, as JSON; a sample of the provider's if not given.")
def test(data_dir: str | None, config_path: str | None, webhook_id: str, event: str | None, payload: str | None) -> None:
    """Deliver a sample, and show what became of it."""
    body = {"event": event, "payload": None if payload is None else _json_of(payload)}
    with open_api(config_path, data_dir) as api:
        deliveries = api.post(f"{_path(webhook_id)}/test", body)
    for one in deliveries:
        click.echo(_line(one))


@command.command()
@data_options
@click.argument("webhook_id")
@click.option("--make", "is_made", is_flag=True, help="Make one and print it, once.")
@click.option("--none", "is_removed", is_flag=True, help="Remove it.")
def secret(data_dir: str | None, config_path: str | None, webhook_id: str, is_made: bool, is_removed: bool) -> None:
    """Enter the secret that deliveries are signed with; it is asked for and not shown."""
    given = None if is_made else "" if is_removed else click.prompt("Secret", hide_input=True)
    with open_api(config_path, data_dir) as api:
        webhook = api.request("PUT", f"{_path(webhook_id)}/secret", {"secret": given})
    click.echo(webhook["secret"] if is_made else f"{'set' if webhook['has_secret'] else 'removed'}: {webhook['id']}")


@command.command()
@data_options
@click.argument("webhook_id")
def remove(data_dir: str | None, config_path: str | None, webhook_id: str) -> None:
    """Remove a webhook with its history. Its presets stay, without a trigger."""
    with open_api(config_path, data_dir) as api:
        api.request("DELETE", _path(webhook_id))
    click.echo(f"removed: {webhook_id}")


def _line(delivery: dict[str, Any]) -> str:
    told = delivery["graph_exec_id"] or delivery["reason"] or ""
    return f"{delivery['received_at']}  {delivery['status']:<8}  {delivery['event']}  {told}"


def _json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"it is not JSON: {error}", param_hint="--payload") from None


def _path(webhook_id: str) -> str:
    return f"{_WEBHOOKS}/{quote(webhook_id, safe='')}"
