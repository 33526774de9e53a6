"""Rows, a mapping each → the values of Kafka records, in Avro with the Confluent prefix: row by row, for few of them.

A schema is made functions once, one for each of its types; a row then costs a call a field, a third of what fastavro's writer needs,
whose bytes these are. What does not fit exactly raises: the columns' encoder (streams/avro_encode.py) casts, and says what is wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import index
from typing import Any

from streams.avro_schema import Node

Write = Callable[[Any, bytearray], None]  # appends a value's bytes; raises for one that does not fit

_INT, _LONG = 1 << 31, 1 << 63
_DOUBLE, _FLOAT = struct.Struct("<d").pack, struct.Struct("<f").pack
NO_FIT = (AttributeError, KeyError, TypeError, ValueError, OverflowError, struct.error)  # how it is told that a value does not
_REMEMBERED = 1 << 14  # numbers: a row's times are those of many others


class RowWriter:
    """Writes rows of one schema."""

    def __init__(self, node: Node, prefix: bytes) -> None:
        """``node``: the compiled schema; ``prefix``: the bytes in front of every record."""
        self._write, self._prefix = writer(node), prefix

    def write(self, rows: Iterable[Mapping[str, Any]]) -> tuple[bytes, list[int]]:
        """The values of rows one after the other, and where each ends. Raises one of NO_FIT for a row that does not fit."""
        out, ends = bytearray(), []
        for row in rows:
            out += self._prefix
            self._write(row, out)
            ends.append(len(out))
        return bytes(out), ends


def writer(node: Node) -> Write:
    """What writes values of a type."""
    match node.kind:
        case "record":
            return _record([(name, writer(child)) for name, child in node.fields])
        case "nullable":
            return _nullable(writer(node.child), node.null_first)
        case "array":
            return _array(writer(node.child))
        case "enum":
            return _enum({symbol: _varint(place) for place, symbol in enumerate(node.symbols)})
        case "fixed":
            return _fixed(node.fixed_size or 0)
    return _PLAIN[node.kind]


def _record(fields: list[tuple[str, Write]]) -> Write:
    def write(value: Any, out: bytearray) -> None:
        for name, each in fields:
            each(value[name], out)

    return write


def _nullable(inner: Write, null_first: bool) -> Write:
    null, other = (0, 2) if null_first else (2, 0)

    def write(value: Any, out: bytearray) -> None:
        if value is None:
            out.append(null)
        else:
            out.append(other)
            inner(value, out)

    return write


def _array(inner: Write) -> Write:
    def write(value: Any, out: bytearray) -> None:
        if isinstance(value, (str, bytes, Mapping)):
            raise TypeError(f"{type(value).__name__} is no list")
        if count := len(value):
            out += _varint(count)
            for each in value:
                inner(each, out)
        out.append(0)

    return write


def _enum(symbols: Mapping[str, bytes]) -> Write:
    def write(value: Any, out: bytearray) -> None:
        out += symbols[value]

    return write


def _fixed(size: int) -> Write:
    def write(value: Any, out: bytearray) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise ValueError(f"{value!r} is not {size} bytes")
        out += value

    return write


@lru_cache(_REMEMBERED, typed=True)
def _varint(value: int) -> bytes:
    value = index(value)
    if not -_LONG <= value < _LONG:
        raise OverflowError(f"{value} has more than 64 bits")
    raw, out = (value << 1) ^ (value >> 63), bytearray()
    while raw > 127:
        out.append(raw & 127 | 128)
        raw >>= 7
    out.append(raw)
    return bytes(out)


_SHORT = tuple(_varint(length) for length in range(256))


def _string(value: Any, out: bytearray) -> None:
    data = value.encode()
    size = len(data)
    out += _SHORT[size] if size < 256 else _varint(size)
    out += data


def _bytes(value: Any, out: bytearray) -> None:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} is no bytes")
    out += _varint(len(value))
    out += value


def _long(value: Any, out: bytearray) -> None:
    out += _varint(value)


def _int(value: Any, out: bytearray) -> None:
    if not -_INT <= value < _INT:
        raise OverflowError(f"{value} has more than 32 bits")
    out += _varint(value)


def _double(value: Any, out: bytearray) -> None:
    out += _DOUBLE(value)


def _float(value: Any, out: bytearray) -> None:
    out += _FLOAT(value)


def _boolean(value: Any, out: bytearray) -> None:
    if value is not True and value is not False:
        raise TypeError(f"{value!r} is neither true nor false")
    out.append(value)


_PLAIN: dict[str, Write] = {
    "string": _string, "bytes": _bytes, "long": _long, "int": _int, "double": _double, "float": _float, "boolean": _boolean,
}  # fmt: skip
