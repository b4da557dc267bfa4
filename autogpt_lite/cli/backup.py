"""`autogpt-lite backup FILE`: copies the database, also while the server serves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..config import Config
from ..errors import InvalidInputError
from ..instance_lock import InstanceLock, is_locked
from .options import data_options, make_data_dir, read_settings


@click.command()
@data_options
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--with-key", is_flag=True, help="Also write FILE.key: whoever has both can read the stored secrets.")
def command(data_dir: str | None, config_path: str | None, file: str, force: bool, with_key: bool) -> None:
    """Copy the database to a file. Never copy the live file by other means: the copy would be torn."""
    config, path = read_settings(config_path, {"data_dir": data_dir})
    make_data_dir(path)
    target = Path(file).absolute()
    if target.exists() and not force:
        raise InvalidInputError(f"{target} exists already.", hint="Choose another name, or give --force.")
    if not target.parent.is_dir():
        raise InvalidInputError(f"There is no folder {target.parent}.", hint="Make it first, or choose another place.")
    if is_locked(path):
        from .client import ServerClient

        made = ServerClient(path).post("/api/system/backups")
        _copy(Path(made["path"]), target)
    else:
        made = _back_up_here(config, path, target)
    click.echo(f"{target}: {made['size_bytes']:,} bytes")
    if with_key:
        return _copy_keys(config, path, key_file_of(target))
    click.echo("The keys in the data directory (credentials.key, owner_token) are not in it: keep them elsewhere.")


def key_file_of(backup: Path) -> Path:
    """Where the keys of a backup stand that was made with them."""
    return backup.with_name(f"{backup.name}.key")


def _copy_keys(config: Config, data_dir: Path, target: Path) -> None:
    from ..credentials.keys import copy_keys

    if config.credentials.key or config.credentials.key_command:
        return click.echo("The key of the stored secrets comes from the settings, so no key is written: keep those.")
    if not copy_keys(data_dir, target):
        target.unlink()
        return click.echo("There is no key yet: no secret is stored.")
    click.echo(f"{target}: the key of the stored secrets, for your eyes only. `restore` takes it along.")


def _copy(made: Path, target: Path) -> None:
    from ..db.failures import disk_failure
    from ..db.files import copy_whole

    try:
        copy_whole(made, target)
    except OSError as error:
        raise disk_failure(error) or error from None


def _back_up_here(config: Config, data_dir: Path, target: Path) -> dict[str, Any]:
    from ..app import DATABASE_NAME
    from ..db import Database
    from ..db.backup import back_up
    from .loop import run_async

    async def work() -> dict[str, Any]:
        db = await Database.open(data_dir / DATABASE_NAME, config.database)
        try:
            return {"size_bytes": await back_up(db, target)}
        finally:
            await db.close()

    with InstanceLock(data_dir):
        return run_async(work())
