"""`autogpt-lite check`: would it start, do all blocks load, and is every row of the database as it should be?"""

from __future__ import annotations

import sys
import time

import click

from ..instance_lock import is_locked
from .options import data_options, make_data_dir, read_settings


@click.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="The findings as JSON.")
def command(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """Check the settings, the blocks and the database, also while a server runs. Exit code 1 where something is wrong."""
    from ..accounts.jwt_tokens import check_jwt_secret
    from ..app import DATABASE_NAME, load_registry
    from ..integrity.service import check_data_dir
    from ..schedules.config_entries import check_settings
    from ..web.guard import check_open_mode

    config, path = read_settings(config_path, {"data_dir": data_dir})
    check_settings(config.schedules)
    check_open_mode(config)
    check_jwt_secret(config.auth)
    if not path.exists():
        make_data_dir(path)
    registry, began, is_served = load_registry(config), time.monotonic(), is_locked(path)
    if not as_json:
        click.echo(f"data directory: {path}")
        click.echo(f"settings: fine; address {config.server.host}:{config.server.port}, login: {config.auth.mode}")
        click.echo(f"blocks: {len(registry)} loaded")
    findings = check_data_dir(path, path / DATABASE_NAME, is_served=is_served)
    _show(findings, time.monotonic() - began, [str(problem) for problem in registry.problems], as_json)
    sys.exit(1 if registry.problems or any(finding.severity == "problem" for finding in findings) else 0)


def _show(findings: list, took_s: float, block_problems: list[str], as_json: bool) -> None:
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"findings": findings, "blocks": block_problems}).decode())
        return
    for text in block_problems:
        click.echo(text, err=True)
    for finding in findings:
        click.echo(f"{finding.severity}: {finding.what}", err=finding.severity == "problem")
        if finding.do:
            click.echo(f"  {finding.do}", err=finding.severity == "problem")
    if not any(finding.severity == "problem" for finding in findings):
        click.echo(f"database: fine ({took_s:.1f} s)")
