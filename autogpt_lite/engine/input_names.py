"""Names of inputs that an agent does not have."""

from __future__ import annotations

from collections.abc import Collection

from ..errors import InvalidInputError

MAX_TOLD = 20
"""So many names stand in a message at most."""


def check_known(known: Collection[str], inputs: Collection[str]) -> None:
    """For the commands, where a name that was mistyped would run the agent without what was meant. Raises InvalidInputError with the
    nearest name, or with all of them."""
    unknown = [name for name in inputs if name not in known]
    if not unknown:
        return
    import difflib  # only here: a start pays for no more than it needs

    names = ", ".join(repr(name[:60]) for name in unknown[:MAX_TOLD])
    near = [close for name in unknown[:MAX_TOLD] for close in difflib.get_close_matches(name[:60], known, n=1)]
    if near:
        hint = f"Did you mean {' and '.join(map(repr, dict.fromkeys(near)))}?"
    elif known:
        hint = f"Its inputs: {', '.join(map(repr, list(known)[:MAX_TOLD]))}{' and others' if len(known) > MAX_TOLD else ''}."
    else:
        hint = "It takes no inputs at all."
    raise InvalidInputError(f"The agent has no input {names}.", hint=hint)
