"""`autogpt-lite import FILE...`: adds agent files to the library."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..errors import AutoGPTLiteError
from .library_access import Library, open_library
from .options import data_options
from .report import report_lines
from .run import EXIT_BAD_INPUT, read_bytes


@click.command()
@data_options
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False))
@click.option("--allow-missing-blocks", is_flag=True, help="Keep agents whose blocks are unknown; their nodes do not run.")
@click.option("--yes", is_flag=True, help="Approve whatever the agents would do outside of themselves, so that they may run.")
def command(data_dir: str | None, config_path: str | None, files: tuple[str, ...], allow_missing_blocks: bool, yes: bool) -> None:
    """Add agent files to the library. Prints the id of each agent, and what it would do outside of itself; one that would do anything
    runs after `autogpt-lite approve ID`."""
    failed = False
    with open_library(config_path, data_dir) as library:
        for file in files:
            try:
                graph = library.import_file(read_bytes(file), allow_missing_blocks)
            except AutoGPTLiteError as error:
                failed = True
                click.echo(f"{file}: {error.message}", err=True)
                for node_id, fields in (getattr(error, "node_errors", None) or {}).items():
                    for field, message in fields.items():
                        click.echo(f"  {node_id or 'graph'}.{field}: {message}", err=True)
                continue
            click.echo(f"{graph['id']}  {graph['name']} (version {graph['version']}, from {Path(file).name})")
            for block_id in graph.get("missing_blocks") or ():
                click.echo(f"  unknown block {block_id}: its nodes do not run unless they are pinned", err=True)
            _show_report(library, graph["id"], yes)
    sys.exit(EXIT_BAD_INPUT if failed else 0)


def _show_report(library: Library, graph_id: str, yes: bool) -> None:
    report = library.report(graph_id)
    if not report["needs_approval"]:
        return
    for line in report_lines(report):
        click.echo(line, err=True)
    if yes:
        library.report(graph_id, approve=True)
    else:
        click.echo(f"  It does not run yet: `autogpt-lite approve {graph_id}` lets it.", err=True)
