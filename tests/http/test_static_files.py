"""The web UI's files: types, caching, pages of the UI's own router."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from autogpt_lite.web import static_files
from tests.server import LiveServer, run_server


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "vendor").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>ü</title>", "utf-8")
    (root / "app.js").write_text("export {}")
    (root / "vendor" / "logo.svg").write_text("<svg/>")
    return root


@pytest.fixture
async def ui(tmp_path: Path, root: Path, monkeypatch):
    monkeypatch.setattr("autogpt_lite.web.server.packaged_file", lambda name: root)
    async with run_server(tmp_path) as server:
        yield server


async def test_files_have_their_types_and_need_no_login(ui: LiveServer):
    for path, content_type in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/vendor/logo.svg", "image/svg+xml"),
    ]:
        answer = await ui.get(path, anonymous=True)
        assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await ui.get("/?x=1", anonymous=True)).body.decode() == "<!doctype html><title>ü</title>"


@pytest.mark.parametrize("path", ["/login", "/build", "/build/123", "/run/a/b", "/library/agents/x", "/settings"])
async def test_the_uis_own_addresses_get_its_page(ui: LiveServer, path: str):
    answer = await ui.get(path, anonymous=True)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/builds", "/nothing", "/api", "/build/", "/run/..", "/run/./x", "/app", "/vendor"])
async def test_other_addresses_do_not(ui: LiveServer, path: str):
    assert (await ui.raw_request(f"GET {path} HTTP/1.1")).startswith(b"HTTP/1.1 404")


async def test_who_types_an_address_that_there_is_not_gets_the_page_that_says_so(ui: LiveServer):
    opened = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for path in ("/nothing", "/builds", "/no/such.html"):
        answer = await ui.get(path, anonymous=True, headers=opened)
        assert (answer.status, answer.body.decode()) == (404, "<!doctype html><title>ü</title>")
    assert (await ui.get("/api/nothing", anonymous=True, headers=opened)).json()["message"]


async def test_a_file_that_the_browser_has_is_not_sent_again(ui: LiveServer, root: Path):
    first = await ui.get("/app.js")
    etag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (etag, f"W/{etag}", f'"x", {etag}'):
        again = await ui.get("/app.js", headers={"If-None-Match": known})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", etag)
    (root / "app.js").write_text("export {} // new")
    changed = await ui.get("/app.js", headers={"If-None-Match": etag})
    assert (changed.status, changed.body) == (200, b"export {} // new")


async def test_verbs(ui: LiveServer):
    head = await ui.request("HEAD", "/app.js")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "9")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = await ui.request(method, "/app.js")
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await ui.request("OPTIONS", "/app.js")).status == 204


async def test_files_come_and_go_while_the_server_runs(ui: LiveServer, root: Path, monkeypatch):
    monkeypatch.setattr(static_files, "_RESCAN_S", -1.0)
    assert (await ui.get("/new.css")).status == 404
    (root / "new.css").write_text("a{}")
    assert (await ui.get("/new.css")).status == 200
    (root / "new.css").unlink()
    assert (await ui.get("/new.css")).status == 404


def test_the_packaged_ui_is_found():
    from autogpt_lite.paths import packaged_file

    files = static_files.StaticFiles(packaged_file("static"))
    for path in ("/../config.toml", "/config.toml", "/.gitignore"):
        assert files.find(path) is None


async def test_what_the_page_names_can_be_kept_for_ever(ui: LiveServer, root: Path, monkeypatch):
    monkeypatch.setattr(static_files, "_RESCAN_S", -1.0)
    (root / "index.html").write_text('<script src="/app.js"></script><a href="//elsewhere"></a>')
    page = (await ui.get("/")).body.decode()
    address = page.partition('src="')[2].partition('"')[0]
    assert address.startswith("/v/")
    assert '"//elsewhere"' in page
    kept = await ui.get(address)
    assert (kept.body, kept.headers["Cache-Control"]) == (b"export {}", "public, max-age=31536000, immutable")
    assert (await ui.get("/login")).body.decode() == page

    (root / "vendor" / "logo.svg").write_text("<svg />")
    newer = (await ui.get("/")).body.decode().partition('src="')[2].partition('"')[0]
    assert newer.endswith("/app.js")
    assert newer != address
    assert (await ui.get(address)).headers["Cache-Control"] == "no-cache"
    assert (await ui.get(newer)).headers["Cache-Control"].endswith("immutable")


async def test_compressed_files_go_to_browsers_that_take_them(ui: LiveServer, root: Path, monkeypatch):
    monkeypatch.setattr(static_files, "_RESCAN_S", -1.0)
    (root / "vendor" / "big.js").write_text("export {}")
    (root / "vendor" / "big.js.gz").write_bytes(gzip.compress(b"export {}"))
    plain = await ui.get("/vendor/big.js", headers={"Accept-Encoding": "identity"})
    packed = await ui.get("/vendor/big.js", headers={"Accept-Encoding": "br, gzip"})
    assert (plain.body, "Content-Encoding" in plain.headers, plain.headers["Vary"]) == (b"export {}", False, "Accept-Encoding")
    assert (packed.headers["Content-Encoding"], packed.headers["Content-Type"]) == ("gzip", plain.headers["Content-Type"])
    assert packed.body == b"export {}"  # the client has unpacked it
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert (await ui.get("/vendor/big.js.gz")).status == 404


def test_the_compressed_files_are_what_they_stand_for():
    from autogpt_lite.paths import packaged_file

    packed = sorted(packaged_file("static").rglob("*.gz"))
    assert packed
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path.name
