"""Limits of real time that hold on a machine that has other things to do, too."""

from __future__ import annotations

import os
import subprocess
import sys
import time


def is_within(took_s: float, limit_s: float) -> bool:
    """Whether something kept its limit. Where it did not, the machine is asked how much longer than on a quiet one anything takes just now,
    and the limit is that much longer: so a promise in seconds is held where the seconds are ours, and nowhere is a limit merely wide."""
    return took_s < limit_s or took_s < limit_s * slowness()


def slowness() -> float:
    """By how much a short program lasts longer than it computes: 1.0 where nobody else wants the processors. The worst of three."""
    return max(1.0, *(_slowness_once() for _ in range(3)))


def _slowness_once() -> float:
    before, began = os.times(), time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", "for _ in range(3_000_000): pass"], check=True)
    lasted_s, after = time.monotonic() - began, os.times()
    computed_s = after.children_user + after.children_system - before.children_user - before.children_system
    return lasted_s / max(computed_s, 0.01)
