"""D11, D12 and D13: no block opens a database or writes a file or starts a program, whatever it is given.

There is no SQL block, no Git block, no shell and no block that writes files. Until there is one, this holds of every block of the registry, run
through the real door on a server under Python's audit hook: no value makes it open the server's own files, any database, anything for
writing, or a program. Whoever builds such a block has to come by here and say which folder it may write to.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from autogpt_lite.paths import packaged_file
from autogpt_lite.registry import BlockEntry, Registry
from autogpt_lite.sandbox import code as sandbox
from tests.attacks.test_code import linux, make_sandbox
from tests.attacks.watched import DATABASES, STARTS, Event, deeds, written
from tests.conftest import SHARED
from tests.server import PROJECT, ServerProcess

VECTORS = SHARED / "contract" / "block_vectors.json"
DATABASE, TOKEN, KEY = "autogpt_lite.sqlite", "owner_token", "credentials.key"
AT_ONCE = 8
SQL = [
    "ATTACH DATABASE '{db}' AS x; SELECT * FROM x.users",
    "SELECT load_extension('{db}'); PRAGMA writable_schema=ON",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 100000000) SELECT i FROM n",
]


class Done(NamedTuple):
    """What all blocks did with all that was asked of them."""

    asked: list[tuple[str, dict[str, Any]]]
    answers: list[tuple[int, bytes]]
    report: Path
    n_at_start: int
    """Lines of the report from before the first question."""
    data_dir: Path
    home: Path

    def deeds(self, kinds: set[str]) -> list[Event]:
        """What was done while blocks were asked."""
        return [event for event in deeds(self.report)[self.n_at_start :] if event[0] in kinds]


def hostile_values(data_dir: Path, home: Path) -> list[str]:
    """Places that an agent has no business with, and SQL that would go there."""
    database = data_dir / DATABASE
    package = PROJECT / "autogpt_lite" / "app.py"
    places = [str(database), f"file:{database}?mode=ro", str(database.with_name(KEY)), str(package)]
    places += [
        "../../owner_token",
        "~/.ssh/authorized_keys",
        f"{home}/.ssh/authorized_keys",
        ".git/hooks/pre-commit",
        ".git/config",
    ]
    places += ["/bin/./whoami", "x; touch pwned", "$(touch pwned)", "x\ntouch pwned"]
    return [*places, *(text.format(db=database) for text in SQL)]


# --- what is asked --------------------------------------------------------------------------------------------------------------------


def inputs_for(entry: BlockEntry, values: list[str]) -> Iterator[dict[str, Any]]:
    """Every value in every pin that can hold a text, one pin at a time and in all at once."""
    pins = {name: schema for name, schema in entry.input_schema["properties"].items() if name not in entry.credentials_pins}
    base = {name: sample(pins[name]) for name in entry.required if name in pins}
    for value in values:
        hostile = {name: held for name, schema in pins.items() if (held := holding(schema, value)) is not None}
        yield {**base, **hostile}
        yield from ({**base, name: held} for name, held in hostile.items())


def sample(schema: dict[str, Any]) -> Any:
    """A small value that the schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    kinds = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
    return kinds.get(schema.get("type"), "x")


def holding(schema: dict[str, Any], text: str) -> Any:
    """The text as a value of this schema; None where it has no place for one."""
    if "enum" in schema:
        return None
    if "anyOf" in schema:
        return next((held for one in schema["anyOf"] if (held := holding(one, text)) is not None), None)
    match schema.get("type"):
        case "string" | None:
            return text
        case "array":
            items = schema.get("items") or {}
            return None if (held := holding(items, text)) is None else [held]
        case "object":
            return {"path": text, "key": text, text: text}
    return None


def vectors() -> list[tuple[str, dict[str, Any]]]:
    """AutoGPT's own cases of its blocks, where the contract is there."""
    blocks = json.loads(VECTORS.read_text("utf-8")) if VECTORS.is_file() else []
    return [(block["id"], case["input"]) for block in blocks for case in block["cases"]]


# --- asking ---------------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def session_of(server: ServerProcess) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url, headers=server.bearer) as session:
        yield session


async def ask_all(server: ServerProcess, asked: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, bytes]]:
    """The answers, a few calls at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def ask(session: aiohttp.ClientSession, block_id: str, given: dict[str, Any]) -> tuple[int, bytes]:
        async with places, session.post(f"/api/blocks/{block_id}/execute", json=given) as answer:
            return answer.status, await answer.read()

    async with session_of(server) as session:
        return await asyncio.gather(*(ask(session, *one) for one in asked))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """All blocks, with all that is hostile, on one server."""
    folder = tmp_path_factory.mktemp("machine")
    data_dir, home, report = folder / "data", folder / "home", folder / "report"
    (home / ".ssh").mkdir(parents=True)
    (folder / "tmp").mkdir()
    entries = list(Registry().load([packaged_file("blocks")]))
    values = hostile_values(data_dir, home)
    asked = [(entry.id, given) for entry in entries for given in inputs_for(entry, values)]
    asked += [one for one in vectors() if "seconds" not in one[1]]  # a timer only waits
    environ = {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    program = [sys.executable, "-m", "tests.attacks.watched", str(report)]
    with ServerProcess(data_dir, log=folder / "log", program=program, environ=environ) as server:
        key = {"type": "api_key", "api_key": "the-owners-key"}
        assert server.request("POST", "/api/integrations/x/credentials", key).status == 201  # the key's file is there now
        n_at_start = len(deeds(report))
        answers = asyncio.run(ask_all(server, asked))
    return Done(asked, answers, report, n_at_start, data_dir, home)


# --- what is held ---------------------------------------------------------------------------------------------------------------------


def test_d11_d12_every_block_was_asked_and_answered(done: Done):
    assert len({block_id for block_id, _ in done.asked}) > 70
    assert {status for status, _ in done.answers} <= {200, 400, 403, 404, 422}
    assert sum(status == 200 for status, _ in done.answers) > 500, "so many have really run"


def test_d11_no_block_opens_a_database(done: Done):
    """Only the server does, its own file, through one library and in one place."""
    own = str(done.data_dir / DATABASE)
    opened = deeds(done.report, DATABASES)
    assert own in {event[1] for event in opened}, "the watch sees who opens a database"
    assert {event[0] for event in opened} == {"apsw.Connection"}
    assert {Path(event[2]).parent for event in opened} == {PROJECT / "autogpt_lite" / "db"}
    assert {event[1] for event in done.deeds(DATABASES)} <= {own}, "while blocks run, its readers at most"


def test_d11_what_is_in_the_servers_files_comes_back_nowhere(done: Done):
    secrets = [(done.data_dir / name).read_bytes().strip()[-30:] for name in (TOKEN, KEY)]
    told = [
        body
        for _, body in done.answers
        if any(secret in body for secret in (*secrets, b"SQLite format 3", b"CREATE TABLE users"))
    ]
    assert told == []


def test_d11_d12_no_hostile_place_is_opened_not_even_for_reading(done: Done):
    opened = {os.path.expanduser(event[1]) for event in done.deeds({"open"}) if isinstance(event[1], str)}
    assert opened & {os.path.expanduser(value) for value in hostile_values(done.data_dir, done.home)} == set()
    assert {path for path in opened if path.startswith(str(done.data_dir))} == set()


def test_d12_nothing_is_written_outside_the_data_directory(done: Done):
    allowed = (done.data_dir, done.data_dir.with_name("tmp"), Path(os.devnull))
    paths = {Path(path) for path in written(done.report)}
    assert done.data_dir / KEY in {path.with_suffix(".key") for path in paths}, "the watch sees who writes"
    assert [str(path) for path in paths if not any(path == one or one in path.parents for one in allowed)] == []
    assert list((done.home / ".ssh").iterdir()) == []


def test_d13_no_block_starts_a_program_of_the_machine(done: Done):
    """Templates and patterns have children, which are this Python with code of ours; nobody else is started."""
    started = done.deeds(STARTS)
    assert started, "the watch sees who starts a process"
    assert {(event[0], event[2][0]) for event in started} == {("subprocess.Popen", sys.executable)}
    words = {word for event in started for word in event[2]}
    assert [value for value in hostile_values(done.data_dir, done.home) if any(value in word for word in words)] == []


@linux
@pytest.mark.parametrize(
    "source",
    [
        "import sqlite3; print(sqlite3.connect('file:{db}?mode=ro', uri=True).execute('SELECT * FROM users').fetchall())",
        "import sqlite3; print(sqlite3.connect(':memory:').execute(\"ATTACH DATABASE '{db}' AS x\").fetchall() or 1/0)",
        "open('{home}/.ssh/authorized_keys', 'a').write('x')",
        "open('{package}', 'a').write('x')",
        "open('{repository}/.git/hooks/pre-commit', 'w').write('x')",
        "import os; os.symlink('{home}', 'link'); open('link/.ssh/authorized_keys', 'w').write('x')",
    ],
    ids=["read the database", "attach it", "a key of ssh", "our own package", "a hook of git", "through a link"],
)
async def test_d11_d12_neither_does_code_in_the_sandbox(tmp_path: Path, source: str):
    home, repository, database = tmp_path / "home", tmp_path / "repository", tmp_path / "data" / "autogpt_lite.sqlite"
    for folder in (home / ".ssh", repository / ".git" / "hooks", database.parent):
        folder.mkdir(parents=True)
    database.write_bytes(b"SQLite format 3\0")
    package = PROJECT / "autogpt_lite" / "app.py"
    before = {path: path.stat().st_mtime_ns for path in (*tmp_path.rglob("*"), package)}
    jail = make_sandbox(database.parent)
    if (problem := await jail.check()) is not None:
        pytest.skip(f"no code sandbox here: {problem}")
    ran = await jail.run("python", source.format(home=home, package=package, repository=repository, db=database))
    assert ran.exit_code != 0, ran
    assert ran.stdout == ""
    assert {path: path.stat().st_mtime_ns for path in (*tmp_path.rglob("*"), package)} == before
    assert sandbox.missing_for_code() is None
