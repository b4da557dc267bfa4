"""`autogpt-lite export AGENT`: writes an agent to a file, without secrets."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import ConfigError
from .library_access import open_library
from .options import data_options


@click.command()
@data_options
@click.argument("agent")
@click.option("--version", type=int, help="Which version; the active one if not given.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="The file to write; standard output if not given.")
def command(data_dir: str | None, config_path: str | None, agent: str, version: int | None, output: str | None) -> None:
    """Write an agent (its id, the id of its graph, or its name) to a file that others can import, without secrets."""
    with open_library(config_path, data_dir) as library:
        content = library.export_file(library.graph_id_of(agent), version)
    if output is None:
        click.echo(content.decode())
    else:
        try:
            Path(output).write_bytes(content)
        except OSError as error:
            raise ConfigError(f"Cannot write {output}: {error.strerror}.") from None
        click.echo(output)
