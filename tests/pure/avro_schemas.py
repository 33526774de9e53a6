"""Generated Avro schemas with values that fit them, and fastavro as the reference that the codec is compared with."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
from hypothesis import strategies as st

Schema = dict[str, Any]
PREFIX = b"\0\0\0\0\x07"

_doubles = st.floats(allow_nan=False, width=64)
_LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "int": st.one_of(st.integers(-(1 << 31), (1 << 31) - 1), st.integers(-70, 70)),
    "long": st.one_of(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-70, 70), st.integers(0, 1 << 42)),
    "float": st.floats(allow_nan=False, width=32),
    "double": _doubles,
    "string": st.one_of(st.text(max_size=6), st.text(st.sampled_from("aé𝄞"), min_size=30, max_size=80)),
    "bytes": st.binary(max_size=70),
}


class _Names:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"N{self.count}"


@st.composite
def _type(draw: st.DrawFn, names: _Names, depth: int) -> tuple[Any, st.SearchStrategy[Any]]:  # noqa: PLR0911
    """A type and the strategy of its values."""
    kinds = ["leaf", "leaf", "enum", "fixed"] + (["nullable", "array", "record"] if depth > 0 else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "leaf":
        name = draw(st.sampled_from(sorted(_LEAVES)))
        return name, _LEAVES[name]
    if kind == "enum":
        symbols = [f"S{i}" for i in range(draw(st.sampled_from([1, 3, 64, 65, 300])))]
        return {"type": "enum", "name": names.new(), "symbols": symbols}, st.sampled_from(symbols)
    if kind == "fixed":
        size = draw(st.integers(1, 20))
        return {"type": "fixed", "name": names.new(), "size": size}, st.binary(min_size=size, max_size=size)
    if kind == "record":
        return draw(_record(names, depth - 1))
    inner, values = draw(_type(names, depth - 1))
    if kind == "array":
        return {"type": "array", "items": inner}, st.lists(values, max_size=4)
    if isinstance(inner, list):
        return inner, values
    return draw(st.sampled_from([["null", inner], [inner, "null"]])), st.one_of(st.none(), values)


@st.composite
def _record(draw: st.DrawFn, names: _Names, depth: int) -> tuple[Schema, st.SearchStrategy[Any]]:
    name = names.new()
    fields = [draw(_type(names, depth)) for _ in range(draw(st.integers(1, 4)))]
    schema = {"type": "record", "name": name, "fields": [{"name": f"f{i}", "type": t} for i, (t, _) in enumerate(fields)]}
    return schema, st.fixed_dictionaries({f"f{i}": values for i, (_, values) in enumerate(fields)})


@st.composite
def batches(draw: st.DrawFn) -> tuple[Schema, list[dict[str, Any]]]:
    """A record schema and some records of it."""
    schema, records = draw(_record(_Names(), 3))
    return schema, draw(st.lists(records, max_size=8))


def parsed(schema: Schema) -> Any:
    """The schema as fastavro wants it."""
    return fastavro.parse_schema(json.loads(json.dumps(schema)))


def write(schema: Any, record: Any) -> bytes:
    """A value as fastavro writes it, with the prefix."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return PREFIX + out.getvalue()


def read(schema: Any, value: bytes) -> Any:
    """The record fastavro reads from a whole value. Raises for what it refuses, and for bytes left over."""
    body = io.BytesIO(value[len(PREFIX) :])
    record = fastavro.schemaless_reader(body, schema, None)
    if body.tell() != len(value) - len(PREFIX):
        raise ValueError("bytes left over")
    return record
