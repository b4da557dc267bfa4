"""`autogpt-lite schedules list | add | pause | resume | remove | history | preview`, with and without a running server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import click

from ..engine.input_names import check_known
from ..errors import InvalidInputError
from .api import Api, open_api
from .library_access import Library, find_agent
from .options import data_options


@click.group()
def command() -> None:
    """List, add, pause, resume and remove schedules, and show their history. They fire while a server runs."""


def _line(schedule: dict[str, Any]) -> str:
    following = "paused" if schedule["is_paused"] else schedule["next_run_time"] or "never"
    return f"{schedule['id']}  {following:<25}  {schedule['cron']:<15}  {schedule['timezone']}  {schedule['name']}"


@command.command(name="list")
@data_options
@click.option("--agent", help="Only those of this agent: its id, the id of its graph, or its name.")
@click.option("--json", "as_json", is_flag=True, help="Everything about each schedule, as JSON.")
def list_schedules(data_dir: str | None, config_path: str | None, agent: str | None, as_json: bool) -> None:
    """List the schedules: id, next time, cron, time zone, name."""
    with open_api(config_path, data_dir) as api:
        schedules = api.get(f"/api/graphs/{_graph_id(api, agent)}/schedules" if agent else "/api/schedules")
    _print([json.dumps(schedules, indent=2)] if as_json else map(_line, schedules))
    if not schedules:
        click.echo("There are no schedules.", err=True)


@command.command()
@data_options
@click.argument("agent")
@click.argument("cron")
@click.option("--name", default="", help="What it is called in lists.")
@click.option("--timezone", help="For instance Europe/Berlin; yours if not given.")
@click.option(
    "--input", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of the agent, as JSON or text; repeatable."
)
@click.option("--catch-up", type=click.Choice(["skip", "once", "all"]), help="What to do about times that were missed.")
@click.option("--overlap", type=click.Choice(["queue", "skip", "parallel"]), help="When the run before has not ended.")
def add(
    data_dir: str | None,
    config_path: str | None,
    agent: str,
    cron: str,
    name: str,
    timezone: str | None,
    inputs: tuple[str, ...],
    catch_up: str | None,
    overlap: str | None,
) -> None:
    """Let an agent (its id, the id of its graph, or its name) run by itself, for instance at `0 9 * * MON-FRI`; prints the next
    five times."""
    body = {"name": name or cron, "cron": cron, "timezone": timezone, "inputs": dict(map(_input, inputs))}
    body |= {"catch_up": catch_up, "overlap": overlap}
    with open_api(config_path, data_dir) as api:
        graph_id = _graph_id(api, agent)
        check_known(api.get(f"/api/graphs/{graph_id}")["input_schema"]["properties"], body["inputs"])
        made = api.post(f"/api/graphs/{graph_id}/schedules", body)
    _print([_line(made), *made["next_run_times"]])


def _input(text: str) -> tuple[str, Any]:
    name, is_given, value = text.partition("=")
    if not is_given:
        raise InvalidInputError(f"--input {text!r} has no value.", hint="Write NAME=VALUE.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


@command.command()
@data_options
@click.argument("schedule_id")
def pause(data_dir: str | None, config_path: str | None, schedule_id: str) -> None:
    """Hold a schedule."""
    with open_api(config_path, data_dir) as api:
        _print([_line(api.post(f"{_path(schedule_id)}/pause"))])


@command.command()
@data_options
@click.argument("schedule_id")
def resume(data_dir: str | None, config_path: str | None, schedule_id: str) -> None:
    """Let a paused schedule go on."""
    with open_api(config_path, data_dir) as api:
        _print([_line(api.post(f"{_path(schedule_id)}/resume"))])


@command.command()
@data_options
@click.argument("schedule_id")
def remove(data_dir: str | None, config_path: str | None, schedule_id: str) -> None:
    """Remove a schedule with its history. Its runs stay."""
    with open_api(config_path, data_dir) as api:
        api.request("DELETE", _path(schedule_id))
    click.echo(f"removed: {schedule_id}")


@command.command()
@data_options
@click.argument("schedule_id")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many of the newest.")
def history(data_dir: str | None, config_path: str | None, schedule_id: str, limit: int) -> None:
    """Show what became of the times at which a schedule was due: its run, or why there is none."""
    with open_api(config_path, data_dir) as api:
        fires = api.get(f"{_path(schedule_id)}/fires?limit={limit}")
    _print(f"{fire['due_at']}  {fire['status']:<8}  {fire['graph_exec_id'] or fire['reason'] or ''}" for fire in fires)


@command.command()
@data_options
@click.argument("cron")
@click.option("--timezone", help="For instance Europe/Berlin; yours if not given.")
def preview(data_dir: str | None, config_path: str | None, cron: str, timezone: str | None) -> None:
    """Show the next five times of a cron expression, or what is wrong with it."""
    with open_api(config_path, data_dir) as api:
        found = api.post("/api/schedules/preview", {"cron": cron, "timezone": timezone})
    _print([found["timezone"], *found["next_run_times"]])


def _graph_id(api: Api, agent: str) -> str:
    return find_agent(Library(api).list_agents(), agent)["graph_id"]


def _path(schedule_id: str) -> str:
    return f"/api/schedules/{quote(schedule_id, safe='')}"


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
