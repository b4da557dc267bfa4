"""Agents that start when something happens in a repository on GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from autogpt_lite.sdk import Block, BlockInput, BlockOutput, CredentialsPin, credentials_pin, pin


def github_credentials() -> Any:
    return credentials_pin(
        providers=("github",),
        types=("api_key", "oauth2"),
        scopes=("repo",),
        description="A token that may manage the webhooks of the repository.",
    )


def webhook_for(kind: str) -> dict[str, Any]:
    """How deliveries of one kind of event are asked for."""
    return {
        "provider": "github",
        "webhook_type": "repo",
        "event_filter_input": "events",
        "event_format": f"{kind}.{{event}}",
        "resource_format": "{repo}",
        "kind": "BlockWebhookConfig",
    }


class GithubTriggerInput(BlockInput):
    credentials: CredentialsPin = github_credentials()
    repo: str = pin(description="The repository: owner/name.")
    payload: dict[str, Any] = pin(default_factory=dict, hidden=True, description="What GitHub sent; the server fills it in.")


class GithubTriggerOutput(BlockOutput):
    error: str = pin(description="What went wrong, when the block fails.")
    payload: dict[str, Any] = pin(description="Everything that GitHub sent.")
    triggered_by_user: dict[str, Any] = pin(description="Who did it.")
    event: str = pin(description="What was done, for instance opened.")


def common(payload: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What all events of GitHub have."""
    yield "payload", payload
    yield "triggered_by_user", payload.get("sender") or {}
    yield "event", payload.get("action") or ""


class PullRequestEvents(msgspec.Struct):
    opened: bool = False
    edited: bool = False
    closed: bool = False
    reopened: bool = False
    synchronize: bool = False
    assigned: bool = False
    unassigned: bool = False
    labeled: bool = False
    unlabeled: bool = False
    converted_to_draft: bool = False
    locked: bool = False
    unlocked: bool = False
    enqueued: bool = False
    dequeued: bool = False
    milestoned: bool = False
    demilestoned: bool = False
    ready_for_review: bool = False
    review_requested: bool = False
    review_request_removed: bool = False
    auto_merge_enabled: bool = False
    auto_merge_disabled: bool = False


class GithubPullRequestTriggerBlock(Block):
    id = "6c60ec01-8128-419e-988f-96a063ee2fea"
    description = "Starts the agent when something happens to a pull request."
    categories = ("DEVELOPER_TOOLS", "INPUT")
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("pull_request")

    class Input(GithubTriggerInput):
        events: PullRequestEvents = pin(description="What starts the agent.")

    class Output(GithubTriggerOutput):
        number: int = pin(description="The number of the pull request.")
        pull_request: dict[str, Any] = pin(description="The pull request.")
        pull_request_url: str = pin(description="Its page.")

    def run(self, input, ctx):
        request = input.payload.get("pull_request") or {}
        yield from common(input.payload)
        yield "number", input.payload.get("number") or request.get("number") or 0
        yield "pull_request", request
        yield "pull_request_url", request.get("html_url") or ""


class IssuesEvents(msgspec.Struct):
    opened: bool = False
    edited: bool = False
    deleted: bool = False
    closed: bool = False
    reopened: bool = False
    assigned: bool = False
    unassigned: bool = False
    labeled: bool = False
    unlabeled: bool = False
    locked: bool = False
    unlocked: bool = False
    transferred: bool = False
    milestoned: bool = False
    demilestoned: bool = False
    pinned: bool = False
    unpinned: bool = False


class GithubIssuesTriggerBlock(Block):
    id = "b2605464-e486-4bf4-aad3-d8a213c8a48a"
    description = "Starts the agent when something happens to an issue."
    categories = ("DEVELOPER_TOOLS", "INPUT")
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("issues")

    class Input(GithubTriggerInput):
        events: IssuesEvents = pin(description="What starts the agent.")

    class Output(GithubTriggerOutput):
        number: int = pin(description="The number of the issue.")
        issue: dict[str, Any] = pin(description="The issue.")
        issue_url: str = pin(description="Its page.")
        issue_title: str = pin(description="Its title.")
        issue_body: str = pin(description="Its text.")
        labels: list = pin(description="Its labels.")
        assignees: list = pin(description="Who it is assigned to.")
        state: str = pin(description="open or closed.")

    def run(self, input, ctx):
        issue = input.payload.get("issue") or {}
        yield from common(input.payload)
        yield "number", issue.get("number") or 0
        yield "issue", issue
        yield "issue_url", issue.get("html_url") or ""
        yield "issue_title", issue.get("title") or ""
        yield "issue_body", issue.get("body") or ""
        yield "labels", issue.get("labels") or []
        yield "assignees", issue.get("assignees") or []
        yield "state", issue.get("state") or ""


class DiscussionEvents(msgspec.Struct):
    created: bool = False
    edited: bool = False
    deleted: bool = False
    answered: bool = False
    unanswered: bool = False
    labeled: bool = False
    unlabeled: bool = False
    locked: bool = False
    unlocked: bool = False
    category_changed: bool = False
    transferred: bool = False
    pinned: bool = False
    unpinned: bool = False


class GithubDiscussionTriggerBlock(Block):
    id = "87f847b3-d81a-424e-8e89-acadb5c9d52b"
    description = "Starts the agent when something happens to a discussion."
    categories = ("DEVELOPER_TOOLS", "INPUT")
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("discussion")

    class Input(GithubTriggerInput):
        events: DiscussionEvents = pin(description="What starts the agent.")

    class Output(GithubTriggerOutput):
        number: int = pin(description="The number of the discussion.")
        discussion: dict[str, Any] = pin(description="The discussion.")
        discussion_url: str = pin(description="Its page.")
        title: str = pin(description="Its title.")
        body: str = pin(description="Its text.")
        category: dict[str, Any] = pin(description="Its category.")
        category_name: str = pin(description="The name of its category.")
        state: str = pin(description="open or closed.")

    def run(self, input, ctx):
        discussion = input.payload.get("discussion") or {}
        category = discussion.get("category") or {}
        yield from common(input.payload)
        yield "number", discussion.get("number") or 0
        yield "discussion", discussion
        yield "discussion_url", discussion.get("html_url") or ""
        yield "title", discussion.get("title") or ""
        yield "body", discussion.get("body") or ""
        yield "category", category
        yield "category_name", category.get("name") or ""
        yield "state", discussion.get("state") or ""


class ReleaseEvents(msgspec.Struct):
    published: bool = False
    unpublished: bool = False
    created: bool = False
    edited: bool = False
    deleted: bool = False
    prereleased: bool = False
    released: bool = False


class GithubReleaseTriggerBlock(Block):
    id = "2052dd1b-74e1-46ac-9c87-c7a0e057b60b"
    description = "Starts the agent when something happens to a release."
    categories = ("DEVELOPER_TOOLS", "INPUT")
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("release")

    class Input(GithubTriggerInput):
        events: ReleaseEvents = pin(description="What starts the agent.")

    class Output(GithubTriggerOutput):
        release: dict[str, Any] = pin(description="The release.")
        release_url: str = pin(description="Its page.")
        tag_name: str = pin(description="Its tag, for instance v1.0.0.")
        release_name: str = pin(description="Its name.")
        body: str = pin(description="Its notes.")
        prerelease: bool = pin(description="Whether it is a pre-release.")
        draft: bool = pin(description="Whether it is a draft.")
        assets: list = pin(description="Its files.")

    def run(self, input, ctx):
        release = input.payload.get("release") or {}
        yield from common(input.payload)
        yield "release", release
        yield "release_url", release.get("html_url") or ""
        yield "tag_name", release.get("tag_name") or ""
        yield "release_name", release.get("name") or ""
        yield "body", release.get("body") or ""
        yield "prerelease", bool(release.get("prerelease"))
        yield "draft", bool(release.get("draft"))
        yield "assets", release.get("assets") or []


class StarEvents(msgspec.Struct):
    created: bool = False
    deleted: bool = False


class GithubStarTriggerBlock(Block):
    id = "551e0a35-100b-49b7-89b8-3031322239b6"
    description = "Starts the agent when somebody gives a repository a star, or takes it back."
    categories = ("DEVELOPER_TOOLS", "INPUT")
    ui_type = "Webhook"
    pure = True
    webhook = webhook_for("star")

    class Input(GithubTriggerInput):
        events: StarEvents = pin(description="What starts the agent.")

    class Output(GithubTriggerOutput):
        starred_at: str = pin(description="When the star was given; empty when it was taken back.")
        stargazers_count: int = pin(description="How many stars the repository has now.")
        repository_name: str = pin(description="The repository: owner/name.")
        repository_url: str = pin(description="Its page.")

    def run(self, input, ctx):
        repository = input.payload.get("repository") or {}
        yield from common(input.payload)
        yield "starred_at", input.payload.get("starred_at") or ""
        yield "stargazers_count", repository.get("stargazers_count") or 0
        yield "repository_name", repository.get("full_name") or ""
        yield "repository_url", repository.get("html_url") or ""
