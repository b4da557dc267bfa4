"""The configuration: defaults from the packaged config.toml, then the user's file, then the environment, then flags.

Every setting stands in config.toml at the top of the project with its default, unit and meaning; the classes here give
the types. AUTOGPT_LITE__SECTION__KEY overrides one setting; lists and tables are given as JSON.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from .allowed_values import with_allowed_values
from .errors import ConfigError
from .paths import packaged_file

ENVIRONMENT_PREFIX = "AUTOGPT_LITE__"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a section. No defaults here: they stand in config.toml, once."""


class ServerConfig(Section):
    host: str
    port: int
    public_url: str
    public_port: int
    allowed_hosts: list[str]
    max_body_bytes: int
    max_json_depth: int
    max_connections: int
    shutdown_grace_s: float


class AuthConfig(Section):
    mode: Literal["token", "password", "jwt", "none"]
    link_minutes: int
    session_days: int
    sign_up: bool
    jwt_secret: str
    jwt_audience: str

    def __repr__(self) -> str:  # the secret must not reach a log by way of a traceback
        return f"AuthConfig(mode={self.mode!r})"


class WebSocketConfig(Section):
    max_connections: int
    max_subscriptions: int
    max_message_bytes: int
    max_backlog_bytes: int
    ring_events: int


class EngineConfig(Section):
    workers: int
    max_running: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    max_depth: Annotated[int, msgspec.Meta(ge=1, le=100)]
    max_node_executions: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    max_credits: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
    max_run_s: Annotated[float, msgspec.Meta(ge=0.1, le=31_536_000)]
    max_node_s: Annotated[float, msgspec.Meta(ge=0.1, le=31_536_000)]
    max_node_items: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    max_crashes: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    max_threads: int
    max_abandoned_threads: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    max_output_bytes: int
    max_review_bytes: int
    slice_ms: float


class DatabaseConfig(Section):
    cache_mb: int
    wal_limit_mb: int
    readers: int
    read_timeout_s: float
    reserve_percent: Annotated[float, msgspec.Meta(ge=0, le=90)]


class RetentionConfig(Section):
    days: int
    runs_per_agent: int
    mb_per_agent: int
    file_mb: int
    backup_hours: Annotated[int, msgspec.Meta(ge=0, le=8760)]


class AgentsConfig(Section):
    path: str
    poll_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)]


class BlocksConfig(Section):
    paths: list[str]
    disabled: list[str]


class HttpConfig(Section):
    allow: list[str]
    proxy: str
    timeout_s: float
    max_response_bytes: int
    max_redirects: int

    def __repr__(self) -> str:  # the proxy's password must not reach a log by way of a traceback
        return f"HttpConfig(allow={self.allow!r})"


class TextConfig(Section):
    timeout_s: float
    max_memory_mb: int
    max_output_bytes: int


class SandboxConfig(Section):
    code: bool
    timeout_s: Annotated[float, msgspec.Meta(ge=0.1, le=86_400)]
    memory_mb: Annotated[int, msgspec.Meta(ge=64, le=1_000_000)]
    disk_mb: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    max_files: Annotated[int, msgspec.Meta(ge=100, le=10_000_000)]
    max_processes: Annotated[int, msgspec.Meta(ge=20, le=10_000)]
    max_output_bytes: Annotated[int, msgspec.Meta(ge=1000, le=100_000_000)]
    parallel: Annotated[int, msgspec.Meta(ge=1, le=100)]


class LlmProviderConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One OpenAI-compatible server. `api_key` may be left out where the server wants none."""

    base_url: str
    api_key: str = ""
    models: list[str] = []

    def __repr__(self) -> str:  # the key must not reach a log by way of a traceback
        return f"LlmProviderConfig(base_url={self.base_url!r}, models={self.models!r})"


class LlmConfig(Section):
    default_provider: str
    default_model: str
    timeout_s: float
    max_output_tokens: int
    providers: dict[str, LlmProviderConfig]


class CredentialsConfig(Section):
    key: str
    key_command: list[str]
    exclusive: list[str]
    change_wait_s: float
    log_days: int

    def __repr__(self) -> str:  # the key must not reach a log by way of a traceback
        return f"CredentialsConfig(exclusive={self.exclusive!r})"


class OAuthProviderConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A login at one provider. For a known one (GitHub, Google ...) `client_id` and `client_secret` are enough; of any other the
    addresses have to be given as well (docs/credentials.md)."""

    client_id: str
    client_secret: str = ""
    title: str = ""
    authorize_url: str = ""
    token_url: str = ""
    revoke_url: str = ""
    user_url: str = ""
    user_field: str = ""
    scopes: list[str] = []
    scope_separator: Literal[" ", ",", ""] = ""
    client_auth: Literal["", "body", "basic"] = ""
    hosts: list[str] = []

    def __repr__(self) -> str:
        return f"OAuthProviderConfig(client_id={self.client_id!r})"


class OAuthConfig(Section):
    state_minutes: int
    providers: dict[str, OAuthProviderConfig]


class ScheduleEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[schedules.entries]]: an agent that runs by itself. `agent` is an agent file (*.json) or a graph id; what is left out
    comes from [schedules]."""

    name: str
    agent: str
    cron: str
    inputs: dict[str, Any] = {}
    graph_version: int | None = None
    timezone: str | None = None
    catch_up: Literal["skip", "once", "all"] | None = None
    catch_up_limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    grace_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] | None = None
    overlap: Literal["queue", "skip", "parallel"] | None = None


class SchedulesConfig(Section):
    timezone: str
    catch_up: Literal["skip", "once", "all"]
    catch_up_limit: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    grace_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)]
    overlap: Literal["queue", "skip", "parallel"]
    history_days: int
    entries: list[ScheduleEntry]


class TriggersConfig(Section):
    deliveries_per_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    max_body_bytes: Annotated[int, msgspec.Meta(ge=1)]
    history_days: Annotated[int, msgspec.Meta(ge=1)]
    require_secret: bool
    github_api_url: str
    telegram_api_url: str


class LogConfig(Section):
    level: Literal["debug", "info", "warning", "error"]


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. `data_dir` is "" for the platform's own place (see paths.default_data_dir). `given` is no setting: it names those
    ("section.key") that do not come from the packaged defaults, and so are not for a page to change."""

    data_dir: str
    server: ServerConfig
    auth: AuthConfig
    websocket: WebSocketConfig
    engine: EngineConfig
    database: DatabaseConfig
    retention: RetentionConfig
    agents: AgentsConfig
    blocks: BlocksConfig
    http: HttpConfig
    text: TextConfig
    sandbox: SandboxConfig
    llm: LlmConfig
    credentials: CredentialsConfig
    oauth: OAuthConfig
    schedules: SchedulesConfig
    triggers: TriggersConfig
    log: LogConfig
    given: frozenset[str] = frozenset()


def load_config(
    path: Path | None = None, *, overrides: dict[str, Any] | None = None, environ: dict[str, str] | None = None
) -> Config:
    """Reads the configuration.

    `path` is the user's file (an error if it is missing); `overrides` are flags as {"section.key": value};
    `environ` defaults to the process environment. Raises ConfigError that names the setting and what is expected.
    """
    merged = _read_toml(packaged_file("config.toml"))
    given: set[str] = set()
    if path is not None:
        own = _read_toml(path)
        _merge(merged, own, str(path))
        given |= _names(own)
    for name, text in sorted((os.environ if environ is None else environ).items()):
        if name.startswith(ENVIRONMENT_PREFIX):
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            _merge(merged, _nested(keys, _parse_environment(keys, text)), name)
            given.add(".".join(keys[:2]))
        elif name.startswith(ENVIRONMENT_PREFIX[:-1]):
            _refuse_near_miss(name, merged)
    for dotted, value in (overrides or {}).items():
        if value is not None:
            _merge(merged, _nested(dotted.split("."), value), dotted)
            given.add(dotted)
    try:
        return msgspec.convert({**merged, "given": sorted(given)}, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"A setting has a value that it cannot have: {with_allowed_values(str(error), Config)}",
            hint="config.toml lists every setting.",
        ) from None


def _refuse_near_miss(name: str, settings: dict[str, Any]) -> None:
    """Raises ConfigError for AUTOGPT_LITE_AUTH_MODE: with one underscore it would be ignored, and the owner thinks that it holds."""
    words = name.removeprefix(ENVIRONMENT_PREFIX[:-1]).lower()
    for section, keys in settings.items():
        is_key = isinstance(keys, dict) and words.startswith(f"{section}_") and words.removeprefix(f"{section}_") in keys
        if is_key or (words == section and not isinstance(keys, dict)):
            meant = "__".join(filter(None, (section, words.removeprefix(section).removeprefix("_"))))
            raise ConfigError(f"{name} is no setting.", hint=f"Write {ENVIRONMENT_PREFIX}{meant.upper()}, with two underscores.")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(f"There is no configuration file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def _names(settings: dict[str, Any]) -> set[str]:
    sections = ((name, value if isinstance(value, dict) else {"": None}) for name, value in settings.items())
    return {f"{section}.{key}".rstrip(".") for section, keys in sections for key in keys}


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    for key in reversed(keys):
        value = {key: value}
    return value


def _parse_environment(keys: list[str], text: str) -> Any:
    expected = _type_of_setting(keys)
    if expected is str or (expected is not None and getattr(expected, "__origin__", None) is Literal):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _type_of_setting(keys: list[str]) -> Any:
    current: Any = Config
    for key in keys:
        if not (isinstance(current, type) and issubclass(current, msgspec.Struct)):
            # A table in which the user names the keys: its values are what is asked for next.
            current = get_args(current)[1] if get_origin(current) is dict else None
            if current is None:
                return None
            continue
        current = next((f.type for f in msgspec.structs.fields(current) if f.name == key), None)
    return current


# Tables in which the user names the keys.
_OPEN_TABLES = {("llm", "providers"), ("oauth", "providers")}


def _merge(into: dict[str, Any], new: dict[str, Any], source: str, at: tuple[str, ...] = ()) -> None:
    for key, value in new.items():
        if key not in into and at not in _OPEN_TABLES and at[:-1] not in _OPEN_TABLES:
            import difflib  # only here: a start pays for no more than it needs

            close = difflib.get_close_matches(key, into, n=1)
            name = ".".join((*at, key))
            suggestion = f"Did you mean `{'.'.join((*at, close[0]))}`?" if close else "config.toml lists every setting."
            raise ConfigError(f"{source}: there is no setting `{name}`.", hint=suggestion)
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value, source, (*at, key))
        else:
            into[key] = value
