"""The pages about what can be set and what can be called: from config.toml and from the route table of a real app."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from autogpt_lite.app import App
from autogpt_lite.config import Config, load_config
from autogpt_lite.paths import packaged_file
from autogpt_lite.web.routing import Route
from autogpt_lite.web.system_routes import system_routes

_SECTION = re.compile(r"^\[(?P<name>[^\]]+)\]\s*$")
_SETTING = re.compile(r"^(?P<key>\w+) = (?P<value>\"[^\"]*\"|\[[^\]]*\]|[^#\s]+)\s*(?:# (?P<meaning>.*))?$")

# Tags that AutoGPT's endpoints carry beside their subject.
_GENERATIONS = ("v1", "v2")

_ACCESS = {"public": "everybody", "login": "everybody, with a code or password", "user": "a login", "admin": "an administrator"}


class Setting(msgspec.Struct):
    """One line of config.toml."""

    section: str
    key: str
    default: str
    meaning: str

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}" if self.section else self.key

    @property
    def variable(self) -> str:
        return "AUTOGPT_LITE__" + self.name.upper().replace(".", "__")


def read_settings() -> list[Setting]:
    """All settings in the order of config.toml; `meaning` is "" where the file says nothing."""
    section, settings = "", []
    for line in packaged_file("config.toml").read_text("utf-8").splitlines():
        if found := _SECTION.match(line):
            section = found["name"]
        elif found := _SETTING.match(line):
            settings.append(Setting(section, found["key"], found["value"], found["meaning"] or ""))
    return settings


def setting_names(kind: Any = Config, prefix: str = "") -> list[str]:
    """The names of all settings that the program knows, tables whose keys the user chooses left out; `given` is none."""
    names = []
    for field in msgspec.structs.fields(kind):
        name = f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            names += setting_names(field.type, f"{name}.")
        elif name not in ("llm.providers", "given"):
            names.append(name)
    return names


def settings_page() -> str:
    """docs/settings.md."""
    lines = [
        "<!-- Made by scripts/docs from config.toml: change that, not this page. -->",
        "",
        "# Settings",
        "",
        "Defaults stand in `config.toml`. What you set yourself goes into a file of your own with the lines that differ",
        "(`autogpt-lite serve --config FILE`); an environment variable goes before the file, and a flag before the variable. Lists",
        "and tables are written as JSON in a variable. An unknown setting is an error, so that a typing mistake is not a silent default.",
    ]
    section = None
    for setting in read_settings():
        if setting.section != section:
            section = setting.section
            title = f"[{section}]" if section else "At the top"
            lines += ["", f"## {title}", "", "| setting | default | meaning | variable |", "|---|---|---|---|"]
        meaning = setting.meaning.replace("|", "\\|")
        lines.append(f"| `{setting.key}` | `{setting.default}` | {meaning} | `{setting.variable}` |")
    return "\n".join([*lines, ""])


def all_routes() -> list[Route]:
    """The route table of an app on an empty data directory."""

    async def read() -> list[Route]:
        with tempfile.TemporaryDirectory() as folder:
            # With passwords there are all routes.
            config = load_config(overrides={"auth.mode": "password"}, environ={})
            async with App.open(config, Path(folder)) as app:
                return [*system_routes(app.routes), *app.routes]

    return asyncio.run(read())


def routes_page() -> str:
    """docs/routes.md."""
    lines = [
        "<!-- Made by scripts/docs from the route table: change the routes, not this page. -->",
        "",
        "# Routes",
        "",
        "The same table is the source of `GET /openapi.json`, which has all types. Bodies and answers are JSON; an error is",
        "`{message, detail, hint}` with the status that fits (422: `detail` is a list of `{loc, msg, type}`). Scripts log in with",
        "`Authorization: Bearer` and the token in `owner_token` in the data directory; a page sends its session cookie and",
        "`X-Auth-Token`; API keys and other ways in are in [accounts.md](accounts.md). Live events come over the WebSocket at `/ws` (websocket.md).",
    ]
    by_tag: dict[str, list[Route]] = {}
    for route in all_routes():
        tag = next((tag for tag in route.tags if tag not in _GENERATIONS), route.tags[0])
        by_tag.setdefault(tag, []).append(route)
    for tag in sorted(by_tag):
        lines += ["", f"## {tag}", "", "| method | path | what it does | query | who |", "|---|---|---|---|---|"]
        for route in sorted(by_tag[tag], key=lambda route: (route.path, route.method)):
            summary = route.summary.replace("|", "\\|")
            lines.append(f"| {route.method} | `{route.path}` | {summary} | {_query(route)} | {_who(route)} |")
    return "\n".join([*lines, ""])


def _who(route: Route) -> str:
    key = f", or a key with {' and '.join((route.permission, *route.more_permissions))}" if route.permission else ""
    return _ACCESS[route.access] + key


def _query(route: Route) -> str:
    if route.query is None:
        return ""
    return ", ".join(f"`{field.encode_name}`" for field in msgspec.structs.fields(route.query))
