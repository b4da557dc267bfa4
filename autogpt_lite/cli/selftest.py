"""`autogpt-lite selftest --crash N`: proof, on this machine, that kills lose nothing."""

from __future__ import annotations

import random
import signal
import sys
import time

import click

EXIT_FOUND = 1
MAX_SHOWN = 20
LINES = 20
"""Lines of progress where there is no terminal."""


@click.command()
@click.option("--crash", "n_kills", type=click.IntRange(1, 1_000_000), required=True, metavar="N", help="How many kills.")
@click.option("--seed", type=int, help="Repeats the decisions of an earlier test; random if not given.")
def command(n_kills: int, seed: int | None) -> None:
    """Kill a server of its own N times, at named places and at random moments, and look for what is lost, doubled, stuck,
    overcharged or corrupt. Works in a temporary directory; your data is not touched. Exit code: 0 nothing found, 1 something."""
    from .crash.campaign import WHATS, Campaign

    seed = random.randrange(10**6) if seed is None else seed
    began = time.monotonic()
    campaign = Campaign(n_kills, seed, _teller(n_kills))
    click.echo(f"{n_kills} kills, seed {seed}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # also in the background, where a shell has SIGINT ignored
    try:
        campaign.run()
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted after {campaign.kills.total()} kills; so far:")
    spent_s = time.monotonic() - began
    if sys.stdout.isatty():
        click.echo()
    click.echo("kills: " + ", ".join(f"{count} at {place}" for place, count in sorted(campaign.kills.items())))
    click.echo(
        f"runs judged: {campaign.acknowledged} acknowledged, {campaign.runs} with sub-agents and those cut off while starting"
    )
    click.echo(
        f"their side effects: {campaign.effects}; {campaign.repeats} more, in flight at a kill, under the same idempotency key"
    )
    for what in WHATS:
        found = campaign.problems[what]
        click.echo(f"{what}: {len(found)}")
        for where in found[:MAX_SHOWN]:
            click.echo(f"  {where}")
    n_done = campaign.kills.total()
    click.echo(f"time: {spent_s:.0f} s, {spent_s / max(n_done, 1):.2f} s a kill")
    sys.exit(0 if campaign.is_clean and n_done >= n_kills else EXIT_FOUND)


def _teller(n_kills: int):
    every, told = max(n_kills // LINES, 1), [0]

    def tell(line: str) -> None:
        told[0] += 1
        if sys.stdout.isatty():
            click.echo(f"\r\x1b[K{line}", nl=False)
        elif not line.startswith("kill ") or told[0] % every == 0:
            click.echo(line)

    return tell
