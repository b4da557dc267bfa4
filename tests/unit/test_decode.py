"""Decompression gives back what was compressed, however the network cuts it, in steps that are never large."""

from __future__ import annotations

import gzip
import itertools
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autogpt_lite.errors import OutboundError
from autogpt_lite.net.decode import STEP_BYTES, decoder_for


def pack(data: bytes, form: str) -> bytes:
    if form == "members":
        return gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])
    compressor = zlib.compressobj(wbits={"gzip": 31, "deflate": 15, "raw": -15}[form])
    return compressor.compress(data) + compressor.flush()


def unpack(packed: bytes, form: str, cut_at: list[int]) -> list[bytes]:
    decoder = decoder_for("gzip" if form in ("gzip", "members") else "deflate")
    places = [0, *sorted({place % (len(packed) + 1) for place in cut_at}), len(packed)]
    steps = [step for start, end in itertools.pairwise(places) for step in decoder.feed(packed[start:end])]
    decoder.finish()
    return steps


FORMS = st.sampled_from(["gzip", "members", "deflate", "raw"])
# Around whole steps lies the trap: zlib has taken all its input then, and still holds output back.
SIZES = st.one_of(
    st.integers(0, 500), st.sampled_from([n * STEP_BYTES + d for n in (1, 2, 3, 16) for d in (-259, -258, -1, 0, 1, 257, 258)])
)


@given(SIZES, st.booleans(), FORMS, st.lists(st.integers(0, 10**6), max_size=5))
def test_what_was_compressed_comes_back(size_bytes, is_monotonous, form, cut_at):
    data = b"\0" * size_bytes if is_monotonous else random.Random(size_bytes).randbytes(size_bytes)
    steps = unpack(pack(data, form), form, cut_at)
    assert b"".join(steps) == data
    assert max(map(len, steps), default=0) <= STEP_BYTES


@pytest.mark.parametrize("form", ["gzip", "members", "deflate", "raw"])
def test_it_does_not_matter_where_the_network_cuts(form):
    data = random.Random(1).randbytes(60)
    packed = pack(data, form)
    for place in range(len(packed)):
        assert b"".join(unpack(packed, form, [place])) == data
    assert b"".join(unpack(packed, form, list(range(len(packed))))) == data


@given(st.binary(max_size=300), FORMS, st.lists(st.integers(0, 300), max_size=3))
def test_nonsense_is_an_error_or_bytes_and_never_something_else(data, form, cut_at):
    try:
        unpack(data, form, cut_at)
    except OutboundError:
        return


@pytest.mark.parametrize("form", ["gzip", "members", "deflate"])
def test_an_end_that_is_missing_is_noticed(form):
    packed = pack(b"hello" * 100, form)
    for length in range(1, len(packed)):
        if form == "members" and length == len(gzip.compress(b"hello" * 50)):
            continue  # exactly the first of two members
        with pytest.raises(OutboundError):
            unpack(packed[:length], form, [])
