"""Records of a table's topic → changes of its rows: the key, the offset, and the row as JSON (empty for a tombstone).

Pure: bytes in, bytes out. Of several records of a key only the last one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson
import polars as pl

from streams.avro import Codec
from streams.message import Message


class Change(NamedTuple):
    """What becomes of one row. An empty ``row`` deletes it."""

    key: bytes
    offset: int
    row: bytes


class Changes(NamedTuple):
    """The changes of one batch, and how many of its records were no row: without a key (left out), or unreadable (rows that say so)."""

    rows: list[Change]
    keyless: int
    unreadable: int


def changes(codec: Codec, topic: str, partition: int, records: Sequence[Message]) -> Changes:
    """The changes that the records of one partition make, in offset order.

    A record that cannot be read becomes a row with ``error`` in place of ``row``: the latest value of its key is not known, and the one
    before it must not pass for it.
    """
    last = {key: record for record in records if (key := record.key()) is not None}
    keyless = sum(record.key() is None for record in records)
    kept = list(last.values())
    values: list[bytes | None] = [record.value() for record in kept]
    alive = [i for i, value in enumerate(values) if value is not None]
    decoded = codec.decode([values[i] for i in alive])
    bodies: list[str | None] = [None] * len(kept)
    for i, body in zip(decoded.rows.tolist(), json_rows(decoded.frame), strict=True):
        bodies[alive[i]] = '"row":' + body
    for bad in decoded.bad:
        bodies[alive[bad.row]] = '"error":' + orjson.dumps(f"{bad.error}: {bad.message}").decode()
    source = f'{{"topic":{orjson.dumps(topic).decode()},"partition":{partition},"offset":'
    rows = [_change(record, source, body) for record, body in zip(kept, bodies, strict=True)]
    return Changes(rows, keyless, len(decoded.bad))


def _change(record: Message, source: str, body: str | None) -> Change:
    key, offset = record.key(), record.offset()
    assert key is not None
    row = b"" if body is None else f'{source}{offset},"timestamp":{record.timestamp()[1]},{body}}}'.encode()
    return Change(key if isinstance(key, bytes) else str(key).encode(), offset, row)


def json_rows(frame: pl.DataFrame) -> list[str]:
    """Each row of a frame as a JSON object; bytes as hex, NaN and infinities as null."""
    if not frame.height:
        return []
    frame = frame.with_columns(pl.col(pl.Binary).bin.encode("hex"))
    if "Binary" in str(frame.schema):  # nested in lists or records: polars cannot write these
        return [orjson.dumps(row, default=_hex).decode() for row in frame.iter_rows(named=True)]
    written: list[str] = frame.select(pl.struct(pl.all()).struct.json_encode().alias("json"))["json"].to_list()
    return written


def _hex(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a {type(value).__name__} has no JSON form")
