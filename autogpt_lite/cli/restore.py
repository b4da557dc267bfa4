"""`autogpt-lite restore FILE`: puts a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from ..instance_lock import InstanceLock
from .options import data_options, make_data_dir, read_settings


@click.command()
@data_options
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
def command(data_dir: str | None, config_path: str | None, file: str) -> None:
    """Put a backup in the place of the database. The server must not run; the old database is kept beside it."""
    from ..app import DATABASE_NAME
    from ..db.restore import restore_backup

    _, path = read_settings(config_path, {"data_dir": data_dir})
    make_data_dir(path)
    with InstanceLock(path):
        kept = restore_backup(Path(file), path / DATABASE_NAME)
    click.echo(f"restored {file}")
    if kept is not None:
        click.echo(f"the database that was there is now {kept}")
