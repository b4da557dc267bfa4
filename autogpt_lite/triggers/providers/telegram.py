"""Telegram: https://core.telegram.org/bots/api#setwebhook. Every update carries the secret token that the bot was set up with."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...errors import InvalidInputError, OutboundError
from ...sdk import http
from .base import Delivery, Incoming, Provider, Registration, refused_by
from .signatures import check_equal, only_header

UPDATES = ["message", "edited_message", "message_reaction"]
_KINDS = ("text", "photo", "voice", "audio", "document", "video")
EVENTS = [*(f"message.{kind}" for kind in _KINDS), "message.edited_message", "message_reaction"]


class Telegram(Provider):
    """Updates of a bot. A bot has one webhook, so all its updates come to it, and triggers take what they want of them."""

    name = "telegram"
    registers = True

    def __init__(self, api_url: str):
        self._api_url = api_url.rstrip("/")

    def verify(self, incoming: Incoming, secret: str) -> None:
        check_equal(only_header(incoming.headers, "X-Telegram-Bot-Api-Secret-Token"), secret)

    def read(self, incoming: Incoming, payload: dict[str, Any]) -> Delivery:
        update_id = payload.get("update_id")
        known_by = str(update_id) if isinstance(update_id, int) else None
        return Delivery(event=_event_of(payload), payload=payload, id=known_by)

    def sample(self, event: str) -> dict[str, Any]:
        person, chat = {"id": 1, "first_name": "Sample", "username": "sample"}, {"id": 1, "type": "private"}
        message = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": person}
        if event == "message_reaction":
            new = [{"type": "emoji", "emoji": "\N{THUMBS UP SIGN}"}]
            reaction = {
                "message_id": 1,
                "date": 1_700_000_000,
                "chat": chat,
                "user": person,
                "old_reaction": [],
                "new_reaction": new,
            }
            return {"update_id": 1, "message_reaction": reaction}
        kind = event.partition(".")[2]
        file = {"file_id": "sample"}
        content = {kind: [file] if kind == "photo" else file} if kind in _KINDS[1:] else {"text": "A sample."}
        return {"update_id": 1, "edited_message" if kind == "edited_message" else "message": {**message, **content}}

    # --- at Telegram -----------------------------------------------------------------------------------------

    def registered_events(self, events: list[str]) -> list[str]:
        return EVENTS

    async def register(self, wanted: Registration) -> str:
        body = {"url": wanted.url, "secret_token": wanted.secret, "allowed_updates": UPDATES}
        await self._call(wanted, "setWebhook", body)
        return _token_of(wanted).partition(":")[0]

    async def unregister(self, registered: Registration, provider_webhook_id: str) -> None:
        # Another webhook may have taken the bot over meanwhile, and would lose it.
        known = await self._call(registered, "getWebhookInfo", None)
        if isinstance(known, dict) and known.get("url") == registered.url:
            await self._call(registered, "deleteWebhook", {})

    async def _call(self, about: Registration, method: str, body: Any) -> Any:
        url = f"{self._api_url}/bot{quote(_token_of(about), safe=':')}/{method}"
        answer = await http.request("POST", url, json=body or {}, timeout_s=20)
        try:
            said = answer.json()
        except OutboundError:
            said = None
        if answer.status != 200 or not isinstance(said, dict) or not said.get("ok"):
            raise refused_by("Telegram", answer.status, str(said.get("description", "")) if isinstance(said, dict) else "")
        return said.get("result")


def _event_of(update: dict[str, Any]) -> str:
    if "message_reaction" in update:
        return "message_reaction"
    if "edited_message" in update:
        return "message.edited_message"
    message = update.get("message")
    if not isinstance(message, dict):
        return next((name for name in update if name != "update_id"), "update")
    return next((f"message.{kind}" for kind in _KINDS if kind in message), "message")


def _token_of(about: Registration) -> str:
    token = about.credentials.secrets.get("api_key")
    if not isinstance(token, str) or ":" not in token:
        raise InvalidInputError("The credentials hold no token of a Telegram bot.", hint="It looks like 123456:ABC-DEF.")
    return token
