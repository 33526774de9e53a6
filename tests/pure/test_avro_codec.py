"""The codec by worked examples: what is refused and why, other schema versions, limits, stable types."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import polars as pl
import pytest

from streams.avro import Codec, UnsupportedSchemaError, codec
from streams.avro_schema import polars_schema
from streams.avro_versions import OtherVersion
from streams.contract import contract
from tests.pure.avro_schemas import PREFIX, Schema, parsed, write

_MOVED: Schema = {
    "type": "record",
    "name": "Moved",
    "namespace": "t",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "lat", "type": "double"},
        {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["FREE", "BUSY"]}},
        {"name": "seats", "type": "int"},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "shared", "type": "boolean"},
        {"name": "note", "type": ["null", "string"]},
    ],
}
_RECORD = {"id": "d1", "lat": 1.5, "status": "BUSY", "seats": 4, "tags": ["a", "b"], "shared": True, "note": "hi"}
#  prefix 5 | id 02·2 = 04 'd1' | lat 8 | status 02 | seats 08 | tags 04 02 a 02 b 00 | shared 01 | note 02 04 'hi'
_VALUE = write(parsed(_MOVED), _RECORD)


def _codec() -> Codec:
    return Codec(_MOVED, 7, {7: _MOVED})


def _body(**changed: Any) -> bytes:
    parts = {"id": b"\x04d1", "lat": bytes(8), "status": b"\x02", "seats": b"\x08", "tags": b"\x00", "shared": b"\x01", "note": b"\x00"}
    return PREFIX + b"".join((parts | changed).values())


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (None, "EmptyValue", "no value"),
        (b"", "EmptyValue", "no value"),
        (b"{}", "NotAvro", "starts with 7b 7d"),
        (b'{"id": 1}', "NotAvro", "not with a zero byte"),
        (b"\0\0\0", "NotAvro", "starts with 00 00 00"),
        (b"\0\0\0\0\x09" + _VALUE[5:], "UnknownSchema", "schema id 9"),
        (PREFIX, "Truncated", "field 'id'"),
        (_VALUE[:-1], "Truncated", "field 'note' needs 2 bytes, but the record has only 1 more"),
        (_VALUE + b"x", "TrailingBytes", "1 bytes follow"),
        (_VALUE + _VALUE, "TrailingBytes", "follow"),
        (_body(id=b"\x03d1"), "InvalidAvro", "field 'id' has the negative length -2"),
        (_body(id=b"\x04\xff\xfe"), "InvalidAvro", "field 'id' is not UTF-8"),
        (_body(id=b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), "Truncated", "field 'id' needs"),
        (_body(status=b"\x04"), "InvalidAvro", "field 'status' has the enum index 2; there are 2"),
        (_body(status=b"\x01"), "InvalidAvro", "enum index -1"),
        (_body(seats=b"\xfe\xff\xff\xff\x1f"), "InvalidAvro", "no 32-bit int"),
        (_body(seats=b"\x80" * 10 + b"\x01"), "InvalidAvro", "more than ten bytes"),
        (_body(tags=b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), "InvalidAvro", "item of field 'tags'"),
        (_body(shared=b"\x02"), "InvalidAvro", "field 'shared' has the boolean 2"),
        (_body(note=b"\x04"), "InvalidAvro", "field 'note' has the union branch 2"),
    ],
)
def test_a_bad_value_is_told_apart_with_its_reason(value: bytes | None, error: str, message: str) -> None:
    for values, row in (([value], 0), ([_VALUE, value, _VALUE], 1), ([_VALUE] * 20 + [value, _VALUE], 20)):
        decoded = _codec().decode(values)
        assert [(bad.row, bad.error) for bad in decoded.bad] == [(row, error)]
        assert message in decoded.bad[0].message
        assert decoded.frame.to_dicts() == [_RECORD] * (len(values) - 1)
        assert decoded.rows.tolist() == [i for i in range(len(values)) if i != row]


@pytest.mark.parametrize(
    "tags",
    [b"\x02\x02a\x02\x02b\x00", b"\x03\x08\x02a\x02b\x00", b"\x84\x00\x02a\x02b\x00"],
    ids=["two blocks", "a block with its size", "a count longer than needed"],
)
def test_rare_but_valid_encodings_are_read(tags: bytes) -> None:
    value = _body(tags=tags)
    decoded = _codec().decode([_VALUE] * 20 + [value, _VALUE])
    assert decoded.bad == []
    assert decoded.frame["tags"].to_list() == [["a", "b"]] * 22


def test_two_errors_that_cancel_out_are_found() -> None:
    short, long = _VALUE[:-1], _VALUE + _VALUE[-1:]
    decoded = _codec().decode([_VALUE] * 20 + [short, long, _VALUE])
    assert [(bad.row, bad.error) for bad in decoded.bad] == [(20, "Truncated"), (21, "TrailingBytes")]
    assert decoded.rows.tolist() == [*range(20), 22]


def test_a_long_array_in_one_record_is_read() -> None:
    record = _RECORD | {"tags": [str(i) for i in range(5000)]}
    decoded = _codec().decode([_VALUE] * 20 + [write(parsed(_MOVED), record), _VALUE])
    assert decoded.bad == []
    assert decoded.frame.to_dicts() == [_RECORD] * 20 + [record, _RECORD]


def test_absurd_lengths_cost_nothing() -> None:
    absurd = [_body(id=b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"), _body(tags=b"\xfe\xff\xff\xff\xff\xff\x7f\x02a")]
    started = time.process_time()
    decoded = _codec().decode(absurd * 50)
    assert len(decoded.bad) == 100
    assert time.process_time() - started < 2


def test_records_of_other_versions_are_resolved_in_their_places() -> None:
    old = {**_MOVED, "fields": [f for f in _MOVED["fields"] if f["name"] != "note"]}
    old["fields"] = [{**f, "type": "float"} if f["name"] == "lat" else f for f in old["fields"]]
    new = {**_MOVED, "fields": [{**f, "default": None} if f["name"] == "note" else f for f in _MOVED["fields"]]}
    value = b"\0\0\0\0\x03" + write(parsed(old), {k: v for k, v in _RECORD.items() if k != "note"})[5:]
    decoded = Codec(new, 7, {3: old, 7: new}).decode([_VALUE, value, b"", value[:-1], *[_VALUE] * 20])
    assert decoded.rows.tolist() == [0, 1, *range(4, 24)]
    assert decoded.frame.to_dicts() == [_RECORD, _RECORD | {"note": None}, *[_RECORD] * 20]
    assert [(bad.row, bad.error) for bad in decoded.bad] == [(2, "EmptyValue"), (3, "Truncated")]


def test_many_records_of_another_version_are_resolved_by_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    old = {**_MOVED, "doc": "before", "fields": [{**f, "type": "float"} if f["name"] == "lat" else f for f in _MOVED["fields"][:-1]]}
    new = {**_MOVED, "fields": [{**f, "default": None} if f["name"] == "note" else f for f in _MOVED["fields"]]}
    value = b"\0\0\0\0\x03" + write(parsed(old), {k: v for k, v in _RECORD.items() if k != "note"})[5:]
    codec = Codec(new, 7, {3: old, 7: new})
    one = codec.decode([value]).frame
    monkeypatch.delattr("fastavro.schemaless_reader")
    monkeypatch.setattr(OtherVersion, "read", lambda self, value: one.to_dicts()[0])
    decoded = codec.decode([value, _VALUE, value[:-1]] * 100)
    assert decoded.frame.to_dicts() == [_RECORD | {"note": None}, _RECORD] * 100
    assert [(bad.row, bad.error) for bad in decoded.bad] == [(3 * i + 2, "Truncated") for i in range(100)]
    assert decoded.rows.tolist() == [i for i in range(300) if i % 3 != 2]


def test_a_version_that_does_not_resolve_is_a_bad_record() -> None:
    old = {**_MOVED, "fields": _MOVED["fields"][:1]}
    decoded = Codec(_MOVED, 7, {3: old, 7: _MOVED}).decode([b"\0\0\0\0\x03\x04d1"])
    assert [bad.error for bad in decoded.bad] == ["IncompatibleSchema"]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ({"type": "map", "values": "long"}, "x.f: maps are not supported"),
        (["null", "long", "string"], "only unions of null and one type"),
        (["long", "string"], "only unions of null and one type"),
        ("null", "'null' is not supported"),
        ({"type": "long", "logicalType": "timestamp-millis"}, "logical types are not supported"),
        ({"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}}, "items of zero bytes"),
        (["null", "x"], "contains itself"),
        ("nowhere", "'nowhere' is not supported or not defined"),
    ],
)
def test_types_that_columns_cannot_carry_are_rejected_by_name(kind: Any, reason: str) -> None:
    schema = {"type": "record", "name": "x", "fields": [{"name": "f", "type": kind}]}
    with pytest.raises(UnsupportedSchemaError, match=reason):
        Codec(schema, 1, {})


@pytest.mark.parametrize("topic", sorted(contract().topics))
def test_every_topic_has_a_codec_whose_empty_batch_has_its_types(topic: str) -> None:
    empty = codec(topic).decode([])
    assert empty.frame.schema == polars_schema(contract().schema(topic))
    assert len(empty.rows) == 0
    assert len(codec(topic).encode(empty.frame)) == 0
    assert codec(topic) is codec(topic)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pl.Series("lat", ["north"]), "column lat: Float64 is needed, not String"),
        (pl.Series("lat", [None], dtype=pl.Float64), "column lat: (1|200) nulls"),
        (pl.Series("status", ["GONE"]), "column status: does not fit enum"),
        (pl.Series("seats", [1 << 40]), "column seats: does not fit int"),
        (pl.Series("seats", [1.5]), "column seats: Int32 is needed, not Float64"),
        (pl.Series("tags", [["a", None]]), r"column tags\[\]: (1|200) nulls"),
        (pl.Series("tags", ["a"]), "column tags: a list is needed"),
        (pl.Series("other", [1]), "unknown other"),
    ],
)
def test_frames_that_do_not_fit_are_refused_by_column(column: pl.Series, message: str) -> None:
    for rows in (1, 200):
        frame = pl.DataFrame([_RECORD] * rows, schema=_codec().polars_schema, orient="row")
        with pytest.raises(ValueError, match=message):
            _codec().encode(frame.with_columns(column.new_from_index(0, rows)))


def test_columns_may_come_in_any_order_and_in_types_that_fit() -> None:
    frame = (
        pl.DataFrame([_RECORD])
        .with_columns(pl.col("seats").cast(pl.Int64), pl.lit(None).alias("note"))
        .select("note", "seats", "status", "tags", "shared", "lat", "id")
    )
    assert list(_codec().encode(frame)) == [write(parsed(_MOVED), _RECORD | {"note": None})]


def test_slices_filters_and_chunked_frames_encode_like_whole_ones() -> None:
    records = [_RECORD | {"id": f"driver {i}", "note": None if i % 3 else "x" * i, "tags": ["t"] * (i % 4)} for i in range(200)]
    frame = pl.DataFrame(records, schema=_codec().polars_schema, orient="row")
    values = [write(parsed(_MOVED), record) for record in records]
    assert list(_codec().encode(frame[17:90])) == values[17:90]
    assert list(_codec().encode(pl.concat([frame[:50], frame[120:]]))) == values[:50] + values[120:]
    assert list(_codec().encode(frame.filter(pl.col("note").is_null()))) == [v for i, v in enumerate(values) if i % 3]


def test_many_text_lengths_take_the_other_way_of_copying() -> None:
    records = [_RECORD | {"id": "é" * i} for i in range(300)]
    frame = pl.DataFrame(records, schema=_codec().polars_schema, orient="row")
    values = [write(parsed(_MOVED), record) for record in records]
    assert list(_codec().encode(frame)) == values
    assert _codec().decode(values).frame.to_dicts() == records


def test_not_a_number_and_infinities_keep_their_bits() -> None:
    bits = np.array([0x7FF8000000000001, 0xFFF0000000000000, 0x8000000000000000], np.uint64)
    for times in (1, 50):
        lat = pl.Series("lat", np.tile(bits, times).view(np.float64))
        frame = pl.DataFrame([_RECORD] * 3 * times, schema=_codec().polars_schema, orient="row").with_columns(lat)
        read = _codec().decode(list(_codec().encode(frame))).frame["lat"]
        assert read.to_numpy().view(np.uint64).tolist() == bits.tolist() * times


def test_a_null_boolean_inside_a_list_is_refused_in_small_frames_too() -> None:
    schema = {"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "array", "items": "boolean"}}]}
    with pytest.raises(ValueError, match="1 nulls"):
        Codec(schema, 7, {}).encode(pl.DataFrame({"f": [[True, None]]}))


def test_bytes_of_the_wrong_number_are_no_fixed() -> None:
    codec = Codec({"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "fixed", "name": "F", "size": 3}}]}, 7, {})
    for rows in (1, 200):
        with pytest.raises(ValueError, match="column f: values must have exactly 3 bytes"):
            codec.encode(pl.DataFrame({"f": [b"ab"] * rows}))


@pytest.mark.parametrize(
    ("kind", "longer", "good", "bad"),
    [
        ("int", "long", -(2**31), 2**31),
        (["null", "int"], ["null", "long"], None, -(2**31) - 1),
        ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, [1, 2], [1, 2**40]),
    ],
    ids=["plain", "nullable", "in a list"],
)
def test_an_int_of_more_than_32_bits_is_found_wherever_it_is(kind: Any, longer: Any, good: Any, bad: Any) -> None:
    def schema(of: Any) -> dict[str, Any]:
        inner = {"type": "record", "name": "Inner", "fields": [{"name": "n", "type": of}]}
        return {"type": "record", "name": "Outer", "fields": [{"name": "all", "type": {"type": "array", "items": inner}}]}

    values = [write(parsed(schema(longer)), {"all": [{"n": n}]}) for n in (good, bad)]
    decoded = Codec(schema(kind), 7, {7: schema(kind)}).decode(values)
    assert decoded.frame.to_dicts() == [{"all": [{"n": good}]}]
    assert [(one.row, one.error) for one in decoded.bad] == [(1, "InvalidAvro")]
    assert "no 32-bit int" in decoded.bad[0].message
