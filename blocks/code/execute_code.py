from __future__ import annotations

from typing import Any, Literal

import msgspec

from autogpt_lite.sdk import Block, BlockCost, BlockError, BlockInput, BlockOutput, CredentialsPin, code, credentials_pin, pin

MAX_SHOWN_CHARS = 2_000

E2B = {"id": "78d19fd7-4d59-4a16-8277-3ce310acf2b7", "provider": "e2b", "type": "api_key"}

ChartType = Literal["line", "scatter", "bar", "pie", "box_and_whisker", "superchart", "unknown"]


class Chart(msgspec.Struct, kw_only=True):
    type: ChartType
    title: str
    elements: list[Any]


class MainResult(msgspec.Struct, kw_only=True):
    """AutoGPT's shape of a result; only `text` and `json` are filled here."""

    text: str | None = None
    html: str | None = None
    markdown: str | None = None
    svg: str | None = None
    png: str | None = None
    jpeg: str | None = None
    pdf: str | None = None
    latex: str | None = None
    json: Any | None = None
    javascript: str | None = None
    data: dict[str, Any] | None = None
    chart: Chart | None = None
    extra: dict[str, Any] | None = None


class OneResult(MainResult, kw_only=True):
    is_main_result: bool = False


class WrittenFile(msgspec.Struct, kw_only=True):
    path: str
    relative_path: str
    name: str
    content: str
    workspace_ref: str | None = None


class ExecuteCodeBlock(Block):
    id = "0b02b072-abe7-11ef-8372-fb5d162dd712"
    description = "Runs code in a sandbox on this machine, without network, and gives what it prints, returns and writes."
    categories = ("DEVELOPER_TOOLS",)
    uses = ("code",)
    costs = (BlockCost(cost_amount=1, cost_type="second", cost_divisor=10, cost_filter={"credentials": E2B}),)

    class Input(BlockInput):
        credentials: CredentialsPin = credentials_pin(
            providers=("e2b",), required=False, description="Not needed here: the sandbox is on this machine."
        )
        setup_commands: list[str] = pin(
            default_factory=list, advanced=False, description="Shell commands that run before the code, in the same sandbox."
        )
        code: str = pin("", advanced=False, description="The code.")
        language: Literal["python", "js", "bash", "r", "java"] = pin(
            "python", advanced=False, description="The language. Here there are Python, JavaScript and bash."
        )
        timeout: int = pin(300, description="Seconds that it may take, at most what this server allows.")
        dispose_sandbox: bool = pin(True, description="Here the sandbox always goes with its program.")
        template_id: str = pin("", description="A template of E2B; here it is not used.")

    class Output(BlockOutput):
        main_result: MainResult = pin(description="The value of the last expression, as text and as JSON where it can be.")
        results: list[OneResult] = pin(description="All results: here the main one, or none.")
        response: str = pin(description="The value of the last expression as text.")
        stdout_logs: str = pin(description="What it printed.")
        stderr_logs: str = pin(description="What it printed as errors.")
        files: list[WrittenFile] = pin(description="The files that it wrote into its directory; what is no text as a data: URI.")

    async def run(self, input, ctx):
        done = await code.run(input.language, input.code, setup_commands=input.setup_commands, timeout_s=max(1, input.timeout))
        if done.result is not None:
            facts = {"text": done.result["text"], "json": done.result.get("json")}
            yield "main_result", MainResult(**facts)
            yield "results", [OneResult(**facts, is_main_result=True)]
            yield "response", done.result["text"]
        if done.stdout:
            yield "stdout_logs", done.stdout
        if done.stderr:
            yield "stderr_logs", done.stderr
        if done.files:
            yield "files", [WrittenFile(**file) for file in done.files]
        if done.failure:
            raise BlockError(f"{done.failure}, with exit code {done.exit_code}. {done.stderr.strip()[-MAX_SHOWN_CHARS:]}".strip())
