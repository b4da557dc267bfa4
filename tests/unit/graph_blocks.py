"""A few blocks that have what a graph can get wrong, and short ways to write graphs of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autogpt_lite.engine.graph import AGENT_EXECUTOR_BLOCK_ID, Graph, Link, Node
from autogpt_lite.registry import Registry
from autogpt_lite.sdk import BareBlockOutput, Block, BlockInput, BlockOutput, CredentialsPin, credentials_pin, pin


class NamedBlock(Block):
    class Input(BlockInput):
        name: str = pin()
        value: Any = pin(None)
        title: str | None = pin(None)
        description: str | None = pin(None)
        advanced: bool = pin(False)
        secret: bool = pin(False)

    class Output(BareBlockOutput):
        result: Any = pin()

    def run(self, input, ctx):
        yield "result", input.value


class TakeBlock(NamedBlock):
    id = "00000000-0000-4000-8000-0000000000a1"
    ui_type = "Input"
    static_output = True


class GiveBlock(NamedBlock):
    id = "00000000-0000-4000-8000-0000000000a2"
    ui_type = "Output"

    class Output(BareBlockOutput):
        output: Any = pin()

    def run(self, input, ctx):
        yield "output", input.value


class WorkBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a3"

    class Input(BlockInput):
        a: int = pin()
        values: list[Any] = pin(default_factory=list)
        api_key: str = pin("")
        door: str = pin("", secret=True)
        duration: int | None = pin(None, depends_on=("unit",))
        unit: str | None = pin(None)
        headers: dict[str, str] = pin(default_factory=dict)
        max_tokens: int | None = pin(None)

    class Output(BlockOutput):
        out: Any = pin()
        tools: Any = pin()

    def run(self, input, ctx):
        yield "out", input.a


class ModelBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a4"

    class Input(BlockInput):
        prompt: str = pin("")
        model: str = pin("gpt")
        credentials: CredentialsPin = credentials_pin(
            providers=("openai", "anthropic"),
            discriminator="model",
            discriminator_mapping={"gpt": "openai", "claude": "anthropic"},
        )

    class Output(BlockOutput):
        response: str = pin()

    def run(self, input, ctx):
        yield "response", input.prompt


class FetchBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a5"
    is_sensitive_action = True

    class Input(BlockInput):
        url: str = pin()
        credentials: CredentialsPin = credentials_pin(
            providers=("http",), types=("host_scoped",), discriminator="url", required=False
        )

    def run(self, input, ctx):
        yield "error", input.url


class DriveBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a6"

    class Input(BlockInput):
        document: dict[str, Any] | None = pin(None, auto_credentials={"provider": "google"})

    def run(self, input, ctx):
        yield "error", ""


class HookBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a7"
    ui_type = "Webhook (manual)"
    webhook = {"provider": "generic"}

    class Input(BlockInput):
        payload: dict[str, Any] = pin(hidden=True)
        constants: dict[str, Any] = pin(default_factory=dict)

    class Output(BlockOutput):
        payload: dict[str, Any] = pin()

    def run(self, input, ctx):
        yield "payload", input.payload


class NoteBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a8"
    ui_type = "Note"

    class Input(BlockInput):
        text: str = pin("")

    def run(self, input, ctx):
        yield "error", ""


class CallBlock(Block):
    id = AGENT_EXECUTOR_BLOCK_ID
    ui_type = "Agent"

    class Input(BlockInput):
        graph_id: str = pin()
        graph_version: int = pin()
        inputs: dict[str, Any] = pin()
        input_schema: dict[str, Any] = pin()
        output_schema: dict[str, Any] = pin()

    class Output(BareBlockOutput):
        pass

    def run(self, input, ctx):
        yield "nothing", None

    @classmethod
    def input_schema_of_node(cls, input_default):
        return input_default.get("input_schema") or {}

    @classmethod
    def output_schema_of_node(cls, input_default):
        return input_default.get("output_schema") or {}


class OffBlock(Block):
    id = "00000000-0000-4000-8000-0000000000a9"
    disabled = True

    def run(self, input, ctx):
        yield "error", ""


BLOCKS = (TakeBlock, GiveBlock, WorkBlock, ModelBlock, FetchBlock, DriveBlock, HookBlock, NoteBlock, CallBlock, OffBlock)


def make_registry() -> Registry:
    registry = Registry()
    for block in BLOCKS:
        registry.add(block())
    return registry


def make_graph(nodes: dict[str, Any], links: Iterable[str] = (), **fields: Any) -> Graph:
    """nodes: {id: block class, or (block class, input_default[, metadata])}; links: "a.out -> b.in"."""
    made = []
    for node_id, given in nodes.items():
        block, defaults, metadata = (*given, {}, {})[:3] if isinstance(given, tuple) else (given, {}, {})
        block_id = block if isinstance(block, str) else block.id
        made.append(Node(id=node_id, block_id=block_id, input_default=defaults, metadata=metadata))
    return Graph(**{"id": "g", "name": "A graph", **fields}, nodes=made, links=[_link(i, text) for i, text in enumerate(links)])


def _link(number: int, text: str) -> Link:
    (source, out), (sink, into) = (part.strip().split(".", 1) for part in text.split("->"))
    return Link(id=f"l{number}", source_id=source, source_name=out, sink_id=sink, sink_name=into)


def make_sub_graph(graph_id: str = "sub", version: int = 3) -> Graph:
    """A graph that takes `number` and gives `doubled`."""
    nodes = {"in": (TakeBlock, {"name": "number"}), "out": (GiveBlock, {"name": "doubled"})}
    return make_graph(nodes, ["in.result -> out.value"], id=graph_id, version=version, name="Doubles")


def call_of(graph_id: str = "sub", version: int = 3) -> tuple[type[Block], dict[str, Any]]:
    """A node that calls make_sub_graph()."""
    number = {"type": "object", "properties": {"number": {}}, "required": ["number"]}
    doubled = {"type": "object", "properties": {"doubled": {}}, "required": ["doubled"]}
    values = {"graph_id": graph_id, "graph_version": version, "inputs": {}, "input_schema": number, "output_schema": doubled}
    return CallBlock, {**values, "user_id": "somebody"}
