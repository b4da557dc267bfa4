"""Every text of the pages can be translated: it stands in static/messages/en.json."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def messages(monkeypatch):
    monkeypatch.syspath_prepend(str(PROJECT / "scripts"))
    return importlib.import_module("_messages")


def test_the_list_is_what_the_pages_say():
    command = [sys.executable, str(PROJECT / "scripts" / "messages"), "--check"]
    code = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert code.returncode == 0, f"static/messages/en.json is out of date: run scripts/messages. {code.stderr}"


def test_texts_are_found_with_their_plurals(messages):
    source = """t("One \\"word\\""); t('Say "yes"', { a: 1 }); parts("Press {key}", { key });
    plural(list.filter((x) => x.ok).length, "{n} node", "{n} nodes")"""
    assert messages.messages_in(source, "x.js") == {
        'One "word"': 'One "word"',
        'Say "yes"': 'Say "yes"',
        "Press {key}": "Press {key}",
        "{n} nodes": {"one": "{n} node", "other": "{n} nodes"},
    }


@pytest.mark.parametrize("call", ["t(text)", "t(`a ${b}`)", "plural(n, one, many)", 'parts(a ? "b" : "c")'])
def test_a_text_that_is_not_written_out_is_refused(messages, call):
    with pytest.raises(messages.NotALiteralError, match=r"x\.js:2"):
        messages.messages_in(f"\n{call}", "x.js")


def test_places_for_values_have_names():
    catalog = json.loads((PROJECT / "static" / "messages" / "en.json").read_text("utf-8"))
    assert len(catalog) > 200
    assert not [text for text in catalog if "${" in text or "{}" in text]
