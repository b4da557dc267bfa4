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
    from ..credentials.keys import Keys, read_key_file
    from ..db.restore import restore_backup
    from .backup import key_file_of

    _, path = read_settings(config_path, {"data_dir": data_dir})
    make_data_dir(path)
    key_file = key_file_of(Path(file))
    with InstanceLock(path):
        keys = read_key_file(key_file)  # before anything changes: one that is damaged is told
        kept = restore_backup(Path(file), path / DATABASE_NAME)
        if keys:
            Keys(path).add(keys)
    click.echo(f"restored {file}")
    if keys:
        click.echo(f"and the key from {key_file}")
    if kept is not None:
        click.echo(f"the database that was there is now {kept}")
