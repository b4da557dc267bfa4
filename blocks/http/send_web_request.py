from __future__ import annotations

import mimetypes
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from autogpt_lite.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockInputError,
    BlockOutput,
    CredentialsPin,
    Format,
    credentials_pin,
    files,
    http,
    pin,
)

MAX_FILES = 20

Method = Literal["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]


class WebRequestInput(BlockInput):
    url: str = pin(description="The address, http:// or https://.")
    method: Method = pin("POST", description="The HTTP method.")
    headers: dict[str, str] = pin(default_factory=dict, description="Headers to send.")
    json_format: bool = pin(True, description="Whether the body is sent as JSON; else as a form.")
    body: dict[str, Any] | None = pin(None, description="The fields of the body. Beside files, the other fields of the form.")
    files_name: str = pin("file", description="The form field of the files. Empty: the one file is the body itself, as it is.")
    files: list[Annotated[str, Format("file")]] = pin(default_factory=list, description="Files to send along.")


class WebRequestOutput(BlockOutput):
    error: str = pin(description="Why there is no answer: no such host, too slow, too large, or not allowed.")
    response: Any = pin(description="The body of an answer with a status below 400: parsed where it is JSON, else text.")
    client_error: Any = pin(description="The body of an answer with a status from 400 to 499.")
    server_error: Any = pin(description="The body of an answer with a status from 500.")


class SendWebRequestBlock(Block):
    id = "6595ae1f-b924-42cb-9a41-551a0611c4b4"
    description = "Sends a request to a web address and gives the answer."
    categories = ("OUTPUT",)
    uses = ("network",)
    Input = WebRequestInput
    Output = WebRequestOutput

    async def run(self, input, ctx):
        yield await _send(input, ctx)


class SendAuthenticatedWebRequestBlock(Block):
    id = "fff86bcd-e001-4bad-a7f6-2eae4720c8dc"
    description = "Sends a request with credentials of its host to a web address, and gives the answer."
    categories = ("OUTPUT",)
    uses = ("network",)
    Output = WebRequestOutput

    class Input(WebRequestInput):
        credentials: CredentialsPin = credentials_pin(
            providers=("http",),
            types=("host_scoped",),
            discriminator="url",
            description="The headers of the host; they are sent to no other.",
        )

    async def run(self, input, ctx):
        yield await _send(input, ctx)


async def _send(input, ctx) -> tuple[str, Any]:
    answer = await http.request(
        input.method,
        _address(input.url),
        headers=input.headers,
        credentials=ctx.credentials.get("credentials"),
        **await _body(input, ctx),
    )
    if answer.status >= 500:
        return "server_error", _content(answer)
    return ("client_error" if answer.status >= 400 else "response"), _content(answer)


def _address(url: str) -> str:
    """With https:// in front where nothing is: most people leave it out."""
    return url if "://" in url else f"https://{url.strip()}"


async def _body(input, ctx) -> dict[str, Any]:
    if len(input.files) > MAX_FILES:
        raise BlockInputError(f"There are {len(input.files)} files; {MAX_FILES} can be sent at once.")
    if input.files and not input.files_name:
        return await _raw_body(input, ctx)
    if input.files:
        sent = [await _form_file(input.files_name, reference, ctx) for reference in input.files]
        return {"data": _form(input.body), "files": sent}
    if input.body is None or input.method in ("GET", "HEAD"):  # servers refuse, or ignore, a body there
        return {}
    return {"json": input.body} if input.json_format else {"data": _form(input.body)}


async def _raw_body(input, ctx) -> dict[str, Any]:
    if len(input.files) > 1 or input.body:
        raise BlockInputError("A body that is a file is that one file alone: leave `body` empty, or give `files_name`.")
    return {"data": await files.read_file(input.files[0], ctx)}


async def _form_file(field: str, reference: str, ctx) -> http.FormFile:
    name = _name_of(reference)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return http.FormFile(field, name, kind, await files.read_file(reference, ctx))


def _name_of(reference: str) -> str:
    """A label for the file: the last part of a web address, else one by the type that a data: URI names."""
    if reference[:5].lower() == "data:":
        kind = reference[5:100].partition(",")[0].partition(";")[0]
        return f"file{mimetypes.guess_extension(kind) or ''}"
    return unquote(urlsplit(reference).path).rpartition("/")[2][:200] or "file"


def _form(body: dict[str, Any] | None) -> dict[str, Any]:
    for name, value in (body or {}).items():
        if isinstance(value, dict):
            raise BlockInputError(
                f"A form has no place for the object in {name[:80]!r}; switch `json_format` on, or leave it out."
            )
    return body or {}


def _content(answer: http.HttpResponse) -> Any:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return answer.json()
        except BlockError:  # it says JSON and is none: the text is of more use than an error
            return answer.text
    return answer.text
