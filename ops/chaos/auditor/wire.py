"""Bytes of the log → batch heads and Avro values. In: raw record batches, record values. Out: plain values, or why they are unreadable.

The batch format is Kafka's v2 (kafka.apache.org/documentation/#recordbatch), read here by hand so that no client's own filtering is
trusted.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import fastavro

HEAD = struct.Struct(
    ">qiibIhiqqqhii"
)  # base offset, length, epoch, magic, crc, attributes, last delta, two times, producer, its epoch, sequence, count
TRANSACTIONAL, CONTROL = 0x10, 0x20
ABORT, COMMIT = 0, 1


class Batch(NamedTuple):
    """Offsets [first, end) that one producer wrote; a control batch carries the end of its transaction."""

    first: int
    end: int
    producer: int
    transactional: bool
    marker: int | None  # ABORT or COMMIT
    held: int  # records in it; fewer than its offsets where the log was compacted


def batches(data: bytes) -> Iterator[Batch]:
    """The whole batches of a fetch response's records; a last one that was cut off is left out."""
    at = 0
    while at + HEAD.size <= len(data):
        base, length, _, magic, _, attributes, last, _, _, producer, _, _, count = HEAD.unpack_from(data, at)
        if at + 12 + length > len(data):
            return
        if magic != 2:
            raise ValueError(f"a record batch of format {magic} at offset {base}; only format 2 is known")
        marker = _marker(data, at + HEAD.size) if attributes & CONTROL else None
        yield Batch(base, base + last + 1, producer, bool(attributes & TRANSACTIONAL), marker, count)
        at += 12 + length


def _marker(data: bytes, at: int) -> int:
    """The type of a control batch's one record: length, attributes, two deltas, key length, key = version and type, 2 bytes each."""
    _, at = _varint(data, at)
    at += 1
    for _ in range(3):
        _, at = _varint(data, at)
    return int.from_bytes(data[at + 2 : at + 4], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


class UnreadableError(ValueError):
    """A value that is not a whole record of its topic's schema; the message says why."""


class Schemas:
    """The registry file's schemas; decodes a value of a topic by the id it carries."""

    def __init__(self, registry: Path, subjects: Mapping[str, str]) -> None:
        ids = json.loads(registry.read_text())["ids"]
        self._subjects = dict(subjects)
        self._known: dict[str, dict[int, Any]] = {}
        for number, entry in ids.items():
            self._known.setdefault(entry["subject"], {})[int(number)] = fastavro.parse_schema(entry["schema"])

    def decode(self, topic: str, value: bytes | None) -> dict[str, Any]:
        """The record of a value. Raises UnreadableError where it is empty, of another schema, cut off, too long, or nonsense."""
        if value is None:
            raise UnreadableError("no value")
        if len(value) < 5 or value[0] != 0:
            raise UnreadableError("no wire format prefix")
        schema = self._known[self._subjects[topic]].get(int.from_bytes(value[1:5], "big"))
        if schema is None:
            raise UnreadableError("a schema id that is not of this topic")
        body = io.BytesIO(value[5:])
        try:
            record = fastavro.schemaless_reader(body, schema, None)
        except Exception as error:  # fastavro raises whatever the broken bytes lead it to
            raise UnreadableError(f"{type(error).__name__}: {error}") from error
        if body.tell() != len(value) - 5:
            raise UnreadableError("bytes left over")
        assert isinstance(record, dict)
        return record

    def canonical(self, topic: str, value: bytes | None) -> bool:
        """Whether a value is just what writing its record gives: no overlong number, no odd boolean, no int beyond 32 bits."""
        try:
            record = self.decode(topic, value)
        except UnreadableError:
            return False
        assert value is not None
        schema = self._known[self._subjects[topic]][int.from_bytes(value[1:5], "big")]
        out = io.BytesIO()
        fastavro.schemaless_writer(out, schema, record)
        return out.getvalue() == value[5:] and bool(fastavro.validate(record, schema, raise_errors=False))
