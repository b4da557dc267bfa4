"""Agents that start when somebody writes to a Telegram bot."""

from __future__ import annotations

from typing import Any

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, CredentialsPin, credentials_pin, pin


def telegram_credentials() -> Any:
    return credentials_pin(providers=("telegram",), description="The token of the bot, from @BotFather.")


def webhook_for(event_format: str, event_filter_input: str) -> dict[str, Any]:
    """How updates of one kind are asked for."""
    return {
        "provider": "telegram",
        "webhook_type": "bot",
        "event_filter_input": event_filter_input,
        "event_format": event_format,
        "resource_format": "bot",
        "kind": "BlockWebhookConfig",
    }


class TelegramMessageEvents(msgspec.Struct):
    text: bool = True
    photo: bool = False
    voice: bool = False
    audio: bool = False
    document: bool = False
    video: bool = False
    edited_message: bool = False


class TelegramMessageTriggerBlock(Block):
    id = "4435e4e0-df6e-4301-8f35-ad70b12fc9ec"
    description = "Starts the agent when a message comes to a bot, or one is edited."
    categories = ("SOCIAL",)
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("message.{event}", "events")

    class Input(BlockInput):
        credentials: CredentialsPin = telegram_credentials()
        payload: dict[str, Any] = pin(
            default_factory=dict, hidden=True, description="What Telegram sent; the server fills it in."
        )
        events: TelegramMessageEvents = pin(description="Which messages start the agent.")

    class Output(BlockOutput):
        payload: dict[str, Any] = pin(description="The whole update.")
        chat_id: int = pin(description="The chat; an answer goes there.")
        message_id: int = pin(description="The message.")
        user_id: int = pin(description="Who wrote it.")
        username: str = pin(description="Their user name; may be empty.")
        first_name: str = pin(description="Their first name.")
        event: str = pin(description="What kind of message it is, for instance text or photo.")
        text: str = pin(description="The text of a text message.")
        photo_file_id: str = pin(description="The file of a photo, in its largest size.")
        voice_file_id: str = pin(description="The file of a voice message.")
        audio_file_id: str = pin(description="The file of a piece of music.")
        file_id: str = pin(description="The file of a document or a video.")
        file_name: str = pin(description="The name of that file; may be empty.")
        caption: str = pin(description="What is written below a photo or file; may be empty.")
        is_edited: bool = pin(description="Whether it was edited.")

    def run(self, input, ctx):
        update = input.payload
        edited = update.get("edited_message")
        message = edited or update.get("message") or {}
        sender = message.get("from") or {}
        yield "payload", update
        yield "chat_id", (message.get("chat") or {}).get("id") or 0
        yield "message_id", message.get("message_id") or 0
        yield "user_id", sender.get("id") or 0
        yield "username", sender.get("username") or ""
        yield "first_name", sender.get("first_name") or ""
        yield "is_edited", edited is not None
        yield from content_of(message)


FILE_PINS = {"voice": "voice_file_id", "audio": "audio_file_id", "document": "file_id", "video": "file_id"}


def content_of(message: dict[str, Any]):
    """The pins for what the message is: its kind, and the text or the file."""
    if "text" in message:
        yield "event", "text"
        yield "text", message["text"]
        return
    if photos := message.get("photo"):
        yield "event", "photo"
        yield "photo_file_id", photos[-1].get("file_id") or ""
    for kind, pin_name in FILE_PINS.items():
        if file := message.get(kind):
            yield "event", kind
            yield pin_name, file.get("file_id") or ""
            if pin_name == "file_id":
                yield "file_name", file.get("file_name") or ""
            break
    yield "caption", message.get("caption") or ""


class TelegramMessageReactionTriggerBlock(Block):
    id = "82525328-9368-4966-8f0c-cd78e80181fd"
    description = "Starts the agent when somebody reacts to a message. The bot has to be an administrator of a group chat."
    categories = ("SOCIAL",)
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("message_reaction", "")

    class Input(BlockInput):
        credentials: CredentialsPin = telegram_credentials()
        payload: dict[str, Any] = pin(
            default_factory=dict, hidden=True, description="What Telegram sent; the server fills it in."
        )

    class Output(BlockOutput):
        payload: dict[str, Any] = pin(description="The whole update.")
        chat_id: int = pin(description="The chat.")
        message_id: int = pin(description="The message.")
        user_id: int = pin(description="Who reacted; 0 for one who stays anonymous.")
        username: str = pin(description="Their user name; may be empty.")
        new_reactions: list = pin(description="Their reactions now.")
        old_reactions: list = pin(description="Their reactions before.")

    def run(self, input, ctx):
        reaction = input.payload.get("message_reaction") or {}
        user = reaction.get("user") or {}
        yield "payload", input.payload
        yield "chat_id", (reaction.get("chat") or {}).get("id") or 0
        yield "message_id", reaction.get("message_id") or 0
        yield "user_id", user.get("id") or 0
        yield "username", user.get("username") or ""
        yield "new_reactions", reaction.get("new_reaction") or []
        yield "old_reactions", reaction.get("old_reaction") or []
