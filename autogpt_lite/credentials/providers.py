"""Which providers the blocks of this server take credentials for, and how."""

from __future__ import annotations

from collections.abc import Callable

from ..registry import Registry
from .given import default_hosts
from .known_providers import KNOWN_PROVIDERS, title_of
from .system import SystemCredentials
from .types import ProviderInfo

LoginState = Callable[[str], tuple[bool, str | None]]
"""provider -> (whether users can log in at it here, why not and what to do)."""


class ProviderCatalog:
    """`login_state` is what app.py wires in."""

    def __init__(self, registry: Registry, system: SystemCredentials):
        self._registry = registry
        self._system = system
        self.login_state: LoginState = lambda provider: (False, None)

    def names(self) -> list[str]:
        """All providers, in order of their names."""
        return sorted(set(self._needs()) | set(KNOWN_PROVIDERS) | self.system_names())

    def system_names(self) -> set[str]:
        """Those that the server itself has credentials of."""
        return {one.provider for one in self._system.by_id.values()}

    def list_providers(self) -> list[ProviderInfo]:
        """Those that some block takes credentials for, by their titles."""
        infos = [self._info(name, *found) for name, found in self._needs().items()]
        return sorted(infos, key=lambda info: info.title.lower())

    def _info(self, name: str, types: set[str], scopes: set[str], blocks: set[str]) -> ProviderInfo:
        can_log_in, hint = self.login_state(name) if "oauth2" in types else (False, None)
        system = next((one for one in self._system.by_id.values() if one.provider == name), None)
        known = KNOWN_PROVIDERS.get(name)
        return ProviderInfo(
            name=name,
            title=title_of(name),
            supported_auth_types=sorted(types),  # type: ignore[arg-type]
            scopes=sorted(scopes),
            hosts=default_hosts(name, system.hosts[0] if system and system.hosts else None),
            n_blocks=len(blocks),
            can_log_in=can_log_in,
            login_hint=hint,
            is_system=system is not None,
            key_url=known.key_url if known else None,
        )

    def _needs(self) -> dict[str, tuple[set[str], set[str], set[str]]]:
        found: dict[str, tuple[set[str], set[str], set[str]]] = {}
        for entry in self._registry:
            for pin in entry.credentials_pins if not entry.disabled else ():
                schema = entry.input_schema["properties"][pin]
                providers = schema.get("credentials_provider") or ()
                for provider in providers:
                    types, scopes, blocks = found.setdefault(provider, (set(), set(), set()))
                    types.update(schema.get("credentials_types") or ())
                    scopes.update(schema.get("credentials_scopes") or () if len(providers) == 1 else ())
                    blocks.add(entry.id)
        return found
