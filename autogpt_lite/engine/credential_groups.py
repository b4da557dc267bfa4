"""Which credentials a graph needs: the credentials pins of all its nodes, grouped so that a user gives each one once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from .graph import Graph, Node
from .problems import Problems
from .switched_off import graphs_of_run, links_of_run

if TYPE_CHECKING:
    from ..registry import BlockEntry, Registry

Masks = Mapping[str, Mapping[str, Any]]
FindCredentials = Callable[[str], tuple[str, str] | None]
"""credentials id -> (provider, type), None where the user has no such credentials."""
IsProvided = Callable[[Collection[str], Collection[str]], bool]


class CredentialsNeed(msgspec.Struct, frozen=True):
    """One credentials pin of one node. `host` is set where the credentials belong to a host rather than to a provider;
    `unknown` is a discriminator value that no provider is known for."""

    node: Node
    pin: str
    providers: frozenset[str]
    types: frozenset[str]
    scopes: frozenset[str]
    schema: dict[str, Any]
    is_required: bool
    discriminator_value: Any = None
    host: str = ""
    unknown: str = ""

    @property
    def key(self) -> str:
        """The name of its group, for instance github_api_key-oauth2_credentials."""
        parts = (*self.providers, self.host) if self.host else self.providers
        return f"{'-'.join(sorted(parts))}_{'-'.join(sorted(self.types))}_credentials"


def credentials_needs(graph: Graph, registry: Registry) -> Iterator[CredentialsNeed]:
    """Every credentials pin of the graph and its sub-graphs, in stored order, those of nodes that are switched off included."""
    yield from _needs_in([graph, *graph.sub_graphs], registry)


def needs_of_run(graph: Graph, registry: Registry) -> Iterator[CredentialsNeed]:
    """Those of the nodes that a run can reach."""
    for one in graphs_of_run(graph, registry):
        cut_off = links_of_run(one, registry).cut_off
        yield from (need for need in _needs_in([one], registry) if not (need.node.is_disabled or need.node.id in cut_off))


def _needs_in(graphs: list[Graph], registry: Registry) -> Iterator[CredentialsNeed]:
    for one in graphs:
        for node in one.nodes:
            entry = registry.find(node.block_id)
            for pin in entry.credentials_pins if entry else ():
                yield _need(node, entry, pin)


def group_credentials(graph: Graph, registry: Registry) -> dict[str, list[CredentialsNeed]]:
    """{group key: its pins} of what a run can reach, in the order in which the groups first appear."""
    groups: dict[str, list[CredentialsNeed]] = {}
    for need in needs_of_run(graph, registry):
        groups.setdefault(need.key, []).append(need)
    return groups


def _need(node: Node, entry: BlockEntry, pin: str) -> CredentialsNeed:
    schema = entry.input_schema["properties"][pin]
    providers = frozenset(schema.get("credentials_provider") or ())
    name, mapping = schema.get("discriminator"), schema.get("discriminator_mapping")
    value = _discriminator_value(node, entry, name)
    host = unknown = ""
    if mapping and isinstance(value, str) and value:
        found = mapping.get(value)
        providers, unknown = (frozenset((found,)), "") if found else (providers, value)
    elif name and not mapping and isinstance(value, str):
        host = _host_of(value)
    return CredentialsNeed(
        node=node,
        pin=pin,
        providers=providers,
        types=frozenset(schema.get("credentials_types") or ()),
        scopes=frozenset(schema.get("credentials_scopes") or ()),
        schema=schema,
        is_required=pin in entry.required and not (node.are_credentials_optional or node.is_disabled),
        discriminator_value=value,
        host=host,
        unknown=unknown,
    )


def _discriminator_value(node: Node, entry: BlockEntry, name: Any) -> Any:
    if not isinstance(name, str):
        return None
    value = node.input_default.get(name)
    return entry.input_schema["properties"].get(name, {}).get("default") if value is None else value


def _host_of(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"https://{url}").netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


# --- as a schema --------------------------------------------------------------------------------------


def credentials_schema(graph: Graph, registry: Registry) -> dict[str, Any]:
    """The object schema of `credentials_inputs`: one property a group, required where a node cannot run without it.

    `is_set` (ours) stands where every node of a group has credentials of its own: whoever gives none runs with those.
    """
    groups = group_credentials(graph, registry)
    return {
        "type": "object",
        "title": f"{''.join(graph.name.split())}CredentialsInputSchema",
        "properties": {key: _group_schema(needs) for key, needs in groups.items()},
        "required": [key for key, needs in groups.items() if any(need.is_required for need in needs)],
    }


def _group_schema(needs: list[CredentialsNeed]) -> dict[str, Any]:
    first = needs[0]
    providers, types = sorted(first.providers), sorted(first.types)
    scopes = sorted(frozenset().union(*(need.scopes for need in needs)))
    values = sorted({need.host or str(need.discriminator_value) for need in needs if need.discriminator_value is not None})
    return {
        "credentials_provider": providers,
        "credentials_types": types,
        **({"credentials_scopes": scopes} if scopes else {}),
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "title": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            "provider": {"type": "string", **_one_of(providers)},
            "type": {"type": "string", **_one_of(types)},
        },
        "required": ["id", "provider", "type"],
        **{key: first.schema[key] for key in ("discriminator", "discriminator_mapping") if first.schema.get(key)},
        "discriminator_values": values,
        **({"is_set": True} if all(_id_of(need.node.input_default.get(need.pin)) for need in needs) else {}),
    }


def _one_of(values: list[str]) -> dict[str, Any]:
    return {"const": values[0]} if len(values) == 1 else {"enum": values}


# --- at the start of a run ----------------------------------------------------------------------------


def spread_credentials(graph: Graph, registry: Registry, credentials_inputs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """{node_id: {pin: credentials}}: what was given for a group, at every pin of it. Unknown keys are ignored."""
    masks: dict[str, dict[str, Any]] = {}
    for key, needs in group_credentials(graph, registry).items():
        if _id_of(given := credentials_inputs.get(key)):
            for need in needs:
                masks.setdefault(need.node.id, {})[need.pin] = given
    return masks


def check_credentials(
    graph: Graph,
    registry: Registry,
    find: FindCredentials,
    problems: Problems,
    *,
    masks: Masks | None = None,
    pinned: Collection[str] = (),
    is_provided: IsProvided = lambda providers, types: False,
    chosen: Collection[tuple[str, str]] = (),
) -> set[str]:
    """Notes what is wrong with the credentials of a run. Returns the nodes to skip, whose optional credentials are missing.

    `chosen` are (node_id, pin) for which the server itself has chosen fitting credentials. `is_provided(providers, types)` says whether the server itself has such credentials, so that the user needs none.
    """
    skipped: set[str] = set()
    for need in needs_of_run(graph, registry):
        if need.node.id in pinned or (need.node.id, need.pin) in chosen:
            continue
        given = (masks or {}).get(need.node.id, {}).get(need.pin) or need.node.input_default.get(need.pin)
        if (message := _problem_with(need, given, find, is_provided)) is None:
            continue
        if need.is_required:
            problems.add(need.node.id, need.pin, message)
        elif need.node.are_credentials_optional:
            skipped.add(need.node.id)
    return skipped


def _problem_with(need: CredentialsNeed, given: Any, find: FindCredentials, is_provided: IsProvided) -> str | None:
    if need.unknown:
        return f"{need.unknown[:80]!r} is no longer offered here. Choose another."
    credentials_id = _id_of(given)
    if not credentials_id:
        return (
            None
            if is_provided(need.providers, need.types)
            else f"Credentials for {' or '.join(sorted(need.providers))} are required."
        )
    # One message for "never was" and for "is somebody else's", so that ids cannot be probed.
    if (found := find(credentials_id)) is None:
        return "These credentials do not exist. Choose others."
    provider, kind = found
    if provider not in need.providers or kind not in need.types:
        return f"These are {kind} credentials for {provider}, which this node cannot use."
    return None


def _id_of(given: Any) -> str:
    found = given.get("id") if isinstance(given, dict) else None
    return found if isinstance(found, str) else ""
