"""The codec and fastavro agree: on every schema and value in both directions, and on every damaged value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.avro import Codec
from streams.rows import rows_of
from tests.pure.avro_schemas import PREFIX, Schema, batches, parsed, read, write

_SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _codec(schema: Schema) -> Codec:
    return Codec(schema, 7, {7: schema})


@contextmanager
def _columns() -> Iterator[None]:
    """Also batches of few records go the way of the columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("streams.avro.FEW_VALUES", 0)
        patch.setattr("streams.avro_encode.FEW_ROWS", 0)
        patch.setattr("streams.avro_encode.FEW_TEXTS", 0)
        yield


def _bits(value: Any) -> Any:
    """A value compared bit by bit: NaN equals itself, and -0.0 is not 0.0."""
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, dict):
        return {key: _bits(item) for key, item in value.items()}
    return [_bits(item) for item in value] if isinstance(value, list) else value


@given(batches())
@_SLOW
def test_decodes_what_fastavro_writes(batch: tuple[Schema, list[dict[str, Any]]]) -> None:
    schema, records = batch
    codec, reference = _codec(schema), parsed(schema)
    values = [write(reference, record) for record in records]
    for way in (nullcontext(), _columns()):
        with way:
            decoded = codec.decode(values)
        assert decoded.bad == []
        assert decoded.rows.tolist() == list(range(len(records)))
        assert decoded.frame.schema == codec.polars_schema
        assert _bits(list(rows_of(decoded.table))) == _bits(decoded.frame.to_dicts()) == _bits(records)


@given(batches())
@_SLOW
def test_encodes_the_bytes_that_fastavro_writes(batch: tuple[Schema, list[dict[str, Any]]]) -> None:
    schema, records = batch
    codec, reference = _codec(schema), parsed(schema)
    frame = pl.DataFrame(records, schema=codec.polars_schema, orient="row")
    expected = [write(reference, record) for record in records]
    for way in (nullcontext(), _columns()):
        with way:
            encoded = codec.encode(frame)
        assert list(encoded) == expected
        assert encoded.data == b"".join(expected)
        assert encoded.lengths.tolist() == [len(value) for value in expected]
    by_rows = codec.encode_rows(records)
    assert (None if by_rows is None else list(by_rows)) == (expected or None)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("string", b"x"), ("string", None), ("string", "\ud800"), ("bytes", "x"), ("long", 1 << 63), ("long", 1.0), ("int", 1 << 31),
        ("boolean", None), ("boolean", 1), ("double", "1"), ("double", None), ("float", 1e39),
        ({"type": "fixed", "name": "F", "size": 2}, b"x"), ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, ["A"]), ({"type": "array", "items": "string"}, "ab"),
        ({"type": "array", "items": "boolean"}, [None]), (["null", "string"], 5),
    ],
)  # fmt: skip
def test_a_row_that_does_not_fit_is_not_written(kind: Any, wrong: Any) -> None:
    codec = _codec({"type": "record", "name": "R", "fields": [{"name": "a", "type": kind}]})
    assert codec.encode_rows([{"a": wrong}]) is None
    assert codec.encode_rows([{}]) is None


@st.composite
def _damages(draw: st.DrawFn) -> tuple[Schema, list[bytes | None]]:
    """Values of which some are cut, extended, flipped, joined, or replaced."""
    schema, records = draw(batches().filter(lambda batch: len(batch[1]) > 0))
    reference = parsed(schema)
    values: list[bytes | None] = [write(reference, record) for record in records]
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(values) - 1))
        value = values[row] or b""
        at = draw(st.integers(0, max(len(value) - 1, 0)))
        flipped = value[:at] + bytes([value[at] ^ (1 << draw(st.integers(0, 7)))]) + value[at + 1 :] if value else b""
        extra = draw(st.binary(min_size=1, max_size=12))
        values[row] = draw(
            st.sampled_from([value[:at], value + extra, flipped, value[:at] + extra + value[at:], PREFIX + extra, extra, None])
        )
    return schema, values


@given(_damages())
@settings(_SLOW, max_examples=400)
def test_damaged_values_are_refused_or_read_as_fastavro_reads_them(case: tuple[Schema, list[bytes | None]]) -> None:
    schema, values = case
    codec, reference = _codec(schema), parsed(schema)
    with _columns():
        decoded = codec.decode(values)
    assert decoded.frame.height == len(decoded.rows)
    assert sorted([*decoded.rows.tolist(), *(bad.row for bad in decoded.bad)]) == list(range(len(values)))
    assert decoded.frame.schema == codec.polars_schema
    for row, record in zip(decoded.rows.tolist(), decoded.frame.to_dicts(), strict=True):
        value = values[row]
        assert value is not None
        assert value.startswith(PREFIX)
        assert _bits(read(reference, value)) == _bits(record)


@given(_damages())
@settings(_SLOW, max_examples=100)
def test_a_damaged_value_changes_no_other(case: tuple[Schema, list[bytes | None]]) -> None:
    schema, values = case
    codec = _codec(schema)
    with _columns():
        together = codec.decode(values)
    alone = [codec.decode([value]) for value in values]
    assert together.rows.tolist() == [i for i, one in enumerate(alone) if len(one.rows)]
    assert _bits(together.frame.to_dicts()) == _bits([record for one in alone for record in one.frame.to_dicts()])
    assert [(bad.error, bad.message) for bad in together.bad] == [(bad.error, bad.message) for one in alone for bad in one.bad]


@given(batches())
@settings(_SLOW, max_examples=60)
def test_what_is_valid_is_never_refused(batch: tuple[Schema, list[dict[str, Any]]]) -> None:
    schema, records = batch
    reference = parsed(schema)
    values = [write(reference, record) for record in records]
    with _columns():
        decoded = _codec(schema).decode([*values, b"junk", *values])
    assert [bad.row for bad in decoded.bad] == [len(values)]
    assert _bits(decoded.frame.to_dicts()) == _bits(records * 2)
