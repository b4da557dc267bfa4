"""The machine: versions, clock, disk, proxies, and whether foreign code can be held back."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import apsw

from ... import __version__
from ...clock import SMALL_STEP_US
from ...db.space import LOW_PERCENT, read_space
from ...errors import AutoGPTLiteError, StartupError
from ...sandbox.isolated import run_isolated
from ...sandbox.status import sandbox_status
from ...web.connections import check_http_parser
from ..sizes import size_text
from .types import Check, Patient

DAY_S = 86_400.0
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def check_versions() -> list[Check]:
    """Python's and SQLite's versions, and the parser of HTTP that attackers meet first."""
    found = [
        Check("version", "ok", f"autogpt-lite {__version__}"),
        Check("python", "ok", f"{platform.python_implementation()} {platform.python_version()} on {platform.platform()}"),
        Check("sqlite", "ok", f"SQLite {apsw.sqlite_lib_version()} (apsw {apsw.apsw_version()})"),
    ]
    try:
        check_http_parser()
    except StartupError as error:
        found.append(Check("http", "problem", error.message, error.hint or ""))
    return found


class ClockWatch:
    """Sees whether the clock was set while the doctor looked at the rest."""

    def __init__(self) -> None:
        self._wall_s, self._monotonic_s = time.time(), time.monotonic()

    def check(self, patient: Patient) -> Check:
        """The clock against the program's files, the database, and its own pace."""
        jump_s = (time.time() - self._wall_s) - (time.monotonic() - self._monotonic_s)
        if abs(jump_s) > SMALL_STEP_US / 1e6:
            return _wrong_clock(f"The clock jumped by {jump_s:.0f} s just now.")
        for path, what in ((Path(__file__), "the program"), (patient.database, "the database")):
            if path.exists() and (ahead_s := path.stat().st_mtime - time.time()) > DAY_S:
                return _wrong_clock(f"The clock says a time {ahead_s / DAY_S:.0f} days before {what} was written.")
        return Check("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()))


def _wrong_clock(what: str) -> Check:
    return Check("clock", "problem", what, "Set it, best by NTP: schedules, logins and signatures go by it.")


def check_disk(patient: Patient) -> Check:
    """The disk of the data directory, which may have to be made yet."""
    folder = next(path for path in (patient.data_dir, *patient.data_dir.parents) if path.exists())
    space = read_space(folder)
    what = f"{size_text(space.free_bytes)} free of {size_text(space.total_bytes)} at {folder}"
    if space.is_low:
        return Check(
            "disk", "problem", f"{what}: less than {LOW_PERCENT} %", "Make room; `retention.days` says how long runs stay."
        )
    return Check("disk", "ok", what)


def check_proxies(proxy: str, environ: Mapping[str, str] = os.environ) -> Check:
    """The proxy of the settings, and those that other programs would follow."""
    if proxy:
        return Check("proxy", "ok", f"requests to the internet go through {proxy.rpartition('@')[2]}")
    if named := [name for name in environ if name.upper() in _PROXIES and environ[name]]:
        what = f"{', '.join(sorted(named))} is set and not used: requests go out directly."
        return Check("proxy", "note", what, "Where the network wants a proxy, set `http.proxy`.")
    return Check("proxy", "ok", "none is set")


async def check_sandbox() -> Check:
    """Starts a confined child, which is what templates and foreign code run in."""
    try:
        await run_isolated("math:sqrt", 4, timeout_s=10.0, memory_mb=256, untrusted=False)
    except AutoGPTLiteError as error:
        return Check(
            "sandbox", "problem", error.message, "Templates and patterns cannot run. Is there memory and a temporary folder?"
        )
    if sandbox_status()["confined"]:
        return Check("sandbox", "ok", "a child process starts, and the kernel keeps files, network and processes from it")
    what = f"A child process starts, but the kernel of {sys.platform} does not confine it."
    return Check("sandbox", "note", what, "Templates run; code from outside does not. It takes Linux with seccomp.")


async def check_code(patient: Patient) -> Check:
    """Runs a program in the sandbox of ExecuteCodeBlock, where that is switched on."""
    from ...sandbox.code import CodeSandbox, missing_for_code

    if not patient.config.sandbox.code:
        could = missing_for_code()
        return Check(
            "code", "ok", f"blocks run no code: {could}" if could else "blocks run no code; `sandbox.code` switches it on"
        )
    problem = await CodeSandbox(patient.config.sandbox, [patient.data_dir]).check()
    if problem is None:
        return Check("code", "ok", "blocks run code in a sandbox of their own")
    return Check("code", "problem", problem, "Blocks run no code here: docs/operations.md, or set `sandbox.code = false`.")
