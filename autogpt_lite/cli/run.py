"""`autogpt-lite run AGENT.json`: runs an agent file to its end, on the running server or in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
import msgspec

from ..engine.limits import GivenLimits
from ..errors import AutoGPTLiteError, ConfigError
from ..instance_lock import is_locked
from .options import data_options, limit_options, make_data_dir, read_settings
from .report import report_lines
from .run_types import RunOrder, RunResult

EXIT_OK, EXIT_NODE_ERRORS, EXIT_BAD_INPUT, EXIT_NOT_COMPLETED = 0, 1, 2, 3


@click.command()
@data_options
@click.argument("agent", type=click.Path(dir_okay=False))
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="A value for one of the agent's inputs.")
@click.option("--inputs", "inputs_file", type=click.Path(dir_okay=False), help="A JSON file with values: {name: value}.")
@click.option(
    "--pin",
    "pin_file",
    type=click.Path(dir_okay=False),
    help="A JSON file with recorded outputs: {node_id: [[[pin, value], ...], ...]}.",
)
@click.option("--allow-missing-blocks", is_flag=True, help="Run although blocks are unknown; their nodes have to be pinned.")
@click.option("--yes", is_flag=True, help="Approve whatever the agent would do outside of itself.")
@limit_options
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(
    data_dir: str | None,
    config_path: str | None,
    agent: str,
    inputs: tuple[str, ...],
    inputs_file: str | None,
    pin_file: str | None,
    allow_missing_blocks: bool,
    yes: bool,
    as_json: bool,
    **limits: float | None,
) -> None:
    """Run an agent file to its end.

    Exit code: 0 completed, 1 completed with failed nodes, 2 bad file or bad input, 3 failed or stopped, or it waits for a review,
    or another command has the data directory.
    """
    try:
        order = RunOrder(
            agent=read_bytes(agent),
            inputs={**read_json(inputs_file, dict), **dict(map(parse_input, inputs))},
            pinned_outputs=read_pins(pin_file),
            allow_missing_blocks=allow_missing_blocks,
            limits=GivenLimits(**limits) if any(value is not None for value in limits.values()) else None,
            approve=yes,
            show_live=not as_json and sys.stderr.isatty(),
        )
        config, path = read_settings(config_path, {"data_dir": data_dir})
        make_data_dir(path)
        result = _run(config, path, order)
    except AutoGPTLiteError as error:
        if error.status >= 500 and not isinstance(error, ConfigError):
            raise
        _refuse(error, as_json)
    else:
        print_result(result, as_json)
        sys.exit(exit_code(result))


def _run(config: Any, data_dir: Path, order: RunOrder) -> RunResult:
    if is_locked(data_dir):
        from .run_remote import run_on_server

        return run_on_server(data_dir, order)
    from .run_local import run_in_process

    return run_in_process(config, data_dir, order)


def exit_code(result: RunResult) -> int:
    """0 to 3, see `run --help`."""
    if result.status != "COMPLETED":
        return EXIT_NOT_COMPLETED
    return EXIT_NODE_ERRORS if result.node_errors else EXIT_OK


def _refuse(error: AutoGPTLiteError, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": {"message": error.message, "detail": error.detail, "hint": error.hint}}))
    click.echo(f"autogpt-lite: {error.message}", err=True)
    problems = [
        (f"  {node_id or 'graph'}.{field}: {message}", message)
        for node_id, fields in (getattr(error, "node_errors", None) or {}).items()
        for field, message in fields.items()
    ]
    if len(problems) > 1:  # one alone is the message
        for line, _ in problems:
            click.echo(line, err=True)
    if any(message.startswith("The input ") for _, message in problems):
        click.echo("  Inputs are given as --input NAME=VALUE.", err=True)
    detail = error.detail if isinstance(error.detail, dict) else {}
    if detail.get("type") == "not_approved":
        for line in report_lines(detail["report"]):
            click.echo(line, err=True)
        click.echo("  Run it with --yes if it may.", err=True)
    elif error.hint:
        click.echo(f"  {error.hint}", err=True)
    sys.exit(EXIT_BAD_INPUT)


def print_result(result: RunResult, as_json: bool) -> None:
    """The outputs on stdout and what went wrong on stderr, or everything as JSON."""
    if as_json:
        click.echo(msgspec.json.encode(result).decode())
        return
    for node_id, messages in result.node_errors.items():
        for message in messages:
            click.echo(f"node {node_id} failed: {message}", err=True)
    for name, values in result.outputs.items():
        for value in values:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"{name}: {text}")
    if result.status != "COMPLETED":
        reason = (result.stats or {}).get("error")
        click.echo(f"The run is {result.status}{f': {reason}' if reason else ''}.", err=True)
    if result.is_waiting:
        click.echo("  It waits for a person: `autogpt-lite reviews list`, with a server running.", err=True)


# --- what the user gives ------------------------------------------------------------------------------


def read_bytes(path: str) -> bytes:
    """The file's content. Raises ConfigError (exit code 2) where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror}.") from None


def read_json(path: str | None, kind: type) -> Any:
    """The JSON in the file, {} without one. Raises ConfigError where it is no JSON or of another kind."""
    if path is None:
        return {}
    try:
        value = msgspec.json.decode(read_bytes(path))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no valid JSON: {error}") from None
    if not isinstance(value, kind):
        raise ConfigError(f"{path} has to hold a JSON object.")
    return value


def read_pins(path: str | None) -> dict[str, list[list[tuple[str, Any]]]]:
    """Recorded outputs. Raises ConfigError that says what is expected."""
    try:
        return msgspec.convert(read_json(path, dict), dict[str, list[list[tuple[str, Any]]]])
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{path} does not hold recorded outputs: {error}", hint="Expected {node_id: [[[pin, value], ...], ...]}."
        ) from None


def parse_input(text: str) -> tuple[str, str]:
    """NAME=VALUE. Raises ConfigError."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise ConfigError(f"--input wants NAME=VALUE, not {text!r}.")
    return name, value
