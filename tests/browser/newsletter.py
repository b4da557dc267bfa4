"""The agents of the pictures that ask a language model, and what it answers them (scripted_model.py)."""

from __future__ import annotations

import base64
from typing import Any

from .agents import OUTPUT, SHORT_TEXT_INPUT, agent, link, node
from .builder import at
from .scripted_model import Answer

AI = "1f292d4a-41a4-4977-9684-7c8d560b9f91"
TEMPLATE = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30"
SPREADSHEET = "acf7625e-d2cb-4941-bfeb-2819fc6fc015"
STEP = "f66a3543-28d3-4ab5-8945-9b336371e2ce"
AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
LONG_TEXT_INPUT = "90a56ffb-7024-4b2b-ab50-e26c5e5ab8ba"
SERVERS_KEY = {
    "id": "53c25cb8-e3ee-465c-a4d1-e75a4c899c2a",
    "provider": "openai",
    "type": "api_key",
    "title": "OpenAI of this server",
}
COLUMN = 216

BANNER = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1072 190" width="1072" height="190">
<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#12304a"/><stop offset=".55" stop-color="#7a6a86"/>
<stop offset="1" stop-color="#f2b36b"/></linearGradient></defs><rect width="1072" height="190" fill="url(#s)"/>
<circle cx="716" cy="136" r="34" fill="#ffe2a8"/><path d="M0 132l90-22 120 16 150-30 170 34 130-18 160 26 252-30v82H0z" fill="#2b3f57"/>
<path d="M96 128V66l10-16 10 16v62M302 118V62l16-18 16 18v56M880 132V96h40v36M952 132v-24h30v24" fill="#2b3f57"/>
<path d="M0 146h1072v44H0z" fill="#1b3148"/><path d="M640 152h152M664 162h104M684 172h64" stroke="#f2b36b" stroke-width="3"/>
<path d="M410 140h120l-16 18H428zM440 138v-12h56v12M456 126v-14h10v14" fill="#f4f1ea"/></svg>"""
BANNER_ADDRESS = "data:image/svg+xml;base64," + base64.b64encode(BANNER.encode()).decode()

NOTES = """Five things stand out in the harbour office's feed, the council minutes and two local papers since yesterday morning.
1. The night ferry sails again from Friday, six months after the quay wall gave way. Ninety places, the last boat back at 01:40.
2. The library on Lantern Street lends tools: 214 things from a tile cutter to a telescope, three days each, no fee.
3. The swifts came back on the 19th, ten days earlier than in any year that the bird club has written down.
4. The council found the money for the last 900 metres of Tram 6, up to the hospital door. Work begins in March.
5. The bakery's ovens will heat the school pool: a pipe of 160 metres saves about a third of the gas.
Left out: two burst pipes, and the mayor's cat, which was found."""

LETTER = """# Port Ellery, before the coffee is cold

*The last 24 hours. Five stories, three minutes.*

## The night ferry is back

From Friday the *Halcyon* crosses again after dark, six months after the quay wall gave way. She takes **ninety people**, the last
boat home leaves at 01:40, and the kiosk on deck has kept its prices.

## A library for things

Lantern Street lends tools now: 214 of them, from a tile cutter to a telescope, for three days and without a fee. The first thing to
leave the shelf was a fondue set.

## Ten days early

The swifts are here. The bird club has kept its notebook since 1974 and has never seen them before the 29th; its chair has bought a
new pencil.

## Tram 6 goes to the door

The council found the money for the last 900 metres, up to the steps of the hospital. Work begins in March and should take one
summer.

## Bread warms the pool

A pipe of 160 metres will carry the heat of the bakery's ovens to the school. It saves about a third of the gas, and the corridor
already smells of rye.
"""

STORIES = """Story,Where,Minutes
The night ferry is back,Harbour,1
A library for things,Lantern Street,1
Swifts ten days early,Old town,0.5
Tram 6 to the door,Hospital,1
Bread warms the pool,School,0.5"""

TEASERS = [
    ("The night ferry", "After six months the *Halcyon* sails at night again. Who takes the first boat on Friday?"),
    ("A library for", "A telescope for three days, for nothing: Lantern Street now lends things."),
    ("Swifts ten days", "They are back, and nobody had the balcony ready. Ten days early, says the notebook."),
    ("Tram 6 to", "The last 900 metres are paid for. From next autumn the 6 stops where the nurses do."),
    ("Bread warms the", "Swim in what the rye left over: the bakery heats the school pool."),
]

MINUTES = """Decisions: the launch moves to the 14th; Priya writes to the three pilots; the price stays.
Open: who answers the phones in the first week."""

HANDBOOK = """Yes. You can carry **five days** over into the next year; they have to be taken by the end of March. Tell your team lead before Christmas,
so that the plan for January is right."""


def answers() -> list[Answer]:
    """All that the model of the pictures knows."""
    teasers = [Answer(f"teaser {i}", f"Story: {title}", text, 0.8, 12 - i) for i, (title, text) in enumerate(TEASERS, 1)]
    return [
        *teasers,
        Answer("research", "Find what happened", NOTES, 1.2, 36),
        Answer("letter", "Write a newsletter", LETTER, 0.9, 34),
        Answer("stories", "Give a table", STORIES, 3.6, 4),
        Answer("decisions", "Which decisions", MINUTES, 0.7, 12),
        Answer("handbook", "handbook", HANDBOOK, 0.4, 60),
    ]


def asks(title: str, model: str = "gpt-4o", key: dict[str, str] = SERVERS_KEY, **inputs: Any) -> dict[str, Any]:
    return node(AI, title, model=model, credentials=key, **inputs)


def teaser() -> dict[str, Any]:
    """Writes one line about one story."""
    story, brief = (
        node(SHORT_TEXT_INPUT, name="Story"),
        node(TEMPLATE, "Ask for one line", format="Story: {{ story }}. One line."),
    )
    writes = asks("Write the teaser", "gpt-4o-mini", sys_prompt="You write one line that makes people read on.")
    result = node(OUTPUT, name="Teaser")
    links = [
        link(story, "result", brief, "values_#_story"),
        link(brief, "output", writes, "prompt"),
        link(writes, "response", result, "value"),
    ]
    graph = agent("Story teaser", [story, brief, writes, result], links, "One line that makes people read a story.")
    return at(graph, *((COLUMN * i, 0) for i in range(4)))


def morning_newsletter(child: dict[str, Any]) -> dict[str, Any]:
    """Collects the news, writes a letter and a list of the stories, and has a teaser written for each by `child`, a stored agent."""
    topic = node(SHORT_TEXT_INPUT, name="Topic", value="Port Ellery, the last 24 hours")
    readers = node(SHORT_TEXT_INPUT, name="Readers", value="Neighbours at breakfast")
    tone = node(SHORT_TEXT_INPUT, name="Tone", value="Dry and kind")
    brief = node(TEMPLATE, "Brief the model", format="Find what happened: {{ topic }}. It is for {{ readers }}.")
    research = asks("Collect the news", sys_prompt="Name your sources. Leave out what nobody will remember tomorrow.")
    letter = asks("Write the letter", sys_prompt="Write a newsletter in Markdown. Tone: {{ tone }}.")
    stories = asks("List the stories", "gpt-4o-mini", sys_prompt="Give a table as CSV: Story, Where, Minutes.")
    banner = node(TEMPLATE, "Put in the banner", format=f"![Port Ellery at seven]({BANNER_ADDRESS})\n\n{{{{ letter }}}}")
    table, each = node(SPREADSHEET, "Read the table"), node(STEP, "Story by story")
    defaults = {
        "graph_id": child["id"],
        "graph_version": child["version"],
        "user_id": "",
        "agent_name": child["name"],
        "inputs": {},
    }
    schemas = {"input_schema": child["input_schema"], "output_schema": child["output_schema"]}
    writer = node(AGENT, "Story teaser", **defaults, **schemas)
    newsletter, rows, teasers = node(OUTPUT, name="Newsletter"), node(OUTPUT, name="Stories"), node(OUTPUT, name="Teasers")
    links = [
        link(topic, "result", brief, "values_#_topic"),
        link(readers, "result", brief, "values_#_readers"),
        link(brief, "output", research, "prompt"),
        link(research, "response", letter, "prompt"),
        link(tone, "result", letter, "prompt_values_#_tone"),
        link(research, "response", stories, "prompt"),
        link(letter, "response", banner, "values_#_letter"),
        link(banner, "output", newsletter, "value"),
        link(stories, "response", table, "contents"),
        link(table, "rows", rows, "value"),
        link(table, "rows", each, "items"),
        link(each, "item_#_Story", writer, "Story"),
        link(writer, "Teaser", teasers, "value"),
    ]
    nodes = [topic, readers, tone, brief, research, letter, stories, banner, table, newsletter, rows, each, writer, teasers]
    columns = [
        (0, 0),
        (0, 92),
        (0, 240),
        (1, 0),
        (2, 0),
        (3, 0),
        (3, 260),
        (4, 0),
        (4, 260),
        (5, 0),
        (5, 260),
        (5, 372),
        (6, 372),
        (7, 372),
    ]
    graph = agent("Morning newsletter", nodes, links, "The news of the town as a letter, a list, and a teaser for each story.")
    return at(graph, *((column * COLUMN, y) for column, y in columns))


def meeting_notes(key: dict[str, str]) -> dict[str, Any]:
    """Makes minutes of notes: the first model runs on the server's key, the second on `key`, of Anthropic."""
    notes = node(
        LONG_TEXT_INPUT, name="Notes", value="Launch moves to the 14th. Priya writes to the pilots. Price stays. Phones?"
    )
    decisions = asks("Pull out the decisions", sys_prompt="Which decisions were made, and what stays open?")
    minutes = asks("Write the minutes", "claude-sonnet-4-5-20250929", key, sys_prompt="Write the minutes, one page at most.")
    subject, result = node(TEMPLATE, "Write the subject", format="Minutes: {{ minutes[:60] }}"), node(OUTPUT, name="Minutes")
    mail = node(OUTPUT, name="Subject")
    links = [
        link(notes, "result", decisions, "prompt"),
        link(decisions, "response", minutes, "prompt"),
        link(minutes, "response", result, "value"),
        link(minutes, "response", subject, "values_#_minutes"),
        link(subject, "output", mail, "value"),
    ]
    graph = agent(
        "Meeting notes", [notes, decisions, minutes, subject, result, mail], links, "Makes minutes of what was jotted down."
    )
    return at(graph, (0, 0), (COLUMN, 0), (2 * COLUMN, 0), (3 * COLUMN, 112), (3 * COLUMN, 0), (4 * COLUMN, 112))


def handbook() -> dict[str, Any]:
    """Answers questions; for the tab Chat."""
    question, result = node(SHORT_TEXT_INPUT, name="Question"), node(OUTPUT, name="Answer")
    replies = asks("Look it up", "gpt-4o-mini", sys_prompt="Answer from the handbook. Two sentences.")
    links = [link(question, "result", replies, "prompt"), link(replies, "response", result, "value")]
    graph = agent("Ask the handbook", [question, replies, result], links, "Answers questions about working here.")
    return at(graph, (0, 0), (COLUMN, 0), (2 * COLUMN, 0))
