"""Bytes as people read them."""

from __future__ import annotations


def size_text(size_bytes: int) -> str:
    """For instance "3.2 GB"."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes} bytes"
