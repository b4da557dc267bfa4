"""One round of the WebSocket figures: `python -m tests.bench.ws_round` prints a JSON object."""

from __future__ import annotations

import msgspec

from .ws import measure

if __name__ == "__main__":
    figures = {
        "ws_autogpt_events_per_s": measure(batch=False).events_per_s,
        "ws_ours_events_per_s": measure(batch=True).events_per_s,
    }
    print(msgspec.json.encode(figures).decode())
