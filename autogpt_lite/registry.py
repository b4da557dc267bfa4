"""Finds the blocks, loads them and freezes them into entries that the engine can use without looking twice.

The built-in library (blocks/) and the folders of `blocks.paths` are loaded by the same code. A file that does not load
is reported with its line, and the rest still load.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import logging
import sys
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from .engine import pins as engine_pins
from .errors import NotFoundError
from .sdk.block import BareBlockOutput, Block, BlockInput, BlockOutput
from .sdk.credentials import CredentialsPin
from .sdk.schema import pins_schema

log = logging.getLogger(__name__)

RunKind = Literal["generator", "async_generator"]


class BlockProblem(msgspec.Struct, frozen=True):
    """Why a block file or a block in it could not be loaded."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class BlockEntry:
    """One block, compiled: everything that the engine asks per node execution is a plain attribute.

    coercers: [(pin, function)] for the pins whose values may need converting (semantics.md 6).
    """

    __slots__ = (
        "block",
        "blocking",
        "checks_outputs",
        "coercers",
        "convert_input",
        "credentials_pins",
        "disabled",
        "has_error_pin",
        "id",
        "input_pins",
        "input_schema",
        "is_async",
        "long_steps",
        "may_wait",
        "name",
        "output_pins",
        "output_schema",
        "output_types",
        "path",
        "pure",
        "required",
        "run",
        "slow_steps",
        "static_output",
        "ui_type",
    )

    def __init__(self, block: Block, path: str, *, disabled: bool = False):
        cls = type(block)
        hints = cls.Input.__annotations_of_all__()
        self.block = block
        self.path = path
        self.id = cls.id
        self.name = cls.__name__
        self.ui_type = cls.ui_type
        self.static_output = cls.static_output
        self.pure = cls.pure
        self.blocking = cls.blocking
        self.disabled = disabled or cls.disabled
        self.run = block.run
        self.slow_steps = 0.0
        """Times that a synchronous step took too long for the pump, less what was made up for (engine/node_execution.py)."""
        self.long_steps = 0
        """Those of them that are not made up for."""
        self.may_wait = cls.is_sensitive_action or cls.review_request is not Block.review_request
        """Whether a person may have to approve before it runs."""
        self.is_async = _run_kind(cls) == "async_generator"
        self.input_schema = pins_schema(cls.Input)
        self.output_schema = pins_schema(cls.Output)
        self.input_pins = frozenset(cls.Input.__pins__)
        self.output_pins = frozenset(cls.Output.__pins__)
        self.required = tuple(self.input_schema.get("required", ()))
        self.credentials_pins = tuple(name for name, hint in hints.items() if _mentions(hint, CredentialsPin))
        self.has_error_pin = issubclass(cls.Output, BlockOutput)
        self.coercers = tuple(
            (name, coercer)
            for name, hint in hints.items()
            if name not in self.credentials_pins and (coercer := engine_pins.coercer(hint)) is not None
        )
        self.convert_input: Callable[[dict[str, Any]], Any] = _input_converter(cls.Input)
        self.checks_outputs = cls.ui_type == "Standard"
        # Only Standard blocks promise the types of their outputs (semantics.md 7); Any needs no check.
        output_hints = cls.Output.__annotations_of_all__() if cls.ui_type == "Standard" else {}
        self.output_types = {name: hint for name, hint in output_hints.items() if hint is not Any and name != "error"}


def _mentions(hint: Any, wanted: type) -> bool:
    return hint is wanted or any(_mentions(arg, wanted) for arg in getattr(hint, "__args__", ()))


def _input_converter(struct: type[BlockInput]) -> Callable[[dict[str, Any]], Any]:
    def convert_input(data: dict[str, Any], _convert=msgspec.convert, _struct=struct) -> Any:
        return _convert(data, _struct)

    return convert_input


def _run_kind(cls: type[Block]) -> RunKind:
    if inspect.isasyncgenfunction(cls.run):
        return "async_generator"
    if inspect.isgeneratorfunction(cls.run):
        return "generator"
    raise TypeError(f"{cls.__name__}.run has to be a generator or an async generator: it yields (pin, value)")


class Registry:
    """All blocks by id. Filled once at start, then only read."""

    def __init__(self) -> None:
        self.problems: list[BlockProblem] = []
        self._entries: dict[str, BlockEntry] = {}

    def __iter__(self) -> Iterator[BlockEntry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, block_id: str) -> BlockEntry | None:
        return self._entries.get(block_id)

    def get(self, block_id: str) -> BlockEntry:
        """The block, or NotFoundError."""
        entry = self._entries.get(block_id)
        if entry is None:
            raise NotFoundError(f"There is no block {block_id!r}.", hint="GET /api/blocks lists all blocks.")
        return entry

    def load(self, folders: Iterable[Path], disabled: Iterable[str] = ()) -> Registry:
        """Loads every .py file below the folders. Returns self."""
        off = frozenset(disabled)
        for folder in folders:
            folder = Path(folder).expanduser()
            if not folder.is_dir():
                self.problems.append(BlockProblem(str(folder), 0, "there is no such folder (blocks.paths)"))
                continue
            for path in sorted(folder.rglob("*.py")):
                if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts):
                    self._load_file(path, folder, off)
        return self

    def add(self, block: Block, path: str = "", *, disabled: bool = False) -> BlockEntry:
        """Adds one block. Raises ValueError or TypeError if it is not a proper block or its id is taken."""
        cls = type(block)
        block_id = getattr(cls, "id", "")
        try:
            proper = str(uuid.UUID(block_id)) == block_id
        except (ValueError, AttributeError, TypeError):
            proper = False
        if not proper:
            raise ValueError(f"{cls.__name__}.id has to be a UUID in lower case, not {block_id!r}")
        if (other := self._entries.get(block_id)) is not None:
            raise ValueError(f"{cls.__name__} has the id of {other.name} ({other.path})")
        if not issubclass(cls.Input, BlockInput) or not issubclass(cls.Output, BareBlockOutput):
            raise TypeError(f"{cls.__name__}: Input has to derive from BlockInput and Output from BlockOutput")
        entry = BlockEntry(block, path, disabled=disabled)
        if entry.blocking and entry.credentials_pins:
            # Credentials are lent to a task; there the block would stop everybody's loop.
            raise TypeError(f"{cls.__name__}: a block with credentials cannot be blocking; make run an async generator")
        self._entries[block_id] = entry
        return entry

    def _load_file(self, path: Path, folder: Path, disabled: frozenset[str]) -> None:
        name = _module_name(path, folder)
        try:
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None and spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            sys.modules.pop(name, None)
            self.problems.append(BlockProblem(str(path), _line_of(error, path), f"{type(error).__name__}: {error}"))
            return
        for cls in _blocks_of(module, name):
            try:
                self.add(cls(), str(path), disabled=getattr(cls, "id", "") in disabled)
            except Exception as error:
                line = _line_of_class(path, cls.__name__)
                self.problems.append(BlockProblem(str(path), line, f"{type(error).__name__}: {error}"))


def _module_name(path: Path, folder: Path) -> str:
    # One name a file, whatever the folder is called, so that two folders may hold files of the same name.
    stem = ".".join(path.relative_to(folder).with_suffix("").parts)
    return f"autogpt_lite_blocks_{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}.{stem}"


def _blocks_of(module: Any, name: str) -> list[type[Block]]:
    found = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Block) and v.__module__ == name]
    return [cls for cls in found if "id" in vars(cls)]


def _line_of(error: BaseException, path: Path) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return frames[-1].lineno or 0 if frames else 0


def _line_of_class(path: Path, class_name: str) -> int:
    tree = ast.parse(path.read_text("utf-8"))
    return next((n.lineno for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == class_name), 0)
