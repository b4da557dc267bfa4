"""Trigger blocks: from what a provider sends to the pins that agents use, also where most of it is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.blocks.conftest import RunByName

KEY = {"id": "c", "provider": "github", "type": "api_key"}
BOT = {"id": "c", "provider": "telegram", "type": "api_key"}
GITHUB = ["PullRequest", "Issues", "Discussion", "Release", "Star"]


async def pins_of(run: RunByName, block: str, payload: dict[str, Any], **pins: Any) -> dict[str, Any]:
    return dict(await run(block, payload=payload, **pins))


async def github(run: RunByName, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    return await pins_of(run, f"Github{kind}TriggerBlock", payload, credentials=KEY, repo="o/r", events={})


async def test_github_events_come_apart(run: RunByName):
    sender, request = {"login": "me"}, {"number": 3, "html_url": "https://x/3"}
    payload = {"action": "opened", "number": 3, "pull_request": request, "sender": sender}
    assert await github(run, "PullRequest", payload) == {
        "payload": payload,
        "triggered_by_user": sender,
        "event": "opened",
        "number": 3,
        "pull_request": request,
        "pull_request_url": "https://x/3",
    }
    issue = {"number": 4, "title": "T", "body": None, "labels": [{"name": "bug"}], "assignees": [], "state": "open"}
    found = await github(run, "Issues", {"action": "labeled", "issue": issue})
    assert (found["number"], found["issue_title"], found["issue_body"], found["labels"]) == (4, "T", "", [{"name": "bug"}])
    found = await github(run, "Discussion", {"discussion": {"title": "D", "category": {"name": "Ideas"}}})
    assert (found["title"], found["category_name"]) == ("D", "Ideas")
    found = await github(run, "Release", {"release": {"tag_name": "v1", "name": None, "prerelease": True, "assets": [1]}})
    assert (found["tag_name"], found["release_name"], found["prerelease"], found["draft"], found["assets"]) == (
        "v1",
        "",
        True,
        False,
        [1],
    )
    found = await github(run, "Star", {"starred_at": None, "repository": {"stargazers_count": 9, "full_name": "o/r"}})
    assert (found["starred_at"], found["stargazers_count"], found["repository_name"]) == ("", 9, "o/r")


@pytest.mark.parametrize("kind", GITHUB)
async def test_an_event_that_lacks_everything_still_gives_every_pin(run: RunByName, registry, kind: str):
    entry = next(entry for entry in registry if entry.name == f"Github{kind}TriggerBlock")
    assert set(await github(run, kind, {})) == entry.output_pins - {"error"}


async def test_telegram_messages_give_their_text_or_their_file(run: RunByName):
    def message(**content: Any) -> dict[str, Any]:
        return {"message_id": 1, "chat": {"id": 2}, "from": {"id": 3, "first_name": "A"}, **content}

    async def pins(update: dict[str, Any]) -> dict[str, Any]:
        found = await pins_of(run, "TelegramMessageTriggerBlock", update, credentials=BOT, events={})
        return {name: value for name, value in found.items() if name != "payload"}

    common = {"chat_id": 2, "message_id": 1, "user_id": 3, "username": "", "first_name": "A", "is_edited": False}
    assert await pins({"message": message(text="Hi")}) == {**common, "event": "text", "text": "Hi"}
    photo = message(photo=[{"file_id": "small"}, {"file_id": "large"}], caption="C")
    assert await pins({"message": photo}) == {**common, "event": "photo", "photo_file_id": "large", "caption": "C"}
    file = {"file_id": "f", "file_name": "n.pdf"}
    wanted = {**common, "event": "document", "file_id": "f", "file_name": "n.pdf", "caption": ""}
    assert await pins({"message": message(document=file)}) == wanted
    assert (await pins({"message": message(voice={"file_id": "v"})}))["voice_file_id"] == "v"
    assert (await pins({"edited_message": message(text="Ho")}))["is_edited"] is True


async def test_telegram_reactions_slack_stripe_and_compass(run: RunByName):
    reaction = {"chat": {"id": 1}, "message_id": 2, "user": {"id": 3, "username": "u"}, "new_reaction": [1], "old_reaction": []}
    found = await pins_of(run, "TelegramMessageReactionTriggerBlock", {"message_reaction": reaction}, credentials=BOT)
    assert (found["user_id"], found["username"], found["new_reactions"], found["old_reactions"]) == (3, "u", [1], [])
    command = {"command": "/do", "channel_id": "C", "user_id": "U", "text": "it"}
    found = await pins_of(run, "SlackWebhookTriggerBlock", command)
    assert found == {"payload": command, "event": "/do", "channel": "C", "user": "U", "text": "it"}
    click = {"type": "block_actions", "channel": {"id": "C"}, "user": {"id": "U"}}
    assert (await pins_of(run, "SlackWebhookTriggerBlock", click))["channel"] == "C"
    paid = {"type": "charge.succeeded", "data": {"object": {"id": "ch"}}}
    assert (await pins_of(run, "StripeWebhookTriggerBlock", paid))["object"] == {"id": "ch"}
    spoken = {"date": "d", "transcription": "Hello.", "transcriptions": []}
    assert await pins_of(run, "CompassAITriggerBlock", spoken) == {"transcription": "Hello."}
