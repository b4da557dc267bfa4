"""The command: all checks in order, also beside a running server."""

from __future__ import annotations

import sys

import click

from ...errors import AutoGPTLiteError
from ...instance_lock import is_locked
from ..loop import run_async
from ..options import data_options, read_settings
from .types import Check, Patient

_MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}


@click.command()
@data_options
@click.option("--json", "as_json", is_flag=True, help="The checks as JSON.")
def command(data_dir: str | None, config_path: str | None, as_json: bool) -> None:
    """Check whether this machine is fit: port, clock, disk, key, database, files, sandbox, models. Exit code 1 where something
    is wrong. Works beside a running server and changes nothing."""
    config, path = read_settings(config_path, {"data_dir": data_dir})
    checks = run_async(examine(Patient(config, path, is_locked(path))))
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"checks": checks}).decode())
    else:
        for check in checks:
            _show(check)
    sys.exit(1 if any(check.state == "problem" for check in checks) else 0)


async def examine(patient: Patient) -> list[Check]:
    """All checks; it takes some seconds for each GB of the database, and up to five for a provider that does not answer."""
    from .data import check_data
    from .machine import ClockWatch, check_code, check_disk, check_proxies, check_sandbox, check_versions
    from .network import check_mail, check_models, check_port, check_public_url

    clock = ClockWatch()
    found = [*check_versions(), *_check_settings(patient), *check_port(patient), check_public_url(patient.config)]
    found += [
        check_disk(patient),
        *check_data(patient),
        await check_sandbox(),
        await check_code(patient),
        check_proxies(patient.config.http.proxy),
    ]
    found += [*await check_models(patient.config), check_mail()]
    return [*found, clock.check(patient)]


def _check_settings(patient: Patient) -> list[Check]:
    from ...accounts.jwt_tokens import check_jwt_secret
    from ...app import load_registry
    from ...schedules.config_entries import check_settings
    from ...web.guard import check_open_mode

    config, found = patient.config, []
    for check, settings in ((check_open_mode, config), (check_jwt_secret, config.auth), (check_settings, config.schedules)):
        try:
            check(settings)  # type: ignore[operator]
        except AutoGPTLiteError as error:
            found.append(Check("settings", "problem", error.message, error.hint or ""))
    found = found or [Check("settings", "ok", f"login: {config.auth.mode}")]
    registry = load_registry(config)
    for problem in registry.problems:
        found.append(Check("blocks", "problem", str(problem), "Correct the file, or take it out of the folder of blocks."))
    return found if registry.problems else [*found, Check("blocks", "ok", f"{len(registry)} loaded")]


def _show(check: Check) -> None:
    click.echo(f"{_MARKS[check.state]:<8} {check.name:<16} {check.what}")
    if check.do:
        click.echo(f"{'':<25} {check.do}")
