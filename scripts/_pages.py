"""The pages of docs/ that are made from the code. PAGES is {file in docs/: function that gives its text}."""

from __future__ import annotations

from pathlib import Path

from _attacks import attacks_page
from _endpoints import endpoints_page
from _reference import routes_page, settings_page

from autogpt_lite.engine import states

DOCS = Path(__file__).resolve().parent.parent / "docs"

MADE_BY = "<!-- Made by scripts/docs from {source}: change that, not this page. -->\n\n"

STATUS_MEANINGS = {
    states.INCOMPLETE: "A node execution that still waits for a value on a linked pin. Only where an execution begins.",
    states.QUEUED: "Everything is there; it waits for its turn. A run waits here for one of `engine.workers` places.",
    states.RUNNING: "It is worked on. After a crash it is worked on again, as a new delivery of the same try.",
    states.REVIEW: "It waits for a person.",
    states.COMPLETED: "It ended. A run also ends here when some of its nodes failed; their number is in its stats.",
    states.FAILED: "A node whose block failed: its message went out on the pin `error`. A run that met a limit or an error of the engine.",
    states.TERMINATED: "Somebody stopped it, or the run that it belongs to ended first.",
}


def states_page() -> str:
    """docs/states.md: the statuses and the transition table."""
    table = states.VALID_STATUS_TRANSITIONS
    arrows = [(current, to) for to in states.STATUSES for current in states.STATUSES if current in table.get(to, ())]
    lines = [
        MADE_BY.format(source="autogpt_lite/engine/states.py") + "# Statuses",
        "",
        "Runs (graph executions) and node executions go through the same statuses, by one table. A step that the table does not",
        "have changes nothing, and whoever asked for it gets the row as it is.",
        "",
        "| status | meaning | is reached from |",
        "|---|---|---|",
        *(f"| {status} | {STATUS_MEANINGS[status]} | {_sources(status)} |" for status in states.STATUSES),
        "",
        f"{_listed(states.ENDED)} are ends: nothing that comes later counts. A TERMINATED run is queued again only by an explicit",
        "`resume`, which queues its stopped nodes and the sub-agents that were stopped with it; what had ended is neither run nor charged",
        "again. COMPLETED and FAILED are never left: such a run is run again, as a new one (`rerun`).",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    [*] --> {status}: a node that waits" for status in states.STATUSES if status not in table),
        f"    [*] --> {states.QUEUED}: a run, and its starting nodes",
        *(f"    {current} --> {to}" for current, to in arrows),
        *(f"    {status} --> [*]" for status in states.STATUSES if status in states.ENDED),
        "```",
        "",
        "A run is written as QUEUED together with its starting nodes, in one transaction. The database repeats the rule: a status is",
        "changed by an `UPDATE` that names the status it expects, so of two that want to change it one is first and the other",
        "one learns so: its change is left out, logged once with both statuses, and answered with the row as it is. A run is picked up from",
        "QUEUED only. A run that was ended on the disk while it worked in memory is cut off before another of its blocks begins.",
        "",
    ]
    return "\n".join(lines)


def _sources(status: str) -> str:
    found = states.VALID_STATUS_TRANSITIONS.get(status, ())
    return ", ".join(current for current in states.STATUSES if current in found) or "nothing: it is where an execution begins"


def _listed(statuses: frozenset[str]) -> str:
    names = [status for status in states.STATUSES if status in statuses]
    return f"{', '.join(names[:-1])} and {names[-1]}"


PAGES = {
    "attacks.md": attacks_page,
    "states.md": states_page,
    "settings.md": settings_page,
    "routes.md": routes_page,
    "endpoints.md": endpoints_page,
}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8", newline="\n")
        print(f"docs/{name}")
