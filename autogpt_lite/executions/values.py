"""One value of a run as a file: all of it, however long. What reads the database runs on a reading thread."""

from __future__ import annotations

import binascii
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import NamedTuple

import apsw
import msgspec

from ..engine.ids import MAX_SEQ, node_key, parse_node_exec_id
from ..engine.plan import GraphPlan
from ..errors import InvalidInputError, NotFoundError
from ..previews import kind_of, text_of, whole_characters
from . import store
from .types import ValueQuery

CHUNK_BYTES = 1 << 18  # a multiple of 4: base64 is decoded by chunks

_DATA_ADDRESS = re.compile(rb'"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,')
_ENDING_OF_KIND = {"image/jpeg": "jpg", "image/svg+xml": "svg", "text/plain": "txt", "audio/mpeg": "mp3"}
_OUTPUTS_BYTES = 1_000_000

_decode_dict = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_decode_pairs = msgspec.json.Decoder(list[tuple[str, msgspec.Raw]]).decode


class ValueFile(NamedTuple):
    """A value on its way out: `chunks` are its bytes."""

    content_type: str
    ending: str
    chunks: Iterable[bytes] | AsyncIterator[bytes]


def read_value(connection: apsw.Connection, row: tuple, plan: GraphPlan | None, inputs: bytes, query: ValueQuery) -> bytes:
    """The value as JSON; `inputs` are the run's. Raises NotFoundError, InvalidInputError where the query names none."""
    if (query.input is None) == (query.output is None):
        raise InvalidInputError("Which value?", hint="Give `input` or `output`, or `node_exec_id` alone for all its outputs.")
    if query.node_exec_id is None:
        found = _run_value(connection, row, plan, inputs, query)
    else:
        found = _node_value(connection, node_key_of(row, query.node_exec_id), query)
    if found is None:
        raise NotFoundError("There is no such value.", hint="It may have left with a run that was deleted.")
    return bytes(found)


def _run_value(
    connection: apsw.Connection, row: tuple, plan: GraphPlan | None, inputs: bytes, query: ValueQuery
) -> msgspec.Raw | None:
    if query.input is not None:
        return _decode_dict(inputs).get(query.input)
    for (given,) in store.select_output_nodes(connection, row, plan, limit=1, offset=query.output or 0):
        return store.output_of(given)[1]
    return None


def _node_value(connection: apsw.Connection, key: int, query: ValueQuery) -> msgspec.Raw | bytes | None:
    rows = connection.execute(store.sql.values_of_node, (key,)).fetchall()
    if not rows:
        return None
    given, output = rows[0]
    if query.input is not None:
        return _decode_dict(given or b"{}").get(query.input)
    if output is not None:
        pairs = _decode_pairs(output)
        return pairs[query.output][1] if query.output < len(pairs) else None
    found = connection.execute(store.sql.output_of_node, (key, query.output)).fetchall()
    return found[0][0] if found else None


def node_key_of(row: tuple, exec_id: str) -> int:
    """The key of a node execution of the run in `row`. Raises NotFoundError for one of another run."""
    run_id, seq = parse_node_exec_id(exec_id)
    if run_id != row[1] or not 0 < seq <= MAX_SEQ:
        raise NotFoundError(f"There is no node execution {exec_id[:60]!r} in this run.")
    return node_key(row[0], seq)


def read_next_outputs(connection: apsw.Connection, *, key: int, start: int) -> list[tuple[str, bytes]]:
    """Some outputs (pin, value) of a node execution from number `start` on, as many as may be in memory; none at the end."""
    if start == 0:
        rows = connection.execute(store.sql.values_of_node, (key,)).fetchall()
        if rows and rows[0][1] is not None:
            return [(pin, bytes(value)) for pin, value in _decode_pairs(rows[0][1])]
    found, size_bytes = [], 0
    for pin, value in connection.execute(store.sql.next_outputs_of_node, (key, start)):
        found.append((pin, value))
        size_bytes += len(value) + 100
        if size_bytes > _OUTPUTS_BYTES:
            break
    return found


def file_of(value: bytes) -> ValueFile:
    """A text as it reads, the file that a `data:` address holds, everything else as JSON."""
    if (address := _DATA_ADDRESS.match(value)) is not None:
        kind = address[1].decode()
        ending = _ENDING_OF_KIND.get(kind) or re.sub(r"^x-|^vnd\..*\.|\+.*$", "", kind.partition("/")[2])[:10] or "bin"
        if _is_base64(value, address.end()):
            return ValueFile("application/octet-stream", ending, _file_chunks(value, address.end()))
    if kind_of(value) == "text":
        return ValueFile("text/plain; charset=utf-8", "txt", _text_chunks(value))
    return ValueFile("application/json", "json", (value[at : at + CHUNK_BYTES] for at in range(0, len(value), CHUNK_BYTES)))


def _is_base64(value: bytes, start: int) -> bool:
    body = memoryview(value)[start:-1]
    return len(body) % 4 == 0 and re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", body) is not None


def _file_chunks(value: bytes, start: int) -> Iterator[bytes]:
    body = memoryview(value)[start:-1]
    for at in range(0, len(body), CHUNK_BYTES):
        yield binascii.a2b_base64(body[at : at + CHUNK_BYTES])


def _text_chunks(value: bytes) -> Iterator[bytes]:
    at, end = 1, len(value) - 1
    while at < end:
        part = value[at : min(at + CHUNK_BYTES, end)]
        if at + len(part) < end:
            part = whole_characters(part)
        yield text_of(part).encode()
        at += len(part)
