"""The lock files in requirements/ are what scripts/start and scripts/test install, with --no-deps: they have to be complete."""

from __future__ import annotations

import ast
import importlib.metadata
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "runtime", "test")
RENEW = "run scripts/lock"


def read_lock(name: str) -> list[Requirement]:
    lines = (PROJECT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def pins_here(name: str) -> dict[str, str]:
    """{package: version} of the lines of a lock file that this Python and platform install."""
    return {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in read_lock(name)
        if pin.marker is None or pin.marker.evaluate()
    }


def wanted_by_project(name: str) -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    texts = {
        "build": project["build-system"]["requires"],
        "runtime": project["project"]["dependencies"],
        "test": project["project"]["dependencies"] + project["project"]["optional-dependencies"]["test"],
    }
    return [Requirement(text) for text in texts[name]]


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_one_exact_pin_from_anywhere(name):
    # An address of an index here would send every user to one machine.
    lines = (PROJECT / "requirements" / f"{name}.txt").read_text("utf-8").splitlines()
    assert not [line for line in lines if line.startswith(("-", "http")) or "://" in line]
    for pin in read_lock(name):
        assert [specifier.operator for specifier in pin.specifier] == ["=="], f"{pin}: {RENEW}"
        assert pin.url is None


@pytest.mark.parametrize("name", LOCKS)
def test_the_pins_fit_the_ranges_of_the_project(name):
    # Compared in text, not by what applies here, so that the lines for other platforms are looked at too.
    pins: dict[str, list[Requirement]] = {}
    for pin in read_lock(name):
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    for wanted in wanted_by_project(name):
        found = pins.get(canonicalize_name(wanted.name), [])
        assert found, f"{wanted.name} is not in requirements/{name}.txt: {RENEW}"
        for pin in found:
            version = next(iter(pin.specifier)).version
            assert wanted.specifier.contains(version, prereleases=True), f"{pin} does not fit {wanted}: {RENEW}"


@pytest.mark.parametrize("name", LOCKS)
def test_what_a_pinned_package_needs_is_pinned_too(name):
    pins = pins_here(name)
    for package, version in pins.items():
        try:
            distribution = importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            continue  # an environment with fewer packages; scripts/test has them all
        if distribution.version != version:
            continue
        for text in distribution.requires or ():
            needed = Requirement(text)
            if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
                continue
            pinned = pins.get(canonicalize_name(needed.name))
            assert pinned, f"{package} needs {needed.name}, which is not in requirements/{name}.txt: {RENEW}"
            assert needed.specifier.contains(pinned, prereleases=True), f"{package} needs {needed}, pinned is {pinned}: {RENEW}"


def test_one_environment_can_hold_all_of_them():
    pins = {name: pins_here(name) for name in LOCKS}
    for name, other in (("test", "runtime"), ("test", "build"), ("runtime", "build")):
        both = pins[name].keys() & pins[other].keys()
        assert {p: pins[name][p] for p in both} == {p: pins[other][p] for p in both}, RENEW
    assert pins["runtime"].keys() <= pins["test"].keys(), "scripts/test installs test.txt alone, which has to hold runtime.txt"


# --- what the code imports ----------------------------------------------------------------------------


def imported_packages(*folders: str) -> dict[str, str]:
    """{distribution: a file that imports it}, also where it does so inside a function."""
    providers = importlib.metadata.packages_distributions()
    found: dict[str, str] = {}
    for path in (path for folder in folders for path in (PROJECT / folder).rglob("*.py") if "_packaged" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in {name.split(".")[0] for name in names} - sys.stdlib_module_names - OURS:
                (distribution,) = set(providers.get(name, [name]))
                found[canonicalize_name(distribution)] = path.relative_to(PROJECT).as_posix()
    return found


EXTRAS = {"openpyxl"}
"""Where it is missing, a sentence says how to get it."""
OURS = {"autogpt_lite", "blocks", "tests", "_pages", "_reference", "_environment"}


def test_what_the_program_imports_is_what_it_depends_on():
    imported = imported_packages("autogpt_lite", "blocks")
    declared = {canonicalize_name(wanted.name) for wanted in wanted_by_project("runtime")}
    assert {name: path for name, path in imported.items() if name not in declared | EXTRAS} == {}
    unused = declared - imported.keys() - {"tzdata"}  # zoneinfo reads it where the system has no zones
    assert unused == set(), "a dependency that nothing imports makes every installation larger"


def test_what_the_tests_import_is_in_the_test_extra():
    declared = {canonicalize_name(wanted.name) for wanted in wanted_by_project("test")}
    assert {name: path for name, path in imported_packages("tests").items() if name not in declared} == {}
