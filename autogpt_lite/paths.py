"""Where things are: packaged files (the same in a checkout and in an installed wheel) and the data directory."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def packaged_file(name: str) -> Path:
    """The path of `blocks`, `static`, `examples` or `config.toml`: inside the package in a wheel, beside it in a checkout."""
    inside = _PACKAGE / "_packaged" / name
    return inside if inside.exists() else _PACKAGE.parent / name


def default_data_dir() -> Path:
    """The platform's own place for a user's data, for instance ~/.local/share/autogpt-lite."""
    import platformdirs

    return Path(platformdirs.user_data_dir("autogpt-lite", appauthor=False))
