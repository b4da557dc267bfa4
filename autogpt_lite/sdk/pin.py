"""`pin(...)`: the declaration of one input or output pin."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import NODEFAULT


class Pin(msgspec.Struct, frozen=True):
    """What a pin says about itself beyond its type. `extra` goes into the JSON schema as it is."""

    default: Any = NODEFAULT
    default_factory: Any = NODEFAULT
    description: str | None = None
    title: str | None = None
    placeholder: str | None = None
    advanced: bool | None = None
    secret: bool = False
    hidden: bool | None = None
    depends_on: tuple[str, ...] | None = None
    extra: dict[str, Any] = {}

    @property
    def has_default(self) -> bool:
        return self.default is not NODEFAULT or self.default_factory is not NODEFAULT

    def default_value(self) -> Any:
        """The default as plain JSON; only for a pin that has one."""
        value = self.default_factory() if self.default_factory is not NODEFAULT else self.default
        return msgspec.to_builtins(value)

    def schema_facts(self) -> dict[str, Any]:
        """The JSON schema keys that come from the declaration rather than from the type."""
        facts: dict[str, Any] = dict(self.extra)
        # A pin with a default is a detail unless it says otherwise: AutoGPT's rule.
        facts["advanced"] = self.has_default if self.advanced is None else self.advanced
        facts["secret"] = self.secret
        if self.default is not NODEFAULT:  # what a factory makes is no part of AutoGPT's listing
            facts["default"] = msgspec.to_builtins(self.default)
        for key in ("description", "title", "placeholder", "hidden"):
            if (value := getattr(self, key)) is not None:
                facts[key] = value
        if self.depends_on:
            facts["depends_on"] = list(self.depends_on)
        return facts


def pin(
    default: Any = NODEFAULT,
    *,
    default_factory: Any = NODEFAULT,
    description: str | None = None,
    title: str | None = None,
    placeholder: str | None = None,
    advanced: bool | None = None,
    secret: bool = False,
    hidden: bool | None = None,
    depends_on: tuple[str, ...] | None = None,
    **extra: Any,
) -> Any:
    """Declares a pin: `name: str = pin(description="...")`. Without a default it is required.

    `advanced` hides it behind a toggle (default: true where there is a default), `secret` keeps its value out of
    exports, `depends_on` names pins that have to be set too. Any other keyword lands in the JSON schema.
    """
    return Pin(default, default_factory, description, title, placeholder, advanced, secret, hidden, depends_on, extra)


class PinsMeta(msgspec.StructMeta):
    """Turns a class body of `name: type = pin(...)` into a msgspec Struct that remembers its pins in `__pins__`."""

    def __new__(mcls, name: str, bases: tuple, namespace: dict, **options: Any):
        pins: dict[str, Pin] = {}
        for base in bases:
            pins.update(getattr(base, "__pins__", {}))
        namespace["__annotations__"] = _resolve_annotations(namespace)
        for key in namespace["__annotations__"]:
            declared = namespace.get(key, NODEFAULT)
            if not isinstance(declared, Pin):
                declared = Pin(default=declared)
            pins[key] = declared
            namespace[key] = msgspec.field(default=declared.default, default_factory=declared.default_factory)
        options.setdefault("kw_only", True)
        cls = super().__new__(mcls, name, bases, namespace, **options)
        cls.__pins__ = pins
        return cls

    def __annotations_of_all__(cls) -> dict[str, Any]:
        """{pin: annotation} with those of the base classes first."""
        found: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            found.update({k: v for k, v in getattr(base, "__annotations__", {}).items() if k in cls.__pins__})
        return found


def _resolve_annotations(namespace: dict) -> dict[str, Any]:
    # Resolved here against the module alone: a pin may be called `list`, and would otherwise hide the type.
    import sys

    names = vars(sys.modules[namespace["__module__"]]) if namespace["__module__"] in sys.modules else {}
    annotations = namespace.get("__annotations__", {})
    return {key: eval(text, names) if isinstance(text, str) else text for key, text in annotations.items()}
