"""One record's bytes → its schema's name and its fields, for people to read.

Reads every registered schema, one record at a time; the columns of streams.avro are for speed.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any, NamedTuple

import fastavro

from streams.contract import contract

SHOWN_BYTES = 64


class Read(NamedTuple):
    """A record that could be read: schema name, schema id, fields. ``note`` says when its own prefix did not name that schema."""

    schema: str
    schema_id: int
    fields: dict[str, Any]
    note: str | None = None


class UnreadableError(ValueError):
    """A record's value cannot be read; the message says why."""


def decode(value: bytes) -> Read:
    """Read a value by the schema id in its prefix. Raises UnreadableError."""
    if len(value) < 5 or value[0] != 0:
        raise UnreadableError(f"no magic byte and schema id before the body ({len(value)} bytes)")
    schema_id = int.from_bytes(value[1:5], "big")
    if schema_id not in contract().schemas:
        raise UnreadableError(f"schema id {schema_id} is not in schemas/registry.json")
    return Read(str(contract().schemas[schema_id]["name"]), schema_id, _body(value[5:], schema_id))


def decode_somehow(value: bytes, topic: str) -> Read | None:
    """Read a value by its own schema id, else its body by the topic's schema, else by any other; None when none fits."""
    try:
        return decode(value)
    except UnreadableError:
        pass
    first = [contract().schema_id(topic)] if topic in contract().topics else []
    for body, what in ((value[5:], "its prefix names no schema that fits"), (value, "it has no prefix")):
        for schema_id in dict.fromkeys([*first, *contract().schemas]):
            try:
                return Read(str(contract().schemas[schema_id]["name"]), schema_id, _body(body, schema_id), what)
            except UnreadableError:
                continue
    return None


def _body(body: bytes, schema_id: int) -> dict[str, Any]:
    stream = io.BytesIO(body)
    try:
        fields = fastavro.schemaless_reader(stream, _parsed(schema_id), None)
    except Exception as e:  # fastavro raises what its Cython happens to: EOFError, IndexError, UnicodeDecodeError, MemoryError ...
        raise UnreadableError(f"the body does not fit schema id {schema_id}: {type(e).__name__} {e}".rstrip()) from None
    if left := len(body) - stream.tell():
        raise UnreadableError(f"{left} bytes are left after the body of schema id {schema_id}")
    if not isinstance(fields, dict):
        raise UnreadableError(f"schema id {schema_id} is no record")
    return fields


@lru_cache(maxsize=256)
def _parsed(schema_id: int) -> Any:
    return fastavro.parse_schema(contract().schemas[schema_id])


def plain(value: Any, shown_bytes: int | None = SHOWN_BYTES) -> Any:
    """A decoded value as JSON has it: bytes as hex, shortened after ``shown_bytes`` (None: whole)."""
    if isinstance(value, bytes):
        if shown_bytes is None or len(value) <= shown_bytes:
            return value.hex()
        return f"{value[:shown_bytes].hex()}… ({len(value)} bytes)"
    if isinstance(value, dict):
        return {key: plain(each, shown_bytes) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, shown_bytes) for each in value]
    return value


def text(key: bytes | str | None) -> str | None:
    """A key as text; bytes that are no UTF-8 are escaped."""
    return key.decode(errors="backslashreplace") if isinstance(key, bytes) else key
