"""The server's own credentials: from the configuration and from well-known environment variables."""

from __future__ import annotations

import uuid

import pytest

from autogpt_lite.config import load_config
from autogpt_lite.credentials.access import check_fits
from autogpt_lite.credentials.system import SystemCredentials
from autogpt_lite.errors import InvalidInputError, MissingConfigError
from autogpt_lite.llm.providers import at_host, choose_provider, configured_providers, effective_model, system_credentials_id

OPENAI_ID = "53c25cb8-e3ee-465c-a4d1-e75a4c899c2a"


def llm_config(**settings):
    overrides = {f"llm.{name.replace('__', '.')}": value for name, value in settings.items()}
    return load_config(environ={}, overrides=overrides).llm


LOCAL = {"base_url": "http://127.0.0.1:8080/v1", "api_key": "", "models": ["my-model"]}


def test_ollama_is_there_without_any_setting_and_without_a_secret():
    (found,) = SystemCredentials(llm_config(), environ={}).by_id.values()
    assert (found.provider, found.type, found.secrets) == ("ollama", "api_key", {})
    assert found.id == system_credentials_id("ollama") == str(uuid.UUID(found.id))


def test_keys_of_the_environment_make_credentials_with_the_ids_that_agent_files_name():
    environ = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "sk-2", "GROQ_API_KEY": " ", "OPEN_ROUTER_API_KEY": "sk-4"}
    system = SystemCredentials(llm_config(), environ=environ)
    assert {c.provider for c in system.by_id.values()} == {"ollama", "openai", "anthropic", "open_router"}
    (openai,) = system.matches({"openai"}, {"api_key"})
    assert (openai.id, openai.secrets, openai.hosts) == (OPENAI_ID, {"api_key": "sk-1"}, ("api.openai.com:443",))
    assert "sk-1" not in repr(openai)


def test_every_configured_provider_is_a_credential():
    system = SystemCredentials(
        llm_config(providers__lmstudio=LOCAL, providers__openai={"base_url": "https://api.openai.com/v1"}), environ={}
    )
    # OpenAI's own server is of no use without a key; a local one may need none.
    assert {c.provider for c in system.by_id.values()} == {"ollama", "lmstudio"}


def test_a_key_of_the_environment_goes_to_the_providers_own_server_only():
    redirected = {"base_url": "http://evil.test/v1"}
    providers = configured_providers(llm_config(providers__openai=redirected), {"OPENAI_API_KEY": "sk-1"})
    assert providers["openai"].api_key == ""


@pytest.mark.parametrize("ref", [{"provider": "groq", "type": "api_key"}, {"provider": "openai", "type": "oauth2"}])
def test_credentials_of_another_provider_or_type_are_refused(ref):
    found = SystemCredentials(llm_config(), environ={"OPENAI_API_KEY": "sk-1"}).by_id[OPENAI_ID]
    check_fits(found, {"id": OPENAI_ID, "provider": "openai", "type": "api_key"})
    with pytest.raises(InvalidInputError) as caught:
        check_fits(found, ref)
    assert "sk-1" not in str(caught.value)


def test_matches_says_whether_the_server_has_something_for_a_group():
    service = SystemCredentials(llm_config(), environ={"GROQ_API_KEY": "g"})
    assert [c.provider for c in service.matches({"openai", "groq"}, {"api_key"})] == ["groq"]
    assert service.matches({"openai"}, {"api_key"}) == []
    assert service.matches({"groq"}, {"oauth2"}) == []


# --- which provider a model runs on ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("my-model", "lmstudio"),  # named in `models`
        ("gpt-4o", "openai"),  # AutoGPT's provider, and there is a key
        ("claude-opus-4-6", "ollama"),  # no key for Anthropic: the default one, which says that it has no such model
        ("any text at all", "ollama"),
        ("llama3.2", "ollama"),
    ],
)
def test_a_model_runs_on_the_provider_that_names_it_else_on_the_default_one(model, provider):
    config = llm_config(providers__lmstudio=LOCAL)
    assert choose_provider(config, model, {"OPENAI_API_KEY": "sk-1"}).name == provider


def test_the_configuration_comes_before_the_usual_provider():
    config = llm_config(providers__lmstudio={**LOCAL, "models": ["gpt-4o"]})
    assert choose_provider(config, "gpt-4o", {"OPENAI_API_KEY": "sk-1"}).name == "lmstudio"


def test_a_default_provider_that_is_not_set_up_is_said_so():
    with pytest.raises(MissingConfigError, match="gpt-4o"):
        choose_provider(llm_config(default_provider="openai"), "gpt-4o", {})


def test_the_default_model_replaces_only_the_blocks_default():
    config = llm_config(default_model="llama3.2")
    assert effective_model(config, "gpt-5.2-2025-12-11") == effective_model(config, None) == "llama3.2"
    assert effective_model(config, "gpt-4o") == "gpt-4o"
    assert effective_model(llm_config(), None) == "gpt-5.2-2025-12-11"


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("nas:11434", "http://nas:11434/v1"),
        (" http://nas:11434/ ", "http://nas:11434/v1"),
        ("https://nas/v1", "https://nas/v1"),
    ],
)
def test_a_key_does_not_come_along_to_another_host(host, base_url):
    provider = configured_providers(llm_config(providers__ollama={"base_url": "http://127.0.0.1:11434/v1", "api_key": "k"}), {})[
        "ollama"
    ]
    assert (at_host(provider, host).base_url, at_host(provider, host).api_key) == (base_url, "")
    assert at_host(provider, "127.0.0.1:11434").api_key == "k"
    assert "'k'" not in repr(provider)
