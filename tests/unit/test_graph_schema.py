"""What a graph shows to the outside."""

from __future__ import annotations

from typing import Any

from autogpt_lite.graphs import schema

from .graph_blocks import FetchBlock, GiveBlock, HookBlock, TakeBlock, WorkBlock, make_graph, make_registry

REGISTRY = make_registry()


def inputs_of(*values: dict[str, Any]) -> dict[str, Any]:
    graph = make_graph({f"n{i}": (TakeBlock, given) for i, given in enumerate(values)})
    return schema.input_schema(graph, REGISTRY)


def test_an_input_is_shown_with_what_its_node_says():
    found = inputs_of({"name": "topic", "title": "The topic", "description": "What about?", "value": "sea", "secret": True})
    assert found["properties"]["topic"] == {
        "advanced": False,
        "secret": True,
        "title": "The topic",
        "description": "What about?",
        "default": "sea",
    }
    assert found["required"] == []


def test_an_input_is_required_and_no_detail_where_it_has_no_value():
    found = inputs_of({"name": "a", "advanced": True}, {"name": "b", "advanced": True, "value": 0}, {"name": "c", "value": None})
    assert {name: pin["advanced"] for name, pin in found["properties"].items()} == {"a": False, "b": True, "c": False}
    assert found["required"] == ["a", "c"]
    assert found["properties"]["a"]["title"] == "a"


def test_of_inputs_with_one_name_the_last_counts():
    assert inputs_of({"name": "a"}, {"name": "a", "value": 1})["required"] == []
    assert inputs_of({"name": "a", "value": 1}, {"name": "a"})["required"] == ["a"]


def test_inputs_without_a_name_are_left_out():
    assert inputs_of({}, {"name": ""}, {"name": 5}, {"name": None}) == {"type": "object", "properties": {}, "required": []}


def test_outputs_are_shown_like_inputs():
    graph = make_graph({"in": (TakeBlock, {"name": "x"}), "out": (GiveBlock, {"name": "y"})})
    assert list(schema.output_schema(graph, REGISTRY)["properties"]) == ["y"]


def test_a_trigger_is_set_up_with_the_pins_of_its_node_but_the_payload():
    graph = make_graph({"hook": HookBlock})
    info = schema.trigger_setup_info(graph, REGISTRY)
    assert info is not None
    assert info.provider == "generic"
    assert list(info.config_schema["properties"]) == ["constants"]
    assert info.config_schema["required"] == []
    assert info.credentials_input_name is None
    assert schema.has_external_trigger(graph, REGISTRY)


def test_a_graph_without_any_of_it_says_so():
    graph = make_graph({"work": WorkBlock, "unknown": "99999999-0000-4000-8000-000000000000"})
    assert schema.trigger_setup_info(graph, REGISTRY) is None
    assert not schema.has_external_trigger(graph, REGISTRY)
    assert not schema.has_human_in_the_loop(graph, REGISTRY)
    assert not schema.has_sensitive_action(graph, REGISTRY)
    assert schema.has_sensitive_action(make_graph({"fetch": FetchBlock}), REGISTRY)
