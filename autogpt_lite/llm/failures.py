"""What a provider answers instead of an answer, as errors that say what to do. A key never appears in them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from ..clock import now_us
from ..errors import BlockError, BlockInputError, BlockRetry, KeyRefusedError, OutboundUnreachableError
from ..net.answer import HttpResponse
from .providers import WELL_KNOWN, Provider

MAX_TEXT_CHARS = 300
DEFAULT_RETRY_S = 2.0
MAX_RETRY_S = 3600.0

_TOO_LONG = re.compile(r"context[ _](length|size|window)|maximum context|prompt is too long|too many tokens", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"model.{0,80}(not found|not exist|unknown|not supported|invalid)|(no such|unknown|invalid) model", re.IGNORECASE
)


def unreachable(provider: Provider, error: OutboundUnreachableError) -> BlockError:
    """Nothing listens at the provider's address."""
    host = provider.host
    if provider.name == "ollama":
        return BlockError(
            f"Ollama is not running at {host}.",
            hint="Start it with `ollama serve`, or set another provider in [llm.providers] of config.toml.",
        )
    return BlockError(f"{provider.title}: {error.message}", hint="Is the server running, and is its `base_url` right?")


def is_missing_model(provider: Provider, response: HttpResponse) -> bool:
    """Whether the refusal is about the model's name."""
    return response.status == 404 or (response.status == 400 and bool(_NO_MODEL.search(error_text(response.body, provider))))


def missing_model(provider: Provider, model: str, available: list[str] | None) -> BlockError:
    """`available`: the models that the server has, None where it did not say."""
    if available is None:
        return BlockInputError(
            f"{provider.title} at {provider.host} knows no chat completions or no model {model!r}.",
            hint=f"Does `base_url` ({provider.base_url}) end in /v1?",
        )
    names = ", ".join(sorted(available)[:40]) or "none"
    hint = (
        f"Get it with `ollama pull {model}`, or choose one that it has."
        if provider.name == "ollama"
        else "Choose one that it has."
    )
    return BlockInputError(f"{provider.title} has no model {model!r}. It has: {names}.", hint=hint)


def refused(provider: Provider, model: str, response: HttpResponse) -> BlockError:
    """Any other answer than 200, as the error to raise."""
    status, text = response.status, error_text(response.body, provider)
    said = f": {text}" if text else "."
    if status in (401, 403):
        return _bad_key(provider, status, said)
    if status == 429 and "insufficient_quota" not in str(error_code(response.body)):
        return BlockRetry(f"{provider.title} takes no more requests for now{said}", after_s=retry_after_s(response))
    if status in (402, 429):
        return BlockError(f"The account at {provider.title} has no credit left{said}")
    if status in (408, 409, 425) or status >= 500:
        return BlockRetry(f"{provider.title} could not answer (status {status}){said}", after_s=retry_after_s(response))
    if _TOO_LONG.search(text) or "context" in str(error_code(response.body)):
        return BlockInputError(
            f"The prompt is too long for {model}{said}", hint="Shorten it, or choose a model with a larger context."
        )
    return BlockInputError(f"{provider.title} refused the request (status {status}){said}")


def _bad_key(provider: Provider, status: int, said: str) -> BlockError:
    variable = WELL_KNOWN[provider.name].key_variable if provider.is_official else None
    where = f"`api_key` of [llm.providers.{provider.name}] in config.toml" + (f" or the variable {variable}" if variable else "")
    if not provider.api_key:
        return KeyRefusedError(f"{provider.title} wants an API key{said}", hint=f"Set {where}.")
    if provider.key_title:
        said = f'{provider.title} refused the key "{provider.key_title}" (status {status}){said}'
        return KeyRefusedError(said, hint="Replace it on the Credentials page.")
    return KeyRefusedError(f"{provider.title} did not accept the API key (status {status}){said}", hint=f"Check {where}.")


def broken_off(provider: Provider) -> BlockRetry:
    """The answer ended in the middle."""
    return BlockRetry(f"{provider.title} closed the connection before the answer was complete.", after_s=DEFAULT_RETRY_S)


def failed_in_stream(provider: Provider, event: dict[str, Any]) -> BlockError:
    """An error that came as an event, after the answer had begun."""
    return BlockError(f"{provider.title} failed while answering: {masked(_text_of(event), provider) or 'no reason given'}")


def error_text(body: bytes, provider: Provider) -> str:
    """What an error answer says, on one line of at most 300 characters, without the key: masked first, since a cut might leave its
    beginning."""
    try:
        text = _text_of(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError):
        text = "" if body.lstrip().startswith(b"<") else body.decode("utf-8", "replace")
    return " ".join(masked(text, provider).split())[:MAX_TEXT_CHARS]


def _text_of(answer: Any) -> str:
    # {"error": {"message": ...}} is OpenAI's form; others answer {"error": text}, {"message": text} or {"detail": text}.
    if isinstance(answer, dict):
        for key in ("error", "message", "detail"):
            if key in answer:
                return _text_of(answer[key])
    return answer if isinstance(answer, str) else ""


def error_code(body: bytes) -> str:
    """The machine-readable code or type of an error answer, "" where there is none."""
    try:
        error = msgspec.json.decode(body)["error"]
        return f"{error.get('code', '')} {error.get('type', '')}"
    except (msgspec.DecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return ""


def retry_after_s(response: HttpResponse) -> float:
    """Retry-After in seconds, given as a whole number or a date; at most an hour."""
    text = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(int(text)) if text.isdigit() else parsedate_to_datetime(text).timestamp() - now_us() / 1_000_000
    except (TypeError, ValueError, OverflowError):
        return DEFAULT_RETRY_S
    return min(max(seconds, 0.0), MAX_RETRY_S)


def masked(text: str, provider: Provider) -> str:
    """The text without the key: some servers repeat it in their errors."""
    return text.replace(provider.api_key, "***") if len(provider.api_key) >= 4 else text
