"""The web UI's files: types, caching, pages of the UI's own router."""

from __future__ import annotations

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
