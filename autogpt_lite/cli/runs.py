"""`autogpt-lite runs list`: the newest runs, with and without a running server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from ..clock import now_us
from ..engine import states
from .api import open_api
from .library_access import Library, find_agent
from .options import data_options

MOST_RUNS = 250
"""That many the server lists."""


@click.group()
def command() -> None:
    """List runs. `stop`, `resume` and `rerun` take their ids."""


@command.command(name="list")
@data_options
@click.option("--agent", help="Only those of this agent: its id, the id of its graph, or its name.")
@click.option("--status", type=click.Choice(states.STATUSES[1:], case_sensitive=False), help="Only those that are in it.")
@click.option("--limit", type=click.IntRange(1, MOST_RUNS), default=20, show_default=True, help="How many of the newest 250.")
@click.option("--json", "as_json", is_flag=True, help="Everything about each run, as JSON.")
def list_runs(
    data_dir: str | None, config_path: str | None, agent: str | None, status: str | None, limit: int, as_json: bool
) -> None:
    """List the newest runs: id, number of the agent's run, status, start, duration, cost, agent."""
    with open_api(config_path, data_dir) as api:
        agents = Library(api).list_agents()
        path = f"/api/graphs/{find_agent(agents, agent)['graph_id']}/executions" if agent else "/api/executions"
        found = [run for run in api.get(f"{path}?brief=true") if status in (None, run["status"])][:limit]
        names = {one["graph_id"]: one["name"] for one in agents}
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for run in found:
        click.echo(_line(run, names.get(run["graph_id"], run["graph_id"])))
    if not found:
        click.echo("There are no such runs." if agent or status else "There are no runs.", err=True)


def _line(run: dict[str, Any], agent: str) -> str:
    number = "" if run["number"] is None else f"#{run['number']}"
    began = (run["started_at"] or run["created_at"] or "")[:19]
    cost = (run["stats"] or {}).get("cost", 0)
    return f"{run['id']}  {number:<6} {run['status']:<10}  {began}Z  {_duration(run):>8}  {_dollars(cost):>8}  {agent}"


def _duration(run: dict[str, Any]) -> str:
    """For instance "0:07" or "1:02:03"; "" before it has begun."""
    if run["started_at"] is None:
        return ""
    ended_us = now_us() if run["ended_at"] is None else _us(run["ended_at"])
    seconds = max(ended_us - _us(run["started_at"]), 0) // 1_000_000
    hours, minutes = seconds // 3600, f"{seconds // 60 % 60}"
    return f"{hours}:{minutes:0>2}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def _us(at: str) -> int:
    return int(datetime.fromisoformat(at).astimezone(UTC).timestamp() * 1_000_000)


def _dollars(credits: int) -> str:
    """1 credit = 1 cent."""
    return f"${credits / 100:,.2f}" if credits else ""
