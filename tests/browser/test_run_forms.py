"""The forms that start a run: an editor for every type of value, what they give, and defaults that are hostile or huge."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import INPUT, OUTPUT, agent, link, node
from .conftest import PHONE, call
from .input_kinds import takes_everything

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

# The schema comes as JSON: a literal would lose the key "__proto__" on the way.
MAKE = """async (text) => {
  const { SchemaForm } = await import("/js/schema_form.js");
  const form = await SchemaForm.make(JSON.parse(text), {});
  document.querySelector("main").replaceChildren(form.element);
  window.form = form;
}"""
READ = "() => window.form.read()"

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "long text": {"type": "string", "format": "long-text"},
    "number": {"type": "integer", "minimum": 1, "maximum": 9},
    "toggle": {"type": "boolean"},
    "select": {"enum": ["one", 2, True]},
    "multi-select": {"type": "array", "items": {"enum": ["red", "green", "blue"]}},
    "list": {"type": "array", "items": {"type": "number"}},
    "dictionary": {"type": "object", "additionalProperties": {"type": "string"}},
    "table": {
        "type": "array",
        "format": "table",
        "items": {"type": "object", "properties": {"Who": {"type": "string"}, "Age": {"type": "integer"}}},
    },
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "file": {"type": "string", "format": "file"},
    "model": {"enum": ["small:1b", "large:70b"], "llm_model": True},
    "secret": {"type": "string", "secret": True},
    "json": {"anyOf": [{"type": "object"}, {"type": "array"}]},
    "code": {"type": "string"},
    "nullable number": {"anyOf": [{"type": "number"}, {"type": "null"}]},
}


def add(server: ServerProcess, graph: dict[str, Any]) -> str:
    return call(server, "POST", "/api/graphs", {"graph": graph})["id"]


def plain(name: str, value: Any) -> dict[str, Any]:
    """An agent that gives its input back, which may be anything."""
    given, result = node(INPUT, name="Given", value=value), node(OUTPUT, name="Back")
    return agent(name, [given, result], [link(given, "result", result, "value")])


def make(page: Any, properties: dict[str, Any], required: tuple[str, ...] = ()) -> None:
    page.evaluate(MAKE, json.dumps({"type": "object", "properties": properties, "required": required}))


def field(page: Any, name: str) -> Any:
    return page.locator(f'.field[data-name="{name}"]')


# --- every type --------------------------------------------------------------------------------------------


def test_every_type_is_filled_in_by_its_own_editor_and_read_as_what_it_is(open_page: Any) -> None:
    page = open_page("/library/blocks")
    make(page, TYPES)
    field(page, "text").get_by_role("textbox").fill("Hello")
    field(page, "long text").get_by_role("textbox").fill("Two\nlines")
    field(page, "number").get_by_role("spinbutton").fill("7")
    field(page, "toggle").get_by_role("switch").check()
    field(page, "select").get_by_role("combobox").select_option(label="true")
    for colour in ("red", "blue"):
        field(page, "multi-select").get_by_label(colour).check()
    for i, number in enumerate(("1.5", "2")):
        field(page, "list").get_by_role("button", name="Add item").click()
        field(page, "list").get_by_label(f"Item {i + 1}", exact=True).fill(number)
    field(page, "dictionary").get_by_role("button", name="Add value").click()
    field(page, "dictionary").get_by_label("Key 1").fill("city")
    field(page, "dictionary").get_by_label("Value of city").fill("Rome")
    field(page, "table").get_by_role("button", name="Add row").click()
    field(page, "table").get_by_label("Who, row 1").fill("Ada")
    field(page, "table").get_by_label("Age, row 1").fill("36")
    field(page, "date").locator("input").fill("2026-03-31")
    field(page, "time").locator("input").fill("09:30:15")
    field(page, "file").locator("input[type=file]").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"}
    )
    expect(field(page, "file").get_by_role("textbox")).to_have_value("note.txt")
    field(page, "model").get_by_role("button", expanded=False).click()
    page.get_by_label("Search models").fill("my-own:7b")
    page.keyboard.press("Enter")
    field(page, "secret").locator("input[type=password]").fill("s3cret")
    field(page, "json").get_by_role("textbox").fill('[{"a": 1}]')
    field(page, "code").get_by_role("button", name="Large editor").click()
    page.locator(".large-editor .cm-content").press("Control+a")
    page.keyboard.insert_text("print(1)")
    page.get_by_role("button", name="Done").click()
    field(page, "nullable number").get_by_role("spinbutton").fill("-0.5")
    assert page.evaluate(READ) == {
        "text": "Hello",
        "long text": "Two\nlines",
        "number": 7,
        "toggle": True,
        "select": True,
        "multi-select": ["red", "blue"],
        "list": [1.5, 2],
        "dictionary": {"city": "Rome"},
        "table": [{"Who": "Ada", "Age": 36}],
        "date": "2026-03-31",
        "time": "09:30:15",
        "file": "data:text/plain;base64,aGVsbG8=",
        "model": "my-own:7b",
        "secret": "s3cret",
        "json": [{"a": 1}],
        "code": "print(1)",
        "nullable number": -0.5,
    }


def test_what_nobody_touched_is_left_to_the_agent_and_what_was_cleared_is_not(open_page: Any) -> None:
    page = open_page("/library/blocks")
    make(page, TYPES)
    assert page.evaluate(READ) == {"toggle": False, "multi-select": []}
    defaults = {"text": "Hi", "list": [1, 2], "dictionary": {"a": "b"}}
    make(page, {name: {**TYPES[name], "default": value} for name, value in defaults.items()})
    assert page.evaluate(READ) == defaults
    field(page, "text").get_by_role("textbox").fill("")
    for _ in range(2):
        field(page, "list").get_by_role("button", name="Remove item 1").click()
    field(page, "dictionary").get_by_role("button", name="Remove a").click()
    assert page.evaluate(READ) == {"text": "", "list": [], "dictionary": {}}


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_given(open_page: Any) -> None:
    page = open_page("/library/blocks")
    folded = {**TYPES["number"], "advanced": True, "default": 3}
    make(page, {"text": TYPES["text"], "json": TYPES["json"], "file": TYPES["file"], "number": folded}, required=("text",))
    assert page.evaluate(READ) is None
    expect(field(page, "text")).to_contain_text("This needs a value.")
    expect(field(page, "text").get_by_role("textbox")).to_be_focused()
    expect(field(page, "text").get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    field(page, "text").get_by_role("textbox").fill("x")
    expect(field(page, "text")).not_to_contain_text("This needs a value.")
    field(page, "json").get_by_role("textbox").fill('{"half": ')
    assert page.evaluate(READ) is None
    field(page, "json").get_by_role("textbox").fill('{"half": 1}')
    # A file that could not be read would be missing without a word.
    huge = {"name": "huge.bin", "mimeType": "application/octet-stream", "buffer": bytes(10_000_001)}
    field(page, "file").locator("input[type=file]").set_input_files(huge)
    expect(field(page, "file")).to_contain_text("larger than 10 MB")
    assert page.evaluate(READ) is None
    field(page, "file").get_by_role("textbox").fill("https://example.org/a.csv")
    page.get_by_text("Advanced (1)").click()
    field(page, "number").get_by_role("spinbutton").fill("99")
    expect(page.locator("summary")).to_contain_text("1 differs from the default")
    page.get_by_text("Advanced (1)").click()
    assert page.evaluate(READ) is None
    # What is wrong is in sight, also where it was folded away.
    expect(field(page, "number")).to_contain_text("a whole number from 1 to 9")
    field(page, "number").get_by_role("spinbutton").fill("9")
    expected = {"text": "x", "json": {"half": 1}, "file": "https://example.org/a.csv", "number": 9}
    assert page.evaluate(READ) == expected


# --- in an agent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_run_takes_what_was_changed_in_the_editors(open_page: Any, server: ServerProcess, viewport: Any) -> None:
    graph_id = add(server, takes_everything())
    page = open_page(f"/library/agents/{graph_id}", *([viewport] if viewport else []))
    form = page.locator(".run-form")
    form.get_by_label("Letter").fill("Dear all")
    form.get_by_label("Item 2", exact=True).fill("Grace")
    form.get_by_label("Value of Tea").fill("4")
    form.get_by_label("Diet, row 1").fill("vegan")
    form.get_by_label("Picture").first.fill("https://example.org/a.png")
    form.get_by_role("button", name=re.compile("^Run")).click()
    page.wait_for_url("**/runs/*/*")
    inputs = call(server, "GET", f"/api/executions/{page.url.rpartition('/')[2]}")["inputs"]
    assert (inputs["People"], inputs["Prices"]) == (["Ada", "Grace"], {"Tea": 4, "Cake": 3})
    assert (inputs["Guests"], inputs["Copies"], inputs["In colour"]) == ([{"Name": "Grace", "Diet": "vegan"}], 2, True)
    assert inputs["Settings"] == {"depth": [1, {"of": "two"}]}


def test_preset_and_schedule_have_the_same_editors(open_page: Any, server: ServerProcess) -> None:
    graph_id = add(server, plain("Lists in presets", ["one"]))
    page = open_page(f"/library/agents/{graph_id}?tab=presets")
    page.get_by_role("button", name="New preset").click()
    page.locator(".preset-form").get_by_label("Name").fill("Two")
    page.locator(".preset-form").get_by_label("Item 1", exact=True).fill("two")
    page.get_by_role("button", name="Save preset").click()
    expect(page.locator(".preset")).to_contain_text('Given: ["two"]')
    page.goto(f"{server.url}/library/agents/{graph_id}?tab=schedules")
    page.get_by_role("button", name="New schedule").click()
    page.locator(".new-schedule").get_by_label("Item 1", exact=True).fill("three")
    page.locator(".new-schedule").get_by_role("button", name="Save").click()
    expect(page.locator(".new-schedule")).to_have_count(0)
    assert call(server, "GET", f"/api/graphs/{graph_id}/schedules")[0]["input_data"]["Given"] == ["three"]


# --- hostile and huge --------------------------------------------------------------------------------------

HOSTILE = {
    "__proto__": {"type": "string", "default": "<img src=x onerror=alert(1)>"},
    "constructor": {"type": "object", "default": {"__proto__": "x", "toString": "y"}},
    "toString": {"default": [{"constructor": 1}]},
    "<b>bold</b>": {"type": "string", "title": "‮<script>" + "x" * 5000, "description": "d" * 100_000, "default": 7},
    "a list in words": {"type": "array", "default": "none"},
}


def test_hostile_names_and_defaults_are_texts_and_come_back_as_they_were(open_page: Any) -> None:
    page = open_page("/library/blocks")
    bad_date = {"type": "string", "format": "date", "default": "javascript:alert(1)"}
    make(page, {**HOSTILE, "day": bad_date})
    assert page.evaluate(READ) is None
    expect(field(page, "day")).to_contain_text("This has to be a date")
    field(page, "day").get_by_role("textbox").fill("")
    expect(field(page, "day")).not_to_contain_text("This has to be a date")
    make(page, HOSTILE)
    given = json.loads(page.evaluate("() => JSON.stringify(window.form.read())"))
    assert given == {name: schema["default"] for name, schema in HOSTILE.items()}
    page.get_by_label("Value of toString").fill("z")
    assert json.loads(page.evaluate("() => JSON.stringify(window.form.read().constructor)")) == {
        "__proto__": "x",
        "toString": "z",
    }
    assert page.locator("main img, main script, main b").count() == 0
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_huge_defaults_are_shown_in_short_and_given_whole(open_page: Any) -> None:
    page = open_page("/library/blocks")
    deep: Any = "bottom"
    for _ in range(400):
        deep = [deep]
    huge = {
        "rows": {"default": [{"n": n} for n in range(20_000)]},
        "text": {"type": "string", "default": "word " * 1_000_000},
        "deep": {"default": deep},
        "choice": {"enum": [f"option {n}" for n in range(20_000)], "default": "option 7"},
        "choices": {"type": "array", "items": {"enum": [f"box {n}" for n in range(5_000)]}},
    }
    make(page, huge)
    expect(field(page, "rows")).to_contain_text("A list of 20,000 items")
    expect(field(page, "text")).to_contain_text("A text of 5 MB, given as it is.")
    assert page.locator("main *").count() < 2_000
    given = page.evaluate(
        "() => { const v = window.form.read(); return [v.rows.length, v.text.length, v.choice, JSON.stringify(v.deep)] }"
    )
    assert given == [20_000, 5_000_000, "option 7", "[" * 400 + '"bottom"' + "]" * 400]
    field(page, "choice").locator("input").fill("option 19999")
    field(page, "choices").get_by_label("Search the choices").fill("box 4321")
    field(page, "choices").get_by_label("box 4321", exact=True).check()
    field(page, "rows").get_by_role("button", name="Take another").click()
    field(page, "rows").get_by_role("button", name="Add row").or_(field(page, "rows").get_by_role("textbox")).first.wait_for()
    field(page, "deep").get_by_role("button", name="Edit as text").click()
    expect(page.locator(".large-editor .cm-content")).to_contain_text("[")
    page.keyboard.press("Escape")
    assert page.evaluate("() => { const v = window.form.read(); return [v.choice, v.choices, v.rows] }") == [
        "option 19999",
        ["box 4321"],
        None,
    ]
    field(page, "choice").locator("input").fill("option of another world")
    assert page.evaluate(READ) is None


def test_file_of_a_default_shows_its_kind_not_its_bytes(open_page: Any) -> None:
    page = open_page("/library/blocks")
    value = "data:image/png;base64," + "A" * 300_000
    make(page, {"picture": {**TYPES["file"], "default": value}})
    expect(field(page, "picture").get_by_role("textbox")).to_have_value("data:image/png;base64")
    assert page.evaluate("() => window.form.read().picture.length") == len(value)
    field(page, "picture").get_by_role("button", name="Remove the file").click()
    assert page.evaluate(READ) == {}
