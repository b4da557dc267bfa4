"""A user gives each kind of credentials once, for all nodes that need it; what a run may not use is refused by node."""

from __future__ import annotations

from autogpt_lite.engine.credential_groups import check_credentials, credentials_schema, group_credentials, spread_credentials
from autogpt_lite.engine.problems import Problems

from .graph_blocks import FetchBlock, ModelBlock, WorkBlock, make_graph, make_registry

REGISTRY = make_registry()
OPENAI, ANTHROPIC = "openai_api_key_credentials", "anthropic_api_key_credentials"
MINE = {"mine": ("openai", "api_key"), "other": ("anthropic", "api_key")}
OPTIONAL = {"credentials_optional": True}


def check(graph, **more):
    problems = Problems()
    skipped = check_credentials(graph, REGISTRY, MINE.get, problems, **more)
    return problems.node_errors, skipped


def test_the_value_that_chooses_the_provider_splits_the_groups():
    graph = make_graph({"a": (ModelBlock, {"model": "gpt"}), "b": (ModelBlock, {"model": "claude"}), "c": ModelBlock})
    graph.sub_graphs = [make_graph({"d": (ModelBlock, {"model": "claude"})}, id="sub")]
    groups = {key: [need.node.id for need in needs] for key, needs in group_credentials(graph, REGISTRY).items()}
    assert groups == {OPENAI: ["a", "c"], ANTHROPIC: ["b", "d"]}


def test_nobody_is_asked_for_keys_of_what_does_not_run():
    nodes = {"off": (WorkBlock, {}, {"disabled": True}), "a": (ModelBlock, {"model": "claude"}), "b": WorkBlock, "c": ModelBlock}
    graph = make_graph(nodes, ["off.result -> a.prompt", "b.result -> c.prompt"])
    assert list(group_credentials(graph, REGISTRY)) == [OPENAI]
    graph.nodes[0].metadata = {}
    assert list(group_credentials(graph, REGISTRY)) == [ANTHROPIC, OPENAI]


def test_credentials_of_a_host_are_grouped_by_host():
    graph = make_graph(
        {
            "a": (FetchBlock, {"url": "https://u:p@API.example.com:8443/x"}),
            "b": (FetchBlock, {"url": "example.org"}),
            "c": FetchBlock,
        }
    )
    assert list(group_credentials(graph, REGISTRY)) == [
        "api.example.com:8443-http_host_scoped_credentials",
        "example.org-http_host_scoped_credentials",
        "http_host_scoped_credentials",
    ]


def test_an_unknown_model_leaves_all_providers_open_and_refuses_the_run():
    graph = make_graph({"a": (ModelBlock, {"model": "retired"})})
    assert list(group_credentials(graph, REGISTRY)) == ["anthropic-openai_api_key_credentials"]
    errors, _ = check(graph)
    assert "'retired'" in errors["a"]["credentials"]


def test_the_schema_asks_only_for_what_is_required():
    graph = make_graph(
        {"a": (ModelBlock, {}, OPTIONAL), "b": (ModelBlock, {"model": "claude"}), "c": FetchBlock}, name="My agent"
    )
    schema = credentials_schema(graph, REGISTRY)
    assert schema["required"] == [ANTHROPIC]
    assert schema["title"] == "MyagentCredentialsInputSchema"
    assert schema["properties"][OPENAI]["properties"]["provider"] == {"type": "string", "const": "openai"}
    assert schema["properties"][OPENAI]["discriminator_values"] == ["gpt"]


def test_the_schema_tells_where_every_node_has_credentials_of_its_own():
    own = {"credentials": {"id": "mine", "provider": "openai", "type": "api_key"}}
    graph = make_graph({"a": (ModelBlock, own), "b": (ModelBlock, own), "c": (ModelBlock, {"model": "claude"})})
    groups = credentials_schema(graph, REGISTRY)["properties"]
    assert groups[OPENAI]["is_set"] is True
    assert "is_set" not in groups[ANTHROPIC]
    graph.nodes[1].input_default = {"credentials": {"id": "", "provider": "openai", "type": "api_key"}}
    assert "is_set" not in credentials_schema(graph, REGISTRY)["properties"][OPENAI]


def test_given_credentials_reach_every_pin_of_their_group():
    graph = make_graph({"a": ModelBlock, "b": ModelBlock, "c": (ModelBlock, {"model": "claude"}), "d": WorkBlock})
    given = {"id": "mine", "provider": "openai", "type": "api_key"}
    masks = spread_credentials(graph, REGISTRY, {OPENAI: given, "unknown_key": given, ANTHROPIC: {"id": ""}})
    assert masks == {"a": {"credentials": given}, "b": {"credentials": given}}
    assert spread_credentials(graph, REGISTRY, {OPENAI: "mine"}) == {}


def test_what_is_wrong_with_credentials_is_told_at_the_pin():
    given = {"id": "mine", "provider": "openai", "type": "api_key"}
    nodes = {
        "good": (ModelBlock, {"credentials": given}),
        "none": ModelBlock,
        "foreign": (ModelBlock, {"credentials": {"id": "somebody else's"}}),
        "wrong": (ModelBlock, {"credentials": {"id": "other"}}),
        "pinned": ModelBlock,
        "masked": ModelBlock,
    }
    errors, skipped = check(make_graph(nodes), pinned={"pinned"}, masks={"masked": {"credentials": given}})
    assert set(errors) == {"none", "foreign", "wrong"}
    assert skipped == set()


def test_nodes_with_optional_credentials_are_skipped_and_unneeded_ones_ignored():
    graph = make_graph(
        {"a": (ModelBlock, {"credentials": {"id": "gone"}}, OPTIONAL), "b": (FetchBlock, {"credentials": {"id": "gone"}})}
    )
    assert check(graph) == ({}, {"a"})


def test_a_key_of_the_server_will_do():
    graph = make_graph({"a": ModelBlock, "b": (ModelBlock, {"model": "claude"})})
    errors, _ = check(graph, is_provided=lambda providers, types: "openai" in providers and "api_key" in types)
    assert set(errors) == {"b"}


def test_credentials_of_odd_shape_count_as_none():
    for odd in ("mine", 5, [], {"id": 5}, {"id": {}}, {"id": None}):
        assert set(check(make_graph({"a": (ModelBlock, {"credentials": odd})}))[0]) == {"a"}
