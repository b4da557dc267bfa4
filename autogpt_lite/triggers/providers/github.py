"""GitHub: https://docs.github.com/webhooks. HMAC-SHA256 over the raw body, in X-Hub-Signature-256."""

from __future__ import annotations

import re
from typing import Any

from ...errors import InvalidInputError, OutboundError
from ...sdk import http
from ...sdk.http import HttpResponse
from .base import Delivery, Incoming, Provider, Registration, refused_by
from .signatures import check_equal, hmac_sha256, only_header

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", "User-Agent": "autogpt-lite"}


class GitHub(Provider):
    """Webhooks of a repository. `api_url` is another than the public one for GitHub Enterprise."""

    name = "github"
    registers = True

    def __init__(self, api_url: str):
        self._api_url = api_url.rstrip("/")

    def verify(self, incoming: Incoming, secret: str) -> None:
        given = only_header(incoming.headers, "X-Hub-Signature-256")
        check_equal(given, "sha256=" + hmac_sha256(secret, incoming.body))

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        """The event is for instance pull_request.opened. The id of a delivery is not part of what GitHub signs."""
        event = incoming.headers.get("X-GitHub-Event")
        if not event:
            raise InvalidInputError("The header X-GitHub-Event is missing.")
        action = payload.get("action")
        return Delivery(
            event=f"{event}.{action}" if isinstance(action, str) else event,
            payload=payload,
            id=incoming.headers.get("X-GitHub-Delivery"),
            is_ping=event == "ping",
        )

    def sample(self, event: str) -> dict[str, Any]:
        kind, _, action = event.partition(".")
        page = "https://github.com/octocat/hello-world"
        thing = {"number": 1, "title": "A sample", "body": "For a test.", "state": "open", "html_url": f"{page}/1", "labels": []}
        key = {"issues": "issue", "pull_request": "pull_request"}.get(kind, kind)
        person = {"login": "octocat", "id": 1}
        repository = {"full_name": "octocat/hello-world", "html_url": page, "stargazers_count": 1}
        return {"action": action, "number": 1, key: thing, "sender": person, "repository": repository}

    # --- at GitHub -------------------------------------------------------------------------------------------

    def check_resource(self, resource: str) -> None:
        if not _REPOSITORY.fullmatch(resource) or any(part in (".", "..") for part in resource.split("/")):
            raise InvalidInputError(f"repo: {resource[:100]!r} is no repository.", hint="Write owner/name.")

    async def register(self, wanted: Registration) -> str:
        config = {"url": wanted.url, "content_type": "json", "insecure_ssl": "0", "secret": wanted.secret}
        # GitHub knows "pull_request", and which of its actions are wanted is our own concern.
        events = sorted({event.partition(".")[0] for event in wanted.events})
        body = {"name": "web", "active": True, "events": events, "config": config}
        answer = await self._call("POST", wanted, "", body)
        made = answer.json() if answer.status == 201 else None
        if not isinstance(made, dict) or not isinstance(made.get("id"), int):
            raise refused_by("GitHub", answer.status, _message_of(answer))
        return str(made["id"])

    async def unregister(self, registered: Registration, provider_webhook_id: str) -> None:
        answer = await self._call("DELETE", registered, f"/{provider_webhook_id}")
        if answer.status not in (204, 404):
            raise OutboundError(f"GitHub answered {answer.status}: {_message_of(answer)[:300]}")

    async def ping(self, registered: Registration, provider_webhook_id: str) -> bool:
        answer = await self._call("POST", registered, f"/{provider_webhook_id}/pings")
        if answer.status != 204:
            raise refused_by("GitHub", answer.status, _message_of(answer))
        return True

    async def _call(self, method: str, about: Registration, path: str, body: Any = None) -> HttpResponse:
        url = f"{self._api_url}/repos/{about.resource}/hooks{path}"
        return await http.request(method, url, headers=_HEADERS, json=body, credentials=about.credentials, timeout_s=20)


def _message_of(answer: HttpResponse) -> str:
    try:
        said = answer.json()
    except OutboundError:
        return ""
    return str(said.get("message", "")) if isinstance(said, dict) else ""
