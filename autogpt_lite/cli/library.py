"""`autogpt-lite library list | add | remove | restore | pause | resume`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import click

from .import_ import command as import_command
from .library_access import Library, find_agent, open_library
from .options import data_options


@click.group()
def command() -> None:
    """List, add, remove, restore and pause the agents of the library. An AGENT is its id, the id of its graph, or its name."""


command.add_command(import_command, name="add")


@command.command(name="list")
@data_options
@click.option("--removed", is_flag=True, help="Agents that were removed and can be restored.")
@click.option("--archived", is_flag=True, help="Agents in the archive.")
@click.option("--json", "as_json", is_flag=True, help="Everything about each agent, as JSON.")
def list_agents(data_dir: str | None, config_path: str | None, removed: bool, archived: bool, as_json: bool) -> None:
    """List the agents by name: id, what it is doing, version, name."""
    with open_library(config_path, data_dir) as library:
        agents = library.list_agents(sort_by="name", is_deleted=removed, is_archived=archived)
    if as_json:
        click.echo(json.dumps(agents, indent=2))
        return
    for agent in agents:
        activity = "paused" if agent["is_paused"] else agent["activity"]
        click.echo(f"{agent['id']}  {activity:<9}  v{agent['graph_version']:<3}  {agent['name']}")
    if not agents:
        click.echo("There are none.", err=True)


@command.command()
@data_options
@click.argument("agent")
@click.option(
    "--running", type=click.Choice(["stop", "finish"]), default="stop", help="What happens to its runs that are under way."
)
def remove(data_dir: str | None, config_path: str | None, agent: str, running: Literal["stop", "finish"]) -> None:
    """Remove an agent with its schedules and triggers. `restore` brings it back, but not these."""
    _change(config_path, data_dir, agent, "removed", lambda library, agent_id: library.remove_agent(agent_id, running))


@command.command()
@data_options
@click.argument("agent")
def restore(data_dir: str | None, config_path: str | None, agent: str) -> None:
    """Bring a removed agent back."""
    _change(config_path, data_dir, agent, "restored", lambda library, agent_id: library.restore_agent(agent_id), is_deleted=True)


@command.command()
@data_options
@click.argument("agent")
def pause(data_dir: str | None, config_path: str | None, agent: str) -> None:
    """Hold the schedules and triggers of an agent. It still runs by hand."""
    _change(config_path, data_dir, agent, "paused", lambda library, agent_id: library.update_agent(agent_id, is_paused=True))


@command.command()
@data_options
@click.argument("agent")
def resume(data_dir: str | None, config_path: str | None, agent: str) -> None:
    """Let the schedules and triggers of a paused agent go on."""
    _change(config_path, data_dir, agent, "resumed", lambda library, agent_id: library.update_agent(agent_id, is_paused=False))


def _change(
    config_path: str | None,
    data_dir: str | None,
    agent: str,
    done: str,
    change: Callable[[Library, str], None],
    *,
    is_deleted: bool = False,
) -> None:
    with open_library(config_path, data_dir) as library:
        found = find_agent(library.list_agents(is_deleted=is_deleted), agent, list_with="--removed" if is_deleted else "")
        change(library, found["id"])
    click.echo(f"{done}: {found['name']} ({found['id']})")
