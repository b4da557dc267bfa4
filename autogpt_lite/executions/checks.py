"""Whether a graph may be started as it is asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ..credentials.service import CredentialsAccess
from ..engine.admit import AdmitRequest
from ..engine.credential_groups import CredentialsNeed, check_credentials, credentials_needs, spread_credentials
from ..engine.engine import Engine
from ..engine.graph import Graph
from ..engine.limits import check_limits
from ..engine.plan import GraphPlan
from ..engine.validate import validate_graph
from ..errors import InvalidInputError
from ..graphs.service import GraphService
from ..registry import Registry
from ..sdk.credentials import Credentials
from .inputs import check_inputs, check_pinned_nodes
from .types import PRIORITIES, PRIORITY_OF_A_PERSON, ExecuteGraph

MAX_CHECKED = 256

Masks = dict[str, dict[str, Any]]


class CheckedGraph(NamedTuple):
    """A graph version that may run as it is."""

    plan: GraphPlan
    masks: Masks
    nodes_to_skip: frozenset[str]


class StartChecks:
    """Checks starts, and keeps which versions were fine as they are."""

    def __init__(self, registry: Registry, engine: Engine, graphs: GraphService, credentials: CredentialsAccess):
        self._registry = registry
        self._engine = engine
        self._graphs = graphs
        self._credentials = credentials
        self._checked: dict[tuple[str, str, int | None], CheckedGraph] = {}

    def request_of(
        self, user_id: str, graph_id: str, graph_version: int | None, given: ExecuteGraph, *, preset_id: str | None, source: str
    ) -> AdmitRequest:
        """The run that a start asks for, in a graph that may run. Raises NotFoundError, GraphNotInLibraryError, or GraphValidationError
        with all problems by node id."""
        if given.dry_run:
            raise InvalidInputError(
                "Simulated runs are not offered here.", hint="Give `pinned_outputs` for the nodes that must not run."
            )
        if given.limits is not None:
            check_limits(given.limits)
        checked = self._known_to_be_fine(user_id, graph_id, graph_version, given) or self._check(
            user_id, self._graphs.get_runnable_graph(user_id, graph_id, graph_version), given
        )
        check_inputs(checked.plan, given.inputs)
        return AdmitRequest(
            user_id=user_id,
            plan=checked.plan,
            inputs=given.inputs,
            credential_inputs=msgspec.to_builtins(given.credentials_inputs) or None,
            masks=checked.masks,
            pinned_outputs=given.pinned_outputs,
            nodes_to_skip=checked.nodes_to_skip,
            limits=given.limits,
            preset_id=preset_id,
            source=source,
            priority=PRIORITIES.get(source, PRIORITY_OF_A_PERSON),
        )

    def forget(self, graph_id: str) -> None:
        """Drops what is known of a deleted graph."""
        for key in [key for key in self._checked if key[1] == graph_id]:
            del self._checked[key]

    def _known_to_be_fine(
        self, user_id: str, graph_id: str, graph_version: int | None, given: ExecuteGraph
    ) -> CheckedGraph | None:
        # A stored version never changes, so what was fine once stays fine; whether it may still be run, admission looks up.
        return None if _is_special(given) else self._checked.get((user_id, graph_id, graph_version))

    def _check(self, user_id: str, graph: Graph, given: ExecuteGraph) -> CheckedGraph:
        """The compiled graph, the complete masks and the nodes that are left out. Raises GraphValidationError."""
        registry, pinned = self._registry, given.pinned_outputs
        masks = self.system_masks(graph)
        chosen = {(node_id, pin) for node_id, pins in masks.items() for pin in pins}
        spread = spread_credentials(graph, registry, msgspec.to_builtins(given.credentials_inputs))
        _merge(masks, spread)
        _merge(masks, given.nodes_input_masks)
        problems = validate_graph(graph, registry, for_run=True, masks=masks, pinned=pinned)
        check_pinned_nodes(graph, pinned, problems)
        find = self._credentials.finder(user_id)
        skipped = check_credentials(
            graph, registry, find, problems, masks=masks, pinned=pinned, chosen=chosen - _named(spread, given)
        )
        problems.raise_if_any()
        self._graphs.imports.check(graph)
        checked = CheckedGraph(self._engine.plan_of(graph.id, graph.version), masks, frozenset(skipped))
        if not _is_special(given) and not any(credentials_needs(graph, registry)):
            self._remember((user_id, graph.id, graph.version), checked)
        return checked

    def _remember(self, key: tuple[str, str, int], checked: CheckedGraph) -> None:
        self._checked[key] = checked
        if len(self._checked) > MAX_CHECKED:
            del self._checked[next(iter(self._checked))]

    def system_masks(self, graph: Graph) -> Masks:
        """The server's own credentials for every pin that names none."""
        masks: Masks = {}
        for need in credentials_needs(graph, self._registry):
            stored = need.node.input_default.get(need.pin)
            if isinstance(stored, dict) and stored.get("id"):
                continue
            if (found := self._system_credentials_for(need)) is not None:
                ref = {"id": found.id, "provider": found.provider, "type": found.type, "title": found.title}
                masks.setdefault(need.node.id, {})[need.pin] = ref
        return masks

    def _system_credentials_for(self, need: CredentialsNeed) -> Credentials | None:
        model = need.discriminator_value
        if isinstance(model, str) and need.schema.get("discriminator") == "model":
            found = self._credentials.system.for_model(model)
            if found is not None:
                return found
        return next(iter(self._credentials.system.matches(need.providers, need.types)), None) if not need.unknown else None


def _named(spread: Masks, given: ExecuteGraph) -> set[tuple[str, str]]:
    """(node_id, pin) of everything that the request itself says."""
    return {(node_id, pin) for masks in (spread, given.nodes_input_masks) for node_id, pins in masks.items() for pin in pins}


def _is_special(given: ExecuteGraph) -> bool:
    """Whether the request changes what the graph's own values say."""
    return bool(given.credentials_inputs or given.nodes_input_masks or given.pinned_outputs)


def _merge(masks: Masks, more: Masks) -> None:
    """Adds masks; where both have a pin, the later one counts."""
    for node_id, pins in more.items():
        masks[node_id] = {**masks.get(node_id, {}), **pins}
