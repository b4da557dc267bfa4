"""The web UI's files. Only what a scan of the folder found can be served, so no path can lead out of it.

The page names the other files below /v/HASH/, the hash of them all: what has that address may be kept for ever, also what is
imported from there relatively, and a new version is never mixed with an old one. Without it a file is asked for anew each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from pathlib import Path

import msgspec
from aiohttp.web_response import Response as HttpResponse
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
        "costs",
        "credentials",
        "credits",
        "library",
        "login",
        "marketplace",
        "monitoring",
        "notifications",
        "onboarding",
        "profile",
        "reviews",
        "run",
        "runs",
        "schedules",
        "settings",
        "system",
        "triggers",
        "welcome",
    ]
)

INDEX = "/index.html"

_RESCAN_S = 1.0
_VERSIONED = re.compile(r"/v/([0-9a-f]{16})(/.*)")
_ADDRESS = re.compile(rb'((?:href|src)=")/(?=[a-z])')


class StaticFile(msgspec.Struct, frozen=True):
    """A file that may be served. `gzip_path` is the same file compressed, `version` the hash of all files in its address."""

    path: Path
    content_type: str
    gzip_path: Path | None = None
    version: str = ""


class StaticFiles:
    """The files below `root`: without links, hidden files, or types that are not in CONTENT_TYPES."""

    def __init__(self, root: Path):
        self._root = root
        self._files = _scan(root)
        self._scanned_at = time.monotonic()
        self._state: list[tuple[str, int, int]] = []
        self._version = ""

    def find(self, path: str) -> StaticFile | None:
        """The file for the path of a request, or None. A file that was added or changed while we run is found, too."""
        if path.endswith(".html") or _is_client_page(path):
            return self._find(path if path.endswith(".html") else INDEX, self._current_version())
        versioned = _VERSIONED.fullmatch(path)
        if versioned is None:
            return self._find(path)
        # A page of an older version gets the newer file, but must not keep it under the old address.
        version, name = versioned.groups()
        return self._find(name, version if version == self._current_version() else "")

    def _find(self, name: str, version: str = "") -> StaticFile | None:
        if name not in self._files:
            self._rescan()
        found = self._files.get(name)
        return found and msgspec.structs.replace(found, version=version)

    def _rescan(self) -> None:
        if time.monotonic() - self._scanned_at > _RESCAN_S:
            self._files = _scan(self._root)
            self._scanned_at = time.monotonic()

    def _current_version(self) -> str:
        """The hash of all files, computed when the first page is asked for and again after one has changed."""
        if self._version and time.monotonic() - self._scanned_at <= _RESCAN_S:
            return self._version
        self._rescan()
        state = [(name, *_changed_at(file.path)) for name, file in sorted(self._files.items())]
        if state != self._state:
            self._state, self._version = state, _hash(self._files)
        return self._version


def serve_file(file: StaticFile, headers: CIMultiDictProxy[str]) -> HttpResponse | None:
    """The answer with the file's bytes, a 304 where the client has them, or None where the file has gone.

    Ranges are not served; one that is not even text (CVE-2025-69225) is a 400.
    """
    if not headers.get("Range", "").isascii():
        raise InvalidInputError("The Range header is not valid.")
    is_page = file.path.suffix == ".html"
    is_gzip = file.gzip_path is not None and "gzip" in headers.get("Accept-Encoding", "")
    try:
        with open(file.gzip_path if is_gzip else file.path, "rb") as opened:
            stat = os.fstat(opened.fileno())
            etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}{"-" + file.version if is_page else ""}"'
            reply_headers = _headers(file, etag, is_gzip)
            if etag in [known.strip().removeprefix("W/") for known in headers.get("If-None-Match", "").split(",")]:
                return bytes_response(b"", status=304, headers=reply_headers)
            body = opened.read()
    except OSError:
        return None
    return bytes_response(name_version(body, file.version) if is_page else body, headers=reply_headers)


def name_version(page: bytes, version: str) -> bytes:
    """`page` with the addresses of its own files below /v/VERSION/."""
    return _ADDRESS.sub(rb"\1/v/" + version.encode() + b"/", page)


def _headers(file: StaticFile, etag: str, is_gzip: bool) -> dict[str, str]:
    is_kept = file.version and file.path.suffix != ".html"
    headers = {"ETag": etag, "Content-Type": file.content_type}
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_kept else "no-cache"
    if file.gzip_path is not None:
        headers["Vary"] = "Accept-Encoding"
    if is_gzip:
        headers["Content-Encoding"] = "gzip"
    return headers


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
                gzip_path = _gzip_path(path, names)
                files["/" + path.relative_to(root).as_posix()] = StaticFile(path, content_type, gzip_path)
    return files


def _gzip_path(path: Path, names: list[str]) -> Path | None:
    beside = path.with_name(path.name + ".gz")
    return beside if beside.name in names and not beside.is_symlink() else None


def _changed_at(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0  # it has gone since the scan
    return stat.st_mtime_ns, stat.st_size


def _hash(files: dict[str, StaticFile]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, file in sorted(files.items()):
        digest.update(name.encode() + b"\0")
        with contextlib.suppress(OSError):
            digest.update(file.path.read_bytes())
    return digest.hexdigest()
