"""Decisions by column (columns/output.py) → the values of Kafka records, in Avro with the Confluent prefix: some hundreds of them, without
rows or a frame in between.

Each column becomes a list of byte strings, one a record, most of them by calls of C; a record is its columns' strings joined. Constants are
written once. The bytes are those of streams/avro_rows.py, and so fastavro's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from columns.output import Column, Cycle, Each, Same, Struct, Structs, Table, Where
from streams.avro_rows import Write, varint, writer
from streams.avro_schema import Node

Parts = list[Sequence[bytes]]  # n byte strings each; a value is those of one place, one after the other


class TableWriter:
    """Writes tables of one schema."""

    def __init__(self, node: Node, prefix: bytes) -> None:
        """``node``: the compiled schema; ``prefix``: the bytes in front of every record."""
        self._prefix, self._record = prefix, _Type(node)

    def write(self, tables: Iterable[Table]) -> tuple[bytes, list[int]]:
        """The values of several tables' rows one after the other, and how long each is. Raises one of NO_FIT for what does not fit."""
        values: list[bytes] = []
        for table in tables:
            parts = self._record.struct(Struct(table.columns), table.height)
            values += map(b"".join, zip([self._prefix] * table.height, *parts, strict=True))
        return b"".join(values), list(map(len, values))


def each(column: Column, n: int, write: Callable[[Any], bytes]) -> list[bytes]:
    """A column of plain values, written one by one: what is the same for several rows, once."""
    match column:
        case Same():
            return [write(column.value)] * n
        case Each():
            kinds = [write(kind) for kind in column.kinds]
            return [kinds[place] for place in column.places.tolist()]
        case Cycle():
            return [write(kind) for kind in column.kinds] * (n // len(column.kinds))
        case np.ndarray():
            return [write(value) for value in column.tolist()]
        case list():
            return [write(value) for value in column]
    raise TypeError(f"{type(column).__name__} is no column of plain values")


class _Type:
    """What writes columns of one type."""

    def __init__(self, node: Node) -> None:
        self._write: Write = writer(node)
        self._is_double = node.kind == "double"
        self._fields = {name: _Type(child) for name, child in node.fields}
        self._inner = None if node.inner is None else _Type(node.inner)
        self._is_array = node.kind == "array"
        self._null, self._some = (b"\0", b"\2") if node.null_first else (b"\2", b"\0")

    def parts(self, column: Column, n: int) -> Parts:
        """The strings of a column of n values."""
        match column:
            case Where() | Struct() | Structs():
                return self._nested(column, n)
            case np.ndarray() if column.dtype == np.float64:
                if self._is_double:
                    return [column.astype("<f8", copy=False).view("V8").tolist()]
                if self._inner is not None and self._inner._is_double:
                    return [[self._some] * n, *self._inner.parts(column, n)]
        return [each(column, n, self._write)]

    def struct(self, column: Struct, n: int) -> Parts:
        """The strings of a column of n records."""
        return [part for name, field in self._fields.items() for part in field.parts(column.fields[name], n)]

    def _nested(self, column: Where | Struct | Structs, n: int) -> Parts:
        if self._is_array and isinstance(column, Structs):
            return [self._lists(column, n)]
        if self._fields and isinstance(column, Struct):
            return self.struct(column, n)
        if self._inner is None or self._is_array:
            raise TypeError(f"{type(column).__name__} does not fit the type")
        if not isinstance(column, Where):
            return [[self._some] * n, *self._inner.parts(column, n)]
        given, null, some = column.given.tolist(), self._null, self._some
        values = zip(given, *self._inner.parts(column.column, n), strict=True)
        return [[some + b"".join(value) if there else null for there, *value in values]]

    def _lists(self, column: Structs, n: int) -> list[bytes]:
        """Arrays: one block of items and a terminating zero; only the zero where there are no items."""
        assert self._inner is not None
        parts = self._inner.parts(column.flat, n * column.width)
        items, size = list(chain.from_iterable(zip(*parts, strict=True))), len(parts)
        width = column.width * size
        counts = [column.width] * n if column.counts is None else column.counts.tolist()
        heads = [varint(count) for count in range(column.width + 1)]
        return [
            b"".join((heads[count], *items[start : start + count * size], b"\0")) if count else b"\0"
            for start, count in zip(range(0, n * width, width), counts, strict=True)
        ]
