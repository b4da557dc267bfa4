"""What the server is made of, for reports."""

from __future__ import annotations

import platform
import re

import apsw
import msgspec

from .. import __version__

PACKAGE = "autogpt-lite"


class Version(msgspec.Struct):
    name: str
    version: str


def read_versions() -> list[Version]:
    """The server, Python, the system, SQLite and the libraries that are installed of those that it needs."""
    from importlib import metadata

    found = [
        Version("autogpt_lite", __version__),
        Version("Python", platform.python_version()),
        Version("System", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        Version("SQLite", apsw.sqlite_lib_version()),
    ]
    try:
        wanted = [line for line in metadata.requires(PACKAGE) or () if "extra ==" not in line]
    except metadata.PackageNotFoundError:  # a checkout that was not installed
        wanted = ["aiohttp", "apsw", "msgspec"]
    for name in sorted(re.match(r"[\w.-]+", line)[0] for line in wanted):  # type: ignore[index]
        try:
            found.append(Version(name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue  # not needed on this system
    return found
