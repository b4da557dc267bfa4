"""Files in what a run gave: tables for spreadsheets (E9), pictures and drawings that are more than they look (E10)."""

from __future__ import annotations

import base64
import csv
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from ..server import ServerProcess
from .agents import giving, run_path

pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
from playwright.sync_api import expect

expect.set_options(timeout=20_000)

FORMULAS = ['=HYPERLINK("https://evil.example")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\ufeff=1", "＝1", "\r=1"]


def png(width: int, height: int, *, pad_bytes: int = 0) -> str:
    """A picture of these measures with next to no data, as a `data:` address."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width + 1) * height)) if width * height < 10_000 else zlib.compress(b"\0")
    body = [chunk(b"IHDR", header), chunk(b"tEXt", b"pad\0" + b"x" * pad_bytes), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    return address("image/png", b"\x89PNG\r\n\x1a\n" + b"".join(body))


def address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def outputs_of(open_page: Any, server: ServerProcess, value: Any) -> Any:
    page = open_page(run_path(server, giving("Gives a file", ""), {"Given": value}))
    expect(page.locator(".head .badge")).to_have_text("Completed")
    return page.get_by_label("Outputs")


def test_e9_table_is_saved_without_formulas(open_page: Any, server: ServerProcess) -> None:
    rows = [{"text": text, "=name": -5, "more": ["a", 1]} for text in [*FORMULAS, "nul\0", 'say "a, b"\nand c', "a=b", "’"]]
    outputs = outputs_of(open_page, server, rows)
    with outputs.page.expect_download() as download:
        outputs.get_by_role("button", name="Download as CSV").click()
    assert download.value.suggested_filename == "Result.csv"
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        head, *lines = csv.reader(file)
    assert head == ["text", "'=name", "more"]
    assert [line[0] for line in lines] == [*(f"'{text}" for text in FORMULAS), "nul", 'say "a, b"\nand c', "a=b", "’"]
    assert {tuple(line[1:]) for line in lines} == {("-5", '["a",1]')}  # a number stays one


@pytest.mark.parametrize("pad_bytes", [0, 100_000], ids=["small", "large file"])
def test_e10_picture_is_measured_before_it_is_decoded(open_page: Any, server: ServerProcess, pad_bytes: int) -> None:
    outputs = outputs_of(open_page, server, png(65_500, 65_500, pad_bytes=pad_bytes))
    expect(outputs.get_by_text("Not shown: so large a picture")).to_be_visible()
    assert outputs.locator("img").count() == 0
    with outputs.page.expect_download() as download:
        outputs.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "Result.png"
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("pad_bytes", [0, 100_000], ids=["small", "large file"])
def test_picture_is_shown_also_where_it_comes_by_itself(open_page: Any, server: ServerProcess, pad_bytes: int) -> None:
    outputs = outputs_of(open_page, server, png(40, 30, pad_bytes=pad_bytes))
    expect(outputs.get_by_role("img", name="Result")).to_be_visible()
    page = outputs.page
    page.wait_for_function("document.querySelector('.outputs img').naturalWidth === 40")


def test_e10_drawing_is_never_a_part_of_the_page(open_page: Any, server: ServerProcess) -> None:
    svg = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10' onload=\"document.title='owned'\">"
        "<script>document.title='owned'</script><image href='https://evil.example/x'/><rect width='20' height='10'/></svg>"
    )
    # open_page fails the test where anything outside is asked for.
    outputs = outputs_of(open_page, server, address("image/svg+xml", svg.encode()))
    expect(outputs.get_by_role("img", name="Result")).to_be_visible()
    assert outputs.locator("svg[onload], image, script").count() == 0
    assert outputs.page.title() != "owned"


@pytest.mark.parametrize("kind", ["copies", "entities"])
def test_e10_drawing_that_grows_is_not_drawn(open_page: Any, server: ServerProcess, kind: str) -> None:
    copies = "".join(f"<g id='g{i + 1}'>" + f"<use href='#g{i}'/>" * 10 + "</g>" for i in range(10))
    svg = {
        "copies": f"<svg xmlns='http://www.w3.org/2000/svg'><defs><g id='g0'><rect/></g>{copies}</defs><use href='#g10'/></svg>",
        "entities": "<!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg xmlns='http://www.w3.org/2000/svg'><text>&a;</text></svg>",
    }[kind]
    outputs = outputs_of(open_page, server, address("image/svg+xml", svg.encode()))
    expect(outputs.get_by_text("Not shown: so large a picture")).to_be_visible()
    assert outputs.locator("img").count() == 0


def test_e10_sounds_and_films_are_not_read_before_somebody_plays_them(open_page: Any, server: ServerProcess) -> None:
    playlist = b"#EXTM3U\n#EXTINF:36000,\nfile:///etc/passwd\n"
    outputs = outputs_of(open_page, server, address("video/mp4", playlist))
    film = outputs.locator("video")
    expect(film).to_be_visible()
    assert film.get_attribute("preload") == "none"
    assert film.evaluate("one => one.networkState") in (0, 1)


SIZES = {
    "gif": b"GIF89a" + struct.pack("<HH", 65_000, 3),
    "bmp": b"BM" + bytes(16) + struct.pack("<ii", 65_000, -3),
    "jpeg": b"\xff\xd8\xff\xe1\x00\x08Exif\0\0\xff\xff\xc0\x00\x11\x08" + struct.pack(">HH", 3, 65_000) + bytes(9),
    "webp VP8X": b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + struct.pack("<I", 64_999)[:3] + b"\2\0\0",
    "webp VP8": b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 16_000, 3),
    "webp VP8L": b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 15_999 | 2 << 14),
    "avif": b"\0\0\0\x1cftypavif" + bytes(20) + b"ispe\0\0\0\0" + struct.pack(">II", 65_000, 3),
}


def test_e10_sizes_of_all_kinds_of_pictures_are_read(open_page: Any) -> None:
    page = open_page()
    measure = """async (all) => { const { pictureSize } = await import('/js/run/image_size.js');
        return all.map((one) => pictureSize(Uint8Array.from(atob(one), (sign) => sign.charCodeAt(0)))) }"""
    found = page.evaluate(measure, [base64.b64encode(content).decode() for content in SIZES.values()])
    widths = {"webp VP8": 16_000, "webp VP8L": 16_000}
    assert dict(zip(SIZES, found, strict=True)) == {kind: {"width": widths.get(kind, 65_000), "height": 3} for kind in SIZES}
    cut_short = [base64.b64encode(content[:-4]).decode() for content in SIZES.values()]
    assert page.evaluate(measure, [*cut_short, "", base64.b64encode(b"no picture at all").decode()])[-2:] == [None, None]
