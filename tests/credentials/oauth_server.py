"""An OAuth 2 server that we did not write (Authlib), in a process of its own: `python -m tests.credentials.oauth_server` prints its
port. It insists on PKCE and the exact redirect address, gives tokens that end, and takes each refresh token once."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, JsonRequest, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from tests.server import PROJECT

CLIENT_ID, CLIENT_SECRET = "client-of-the-test", "secret-of-the-client-0123456789"
LIFETIME_S = 3600


@contextmanager
def run_oauth_server() -> Iterator[str]:
    """Runs it; its address."""
    command = [sys.executable, "-m", "tests.credentials.oauth_server"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


class Client(ClientMixin):
    """The one client; it may come back to the addresses that were registered, and to no other."""

    def __init__(self) -> None:
        self.redirects: set[str] = set()

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope or ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


class Record:
    """A code or a token."""

    def __init__(self, **facts: Any):
        self.__dict__.update(facts)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: Client) -> bool:
        return True

    def get_expires_in(self) -> int:
        return LIFETIME_S

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return self.revoked


CLIENT = Client()
CODES: dict[str, Record] = {}
TOKENS: dict[str, Record] = {}
COUNTS = {"refresh": 0, "revoked": 0}


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]

    def save_authorization_code(self, code: str, request: Any) -> Record:
        data = request.payload.data
        CODES[code] = Record(
            code=code,
            redirect_uri=request.payload.redirect_uri,
            scope=request.payload.scope or "",
            code_challenge=data.get("code_challenge"),
            code_challenge_method=data.get("code_challenge_method"),
        )
        return CODES[code]

    def query_authorization_code(self, code: str, client: Client) -> Record | None:
        return CODES.get(code)

    def delete_authorization_code(self, authorization_code: Record) -> None:
        CODES.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Record) -> str:
        return "ada"


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Record | None:
        COUNTS["refresh"] += 1
        return next((one for one in TOKENS.values() if one.refresh_token == refresh_token and not one.revoked), None)

    def authenticate_user(self, refresh_token: Record) -> str:
        return "ada"

    def revoke_old_credential(self, refresh_token: Record) -> None:
        refresh_token.revoked = True


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_post", "client_secret_basic"]

    def query_token(self, token_string: str, token_type_hint: str) -> Record | None:
        return TOKENS.get(token_string)

    def revoke_token(self, token: Record, request: Any) -> None:
        COUNTS["revoked"] += 1
        token.revoked = True


class Server(AuthorizationServer):
    def query_client(self, client_id: str) -> Client | None:
        return CLIENT if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        facts = {"refresh_token": token.get("refresh_token"), "scope": token.get("scope", ""), "revoked": False}
        TOKENS[token["access_token"]] = Record(access_token=token["access_token"], issued_at=time.time(), **facts)

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        method, uri, fields, headers = request
        made = OAuth2Request(method, uri, headers=headers)
        made.payload = BasicOAuth2Payload(fields)
        made._body = fields
        return made

    def create_json_request(self, request: Any) -> JsonRequest:
        raise NotImplementedError

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        return status, body, headers

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass


def make_server() -> Server:
    server = Server(scopes_supported=None)
    server.register_grant(CodeGrant, [CodeChallenge(required=True)])
    server.register_grant(RefreshGrant)
    server.register_endpoint(Revocation)
    generator = BearerTokenGenerator(
        lambda **_: secrets.token_urlsafe(24), lambda **_: secrets.token_urlsafe(24), lambda *_: LIFETIME_S
    )
    server.register_token_generator("default", generator)
    return server


SERVER = make_server()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        place, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        if place == "/authorize":
            self._oauth(query, self._authorize)
        elif place == "/user":
            token = TOKENS.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._send(200 if token and not token.revoked else 401, {"login": "ada"} if token and not token.revoked else {})
        else:
            self._send(200, COUNTS)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        place, fields = urlsplit(self.path).path, dict(parse_qsl(body))
        if place == "/redirects":
            CLIENT.redirects.add(body)
            self._send(200, {})
        elif place == "/revoke":
            self._oauth(fields, lambda request: SERVER.create_endpoint_response("revocation", request))
        else:
            self._oauth(fields, SERVER.create_token_response)

    def _authorize(self, request: Any) -> Any:
        grant = SERVER.get_consent_grant(request, "ada")
        return SERVER.create_authorization_response(request, "ada", grant)

    def _oauth(self, fields: dict[str, str], answer: Any) -> None:
        uri = f"https://oauth.test{self.path}"  # Authlib wants https, and stands for what a proxy would say
        try:
            status, body, headers = answer((self.command, uri, fields, dict(self.headers)))
        except Exception as error:
            status, body, headers = 400, {"error": getattr(error, "error", type(error).__name__)}, []
        self._send(status, body, headers)

    def _send(self, status: int, body: Any, headers: Any = ()) -> None:
        content = json.dumps(body).encode() if not isinstance(body, str) else body.encode()
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-type":
                self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(http.server_port, flush=True)
    http.serve_forever()
