"""Rows, a mapping each → the values of Kafka records, in Avro with the Confluent prefix: row by row, for few of them.

A schema is made functions once, one for each of its types; a row then costs a call a field, many of them of C, a third of what fastavro's
writer needs, whose bytes these are. What does not fit exactly raises: the columns' encoder (streams/avro_encode.py) casts, and says what is
wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import index, itemgetter
from typing import Any

from streams.avro_schema import Node

Write = Callable[[Any], bytes]  # a value's bytes; raises for one that does not fit

_INT, _LONG = 1 << 31, 1 << 63
NO_FIT = (AttributeError, KeyError, TypeError, ValueError, OverflowError, struct.error)  # how it is told that a value does not
_REMEMBERED = 1 << 14  # numbers: a row's times are those of many others


class RowWriter:
    """Writes rows of one schema."""

    def __init__(self, node: Node, prefix: bytes) -> None:
        """``node``: the compiled schema; ``prefix``: the bytes in front of every record."""
        self._write, self._prefix = writer(node), prefix

    def write(self, rows: Iterable[Mapping[str, Any]]) -> tuple[bytes, list[int]]:
        """The values of rows one after the other, and how long each is. Raises one of NO_FIT for a row that does not fit."""
        write, prefix = self._write, self._prefix
        values = [prefix + write(row) for row in rows]
        return b"".join(values), list(map(len, values))


def writer(node: Node) -> Write:
    """What writes values of a type."""
    match node.kind:
        case "record":
            return _record([(name, writer(child)) for name, child in node.fields])
        case "nullable":
            return _nullable(node.child, node.null_first)
        case "array":
            return _array(writer(node.child))
        case "enum":
            return _symbols(node).__getitem__
        case "fixed":
            return _fixed(node.fixed_size or 0)
    return _PLAIN[node.kind]


def _record(fields: list[tuple[str, Write]]) -> Write:
    writes = [each for _, each in fields]
    if len(fields) < 2:  # itemgetter of one name gives no tuple
        return lambda value: b"".join([each(value[name]) for name, each in fields])
    values = itemgetter(*[name for name, _ in fields])
    return lambda value: b"".join([each(one) for each, one in zip(writes, values(value), strict=True)])


def _nullable(child: Node, null_first: bool) -> Write:
    null, other = (b"\0", b"\2") if null_first else (b"\2", b"\0")
    if child.kind == "enum":
        known: dict[Any, bytes] = {symbol: other + written for symbol, written in _symbols(child).items()}
        return (known | {None: null}).__getitem__
    inner = writer(child)
    return lambda value: null if value is None else other + inner(value)


def _array(inner: Write) -> Write:
    def write(value: Any) -> bytes:
        if type(value) is not list and isinstance(value, (str, bytes, Mapping)):
            raise TypeError(f"{type(value).__name__} is no list")
        if count := len(value):
            return b"".join([varint(count), *map(inner, value), b"\0"])
        return b"\0"

    return write


def _symbols(node: Node) -> dict[str, bytes]:
    return {symbol: varint(place) for place, symbol in enumerate(node.symbols)}


def _fixed(size: int) -> Write:
    def write(value: Any) -> bytes:
        if not isinstance(value, bytes) or len(value) != size:
            raise ValueError(f"{value!r} is not {size} bytes")
        return value

    return write


@lru_cache(_REMEMBERED, typed=True)
def varint(value: int) -> bytes:
    value = index(value)
    if not -_LONG <= value < _LONG:
        raise OverflowError(f"{value} has more than 64 bits")
    raw, out = (value << 1) ^ (value >> 63), bytearray()
    while raw > 127:
        out.append(raw & 127 | 128)
        raw >>= 7
    out.append(raw)
    return bytes(out)


_SHORT = tuple(varint(length) for length in range(256))


def _string(value: Any) -> bytes:
    data: bytes = value.encode()
    size = len(data)
    return (_SHORT[size] if size < 256 else varint(size)) + data


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"{type(value).__name__} is no bytes")
    return varint(len(value)) + value


@lru_cache(_REMEMBERED, typed=True)
def _int(value: Any) -> bytes:
    if not -_INT <= value < _INT:
        raise OverflowError(f"{value} has more than 32 bits")
    return varint(value)


def _boolean(value: Any) -> bytes:
    if value is not True and value is not False:
        raise TypeError(f"{value!r} is neither true nor false")
    return b"\1" if value else b"\0"


_PLAIN: dict[str, Write] = {
    "string": _string, "bytes": _bytes, "long": varint, "int": _int, "boolean": _boolean,
    "double": struct.Struct("<d").pack, "float": struct.Struct("<f").pack,
}  # fmt: skip
