"""The web UI's files. Only what a scan of the folder found can be served, so no path can lead out of it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec
from aiohttp.web import Response as HttpResponse
from multidict import CIMultiDictProxy

from ..errors import InvalidInputError
from .answers import bytes_response

# Not the mimetypes module: on Windows it asks the registry, and browsers refuse modules that come as text/plain.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}

# First segments of the addresses that the UI itself understands; all of them get index.html.
CLIENT_PAGES = frozenset(
    [
        "build",
        "credits",
        "library",
        "login",
        "marketplace",
        "monitoring",
        "onboarding",
        "profile",
        "reviews",
        "run",
        "runs",
        "schedules",
        "settings",
        "system",
        "triggers",
    ]
)

_RESCAN_S = 1.0


class StaticFile(msgspec.Struct, frozen=True):
    """A file that may be served."""

    path: Path
    content_type: str


class StaticFiles:
    """The files below `root`: without links, hidden files, or types that are not in CONTENT_TYPES."""

    def __init__(self, root: Path):
        self._root = root
        self._files = _scan(root)
        self._scanned_at = time.monotonic()

    def find(self, path: str) -> StaticFile | None:
        """The file for the path of a request, or None. A file that was added while we run is found, too."""
        name = "/index.html" if _is_client_page(path) else path
        found = self._files.get(name)
        if found is None and time.monotonic() - self._scanned_at > _RESCAN_S:
            self._files = _scan(self._root)
            self._scanned_at = time.monotonic()
            found = self._files.get(name)
        return found


def serve_file(file: StaticFile, headers: CIMultiDictProxy[str]) -> HttpResponse | None:
    """The answer with the file's bytes, a 304 where the client has them, or None where the file has gone.

    Ranges are not served; one that is not even text (CVE-2025-69225) is a 400.
    """
    if not headers.get("Range", "").isascii():
        raise InvalidInputError("The Range header is not valid.")
    try:
        with open(file.path, "rb") as opened:
            stat = os.fstat(opened.fileno())
            etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
            reply_headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Type": file.content_type}
            if etag in [known.strip().removeprefix("W/") for known in headers.get("If-None-Match", "").split(",")]:
                return bytes_response(b"", status=304, headers=reply_headers)
            return bytes_response(opened.read(), headers=reply_headers)
    except OSError:
        return None


def _is_client_page(path: str) -> bool:
    first, _, rest = path[1:].partition("/")
    if first not in CLIENT_PAGES:
        return path == "/"
    return all(segment.strip(".") and segment.isprintable() for segment in rest.split("/")) if rest else not path.endswith("/")


def _scan(root: Path) -> dict[str, StaticFile]:
    files: dict[str, StaticFile] = {}
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            content_type = CONTENT_TYPES.get(path.suffix)
            if content_type and not name.startswith(".") and not path.is_symlink():
                files["/" + path.relative_to(root).as_posix()] = StaticFile(path, content_type)
    return files
