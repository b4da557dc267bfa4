"""What `pip install` gives a user: the wheel holds everything, runs from anywhere and needs no checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGED = ("blocks", "static", "examples", "config.toml")
BUILD = "import sys, hatchling.build as build; print(getattr(build, f'build_{sys.argv[1]}')(sys.argv[2]))"


def build(kind: str, source: Path, into: Path) -> Path:
    """Builds a "wheel" or an "sdist" of the source folder as pip would; its path."""
    done = subprocess.run([sys.executable, "-c", BUILD, kind, str(into)], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return into / done.stdout.split()[-1]


def files_below(folder: Path) -> set[str]:
    """The files that belong to the package, as paths relative to the folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def expected_files() -> set[str]:
    """Where each file of the checkout stands in a wheel."""
    expected = {f"autogpt_lite/{name}" for name in files_below(PROJECT / "autogpt_lite")}
    for name in PACKAGED:
        path = PROJECT / name
        below = {f"/{file}" for file in files_below(path)} if path.is_dir() else {""}
        expected |= {f"autogpt_lite/_packaged/{name}{file}" for file in below}
    return expected


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    return build("wheel", PROJECT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """The bin folder of a new environment with the wheel in it; what it depends on comes from the tests' environment."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    bin_dir = environment / ("Scripts" if os.name == "nt" else "bin")
    run = dict(check=True, capture_output=True, stdin=subprocess.DEVNULL)
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--python", sys.executable, environment], **run)
        subprocess.run([uv, "pip", "install", "--python", bin_dir / "python", "--no-deps", "--no-index", wheel], **run)
    else:
        subprocess.run([sys.executable, "-m", "venv", environment], **run)
        subprocess.run([bin_dir / "python", "-m", "pip", "install", "--no-deps", "--no-index", wheel], **run)
    # The folder itself goes on the path, not its .pth files: the checkout stays out of reach.
    dependencies = Path(importlib.util.find_spec("aiohttp").origin).parents[1]
    ask = [bin_dir / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    purelib = subprocess.run(ask, **run, text=True).stdout.strip()
    Path(purelib, "dependencies.pth").write_text(str(dependencies), "utf-8")
    return bin_dir


def run_installed(bin_dir: Path, cwd: Path, *arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "AUTOGPT_LITE"))}
    environ |= {"HOME": str(cwd), "XDG_DATA_HOME": str(cwd / "data")}
    command = [bin_dir / "autogpt-lite", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected_files()


def test_the_wheel_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = next(name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name)
        metadata = message_from_string(archive.read(f"{info}/METADATA").decode())
        entry_points = archive.read(f"{info}/entry_points.txt").decode()
        assert archive.read(f"{info}/licenses/LICENSE").startswith(b"MIT License")
    assert metadata["Name"] == "autogpt-lite"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "autogpt-lite = autogpt_lite.__main__:main" in entry_points


def test_the_source_distribution_builds_the_same_wheel(wheel, tmp_path):
    sdist = build("sdist", PROJECT, tmp_path)
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    (source,) = (path for path in tmp_path.iterdir() if path.is_dir())
    rebuilt = build("wheel", source, tmp_path)
    assert rebuilt.read_bytes() == wheel.read_bytes()
    assert (source / "scripts" / "test").is_file()
    assert (source / "tests" / "install").is_dir()


def test_the_command_works_outside_of_the_checkout(installed, tmp_path):
    assert "serve" in run_installed(installed, tmp_path, "--help")
    blocks = json.loads(run_installed(installed, tmp_path, "blocks", "--json"))
    files = [path for path in files_below(PROJECT / "blocks") if path.endswith(".py")]
    assert len(blocks) >= len(files), "some of the packaged blocks did not load"


def test_an_editable_install_copies_nothing(tmp_path):
    # A copy of config.toml or blocks/ beside the link to the checkout would be found by nobody and grow old.
    name = subprocess.run(
        [sys.executable, "-c", "import sys, hatchling.build as b; print(b.build_editable(sys.argv[1]))", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    with zipfile.ZipFile(tmp_path / name) as archive:
        assert [n for n in archive.namelist() if ".dist-info/" not in n] == ["_autogpt_lite.pth"]
