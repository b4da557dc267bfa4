"""Language models, asked for real: llama.cpp's server for what works, small servers of our own for what goes wrong."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import msgspec
import pytest
from aiohttp import web

from autogpt_lite.config import LlmProviderConfig, load_config
from autogpt_lite.credentials.system import SystemCredentials
from autogpt_lite.errors import BlockError, BlockInputError, BlockRetry, OutboundBlockedError
from autogpt_lite.llm import openai_compatible
from autogpt_lite.llm.providers import Provider
from autogpt_lite.net import client as net_client
from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import Registry
from autogpt_lite.sdk import Credentials, http, llm
from autogpt_lite.sdk import text as sdk_text
from tests.llama_server import LlamaServer

HELLO = [{"role": "user", "content": "hello"}]
KEY = "sk-canary-0123456789"


class Context:
    """A run context that keeps what a block reports."""

    def __init__(self, settings: Any):
        self.credentials: dict[str, Credentials] = {}
        self.usd = 0.0
        self.tokens: dict[str, int] = {}
        self.lines: list[str] = []
        self.progress: list[str] = []
        self._settings = settings

    def settings(self, section: str) -> Any:
        assert section == "llm"
        return self._settings

    def show_progress(self, text: str) -> None:
        self.progress.append(text)

    def add_cost(self, usd: float = 0.0, *, tokens: dict[str, int] | None = None, items: int = 0, credits=0.0) -> None:
        self.usd += usd
        for kind, count in (tokens or {}).items():
            self.tokens[kind] = self.tokens.get(kind, 0) + count

    def log(self, message: str) -> None:
        self.lines.append(message)


@pytest.fixture
async def make_context(monkeypatch):
    """make_context({"name": base_url or LlmProviderConfig}, allow=[...], **llm settings) -> Context, with the client set up."""
    monkeypatch.setattr(net_client, "_client", None)
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROQ_API_KEY", "OPEN_ROUTER_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    clients = []

    def make(providers: dict[str, Any], *, allow: list[str] | None = None, **settings: Any) -> Context:
        config = load_config(environ={}, overrides={"http.allow": allow or []})
        made = {n: p if isinstance(p, LlmProviderConfig) else LlmProviderConfig(base_url=p) for n, p in providers.items()}
        options = {"default_provider": next(iter(made)), "timeout_s": 5.0, **settings}
        settings_of_llm = msgspec.structs.replace(config.llm, providers=made, **options)
        clients.append(net_client.configure(config.http, settings_of_llm))
        return Context(settings_of_llm)

    yield make
    for client in clients:
        await client.close()
    await sdk_text.close()


@pytest.fixture
def serve_api(serve):
    """await serve_api(handler) -> the base_url of a server that does what the handler says."""

    async def start(handler) -> str:
        return f"http://127.0.0.1:{await serve(handler)}/v1"

    return start


def completions(handler):
    """A server whose chat completions the handler answers, and which lists two models."""

    async def route(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/models":
            return web.json_response({"data": [{"id": "model-b"}, {"id": "model-a"}]})
        return await handler(request)

    return route


def sse(*events: Any, done: bool = True) -> web.Response:
    lines = [f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n" for event in events]
    return web.Response(text="".join(lines) + ("data: [DONE]\n\n" if done else ""), content_type="text/event-stream")


def piece(text: str | None, finish: str | None = None) -> dict[str, Any]:
    return {"model": "model-a-2026", "choices": [{"delta": {"content": text}, "finish_reason": finish}]}


def failing(status: int, body: Any, **headers: str):
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return completions(handler)


# --- against llama.cpp -------------------------------------------------------------------------------------------------


async def test_a_real_model_answers_bit_by_bit_and_its_tokens_are_counted(llama_server: LlamaServer, make_context):
    ctx = make_context({"ollama": llama_server.base_url})
    chunks = [
        chunk async for chunk in llm.stream_chat(ctx, model=llama_server.model, messages=HELLO, max_tokens=12, temperature=0)
    ]
    assert sum(bool(chunk.text) for chunk in chunks) > 1
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason] == ["length"]
    assert ctx.tokens["output"] == 12
    assert ctx.tokens["input"] > len("hello")


async def test_the_same_question_gives_the_same_answer_in_one_piece(llama_server: LlamaServer, make_context):
    ctx = make_context({"ollama": llama_server.base_url})
    answers = [
        await llm.chat(ctx, model=llama_server.model, messages=HELLO, max_tokens=8, temperature=0, attempts=attempts)
        for attempts in (None, 2)
    ]
    assert answers[0].text
    assert answers[0] == answers[1]
    assert (answers[0].model, answers[0].finish_reason, answers[0].completion_tokens) == (llama_server.model, "length", 8)


async def test_a_real_server_lists_its_models(llama_server: LlamaServer, make_context):
    make_context({"ollama": llama_server.base_url})
    assert await openai_compatible.list_models(Provider(name="ollama", base_url=llama_server.base_url)) == [llama_server.model]


async def test_a_prompt_longer_than_the_models_context_is_said_so(llama_server: LlamaServer, make_context):
    ctx = make_context({"ollama": llama_server.base_url})
    with pytest.raises(BlockInputError, match="prompt is too long for tiny-random") as caught:
        await llm.chat(ctx, model=llama_server.model, messages=[{"role": "user", "content": "x" * 5000}])
    assert "larger context" in caught.value.hint


async def test_stopping_early_stops_the_real_server(llama_server: LlamaServer, make_context):
    ctx = make_context({"ollama": llama_server.base_url})
    question = {"model": llama_server.model, "messages": HELLO, "max_tokens": 1500, "temperature": 0}
    whole = await llm.chat(ctx, **question)
    async with aclosing(llm.stream_chat(ctx, **question)) as chunks:
        await anext(chunks)
    while True:
        (slot,) = (await http.request("GET", f"http://{llama_server.host}/slots")).json()
        if not slot["is_processing"]:
            break
    assert slot["next_token"][0]["n_decoded"] < whole.completion_tokens / 2


# --- the block ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entry():
    return Registry().load([packaged_file("blocks") / "llm"]).get("1f292d4a-41a4-4977-9684-7c8d560b9f91")


async def run_block(entry, ctx: Context, **pins: Any) -> dict[str, list[Any]]:
    """Runs the block as the engine does: with the system credentials of the provider, and its pins converted."""
    provider = pins.pop("provider", ctx.settings("llm").default_provider)
    (credentials,) = SystemCredentials(ctx.settings("llm"), environ={}).matches({provider}, {"api_key"})
    ctx.credentials = {"credentials": credentials}
    pins["credentials"] = {"id": credentials.id, "provider": provider, "type": "api_key"}
    outputs: dict[str, list[Any]] = {}
    async for name, value in entry.run(entry.convert_input(pins), ctx):
        outputs.setdefault(name, []).append(value)
    return outputs


async def test_the_block_fills_both_prompts_and_gives_the_answer(entry, llama_server: LlamaServer, make_context):
    ctx = make_context({"openai": llama_server.base_url})
    outputs = await run_block(
        entry,
        ctx,
        model="o3-mini",
        prompt="{{ARGS}}",
        sys_prompt="You are {{NAME}}.{{MISSING}}",
        prompt_values={"ARGS": "20", "NAME": "a function"},
        max_tokens=5,
    )
    assert list(outputs) == ["response", "prompt"]
    assert isinstance(outputs["response"][0], str)
    assert outputs["prompt"] == [[{"role": "system", "content": "You are a function."}, {"role": "user", "content": "20"}]]
    assert ctx.tokens["output"] == 5


async def test_an_agent_of_the_contract_asks_its_model(entry, contract, llama_server: LlamaServer, make_context):
    agent = json.loads((contract / "agents" / "agent_516d813b-d1bc-470f-add7-c63a4b2c2bad.json").read_text("utf-8"))
    (node,) = [node for node in agent["nodes"] if node["block_id"] == entry.id]
    ctx = make_context({"openai": llama_server.base_url}, max_output_tokens=5)
    values = {"FUNCTION": "def f(n): ...", "ARGS": "20", "DESCRIPTION": "Doubles."}
    outputs = await run_block(entry, ctx, **{**node["input_default"], "prompt_values": values})
    system, user = outputs["prompt"][0]
    assert "# Doubles.\ndef f(n): ..." in system["content"]
    assert user["content"] == "20"


async def test_braces_stay_as_they_are_without_values(entry, serve_api, make_context):
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return sse(piece("ok", "stop"))

    ctx = make_context({"ollama": await serve_api(completions(handler))})
    outputs = await run_block(entry, ctx, model="any model/of:mine", prompt="{{x}} {% y")
    assert outputs["response"] == ["ok"]
    assert asked[0]["messages"] == [{"role": "user", "content": "{{x}} {% y"}]
    assert (asked[0]["model"], asked[0]["max_tokens"], "temperature" in asked[0]) == ("any model/of:mine", 4096, False)


async def test_retry_asks_again_as_often_as_the_pin_says(entry, serve_api, make_context):
    calls = []

    async def busy(request: web.Request) -> web.Response:
        calls.append(1)
        if len(calls) == 3:
            return sse(piece("third", "stop"))
        return web.json_response({"error": {"message": "slow down"}}, status=429, headers={"Retry-After": "0"})

    ctx = make_context({"ollama": await serve_api(completions(busy))})
    assert (await run_block(entry, ctx, prompt="x", model="m", retry=3))["response"] == ["third"]
    assert [line.count("slow down") for line in ctx.lines] == [1, 1]
    calls.clear()
    with pytest.raises(BlockError, match="slow down") as caught:
        await run_block(entry, ctx, prompt="x", model="m", retry=2)
    assert not isinstance(caught.value, BlockRetry)
    assert len(calls) == 2


async def test_a_provider_that_wants_a_long_pause_is_not_waited_for(entry, serve_api, make_context):
    ctx = make_context({"ollama": await serve_api(failing(429, {}, Retry_After="61"))})
    with pytest.raises(BlockError, match="no more requests"):
        await run_block(entry, ctx, prompt="x", model="m")


async def test_another_ollama_is_asked_only_where_the_owner_allowed_it(entry, serve, make_context):
    async def here(request: web.Request) -> web.Response:
        return sse(piece("here", "stop"))

    async def there(request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        return sse(piece("there", "stop"))

    ports = [await serve(completions(handler)) for handler in (here, there)]
    provider = LlmProviderConfig(base_url=f"http://127.0.0.1:{ports[0]}/v1", api_key=KEY)
    question = {"prompt": "x", "model": "m", "retry": 1}
    ctx = make_context({"ollama": provider}, allow=[f"127.0.0.1:{ports[1]}"])
    assert (await run_block(entry, ctx, **question))["response"] == ["here"]
    assert (await run_block(entry, ctx, **question, ollama_host=f"localhost:{ports[0]}"))["response"] == ["here"]
    assert (await run_block(entry, ctx, **question, ollama_host=f"localhost:{ports[1]}"))["response"] == ["there"]
    ctx = make_context({"ollama": provider})
    with pytest.raises(OutboundBlockedError):
        await run_block(entry, ctx, **question, ollama_host=f"localhost:{ports[1]}")


async def test_a_node_that_chooses_no_model_gets_the_owners_default_model(entry, serve_api, make_context):
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append((await request.json())["model"])
        return sse(piece("ok", "stop"))

    base_url = await serve_api(completions(handler))
    ctx = make_context({"ollama": base_url}, default_model="mine")
    await run_block(entry, ctx, prompt="x")
    await run_block(entry, ctx, prompt="x", model="gpt-4o")
    ctx = make_context({"ollama": base_url, "other": base_url}, default_model="mine")
    await run_block(entry, ctx, prompt="x", provider="other")  # these credentials are for another provider than the default's
    assert asked == ["mine", "gpt-4o", "gpt-5.2-2025-12-11"]


# --- stopping --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_the_provider_sees_at_once_that_nobody_waits_any_more(serve_raw, make_context, how):
    gone = asyncio.Event()

    async def endless(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        writer.write(f"data: {json.dumps(piece('one'))}\n\n".encode())
        while await reader.read(65536):
            pass
        gone.set()

    ctx = make_context({"ollama": f"http://127.0.0.1:{await serve_raw(endless)}/v1"})
    if how == "close":
        async with aclosing(llm.stream_chat(ctx, model="m", messages=HELLO)) as chunks:
            assert (await anext(chunks)).text == "one"
    else:
        started = asyncio.Event()

        async def use() -> None:
            async for _ in llm.stream_chat(ctx, model="m", messages=HELLO):
                started.set()

        task = asyncio.create_task(use())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(1):
        await gone.wait()


# --- what goes wrong -------------------------------------------------------------------------------------------------------


async def ask(ctx: Context, **options: Any) -> llm.LlmResponse:
    return await llm.chat(ctx, **{"model": "model-x", "messages": HELLO, **options})


async def test_ollama_that_does_not_run_is_said_so(unused_port, make_context):
    ctx = make_context({"ollama": f"http://127.0.0.1:{unused_port}/v1"})
    with pytest.raises(BlockError, match=rf"Ollama is not running at 127\.0\.0\.1:{unused_port}") as caught:
        await ask(ctx)
    assert "ollama serve" in caught.value.hint
    assert not isinstance(caught.value, BlockRetry)


async def test_another_server_that_does_not_run_is_said_so(unused_port, make_context):
    ctx = make_context({"lmstudio": f"http://127.0.0.1:{unused_port}/v1"})
    with pytest.raises(BlockError, match=r"lmstudio: .* cannot be reached") as caught:
        await ask(ctx)
    assert "base_url" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"error": {"message": 'model "model-x" not found, try pulling it first', "type": "not_found_error"}}),
        (404, {"error": {"message": "The model `model-x` does not exist", "code": "model_not_found"}}),
        (400, {"error": {"message": "model-x is not a valid model ID: no such model"}}),
    ],
)
async def test_a_model_that_the_server_does_not_have_is_answered_with_those_that_it_has(serve_api, make_context, status, body):
    ctx = make_context({"ollama": await serve_api(failing(status, body))})
    with pytest.raises(BlockInputError, match=r"Ollama has no model 'model-x'\. It has: model-a, model-b\.") as caught:
        await ask(ctx)
    assert "ollama pull model-x" in caught.value.hint


async def test_a_base_url_without_v1_is_recognized(serve, make_context):
    async def nothing(request: web.Request) -> web.Response:
        return web.Response(status=404, text="<html>not here</html>")

    ctx = make_context({"lmstudio": f"http://127.0.0.1:{await serve(nothing)}"})
    with pytest.raises(BlockInputError) as caught:
        await ask(ctx)
    assert "end in /v1" in caught.value.hint


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_said_so_without_showing_it(serve_api, make_context, status):
    body = {"error": {"message": f"Incorrect API key provided: {KEY}. You can find yours at example.org"}}
    provider = LlmProviderConfig(base_url=await serve_api(failing(status, body)), api_key=KEY)
    with pytest.raises(BlockError, match="did not accept the API key") as caught:
        await ask(make_context({"groq": provider}))
    assert "llm.providers.groq" in caught.value.hint
    assert caught.value.code == "key_refused"
    assert KEY not in caught.value.message + caught.value.hint
    assert "***" in caught.value.message


async def test_a_missing_key_is_said_so(serve_api, make_context):
    ctx = make_context({"mine": await serve_api(failing(401, {"detail": "no key"}))})
    with pytest.raises(BlockError, match="mine wants an API key: no key"):
        await ask(ctx)


@pytest.mark.parametrize(
    ("status", "body", "headers", "after_s"),
    [
        (429, {"error": {"message": "rate limit"}}, {"Retry_After": "7"}, 7.0),
        (429, {}, {"Retry_After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        (429, {}, {"Retry_After": "99999999"}, 3600.0),
        (429, {}, {"Retry_After": "nan"}, 2.0),
        (429, {}, {}, 2.0),
        (500, "oops", {}, 2.0),
        (503, {"error": "loading model"}, {"Retry_After": "1"}, 1.0),
        (529, {"error": {"message": "overloaded"}}, {}, 2.0),
    ],
)
async def test_a_busy_provider_is_asked_again_later(serve_api, make_context, status, body, headers, after_s):
    ctx = make_context({"ollama": await serve_api(failing(status, body, **headers))})
    with pytest.raises(BlockRetry) as caught:
        await ask(ctx)
    assert caught.value.after_s == after_s


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (402, {"error": {"message": "Insufficient credits"}}),
        (429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}),
    ],
)
async def test_an_empty_account_is_not_asked_again(serve_api, make_context, status, body):
    ctx = make_context({"ollama": await serve_api(failing(status, body))})
    with pytest.raises(BlockError, match="no credit left") as caught:
        await ask(ctx)
    assert not isinstance(caught.value, BlockRetry)


@pytest.mark.parametrize(
    "error",
    [
        {"message": "This model's maximum context length is 8192 tokens", "code": "context_length_exceeded"},
        {"message": "prompt is too long: 210000 tokens > 200000 maximum"},
        {"message": "request exceeds the available context size", "type": "exceed_context_size_error"},
    ],
)
async def test_every_way_to_say_too_long_is_understood(serve_api, make_context, error):
    ctx = make_context({"ollama": await serve_api(failing(400, {"error": error}))})
    with pytest.raises(BlockInputError, match="too long for model-x"):
        await ask(ctx)


async def test_any_other_refusal_says_what_the_server_said(serve_api, make_context):
    ctx = make_context({"ollama": await serve_api(failing(400, {"error": "bad  temperature" * 50}))})
    with pytest.raises(BlockInputError, match=r"status 400\): bad temperature") as caught:
        await ask(ctx)
    assert len(caught.value.message) < 400


async def test_a_huge_error_page_is_known_by_its_status(serve_api, make_context):
    ctx = make_context({"ollama": await serve_api(failing(503, "x" * 300_000))})
    with pytest.raises(BlockRetry, match=r"status 503"):
        await ask(ctx)


async def test_an_answer_that_takes_too_long_is_given_up(serve_raw, make_context):
    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b": keep-alive\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    ctx = make_context({"ollama": f"http://127.0.0.1:{await serve_raw(drip)}/v1"}, timeout_s=0.2)
    with pytest.raises(BlockError, match=r"within 0\.2 s") as caught:
        await ask(ctx)
    assert "llm.timeout_s" in caught.value.hint


@pytest.mark.parametrize(
    "events",
    [
        [],
        [piece("half")],
        [piece("half"), {"choices": [], "usage": {"prompt_tokens": 1}}],
    ],
)
async def test_an_answer_that_breaks_off_is_asked_for_again(serve_api, make_context, events):
    async def handler(request: web.Request) -> web.Response:
        return sse(*events, done=False)

    ctx = make_context({"ollama": await serve_api(completions(handler))})
    with pytest.raises(BlockRetry, match="before the answer was complete"):
        await ask(ctx)


async def test_a_connection_lost_in_the_middle_is_asked_for_again(serve_raw, make_context):
    async def lost(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n")
        writer.write(f"data: {json.dumps(piece('half'))}\n\n".encode())

    ctx = make_context({"ollama": f"http://127.0.0.1:{await serve_raw(lost)}/v1"})
    with pytest.raises(BlockRetry):
        await ask(ctx)


@pytest.mark.parametrize("event", ["not json", "[1]", '"text"', {"error": {"message": f"CUDA out of memory {KEY}"}}])
async def test_an_error_in_the_middle_of_an_answer_is_an_error(serve_api, make_context, event):
    async def handler(request: web.Request) -> web.Response:
        return sse(piece("half"), event)

    provider = LlmProviderConfig(base_url=await serve_api(completions(handler)), api_key=KEY)
    with pytest.raises(BlockError) as caught:
        await ask(make_context({"ollama": provider}))
    assert KEY not in caught.value.message


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": {"content": [1]}}]},
        {"choices": [{"delta": {"reasoning_content": "hm"}}]},
        {"usage": {"prompt_tokens": -5, "completion_tokens": "many", "cost": 1e300}},
        {"usage": [1]},
    ],
)
async def test_odd_events_are_passed_over(serve_api, make_context, odd):
    async def handler(request: web.Request) -> web.Response:
        return sse(piece(None), piece("a"), odd, piece("b"), piece(None, "stop"))

    ctx = make_context({"ollama": await serve_api(completions(handler))})
    answer = await ask(ctx)
    assert (answer.text, answer.model, answer.finish_reason) == ("ab", "model-a-2026", "stop")
    assert (answer.prompt_tokens, answer.completion_tokens, ctx.usd) == (0, 0, 0.0)


async def test_a_server_that_cannot_stream_answers_as_well(serve_api, make_context):
    async def handler(request: web.Request) -> web.Response:
        choice = {"message": {"role": "assistant", "content": "whole"}, "finish_reason": "stop"}
        return web.json_response({"model": "m", "choices": [choice], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})

    ctx = make_context({"ollama": await serve_api(completions(handler))})
    assert (await ask(ctx)).text == "whole"
    assert ctx.tokens == {"input": 3, "output": 1}


async def test_what_a_provider_charged_is_reported(serve_api, make_context):
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(await request.json())
        usage = {"prompt_tokens": 10, "completion_tokens": 2, "cost": 0.0125}
        return sse(piece("ok", "stop"), {"choices": [], "usage": usage})

    provider = LlmProviderConfig(base_url=await serve_api(completions(handler)), api_key=KEY)
    ctx = make_context({"open_router": provider})
    await ask(ctx)
    assert (ctx.usd, ctx.tokens) == (0.0125, {"input": 10, "output": 2})
    assert asked[0]["usage"] == {"include": True}


async def test_a_key_is_sent_to_its_own_server_only(serve, make_context):
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return sse(piece("ok", "stop"))

    port = await serve(completions(handler))
    ctx = make_context({"ollama": LlmProviderConfig(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY)})
    await ask(ctx)
    assert seen == [f"Bearer {KEY}"]
    stolen = Credentials(
        id="1",
        provider="openai",
        type="api_key",
        secrets={"api_key": KEY},
        hosts=("api.openai.com",),
        base_url=f"http://127.0.0.1:{port}/v1",
    )
    with pytest.raises(OutboundBlockedError, match=r"only to api\.openai\.com") as caught:
        await ask(ctx, credentials=stolen)
    assert KEY not in str(caught.value)
    assert len(seen) == 1


def test_a_provider_that_is_openai_itself_gets_its_own_name_for_the_token_limit():
    request = openai_compatible.ChatRequest(model="o3-mini", messages=HELLO, max_tokens=7, timeout_s=1)
    official = openai_compatible._body(Provider(name="openai", base_url="https://api.openai.com/v1"), request)
    other = openai_compatible._body(Provider(name="openai", base_url="http://127.0.0.1:1/v1"), request)
    assert (official.get("max_completion_tokens"), official.get("max_tokens")) == (7, None)
    assert (other.get("max_completion_tokens"), other.get("max_tokens")) == (None, 7)
