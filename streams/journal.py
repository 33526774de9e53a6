"""What a task stepped over → journal records in a hash chain (DESIGN §6); and back.

A record's ``outputs`` digest, per topic, over the records its steps wrote, in order:
``sha256(sha256(lengths) + sha256(keys) + sha256(values))``, where lengths are the values' lengths as little-endian uint32,
keys and values their concatenated bytes, and every inner digest its 32 raw bytes.
A record's ``previous`` is the SHA-256 of the previous journal record's value (wire prefix included).
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any, TypedDict

import fastavro

from streams.contract import contract
from streams.packed import Packed


class Range(TypedDict):
    """Offsets of one topic that a step saw: [start, end) without ``skipped`` and without offsets that hold no record."""

    topic: str
    start: int
    end: int
    skipped: list[int]


class Step(TypedDict):
    """One step: its ``now`` and what it saw."""

    now: int
    ranges: list[Range]


class SnapshotRef(TypedDict):
    """Where a snapshot is, and where the journal goes on after it."""

    sequence: int
    offset: int
    chunks: int
    journal_offset: int


class Record(TypedDict):
    """A journal record; see schemas/journal.avsc."""

    agent: str
    partition: int
    sequence: int
    code_version: str
    model_versions: list[str]
    steps: list[Step]
    positions: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    snapshot: SnapshotRef | None
    restepped_from: str | None
    previous: bytes


def chain_hash(value: bytes) -> bytes:
    """What the next journal record's ``previous`` must be."""
    return hashlib.sha256(value).digest()


def encode(schema_name_topic: str, record: Any) -> bytes:
    """A record of a runtime topic (journal, snapshots, dead letters) in the wire format."""
    out = io.BytesIO()
    out.write(b"\0" + contract().schema_id(schema_name_topic).to_bytes(4, "big"))
    fastavro.schemaless_writer(out, _parsed(schema_name_topic), record)
    return out.getvalue()


def decode(schema_name_topic: str, value: bytes) -> Any:
    """A record of a runtime topic, resolved to its latest schema. Raises ValueError when it is not in the wire format."""
    if len(value) < 5 or value[0] != 0:
        raise ValueError(f"a record of {schema_name_topic} does not begin with the wire format's magic byte")
    writer = contract().schemas[int.from_bytes(value[1:5], "big")]
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), writer, _parsed(schema_name_topic))


_schemas: dict[int, Any] = {}


def _parsed(topic: str) -> Any:
    schema_id = contract().schema_id(topic)
    if schema_id not in _schemas:
        _schemas[schema_id] = fastavro.parse_schema(contract().schemas[schema_id])
    return _schemas[schema_id]


@dataclass(slots=True)
class OutputDigest:
    """The running digest of what a task wrote to one topic since its last journal record."""

    count: int = 0
    _lengths: Any = field(default_factory=hashlib.sha256)
    _keys: Any = field(default_factory=hashlib.sha256)
    _values: Any = field(default_factory=hashlib.sha256)

    def add(self, keys: Packed, values: Packed) -> None:
        """Take in further records."""
        self.count += len(values)
        self._lengths.update(values.lengths.astype("<u4").tobytes())
        self._keys.update(keys.data)
        self._values.update(values.data)

    def digest(self) -> bytes:
        """The digest over all records taken in."""
        return hashlib.sha256(self._lengths.digest() + self._keys.digest() + self._values.digest()).digest()
