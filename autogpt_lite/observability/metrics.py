"""Figures in Prometheus' text format.

Written by hand: the format is a line a figure, and prometheus-client would cost every start its import and its memory at rest
for something that most installations never ask for. Nothing is counted twice: each figure is read where it is kept, when
somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

PREFIX = "autogpt_lite_"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Value = float | Mapping[str, float] | None
"""A number, numbers by the value of the label, or nothing to tell at the moment."""


class Metric(msgspec.Struct, frozen=True):
    """One figure. A counter only grows (until a restart); a gauge goes up and down."""

    name: str
    kind: Literal["counter", "gauge"]
    meaning: str
    read: Callable[[], Value]
    label: str = ""


def render(metrics: list[Metric]) -> str:
    """All figures as they are now."""
    lines: list[str] = []
    for metric in metrics:
        value = metric.read()
        if value is None:
            continue
        name = f"{PREFIX}{metric.name}"
        lines += [f"# HELP {name} {_escaped(metric.meaning)}", f"# TYPE {name} {metric.kind}"]
        if isinstance(value, Mapping):
            lines += [f'{name}{{{metric.label}="{_escaped(key)}"}} {_number(one)}' for key, one in sorted(value.items())]
        else:
            lines.append(f"{name} {_number(value)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.6g}"
