"""aiohttp's server without its client, until somebody asks for that.

`import aiohttp` brings both. The client, with its TLS contexts and all certificates of the machine, was a fifth of the time of a start
and 5 of 58 MB [measured], for a server whose agents may never send a request.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGE = "aiohttp"


def postpone_client() -> None:
    """Lets `import aiohttp` and `from aiohttp.web_request import ...` load what they name and no more, from here on. The first name
    that only aiohttp as a whole has (`aiohttp.ClientSession`) loads the rest. Does nothing where aiohttp is there already, or is not
    built as it was when this was written."""
    spec = None if PACKAGE in sys.modules else importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None or spec.loader is None:
        return
    text = Path(spec.origin).read_text("utf-8")
    version = re.match(r'__version__ = "([\d.]+)"', text)
    if version is None:
        return
    package = importlib.util.module_from_spec(spec)
    package.__version__ = version[1]  # type: ignore[attr-defined]
    package.__getattr__ = _Rest(package).load  # type: ignore[method-assign]
    sys.modules[PACKAGE] = package


class _Rest:
    """What of the package has not been run yet."""

    def __init__(self, package: ModuleType):
        self._package = package
        self._folder = Path(package.__path__[0])
        self._lock = threading.RLock()
        self._is_begun = False

    def load(self, name: str) -> Any:
        """The package's attribute; called for those that it does not have (PEP 562)."""
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        if (self._folder / f"{name}.py").exists():
            return importlib.import_module(f"{PACKAGE}.{name}")
        with self._lock:  # held until all is there: another thread that asks meanwhile waits for its name
            if not self._is_begun:
                self._is_begun = True
                self._package.__spec__.loader.exec_module(self._package)  # type: ignore[union-attr]
                if vars(self._package).get("__getattr__") == self.load:
                    del self._package.__getattr__
        if name in vars(self._package):
            return vars(self._package)[name]
        return self._ask_theirs(name)

    def _ask_theirs(self, name: str) -> Any:
        theirs = vars(self._package).get("__getattr__")
        if theirs is None or theirs == self.load:
            raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
        return theirs(name)
