"""Fixtures that every test may use."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import server_logs
from tests.llama_server import llama_server  # noqa: F401
from tests.local_servers import serve, serve_raw, unused_port  # noqa: F401

if TYPE_CHECKING:
    from tests.server import ServerProcess

# A busy machine makes any example slow now and then; pytest's own timeout is the limit.
hypothesis.settings.register_profile("project", deadline=None)
hypothesis.settings.load_profile("project")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Begun in the background of a script: all that tests start would be deaf to Ctrl-C, and tests of that wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


# Those that take ten seconds or more as a whole, the longest first: begun last, one of them alone would be waited for in the end.
LONG_FILES = (
    "attacks/test_templates_and_regex.py",
    "browser/test_page.py",
    "browser/test_late_parts.py",
    "browser/test_every_page.py",
    "browser/test_huge_outputs.py",
    "browser/test_journeys.py",
    "attacks/test_machine.py",
    "cli/test_library_agents.py",
    "browser/test_builder_runs.py",
    "browser/test_builder_keys.py",
    "browser/test_library.py",
    "browser/test_builder_forms.py",
    "browser/test_builder.py",
    "browser/test_builder_finds.py",
    "attacks/test_blocks_on_the_machine.py",
    "browser/test_builder_nodes.py",
    "browser/test_builder_dragging.py",
    "browser/test_builder_menus.py",
    "browser/test_first_start.py",
    "browser/test_late_answers.py",
    "browser/test_run_forms.py",
    "browser/test_run_page.py",
    "faults/test_selftest.py",
    "cli/test_schedules.py",
    "browser/test_agent_tabs.py",
    "credentials/test_keys.py",
    "browser/test_builder_links.py",
    "browser/test_builder_keyboard.py",
    "browser/test_login.py",
    "attacks/test_ways_in.py",
    "browser/test_builder_prices.py",
    "cli/test_run.py",
    "cli/test_library.py",
    "browser/test_credentials.py",
    "browser/test_hostile_outputs.py",
    "schedules/test_firing.py",
    "cli/test_doctor.py",
    "unit/test_text.py",
    "agents_folder/test_agents_folder.py",
    "unit/test_sandbox.py",
    "cli/test_past_runs.py",
    "cli/test_status.py",
    "http/test_serve.py",
    "engine/test_load.py",
    "engine/test_rounds.py",
    "engine/test_reference.py",
    "faults/test_disk.py",
    "faults/test_kill_during_w.py",
    "credentials/test_backup_with_key.py",
    "install/test_wheel.py",
    "cli/test_users.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin, where scripts/test runs several at the same time."""
    turns = {Path(__file__).parent / name: turn for turn, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: turns.get(item.path, len(turns)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    server_logs.begin_test()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails beside a server of a process of its own says what that one logged meanwhile."""
    report = yield
    if report.failed:
        report.sections += server_logs.written_since()
    return report


@pytest.fixture(scope="session")
def contract() -> Path:
    """The folder of contract facts beside the checkout; tests that need it skip where it is not there."""
    folder = SHARED / "contract"
    if not folder.is_dir():
        pytest.skip("the contract folder ../shared/contract is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """`autogpt-lite serve` in a process of its own, shared by all tests that only need one to be there."""
    from tests.server import ServerProcess

    folder = tmp_path_factory.mktemp("server")
    with ServerProcess(folder / "data", log=folder / "log") as server:
        yield server


@pytest.fixture
async def server(tmp_path: Path):
    """A listening server in this process with a few routes of its own (tests/server.py: LiveServer)."""
    from tests.server import run_server

    async with run_server(tmp_path) as live:
        yield live
