"""`autogpt-lite blocks`: lists all blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from .options import data_options, read_settings

if TYPE_CHECKING:
    from ..blocks.types import BlockInfo


@click.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="As GET /api/blocks answers, with all schemas.")
def command(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """List all blocks: the library's and your own."""
    from ..app import load_registry
    from ..blocks.service import block_info

    config, _ = read_settings(config_path, {"data_dir": data_dir})
    registry = load_registry(config)
    for problem in registry.problems:
        click.echo(str(problem), err=True)
    infos = [block_info(entry) for entry in registry if not entry.disabled]
    if as_json:
        click.echo(msgspec.json.encode(infos).decode())
        return
    for info in sorted(infos, key=lambda info: (_category(info), info.name)):
        click.echo(f"{info.id}  {info.name.removesuffix('Block'):32} {info.description}")


def _category(info: BlockInfo) -> str:
    return info.categories[0]["category"] if info.categories else ""  # a few blocks of AutoGPT are in none
