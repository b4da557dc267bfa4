"""Options that several commands have, and what they lead to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..config import Config, load_config
from ..errors import StartupError
from ..paths import default_data_dir

F = TypeVar("F", bound=Callable)


def data_options(function: F) -> F:
    """Adds --data-dir and --config."""
    function = click.option("--data-dir", type=click.Path(file_okay=False), help="Where the database and the keys are.")(function)
    return click.option(
        "--config", "config_path", type=click.Path(dir_okay=False), help="A file with settings, like config.toml."
    )(function)


_LIMITS = {
    "max_credits": "Credits (1 credit = 1 cent) that it may cost.",
    "max_node_executions": "Node executions that it may take.",
    "max_run_s": "Seconds that it may work.",
    "max_node_s": "Seconds that one try of a node may take.",
    "max_node_items": "Values that one node may emit without a link that takes them.",
    "max_depth": "Levels of agents in agents.",
}


def limit_options(function: F) -> F:
    """Adds an option for each limit of a run (engine/limits.py)."""
    for name, meaning in reversed(_LIMITS.items()):
        kind = float if name.endswith("_s") else int
        function = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=f"Limit of this run: {meaning}")(function)
    return function


def read_settings(config_path: str | None, overrides: dict[str, Any]) -> tuple[Config, Path]:
    """The configuration and the data directory (absolute; not made yet)."""
    config = load_config(Path(config_path) if config_path else None, overrides=overrides)
    data_dir = Path(config.data_dir).expanduser() if config.data_dir else default_data_dir()
    return config, data_dir.absolute()


def make_data_dir(data_dir: Path) -> None:
    """Makes the data directory, for this user alone. Raises StartupError where that cannot be."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartupError(
            f"Cannot make the data directory {data_dir}: {error.strerror}.", hint="Choose another with `--data-dir`."
        ) from None
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise StartupError(f"This user may not write to the data directory {data_dir}.", hint="Choose another with `--data-dir`.")
