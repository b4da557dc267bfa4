"""What comes in and what goes out: the port, the public address, language models, mail."""

from __future__ import annotations

import asyncio
import time
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ...config import Config
from ...errors import AutoGPTLiteError
from ...llm.providers import Provider, configured_providers
from ...net import client as net
from ...net.answer import HttpResponse
from ...web.guard import is_loopback
from ...web.listen import bind_public_sockets, bind_sockets
from ..client import NoServerError, ServerClient
from .types import Check, Patient

ANSWER_TIMEOUT_S = 5.0
MAX_CLOCK_OFF_S = 60.0
MAX_NAMED = 5


def check_port(patient: Patient) -> list[Check]:
    """Whether the port is free, or ours already: then what the server says of itself."""
    if patient.is_served:
        return _ask_server(patient)
    server, bound = patient.config.server, []
    try:
        bound = bind_sockets(server)
        bound += bind_public_sockets(server)
    except AutoGPTLiteError as error:
        return [Check("port", "problem", error.message, error.hint or "")]
    finally:
        for one in bound:
            one.close()
    return [Check("port", "ok", f"{server.host}:{server.port} is free, and no server runs on the data directory")]


def _ask_server(patient: Patient) -> list[Check]:
    try:
        client = ServerClient(patient.data_dir)
        problems = client.get("/api/system/status")["problems"]
    except AutoGPTLiteError as error:
        is_silent = isinstance(error, NoServerError)
        return [Check("port", "problem" if is_silent else "note", error.message, error.hint or "")]
    told = [Check("server", "problem", what, "`autogpt-lite status` says more.") for what in problems]
    return [Check("port", "ok", f"ours: the server at {client.url} answers"), *told]


def check_public_url(config: Config) -> Check:
    """The form of `server.public_url`: whether others could reach it is seen from outside only."""
    address = config.server.public_url
    if not address:
        what = "`server.public_url` is not set: nothing from outside can trigger an agent."
        return Check("public_url", "note", what, "It is needed for webhooks at GitHub and the like only (docs/triggers.md).")
    url = urlsplit(address)
    wrong = _wrong_with(url.scheme, url.hostname or "", url.path, url.query or url.fragment)
    if wrong:
        do = "It is the address that others reach this server under, for instance https://agents.example.org."
        return Check("public_url", "problem", f"`server.public_url` is {address}: {wrong}", do)
    if url.scheme == "http":
        return Check("public_url", "problem", f"{address} is not encrypted.", "Put a proxy with TLS in front (docs/security.md).")
    return Check("public_url", "ok", address)


def _wrong_with(scheme: str, host: str, path: str, rest: str) -> str:
    if scheme not in ("http", "https") or not host:
        return "that is no web address."
    if path not in ("", "/") or rest:
        return "it has more than a host and a port."
    return "only this machine reaches that." if is_loopback(host) else ""


async def check_models(config: Config) -> list[Check]:
    """Asks each provider of language models that is set up for its models, which costs nothing, with the key that it has."""
    try:
        client = net.configure(config.http, config.llm)
        providers = configured_providers(config.llm).values()
    except AutoGPTLiteError as error:
        return [Check("models", "problem", error.message, error.hint or "")]
    try:
        found = await asyncio.gather(*(_ask_provider(client, provider) for provider in providers))
    finally:
        await client.close()
    return [check for checks in found for check in checks]


async def _ask_provider(client: net.OutboundClient, provider: Provider) -> list[Check]:
    name, is_local = f"models {provider.name}", is_loopback(urlsplit(provider.base_url).hostname or "")
    headers = {"Authorization": f"Bearer {provider.api_key}"} if provider.api_key else {}
    request = net.HttpRequest(
        "GET", f"{provider.base_url.rstrip('/')}/models", headers, only_hosts=provider.key_hosts, timeout_s=ANSWER_TIMEOUT_S
    )
    try:
        answer = await client.request(request)
        models = [one["id"] for one in answer.json()["data"]] if answer.status == 200 else []
    except AutoGPTLiteError as error:
        do = "Start it (`ollama serve`)." if provider.name == "ollama" else f"`llm.providers.{provider.name}` says where it is."
        return [Check(name, "note", error.message, f"{do} Agents without language models do not need it.")]
    except (KeyError, TypeError):
        return [
            Check(name, "problem", f"{provider.base_url} does not speak the language of OpenAI's API.", "Correct `base_url`.")
        ]
    if answer.status != 200:
        do = "The key is refused: replace it." if answer.status in (401, 403) else "Is `base_url` right?"
        return [Check(name, "problem", f"{provider.base_url} answers with {answer.status}.", do)]
    said = [_told_models(name, provider, models)]
    return said if is_local else [*said, *_compare_clocks(provider, answer)]


def _told_models(name: str, provider: Provider, models: list[str]) -> Check:
    if not models:
        do = "Get one: `ollama pull llama3.2`." if provider.name == "ollama" else ""
        return Check(name, "note", f"{provider.base_url} answers and has no model.", do)
    missing = [model for model in provider.models if model not in models]
    if missing:
        return Check(
            name, "problem", f"{provider.base_url} does not have {', '.join(missing)}.", "Correct `models` of the provider."
        )
    more = f" and {len(models) - MAX_NAMED} more" if len(models) > MAX_NAMED else ""
    return Check(name, "ok", f"{provider.base_url} has {', '.join(models[:MAX_NAMED])}{more}")


def _compare_clocks(provider: Provider, answer: HttpResponse) -> list[Check]:
    try:
        off_s = time.time() - parsedate_to_datetime(answer.headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return []
    if abs(off_s) < MAX_CLOCK_OFF_S:
        return []
    what = f"The clock is {abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} that of {provider.title}."
    return [Check("clock", "problem", what, "Set it, best by NTP: signatures and logins go by it.")]


def check_mail() -> Check:
    """No mail is sent yet: what would be one is shown to the administrator (accounts/outbox.py)."""
    return Check(
        "mail",
        "note",
        "This server sends no mails.",
        "Hand links on yourself: `autogpt-lite users reset` makes one for a new password, and the log has that for a new e-mail address.",
    )
