"""What the pages for people say is so: settings, links, commands, files, and the agent in the README."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from autogpt_lite import errors
from autogpt_lite.cli.group import COMMANDS
from autogpt_lite.config import Config

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
SOURCES = ("autogpt_lite", "blocks", "static", "tests", "scripts")
MAX_LINES = 700

page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(PROJECT).as_posix())


def prose(path: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


# --- settings -----------------------------------------------------------------------------------------


def settings_of(kind: type, prefix: str = "") -> set[str]:
    """The names "section.key" that the configuration's classes read."""
    found = set()
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found |= settings_of(field.type, f"{prefix}{field.name}.")
        elif prefix + field.name != "llm.providers":  # a table whose keys the user names
            found.add(prefix + field.name)
    return found


@page
def test_a_page_names_only_settings_that_exist(page):
    settings = settings_of(Config) | {"llm.providers"}
    sections = {name.split(".")[0] for name in settings if "." in name}
    # Files, code and addresses look alike: only names in backticks, whole, that begin with a section.
    named = [name for name in re.findall(r"`([a-z]+\.[a-z_]+)\b(?!\()[^`]*`", prose(page)) if name.split(".")[0] in sections]
    assert [name for name in named if name not in settings and not name.endswith((".py", ".sql", ".md", ".json"))] == []


# --- links and names ----------------------------------------------------------------------------------


def anchors_of(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@page
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page if not name else page.parent / name
        assert file.exists(), f"{page.name} links to {name}, which is not there"
        assert not anchor or anchor in anchors_of(file), f"{page.name} links to #{anchor}, which {file.name} does not have"


@page
def test_a_page_names_only_commands_and_files_that_exist(page):
    text = page.read_text("utf-8")
    commands = set(re.findall(r"`(?:\.venv/bin/)?autogpt-lite ([a-z]+)", text))
    assert commands <= set(COMMANDS), f"there is no command {commands - set(COMMANDS)}"
    for script in re.findall(r"\bscripts/(\w+)", text):
        assert (PROJECT / "scripts" / script).exists(), f"{page.name} names scripts/{script}"
    for name in re.findall(r"`([\w/]+\.(?:py|sql|toml))`", prose(page)):
        assert name in ("store.sql", "types.py") or any(PROJECT.glob(f"**/{name}")), f"{page.name} names {name}"


# --- code ---------------------------------------------------------------------------------------------


def error_classes() -> list[type]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AutoGPTLiteError)]


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_message(kind):
    # The first line is what the user reads when nothing better is known.
    first = (kind.__dict__.get("__doc__") or "").splitlines()
    assert first, "no docstring"
    assert first[0].endswith(".")
    assert 400 <= kind.status <= 599


def test_no_file_is_too_long():
    files = [path for folder in SOURCES for kind in ("py", "js", "css") for path in (PROJECT / folder).rglob(f"*.{kind}")]
    long = {
        path.relative_to(PROJECT).as_posix(): lines
        for path in files
        if not {"vendor", "node_modules"} & set(path.parts) and (lines := path.read_text("utf-8").count("\n")) > MAX_LINES
    }
    assert long == {}, "past 700 lines a file holds two things"


# --- the README ---------------------------------------------------------------------------------------


def test_the_first_agent_of_the_readme_runs(tmp_path):
    (agent,) = re.findall(r"```json\n(.*?)```", (PROJECT / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "hello.json").write_text(agent, "utf-8")
    command = [sys.executable, "-m", "autogpt_lite", "run", tmp_path / "hello.json", "--input", "Who=World", "--json"]
    done = subprocess.run([*command, "--data-dir", tmp_path], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outputs"] == {"Greeting": ["Hello, World!"]}
