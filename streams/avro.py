"""Values of Kafka records ⇄ polars frames, by the Avro schema of their topic: a whole batch at a time.

Values carry the Confluent prefix (magic 0, schema id in four bytes, big-endian). Decoding joins all values behind one Avro
container header and lets polars parse them as a single block. Before that every record is checked (streams/avro_walk.py), so
that polars only sees valid ones; a random guard after each record, which comes back as a column, shows that both agreed.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from columns.output import Table
from streams.avro_encode import Encoded, Encoder
from streams.avro_exact import InvalidRecordError, Reader
from streams.avro_schema import Node, Schema, UnsupportedSchemaError, compile_schema, container_type, from_container, has_enum
from streams.avro_versions import PREFIX_SIZE, OtherVersion
from streams.avro_walk import Walk, words_at_any_byte
from streams.contract import Contract, contract
from streams.rows import Rows, frame_of

__all__ = ["BadRecord", "Codec", "Decoded", "Encoded", "UnsupportedSchemaError", "codec"]

FEW_VALUES = 40  # up to here reading one by one is faster
_GUARD_SIZE, _SYNC = 8, b"tripo-streams-0!"
_PREFIX_BITS = np.uint64((1 << 40) - 1)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A value that cannot be read: ``row`` is its index in the batch, ``error`` a short class name, ``message`` for people."""

    row: int
    error: str
    message: str


@dataclass(slots=True)
class Decoded:
    """``table`` holds the readable records in order, ``rows`` (int64) their indices in the batch, ``bad`` the others, by row."""

    table: pl.DataFrame | Rows
    rows: npt.NDArray[np.int64]
    bad: list[BadRecord] = field(default_factory=list)

    @property
    def frame(self) -> pl.DataFrame:
        """The readable records as columns."""
        return frame_of(self.table)


class Codec:
    """Reads and writes the records of one schema. Frames always have exactly the columns and types of ``polars_schema``."""

    def __init__(self, schema: Schema, schema_id: int, schemas: Mapping[int, Schema]) -> None:
        """``schemas`` are the versions by id that records may have been written with; ``schema`` is what frames follow.

        Raises UnsupportedSchemaError.
        """
        self.schema, self.schema_id, self.schemas = schema, schema_id, schemas
        self.node = compile_schema(schema)
        self.polars_schema = pl.Schema({name: node.dtype for name, node in self.node.fields})
        self.prefix = b"\0" + schema_id.to_bytes(4, "big")
        self._prefix_word = np.uint64(int.from_bytes(self.prefix, "little"))
        self._guard_column = "guard" + "_" * max(len(name) for name, _ in self.node.fields)
        self._header = _container_header(self.node, self._guard_column)
        self._converted = [from_container(n, pl.col(name)) for name, n in self.node.fields if has_enum(n)]
        others = {i: other for i, other in schemas.items() if i != schema_id}
        self._versions = {i: OtherVersion(other, schema, i) for i, other in others.items()}
        self._codecs: dict[int, Codec] = {}  # of the other versions that many records came in
        self._encoder = Encoder(schema, self.node, self.prefix)
        self._read = Reader(schema, self.node).read

    def encode(self, frame: pl.DataFrame) -> Encoded:
        """The records of a frame's rows. Raises ValueError for missing columns, nulls and types that do not fit."""
        return self._encoder.encode(frame)

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Encoded | None:
        """The records of rows by field; None where they must be made a frame: there are many, or one does not fit."""
        return self._encoder.encode_rows(rows)

    def encode_tables(self, tables: Sequence[Table]) -> Encoded | None:
        """The records of tables' rows; None where they must be made a frame: there are many, or one does not fit."""
        return self._encoder.encode_tables(tables)

    def decode(self, values: Sequence[bytes | None]) -> Decoded:
        """The records of a batch; None and empty values are bad records, too."""
        count = len(values)
        rows, chosen = np.arange(count), values
        if count <= FEW_VALUES:
            return self._decode_each(values, range(count))
        sizes = _sizes(values)
        rows, chosen, sizes = _where(sizes > PREFIX_SIZE, rows, chosen, sizes)
        joined, guard = self._join(chosen)
        good = self._valid(joined, sizes)
        if not good.all():
            rows, chosen, sizes = _where(good, rows, chosen, sizes)
            joined, guard = self._join(chosen)
        frame = self._parse(joined, guard, len(rows))
        if frame is None:
            rows, chosen, sizes = _where(~self._bad_text(joined, sizes), rows, chosen, sizes)
            frame = self._parse(*self._join(chosen), len(rows))
        if frame is None:
            rows, frame = rows[:0], pl.DataFrame(schema=self.polars_schema)
        if len(rows) == count:
            return Decoded(frame, rows)
        others = np.ones(count, np.bool_)
        others[rows] = False
        return _merged([Decoded(frame, rows), *self._decode_others(values, np.flatnonzero(others).tolist())])

    def _join(self, values: Sequence[bytes | None]) -> tuple[bytes, bytes]:
        guard = os.urandom(_GUARD_SIZE)
        return guard.join((*values, self.prefix)), guard  # type: ignore[arg-type]

    def _bounds(self, sizes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        ends = np.cumsum(sizes + _GUARD_SIZE)
        ends -= _GUARD_SIZE
        return ends - sizes, ends

    def _valid(self, joined: bytes, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of the joined values are records of this very schema version, from first to last byte."""
        data = np.frombuffer(joined, np.uint8)
        starts, ends = self._bounds(sizes)
        ours = (words_at_any_byte(data)[starts] & _PREFIX_BITS) == self._prefix_word
        good: npt.NDArray[np.bool_] = Walk(data, starts + PREFIX_SIZE, ends).valid(self.node) & ours
        return good

    def _bad_text(self, joined: bytes, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        starts, ends = self._bounds(sizes)
        return Walk(np.frombuffer(joined, np.uint8), starts + PREFIX_SIZE, ends).bad_text(self.node)

    def _parse(self, joined: bytes, guard: bytes, count: int) -> pl.DataFrame | None:
        """Valid records as a frame; None if polars does not manage, or reads anything but what the guards enclose."""
        if count == 0:
            return pl.DataFrame(schema=self.polars_schema)
        size = len(joined) - PREFIX_SIZE
        container = b"".join((self._header, _varint(count), _varint(size), memoryview(joined)[PREFIX_SIZE:], _SYNC))
        try:
            frame = pl.read_avro(io.BytesIO(container))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):  # the panic is no Exception
            return None
        guards = frame.drop_in_place(self._guard_column)
        if len(guards) != count or not (guards == pl.Series([guard + self.prefix])).all():
            return None
        return frame.with_columns_seq(self._converted) if self._converted else frame

    def _decode_others(self, values: Sequence[bytes | None], rows: list[int]) -> Iterator[Decoded]:
        """The chosen rows: by columns where many are of one other version, else one by one."""
        each: list[int] = []
        versions: dict[int, list[int]] = {}
        for row in rows:
            value = values[row] or b""
            written = int.from_bytes(value[1:PREFIX_SIZE], "big")
            known = value[:1] == b"\0" and written in self._versions
            (versions.setdefault(written, []) if known else each).append(row)
        for written, chosen in versions.items():
            if len(chosen) > FEW_VALUES and self._versions[written].by_columns:
                yield self._decode_version(written, values, chosen)
            else:
                each += chosen
        yield self._decode_each(values, each)

    def _decode_version(self, written: int, values: Sequence[bytes | None], rows: list[int]) -> Decoded:
        """The chosen rows, all of one other version, by columns."""
        version = self._versions[written]
        if written not in self._codecs:
            self._codecs[written] = Codec(self.schemas[written], written, {})
        decoded = self._codecs[written].decode([values[row] for row in rows])
        if len(decoded.rows) == 0:
            return self._decode_each(values, rows)
        try:
            one = version.read(values[rows[int(decoded.rows[0])]] or b"")
        except InvalidRecordError:
            return self._decode_each(values, rows)
        bad = [BadRecord(rows[b.row], b.error, b.message) for b in decoded.bad]
        return Decoded(version.resolve(decoded.frame, one), np.array(rows, np.int64)[decoded.rows], bad)

    def _decode_each(self, values: Sequence[bytes | None], rows: Iterable[int]) -> Decoded:
        """The chosen rows one by one, exactly."""
        records: list[dict[str, Any]] = []
        read: list[int] = []
        bad: list[BadRecord] = []
        ours = True  # what is resolved to this version may have numbers of other types
        for row in rows:
            value = values[row]
            try:
                records.append(self._decode_one(value))
                read.append(row)
                ours = ours and value is not None and value.startswith(self.prefix)
            except InvalidRecordError as error:
                bad.append(BadRecord(row, error.error, error.message))
        found = Rows(records, self.polars_schema)
        return Decoded(found if ours else found.frame, np.array(read, np.int64), bad)

    def _decode_one(self, value: bytes | None) -> dict[str, Any]:
        if not value:
            raise InvalidRecordError("EmptyValue", "the record has no value")
        if value[0] != 0 or len(value) < PREFIX_SIZE:
            start = value[:PREFIX_SIZE].hex(" ")
            raise InvalidRecordError("NotAvro", f"the value starts with {start}, not with a zero byte and a schema id")
        written = int.from_bytes(value[1:PREFIX_SIZE], "big")
        if written == self.schema_id:
            return self._read(value, PREFIX_SIZE)
        if written not in self._versions:
            raise InvalidRecordError("UnknownSchema", f"schema id {written} is not registered as a version of {self.schema['name']}")
        return self._versions[written].read(value)


def _merged(parts: list[Decoded]) -> Decoded:
    """Parts of one batch, in the batch's order."""
    some = [part for part in parts if len(part.rows)] or parts[:1]
    bad = sorted((b for part in parts for b in part.bad), key=lambda b: b.row)
    if len(some) == 1:
        return Decoded(some[0].table, some[0].rows, bad)
    rows = np.concatenate([part.rows for part in some])
    order = np.argsort(rows)
    return Decoded(pl.concat([part.frame for part in some])[order], rows[order], bad)


def _sizes(values: Sequence[bytes | None]) -> npt.NDArray[np.int64]:
    try:
        return np.fromiter(map(len, values), np.int64, len(values))  # type: ignore[arg-type]
    except TypeError:  # a None
        return np.fromiter((len(v) if v else 0 for v in values), np.int64, len(values))


def _where(
    keep: npt.NDArray[np.bool_], rows: npt.NDArray[np.int64], values: Sequence[bytes | None], sizes: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Sequence[bytes | None], npt.NDArray[np.int64]]:
    if keep.all():
        return rows, values, sizes
    return rows[keep], list(compress(values, keep.tolist())), sizes[keep]


def _varint(value: int) -> bytes:
    """A non-negative Avro long."""
    raw, out = value << 1, bytearray()
    while raw > 127:
        out.append(raw & 127 | 128)
        raw >>= 7
    out.append(raw)
    return bytes(out)


def _container_header(node: Node, guard_column: str) -> bytes:
    """The head of an Avro file of records, each followed by the guard and the next record's prefix."""
    names = [0]
    body = container_type(node, names)
    guard = {"type": "fixed", "name": "Guard", "size": _GUARD_SIZE + PREFIX_SIZE}
    text = json.dumps({**body, "fields": [*body["fields"], {"name": guard_column, "type": guard}]}).encode()
    entries = b"".join(_varint(len(part)) + part for part in (b"avro.schema", text, b"avro.codec", b"null"))
    return b"Obj\x01" + _varint(2) + entries + b"\0" + _SYNC


@lru_cache(maxsize=256)
def _codec(of: Contract, topic: str) -> Codec:
    schema = of.schema(topic)
    versions = {i: s for i, s in of.schemas.items() if (s["name"], s.get("namespace")) == (schema["name"], schema.get("namespace"))}
    return Codec(schema, of.schema_id(topic), versions)


def codec(topic: str) -> Codec:
    """The codec of a topic of the contract, by its name without namespace; the same one at every call."""
    return _codec(contract(), topic)
