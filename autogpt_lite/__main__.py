"""`autogpt-lite` and `python -m autogpt_lite`."""

from __future__ import annotations

import io
import sys

import click

from . import __version__
from .cli.group import LazyGroup
from .errors import AutoGPTLiteError, DataDirLockedError, StartupError

EXIT_ERROR = 1
EXIT_STARTUP = 2
EXIT_LOCKED = 3


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autogpt-lite")
def cli() -> None:
    """Build, run and schedule AI agents on this machine."""


def main() -> None:
    """Runs the command line. Exit codes: 0 done, 1 the command failed, 2 wrong usage or configuration, 3 the data directory
    is in use."""
    _write_any_letter()
    try:
        cli(prog_name="autogpt-lite")
    except AutoGPTLiteError as error:
        sys.exit(report_error(error))


def _write_any_letter() -> None:
    """Files and pipes get UTF-8, as the JSON of agents is, whatever the code page of a Windows says; a terminal that has not got a
    letter shows its number. Else a name with an emoji would end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def report_error(error: AutoGPTLiteError) -> int:
    """Says on stderr what is wrong and what to do about it, in a line each; the exit code."""
    click.echo(f"autogpt-lite: {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    if isinstance(error, DataDirLockedError):
        return EXIT_LOCKED
    return EXIT_STARTUP if isinstance(error, StartupError) else EXIT_ERROR


if __name__ == "__main__":
    main()
