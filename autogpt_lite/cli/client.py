"""A small HTTP client for the server that runs on this data directory. Only http.client: the CLI has to start quickly."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..accounts.owner_token import read_owner_token
from ..errors import AutoGPTLiteError
from ..instance_lock import is_locked, locked_error, read_holder

FILE_NAME = "server.json"
TIMEOUT_S = 30.0


class NoServerError(AutoGPTLiteError):
    """No server runs on this data directory."""

    hint = "Start one with `autogpt-lite serve`."


class ServerRefusedError(AutoGPTLiteError):
    """The server answered with an error; `http_status` is its status."""

    def __init__(self, message: str, *, http_status: int, hint: str | None, detail: Any):
        super().__init__(message, hint=hint, detail=detail)
        self.http_status = http_status


class ServerClient:
    """Talks JSON to the running server as its owner. Raises NoServerError where none answers, DataDirLockedError where another
    command has the data directory."""

    def __init__(self, data_dir: Path):
        if not is_locked(data_dir):
            raise NoServerError(f"No server runs on the data directory {data_dir}.")
        facts = read_server_file(data_dir)
        # Where another process has the lock the file is a dead server's, and whoever has its port now must not get the owner's
        # token.
        if facts is None or facts.get("pid") != read_holder(data_dir).get("pid"):
            raise locked_error(data_dir)
        self.url: str = facts["url"]
        self.auth_mode: str = facts["auth_mode"]
        self._token = read_owner_token(data_dir)

    def pause(self, seconds: float) -> None:
        """Waits while the server works."""
        time.sleep(seconds)

    def get(self, path: str) -> Any:
        """GET: the decoded answer."""
        return self.request("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """POST: the decoded answer."""
        return self.request("POST", path, body)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the decoded answer. Raises ServerRefusedError for an answer of 400 or more."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            raise NoServerError(f"The server at {self.url} does not answer.") from None
        finally:
            connection.close()
        answer = json.loads(content) if content else None
        if response.status >= 400:
            raise ServerRefusedError(
                answer.get("message", ""), http_status=response.status, hint=answer.get("hint"), detail=answer.get("detail")
            )
        return answer


def read_server_file(data_dir: Path) -> dict[str, Any] | None:
    """{pid, url, auth_mode} of the server that runs here or was killed here, or None."""
    try:
        return json.loads((data_dir / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def write_server_file(data_dir: Path, **facts: Any) -> None:
    """Leaves the server's address for other commands."""
    temporary = data_dir / f"{FILE_NAME}.new"
    temporary.write_text(json.dumps(facts), "utf-8")
    temporary.replace(data_dir / FILE_NAME)


def remove_server_file(data_dir: Path) -> None:
    """The server has ended."""
    (data_dir / FILE_NAME).unlink(missing_ok=True)
