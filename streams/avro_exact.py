"""One Avro body → its value, or the reason why it has none. Strict, in plain Python: for the few records that need it."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import fastavro

from streams.avro_schema import Node, Schema

_INT_RANGE = range(-(1 << 31), 1 << 31)


class InvalidRecordError(Exception):
    """A record that cannot be read. ``error`` is a short class name, the message says what is wrong in plain words."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error, self.message = error, message


def read_exactly(node: Node, data: bytes, start: int = 0) -> Any:
    """The value that ``data`` holds from ``start`` to its end. Raises InvalidRecordError."""
    reader = _Reader(data, start)
    value = reader.value(node, "the record")
    left = len(data) - reader.at
    if left:
        raise InvalidRecordError("TrailingBytes", f"{left} bytes follow the record's last field")
    return value


class Reader:
    """Reads records of one schema as ``read_exactly`` does, most of them faster.

    A body that fastavro reads, and writes again with the same bytes, is one that ``read_exactly`` reads to the same value: fastavro is less
    strict than that, but whatever it overlooks it does not write. Only numbers that are too large for an int it does: they are looked at.
    """

    def __init__(self, schema: Schema, node: Node) -> None:
        """``node``: the compiled schema."""
        self._node, self._ints_fit = node, _ints_fit(node)
        self._schema = fastavro.parse_schema(json.loads(json.dumps(schema)))

    def read(self, data: bytes, start: int) -> dict[str, Any]:
        """The record that ``data`` holds from ``start`` to its end. Raises InvalidRecordError."""
        found = self._fast(data[start:])
        return read_exactly(self._node, data, start) if found is None else found

    def _fast(self, body: bytes) -> dict[str, Any] | None:
        """What fastavro reads; None where it may overlook what is wrong."""
        again = io.BytesIO()
        try:
            found = fastavro.schemaless_reader(io.BytesIO(body), self._schema, None)
            fastavro.schemaless_writer(again, self._schema, found)
        except Exception:  # it raises many kinds: what is wrong is said by read_exactly
            return None
        if not isinstance(found, dict) or again.getvalue() != body or not (self._ints_fit is None or self._ints_fit(found)):
            return None
        return found


def _ints_fit(node: Node) -> Callable[[Any], bool] | None:
    """What tells whether all ints in a value of this type have 32 bits; None of a type without ints."""
    if node.kind == "int":
        return _INT_RANGE.__contains__
    if node.kind == "record":
        fields = [(name, fit) for name, child in node.fields if (fit := _ints_fit(child)) is not None]
        return (lambda value: all(fit(value[name]) for name, fit in fields)) if fields else None
    inner = None if node.inner is None else _ints_fit(node.inner)
    if inner is None:
        return None
    return (lambda value: all(map(inner, value))) if node.kind == "array" else (lambda value: value is None or inner(value))


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def value(self, node: Node, path: str) -> Any:  # noqa: PLR0911 - one a type
        """The value of ``node`` at the current position; ``path`` names it in messages."""
        match node.kind:
            case "string":
                return self._text(path)
            case "bytes":
                return self._take(self._length(path), path)
            case "long":
                return self._long(path)
            case "int":
                return self._int(path)
            case "double":
                return struct.unpack("<d", self._take(8, path))[0]
            case "float":
                return struct.unpack("<f", self._take(4, path))[0]
            case "boolean":
                return bool(self._choice(path, self._take(1, path)[0], 2, "boolean"))
            case "enum":
                return node.symbols[self._choice(path, self._long(path), len(node.symbols), "enum index")]
            case "fixed":
                return self._take(node.fixed_size or 0, path)
            case "nullable":
                branch = self._choice(path, self._long(path), 2, "union branch")
                return None if (branch == 0) == node.null_first else self.value(node.child, path)
            case "array":
                return self._array(node, path)
        return {name: self.value(field, f"field {name!r}") for name, field in node.fields}

    def _take(self, size: int, path: str) -> bytes:
        left = len(self.data) - self.at
        if size > left:
            raise InvalidRecordError("Truncated", f"{path} needs {size} bytes, but the record has only {left} more")
        self.at += size
        return self.data[self.at - size : self.at]

    def _long(self, path: str) -> int:
        raw = shift = 0
        while True:
            byte = self._take(1, path)[0]
            raw |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift > 63:
                raise InvalidRecordError("InvalidAvro", f"{path} is a number of more than ten bytes")
        if raw >> 64:
            raise InvalidRecordError("InvalidAvro", f"{path} is a number of more than 64 bits")
        return (raw >> 1) ^ -(raw & 1)

    def _int(self, path: str) -> int:
        value = self._long(path)
        if value not in _INT_RANGE:
            raise InvalidRecordError("InvalidAvro", f"{path} is {value}, which is no 32-bit int")
        return value

    def _length(self, path: str) -> int:
        length = self._long(path)
        if length < 0:
            raise InvalidRecordError("InvalidAvro", f"{path} has the negative length {length}")
        return length

    def _text(self, path: str) -> str:
        data = self._take(self._length(path), path)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise InvalidRecordError("InvalidAvro", f"{path} is not UTF-8: {error.reason} at its byte {error.start}") from None

    def _choice(self, path: str, value: int, count: int, what: str) -> int:
        if not 0 <= value < count:
            raise InvalidRecordError("InvalidAvro", f"{path} has the {what} {value}; there are {count}")
        return value

    def _array(self, node: Node, path: str) -> list[Any]:
        items: list[Any] = []
        while count := self._long(path):
            if count < 0:  # its size in bytes follows, for those who want to skip the block
                self._long(path)
            items.extend(self.value(node.child, f"an item of {path}") for _ in range(abs(count)))
        return items
