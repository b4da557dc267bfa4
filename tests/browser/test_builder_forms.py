"""What somebody who fills in a node is promised: an editor for every type of value, and links that follow keys and items."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import CALCULATOR, agent, link, node
from .builder import at, box_of, builder_of, field, placed_division, stored
from .conftest import call

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=15_000)

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"
TEMPLATE = "db7d8f02-2f44-4c55-ab7a-eae0941f0c30"
KINDS = {
    *("any", "choice", "choices", "date", "date-time", "dictionary", "file", "list", "long-text", "model", "number", "object"),
    *("table", "text", "time", "toggle", "variants", "json", "secret"),
}

# Draws every schema's editor, types into it as a person would, and answers what did not come back.
WALK = """async (schemas) => {
  const [{ createRoot, html, useState }, { ValueField }, { withoutNull }, kinds, problems] = await Promise.all([
    import("/vendor/react.js"), import("/js/fields/value_field.js"), import("/js/schema_options.js"), import("/js/value_kinds.js"),
    import("/js/value_problems.js")]);
  const wait = () => new Promise((resolve) => setTimeout(resolve));
  const place = document.body.appendChild(document.createElement("div"));
  const type = (element, value) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), "value").set.call(element, value);
    element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  };
  const text = { text: "Some text", any: "Some text", "long-text": "Two\\nlines", secret: "s3cret", file: "https://example.org/a.csv",
    date: "2026-03-31", time: "09:30:15", number: "7", json: '[{"a": 1}]' };
  const act = {
    toggle: (box) => box.querySelector("input").click(),
    choice: (box, schema) => type(box.querySelector("select"), String(schema.enum.length - 1)),
    choices: (box) => box.querySelector("input[type=checkbox]").click(),
    "date-time": (box) => type(box.querySelector("input"), "2026-03-31T09:30:00"),
    list: (box) => box.querySelector(".rows-add").click(),
    dictionary: (box) => box.querySelector(".rows-add").click(),
    table: async (box) => {
      box.querySelector(".rows-buttons .rows-add:last-child").click();
      await wait();
      box.querySelector(".rows-add").click();
    },
    object: (box) => box.querySelector("select, input, textarea, .rows-add").tagName === "SELECT"
      ? type(box.querySelector("select"), "0") : box.querySelector("input[type=checkbox], .rows-add")?.click()
        ?? type(box.querySelector("input, textarea"), "5"),
    variants: (box) => type(box.querySelector("select"), "1"),
    model: async (box, schema) => {
      box.querySelector("button").click();
      await wait();
      box.querySelectorAll("[role=option]")[3].click();
    },
  };
  const seen = {}, wrong = [];
  for (const [name, given] of schemas) {
    const schema = withoutNull(given), kind = kinds.valueKind(schema, undefined);
    seen[kind] = (seen[kind] ?? 0) + 1;
    const box = place.appendChild(document.createElement("div"));
    const root = createRoot(box);
    let value, isTold = false;
    const Host = () => {
      const [now, set] = useState(undefined);
      return html`<${ValueField} id="walked" schema=${given} value=${now} onChange=${(to) => ((value = to), (isTold = true), set(to))} />`;
    };
    root.render(html`<${Host} />`);
    for (let i = 0; i < 100 && !box.querySelector("#walked"); i += 1) await wait();
    if (!box.querySelector("#walked")) { wrong.push([name, kind, "no editor"]); continue; }
    const numberOf = Math.min(Math.max(7, schema.minimum ?? 7), schema.maximum ?? 7);
    if (act[kind]) await act[kind](box, schema);
    else type(box.querySelector("input, textarea"), kind === "number" ? String(numberOf) : text[kind]);
    for (let i = 0; i < 100 && !isTold; i += 1) await wait();
    const problem = problems.valueProblem(given, value);
    const again = kinds.valueKind(schema, value);
    if (!isTold || problem || again !== kind) wrong.push([name, kind, again, JSON.stringify(value), problem]);
    if (text[kind] && !["json", "number"].includes(kind) && value !== text[kind]) wrong.push([name, kind, value]);
    if (kind === "json" && JSON.stringify(value) !== '[{"a":1}]') wrong.push([name, kind, value]);
    if (kind === "date-time" && new Date(value).getTime() !== new Date("2026-03-31T09:30:00").getTime()) wrong.push([name, kind, value]);
    root.unmount();
    box.remove();
  }
  return { seen, wrong };
}"""


def schemas_of(blocks: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Each different schema of an input once, with the first pin that has it."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for block in blocks:
        for name, schema in block["inputSchema"].get("properties", {}).items():
            if "credentials_provider" not in schema:
                bare = {key: value for key, value in schema.items() if key not in ("description", "title", "placeholder")}
                found.setdefault(json.dumps(bare, sort_keys=True), (f"{block['name']}.{name}", bare))
    return list(found.values())


def test_every_input_of_every_block_has_an_editor_that_gives_back_what_is_typed(open_page: Any, server: ServerProcess) -> None:
    page = open_page("/build")
    schemas = schemas_of(call(server, "GET", "/api/blocks"))
    # No block here has these two by itself: what an agent's own inputs may look like.
    schemas += [("secret", {"type": "string", "secret": True}), ("moment", {"type": "string", "format": "date-time"})]
    result = page.evaluate(WALK, schemas)
    assert result["wrong"] == []
    assert set(result["seen"]) == KINDS, result["seen"]


def test_every_input_of_autogpts_blocks_has_an_editor_too(open_page: Any, contract: Path) -> None:
    page = open_page("/build")
    listing = json.loads((contract / "blocks.json").read_text("utf-8"))
    result = page.evaluate(WALK, schemas_of(listing["blocks"]))
    assert result["wrong"] == []


# --- keys and items ---------------------------------------------------------------------------------------


def test_link_to_a_key_follows_its_new_name_and_goes_with_it(open_builder: Any, server: ServerProcess) -> None:
    nodes = [
        node(CALCULATOR, "Sum", operation="Add", a=1, b=2),
        node(TEMPLATE, "Letter", values={"total": "", "name": "Ann"}, format="-"),
    ]
    graph = agent("Keys", nodes, [link(nodes[0], "result", nodes[1], "values_#_total")])
    page = open_builder(builder_of(server, at(graph, (0, 0), (320, 0))))
    box_of(page, "Letter").click()
    values = page.locator('.field[data-pin="values"]')
    expect(values.locator(".linked")).to_contain_text("Sum")
    page.get_by_label("Key 1").fill("amount")
    page.get_by_role("button", name="Save version").click()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    assert [one["sink_name"] for one in stored(server, page)["links"]] == ["values_#_amount"]
    values.get_by_role("button", name="Remove amount").click()
    expect(page.locator(".react-flow__edge")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".react-flow__edge")).to_have_count(1)


def test_one_goes_on_typing_after_a_row_was_added(open_builder: Any, server: ServerProcess) -> None:
    graph = agent("Rows", [node(TEMPLATE, "Letter", format="-")], [])
    page = open_builder(builder_of(server, at(graph, (0, 0))))
    box_of(page, "Letter").click()
    add = page.locator('.field[data-pin="values"]').get_by_role("button", name="Add value")
    for key in ("who", "where"):
        add.click()
        page.keyboard.type(key)
    expect(page.get_by_label("Key 1")).to_have_value("who")
    expect(page.get_by_label("Key 2")).to_have_value("where")
    expect(page.get_by_label("Key 2")).to_be_focused()


def test_links_to_items_move_up_when_one_before_them_is_removed(open_builder: Any, server: ServerProcess) -> None:
    lists = next(one["id"] for one in call(server, "GET", "/api/blocks") if one["name"] == "CreateListBlock")
    nodes = [node(CALCULATOR, "Sum", operation="Add", a=1, b=2), node(lists, "All", values=["one", "two", "three"])]
    graph = agent("Items", nodes, [link(nodes[0], "result", nodes[1], "values_$_2")])
    page = open_builder(builder_of(server, at(graph, (0, 0), (320, 0))))
    box_of(page, "All").click()
    expect(page.locator('.field[data-pin="values"] .linked')).to_contain_text("Sum")
    page.get_by_role("button", name="Remove item 1").click()
    page.get_by_role("button", name="Save version").click()
    expect(page.locator(".build-draft")).to_have_text("Saved as version 2")
    graph = stored(server, page)
    assert [one["sink_name"] for one in graph["links"]] == ["values_$_1"]
    assert next(one for one in graph["nodes"] if one["block_id"] == lists)["input_default"]["values"] == ["two", "three"]


# --- large texts, models, problems --------------------------------------------------------------------------


def test_json_is_edited_in_a_large_editor_and_taken_when_it_is_whole(open_builder: Any, server: ServerProcess) -> None:
    nodes = [node(TEMPLATE, "Letter", values={"name": "Ann"}, format="Dear {{name}}")]
    page = open_builder(builder_of(server, at(agent("Large", nodes, []), (0, 0))))
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    box_of(page, "Letter").click()
    page.get_by_role("button", name="as JSON").click()
    text = page.locator(".large-editor .cm-content")
    expect(text).to_contain_text('"name": "Ann"')
    expect(page.locator(".large-editor .cm-lineNumbers")).to_be_visible()
    assert text.evaluate("e => getComputedStyle(e).whiteSpace") in ("break-spaces", "pre-wrap"), "its styles are not there"
    text.press("Control+a")
    page.keyboard.insert_text('{"name": "Bea", "of": [1, 2')
    expect(page.locator(".large-editor")).to_contain_text("This is not JSON yet")
    page.keyboard.insert_text("]}")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_label("Value of name")).to_have_value("Bea")
    expect(page.get_by_label("Value of of")).to_have_value("[\n  1,\n  2\n]")
    assert sum("/vendor/editor.js" in url for url in loaded) == 1
    page.get_by_role("button", name="Large editor").click()
    page.locator(".large-editor textarea").fill("Dear\n{{name}}")
    page.keyboard.press("Escape")
    expect(field(page, "format")).to_have_value("Dear\n{{name}}")


def test_model_is_found_by_name_with_its_price_and_decides_whose_key_is_offered(open_builder: Any, server: ServerProcess) -> None:
    blocks = {one["name"]: one["id"] for one in call(server, "GET", "/api/blocks")}
    graph = agent("Models", [node(blocks["AITextGeneratorBlock"], "Writer", prompt="Hi")], [])
    page = open_builder(builder_of(server, at(graph, (0, 0))))
    box_of(page, "Writer").click()
    model = page.locator('.field[data-pin="model"]')
    model.get_by_role("button", expanded=False).click()
    page.get_by_label("Search models").fill("haiku 4-5")
    expect(page.get_by_role("option").first).to_contain_text("Anthropic · ")
    expect(page.get_by_role("option").first).to_contain_text("thousand tokens")
    page.keyboard.press("Enter")
    expect(model).to_contain_text("claude-haiku-4-5-20251001")
    expect(page.locator('.field[data-pin="credentials"] option').first).to_contain_text("no key of anthropic is stored")
    model.get_by_role("button", expanded=False).click()
    page.get_by_label("Search models").fill("my-own:7b")
    page.keyboard.press("Enter")
    expect(model).to_contain_text("my-own:7b")


def test_problems_are_listed_while_one_types_and_lead_to_their_fields(open_builder: Any, server: ServerProcess) -> None:
    page = open_builder(builder_of(server, placed_division("Problems")))
    box_of(page, "Divide it").click()
    page.locator('.field[data-pin="a"]').get_by_role("spinbutton").fill("")
    pill = page.get_by_role("button", name="1 problem in the draft")
    page.locator('.field[data-pin="a"]').scroll_into_view_if_needed()
    pill.click()
    expect(page.get_by_label("Problems")).to_contain_text("needs a: type a value or link it")
    page.keyboard.press("Escape")
    page.get_by_label("Problems").get_by_role("button").nth(1).click()
    expect(page.locator(".panel")).to_have_attribute("aria-label", "Node Divide it")
    expect(field(page, "a")).to_be_focused()
    field(page, "a").fill("42")
    expect(page.get_by_label("Problems")).to_have_count(0)


def test_every_problem_is_listed_and_enter_goes_to_its_field(open_builder: Any, server: ServerProcess) -> None:
    first, second = node(CALCULATOR, "First", operation="Add"), node(CALCULATOR, "Second", operation="Add", a=1)
    graph = at(agent("All problems", [first, second], []), (0, 0), (300, 0))
    page = open_builder(builder_of(server, graph))
    page.get_by_role("button", name="3 problems in the draft").click()
    rows = page.get_by_label("Problems").get_by_role("listitem").get_by_role("button")
    expect(rows).to_contain_text(["First", "First", "Second"])
    rows.nth(2).press("Enter")
    expect(page.locator(".panel")).to_have_attribute("aria-label", "Node Second")
    expect(field(page, "b")).to_be_focused()
    # The same one once more, from somewhere else.
    rows.nth(1).press("Enter")
    expect(page.locator(".panel")).to_have_attribute("aria-label", "Node First")
    expect(field(page, "b")).to_be_focused()


def test_input_that_its_schema_calls_read_only_is_shown_and_not_changed(open_builder: Any, server: ServerProcess) -> None:
    schema = {"type": "object", "properties": {"Room": {"type": "string", "title": "Room", "readOnly": True}}}
    called = call(server, "POST", "/api/graphs", {"graph": placed_division("Called")})
    given = {"graph_id": called["id"], "graph_version": 1, "inputs": {"Room": "The hall"}}
    sub = node(AGENT, "Call it", input_schema=schema, output_schema={"type": "object", "properties": {}}, **given)
    page = open_builder(builder_of(server, at(agent("Calls", [sub], []), (0, 0))))
    box_of(page, "Call it").click()
    room = page.locator('.field[data-pin="Room"]')
    expect(room).to_contain_text("read only")
    expect(room.get_by_role("textbox")).to_be_disabled()
    expect(room.get_by_role("textbox")).to_have_value("The hall")
