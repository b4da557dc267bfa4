"""`autogpt-lite reviews list | approve | reject`: what waits for a person."""

from __future__ import annotations

import json
from typing import Any

import click

from ..errors import InvalidInputError
from .api import open_api
from .client import ServerClient
from .options import data_options, read_settings

PAGE_SIZE = 100
SHOWN_CHARS = 60


@click.group()
def command() -> None:
    """List what waits for a person, approve it, change it or reject it."""


@command.command(name="list")
@data_options
@click.option("--json", "as_json", is_flag=True, help="Everything about each review, as JSON.")
def list_reviews(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """List what waits: id, since when, what it is, the data."""
    reviews: list[dict[str, Any]] = []
    with open_api(config_path, data_dir) as api:
        while page := api.get(f"/api/review/pending?page_size={PAGE_SIZE}&page={len(reviews) // PAGE_SIZE + 1}"):
            reviews += page
            if len(page) < PAGE_SIZE:
                break
    if as_json:
        click.echo(json.dumps(reviews, indent=2))
        return
    if not reviews:
        click.echo("Nothing waits.", err=True)
    for review in reviews:
        data = json.dumps(review["payload"], ensure_ascii=False)
        shown = data if len(data) <= SHOWN_CHARS else f"{data[:SHOWN_CHARS]}..."
        click.echo(f"{review['node_exec_id']}  {review['created_at']}  {review['instructions'] or ''}  {shown}")


@command.command()
@data_options
@click.argument("review_id")
@click.option("--data", metavar="JSON", help="What the data becomes; as it is if not given.")
@click.option("--message", help="A word to the agent.")
@click.option("--always", is_flag=True, help="Approve whatever the same node asks later in this run.")
def approve(
    data_dir: str | None, config_path: str | None, review_id: str, data: str | None, message: str | None, always: bool
) -> None:
    """Let a run go on. REVIEW_ID stands in `reviews list`."""
    more: dict[str, Any] = {"auto_approve_future": always}
    if data is not None:
        more["reviewed_data"] = _parse(data)
    _answer(config_path, data_dir, {"node_exec_id": review_id, "approved": True, "message": message, **more})
    click.echo(f"approved: {review_id}")


@command.command()
@data_options
@click.argument("review_id")
@click.option("--message", help="A word to the agent.")
def reject(data_dir: str | None, config_path: str | None, review_id: str, message: str | None) -> None:
    """Refuse what a run has asked; it goes on with the refusal."""
    _answer(config_path, data_dir, {"node_exec_id": review_id, "approved": False, "message": message})
    click.echo(f"rejected: {review_id}")


def _answer(config_path: str | None, data_dir: str | None, item: dict[str, Any]) -> None:
    # Only a running server can go on with the run.
    _, path = read_settings(config_path, {"data_dir": data_dir})
    ServerClient(path).post("/api/review/action", {"reviews": [item]})


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"--data is no JSON: {error}", hint="A text stands in quotes: --data '\"yes\"'.") from None
