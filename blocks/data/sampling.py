"""Some items out of many."""

from __future__ import annotations

import random
import threading
from collections import OrderedDict
from typing import Any, Literal

from autogpt_lite.sdk import (
    MAX_ITEMS,
    Block,
    BlockInput,
    BlockInputError,
    BlockOutput,
    RunContext,
    check_item_count,
    pin,
    value_key,
)

Item = dict[str, Any] | list[Any]


class DataSamplingBlock(Block):
    id = "4a448883-71fa-49cf-91cf-70d793bd7d87"
    description = "Takes a sample of a list of items."
    categories = ("LOGIC",)
    pure = True

    class Input(BlockInput):
        data: dict[str, Any] | list[dict[str, Any] | list[Any]] = pin(description="The items, or one item.")
        sample_size: int = pin(10, description="How many items to take.")
        sampling_method: Literal["random", "systematic", "top", "bottom", "stratified", "weighted", "reservoir", "cluster"] = pin(
            "random", description="How they are chosen."
        )
        accumulate: bool = pin(
            False, description="Collect items over several executions in a run, and take the sample once there are enough."
        )
        random_seed: int | None = pin(None, description="A number that makes the same choice again.")
        stratify_key: str | None = pin(None, description="Stratified: the key whose values make the groups.")
        weight_key: str | None = pin(None, description="Weighted: the key that holds an item's weight.")
        cluster_key: str | None = pin(None, description="Cluster: the key whose values make the clusters.")

    class Output(BlockOutput):
        sampled_data: list[dict[str, Any] | list[Any]] = pin(description="The items of the sample.")
        sample_indices: list[int] = pin(description="Their positions in the data; the first is 0.")

    def run(self, input, ctx):
        items = input.data if isinstance(input.data, list) else [input.data]
        if input.sample_size < 1:
            raise BlockInputError("The size of a sample has to be 1 or more.")
        if input.accumulate and ctx.graph_exec_id:
            items = _collected.add(ctx, items, input.sample_size)
            if items is None:
                return
        if input.sample_size > len(items):
            raise BlockInputError(f"There are {len(items)} items, too few for a sample of {input.sample_size}.")
        chosen = _METHODS[input.sampling_method](items, input, random.Random(input.random_seed))
        yield "sampled_data", [items[index] for index in chosen]
        yield "sample_indices", chosen


class _Collected:
    """Items that nodes of runs have collected. In memory only and in bounds: what is oldest goes first."""

    def __init__(self) -> None:
        self._items: OrderedDict[tuple[str, str], list[Item]] = OrderedDict()
        self._lock = threading.Lock()  # a block may be run in the loop and in a thread

    def add(self, ctx: RunContext, items: list[Item], wanted: int) -> list[Item] | None:
        """All items of the node so far if they are enough (it begins anew then), else None."""
        key = (ctx.graph_exec_id, ctx.node_id)
        with self._lock:
            collected = [*self._items.pop(key, ()), *items]
            check_item_count(len(collected))
            if len(collected) >= wanted:
                return collected
            self._items[key] = collected
            while len(self._items) > 1 and (len(self._items) > 100 or sum(map(len, self._items.values())) > MAX_ITEMS):
                self._items.popitem(last=False)
            return None


_collected = _Collected()


def _systematic(items: list[Item], input: Any, rng: random.Random) -> list[int]:
    step = len(items) // input.sample_size
    start = rng.randrange(step)
    return [start + step * number for number in range(input.sample_size)]


def _stratified(items: list[Item], input: Any, rng: random.Random) -> list[int]:
    groups = list(_groups(items, input.stratify_key, "stratify_key").values())
    exact = [len(group) * input.sample_size / len(items) for group in groups]
    sizes = [int(size) for size in exact]
    # What rounding down has left goes to the groups that lost most by it.
    by_loss = sorted(range(len(groups)), key=lambda number: sizes[number] - exact[number])
    for number in by_loss[: input.sample_size - sum(sizes)]:
        sizes[number] += 1
    return [index for group, size in zip(groups, sizes) for index in rng.sample(group, size)]


def _weighted(items: list[Item], input: Any, rng: random.Random) -> list[int]:
    weights = [_weight(item, input.weight_key) for item in items]
    # Without putting back: the largest of random ** (1 / weight) are a weighted sample (Efraimidis and Spirakis).
    keys = {index: rng.random() ** (1 / weight) for index, weight in enumerate(weights) if weight > 0}
    if len(keys) < input.sample_size:
        raise BlockInputError(f"Only {len(keys)} items have a weight above 0, too few for a sample of {input.sample_size}.")
    return sorted(keys, key=keys.__getitem__, reverse=True)[: input.sample_size]


def _reservoir(items: list[Item], input: Any, rng: random.Random) -> list[int]:
    chosen = list(range(input.sample_size))
    for index in range(input.sample_size, len(items)):
        if (place := rng.randrange(index + 1)) < input.sample_size:
            chosen[place] = index
    return chosen


def _cluster(items: list[Item], input: Any, rng: random.Random) -> list[int]:
    clusters = list(_groups(items, input.cluster_key, "cluster_key").values())
    rng.shuffle(clusters)
    return [index for cluster in clusters for index in cluster][: input.sample_size]


def _groups(items: list[Item], key: str | None, pin_name: str) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = {}
    for index, item in enumerate(items):
        groups.setdefault(value_key(_field(item, key, pin_name)), []).append(index)
    return groups


def _field(item: Item, key: str | None, pin_name: str) -> Any:
    if not key:
        raise BlockInputError(f"This way of sampling needs {pin_name}.")
    if not isinstance(item, dict) or key not in item:
        raise BlockInputError(f"An item has no key {key[:60]!r} ({pin_name}).")
    return item[key]


def _weight(item: Item, key: str | None) -> float:
    weight = _field(item, key, "weight_key")
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < 1e300:
        raise BlockInputError("A weight has to be a number of 0 or more.")
    return float(weight)


_METHODS = {
    "random": lambda items, input, rng: rng.sample(range(len(items)), input.sample_size),
    "systematic": _systematic,
    "top": lambda items, input, rng: list(range(input.sample_size)),
    "bottom": lambda items, input, rng: list(range(len(items) - input.sample_size, len(items))),
    "stratified": _stratified,
    "weighted": _weighted,
    "reservoir": _reservoir,
    "cluster": _cluster,
}
