"""Settings: from a file, the environment and flags; what is wrong is said with the next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from autogpt_lite.config import load_config
from autogpt_lite.errors import ConfigError
from tests.server import run_cli


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[server]\nprot = 1\n", ["there is no setting `server.prot`", "Did you mean `server.port`?"]),
        ("[sever]\nport = 1\n", ["there is no setting `sever`", "Did you mean `server`?"]),
        ("[server]\nport = 'many'\n", ["$.server.port", "config.toml lists every setting"]),
        ("[auth]\nmode = 'open'\n", ["$.auth.mode"]),
        ("[llm.providers.mine]\nbase_ulr = 'http://x'\n", ["base_ulr"]),
        ("server = ", ["is not valid TOML"]),
    ],
    ids=["setting", "section", "type", "choice", "provider", "no TOML"],
)
def test_a_wrong_setting_in_a_file(tmp_path: Path, content: str, words: list[str]):
    config = tmp_path / "mine.toml"
    config.write_text(content)
    checked = run_cli("check", "--config", config, "--data-dir", tmp_path / "data")
    assert (checked.returncode, checked.stdout) == (2, "")
    assert "Traceback" not in checked.stderr
    for word in words:
        assert word in checked.stderr


def test_the_environment_wins_over_the_file_and_flags_over_both(tmp_path: Path):
    config = tmp_path / "mine.toml"
    config.write_text(f"data_dir = '{(tmp_path / 'file').as_posix()}'\n[server]\nport = 1111\nhost = 'localhost'\n")
    of_file = run_cli("check", "--config", config).stdout
    assert "address localhost:1111" in of_file
    assert str(tmp_path / "file") in of_file
    of_environment = run_cli("check", "--config", config, server__port=2222, auth__mode="none").stdout
    assert "address localhost:2222, login: none" in of_environment
    of_flags = run_cli("check", "--config", config, "--data-dir", tmp_path / "flag", data_dir=str(tmp_path / "env")).stdout
    assert str(tmp_path / "flag") in of_flags
    assert not (tmp_path / "env").exists()


def test_a_wrong_setting_in_the_environment_names_its_variable(tmp_path: Path):
    checked = run_cli("check", "--data-dir", tmp_path, engine__workrs=3)
    assert checked.returncode == 2
    assert "AUTOGPT_LITE__ENGINE__WORKRS" in checked.stderr
    assert "Did you mean `engine.workers`?" in checked.stderr


@pytest.mark.parametrize(
    ("name", "meant"), [("AUTH_MODE", "AUTH__MODE"), ("DATA_DIR", "DATA_DIR"), ("SERVER_PUBLIC_URL", "SERVER__PUBLIC_URL")]
)
def test_a_variable_with_one_underscore_is_not_taken_for_nothing(name: str, meant: str):
    with pytest.raises(ConfigError, match=f"AUTOGPT_LITE_{name} is no setting") as caught:
        load_config(environ={f"AUTOGPT_LITE_{name}": "1"})
    assert f"AUTOGPT_LITE__{meant}," in caught.value.hint


@pytest.mark.parametrize("name", ["FAULT", "PORT", "PORT_8006_TCP", "SERVER", "SERVICE_HOST"])
def test_variables_that_others_set_are_left_alone(name: str):
    """Kubernetes and Docker's links set some of these for a service that is called like us."""
    load_config(environ={f"AUTOGPT_LITE_{name}": "1"})
