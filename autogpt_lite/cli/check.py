"""`autogpt-lite check`: would it start, and do all blocks load?"""

from __future__ import annotations

import sys

import click

from .options import data_options, make_data_dir, read_settings


@click.command()
@data_options
def command(data_dir: str | None, config_path: str | None) -> None:
    """Check the settings, the blocks and the data directory. Exit code 1 where a block does not load."""
    from ..app import load_registry
    from ..schedules.config_entries import check_settings

    config, path = read_settings(config_path, {"data_dir": data_dir})
    check_settings(config.schedules)
    make_data_dir(path)
    registry = load_registry(config)
    click.echo(f"data directory: {path}")
    click.echo(f"settings: fine; address {config.server.host}:{config.server.port}, login: {config.auth.mode}")
    click.echo(f"blocks: {len(registry)} loaded")
    for problem in registry.problems:
        click.echo(str(problem), err=True)
    sys.exit(1 if registry.problems else 0)
