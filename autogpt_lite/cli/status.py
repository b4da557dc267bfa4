"""`autogpt-lite status`: how the server is, and what can be said without one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from .client import NoServerError, ServerClient
from .options import data_options, read_settings
from .sizes import size_text


@click.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
def command(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """Show how the server is. Exit code 1 where there are problems or no server runs."""
    _, path = read_settings(config_path, {"data_dir": data_dir})
    status = _read(path)
    if as_json:
        click.echo(json.dumps(status, indent=2))
    else:
        for line in _lines(status):
            click.echo(line)
    sys.exit(0 if status["health"] == "healthy" else 1)


def _read(data_dir: Path) -> dict[str, Any]:
    try:
        client = ServerClient(data_dir)
        return {"url": client.url, **client.get("/api/system/status")}
    except NoServerError as error:
        from ..app import DATABASE_NAME
        from ..observability.stored import read_stored_status

        if not data_dir.is_dir():
            raise
        stored = read_stored_status(data_dir, data_dir / DATABASE_NAME)
        return {"data_dir": str(data_dir), **stored, "problems": [error.message, *stored["problems"]]}


def _lines(status: dict[str, Any]) -> list[str]:
    lines = [_row("health", status["health"]), _row("version", status["version"])]
    lines += [_row("problem", problem) for problem in status["problems"]]
    if "url" in status:
        lines += _live_lines(status)
    if "open_runs" in status:
        lines.append(_row("open runs", ", ".join(f"{n} {name}" for name, n in sorted(status["open_runs"].items())) or "none"))
    lines += [_row("job", _job(job)) for job in status.get("jobs", ())]
    database, disk = status["database"], status["disk"]
    live = f", {size_text(database['live_bytes'])} of it in use" if "live_bytes" in database else ""
    lines.append(_row("database", f"{size_text(database['file_bytes'])}{live}; log {size_text(database['log_bytes'])}"))
    lines.append(_row("disk", f"{size_text(disk['free_bytes'])} free of {size_text(disk['total_bytes'])}"))
    backups = status["backups"]
    newest = f"; the newest of {backups[0]['made_at']}, {size_text(backups[0]['size_bytes'])}" if backups else ""
    return [*lines, _row("backups", f"{len(backups)}{newest}")]


def _live_lines(status: dict[str, Any]) -> list[str]:
    queue, late = status["queue"], status["late_runs"]
    memory = f", {size_text(status['memory_bytes'])} of memory" if status["memory_bytes"] else ""
    lines = [
        _row("server", f"{status['url']} (pid {status['pid']}), up since {status['started_at']}{memory}"),
        _row("queue", f"{queue['running']} of {queue['places']} places taken, {queue['waiting']} waiting"),
    ]
    for run in status["running"]:
        lines.append(_row("running", f"{run['id']} {run['name'] or run['graph_id']}, {run['status']} since {run['started_at']}"))
    lines += [_row("thread", f"held by {one['block']}, {_held(one)}") for one in status["threads"]["held"]]
    for name in ("late", "stuck"):
        for run in late[name]:
            lines.append(_row(name, f"{run['id']} {run['status']} for {run['waiting_s']} s. {run['reason']}"))
        if (more := late[f"{name}_count"] - len(late[name])) > 0:
            lines.append(_row(name, f"and {more} more"))
    return lines


def _held(thread: dict[str, Any]) -> str:
    return f"node {thread['title']} of run {thread['graph_exec_id']}, which was stopped or took too long at {thread['since']}"


def _job(job: dict[str, Any]) -> str:
    if job["last_run_at"] is None:
        return f"{job['name']}: not yet"
    told = f"failed: {job['last_error']}" if job["last_error"] else (job["last_result"] or "fine")
    return f"{job['name']}: {job['last_run_at']}, {told}"


def _row(name: str, text: str) -> str:
    return f"{name:<10} {text}"
