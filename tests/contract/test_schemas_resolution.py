"""The rules of compatibility say what Avro does: confirmed by letting fastavro, and the codec, resolve records."""

from __future__ import annotations

import copy
import io
from typing import Any

import fastavro
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.schema_resolution import incompatibilities, unreadable
from streams.avro import Codec
from tests.pure.avro_schemas import Schema, batches, parsed, write


def _record(*fields: dict[str, Any], **more: Any) -> Schema:
    return {"type": "record", "name": "R", "fields": list(fields), **more}


def _enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


A = {"name": "a", "type": "int"}


@pytest.mark.parametrize(
    ("writer", "reader", "problem"),
    [
        (_record(A), _record(A), None),
        (_record(A, {"name": "b", "type": "int"}), _record(A), None),
        (_record(A), _record(A, {"name": "b", "type": "int"}), "R.b: the writer lacks it, and it has no default"),
        (_record(A), _record(A, {"name": "b", "type": "int", "default": 0}), None),
        (_record(A), _record({"name": "a", "type": "long"}), None),
        (_record({"name": "a", "type": "long"}), _record(A), "R.a: long cannot be read as int"),
        (_record(A), _record({"name": "a", "type": ["null", "int"]}), None),
        (_record({"name": "a", "type": ["null", "int"]}), _record(A), "R.a: null cannot be read as int"),
        (_record(A), _record({"name": "a", "type": ["null", "string"]}), "R.a: int fits none of null, string"),
        (_record(A), _record({"name": "b", "type": "int", "aliases": ["a"]}), None),
        (_record(A), dict(_record(A), name="S"), "R is named S"),
        (_record(A), dict(_record(A), name="S", aliases=["R"]), None),
        (_record({"name": "a", "type": "bytes"}), _record({"name": "a", "type": "string"}), "R.a: bytes cannot be read as string"),
        (_record({"name": "e", "type": _enum("X", "Y")}), _record({"name": "e", "type": _enum("X")}), "the reader lacks the symbol Y"),
        (_record({"name": "e", "type": _enum("X", "Y")}), _record({"name": "e", "type": _enum("X", default="X")}), None),
        (
            _record({"name": "f", "type": {"type": "fixed", "name": "F", "size": 2}}),
            _record({"name": "f", "type": {"type": "fixed", "name": "F", "size": 3}}),
            "fixed of 2 bytes",
        ),
        (
            _record({"name": "l", "type": {"type": "array", "items": "double"}}),
            _record({"name": "l", "type": {"type": "array", "items": "long"}}),
            r"R.l[]: double cannot be read as long",
        ),
        (
            _record({"name": "x", "type": _enum("X")}, {"name": "y", "type": "E"}),
            _record({"name": "x", "type": _enum("X")}, {"name": "y", "type": "string"}),
            "R.y: enum cannot be read as string",
        ),
    ],
)
def test_each_rule(writer: Schema, reader: Schema, problem: str | None) -> None:
    found = unreadable(writer, reader)
    assert (found == []) if problem is None else any(problem in f for f in found), found


def test_backward_forward_and_full_look_in_their_directions() -> None:
    old, new = _record(A), _record(A, {"name": "b", "type": "int"})
    assert incompatibilities(old, new, "FORWARD") == []
    assert "old records cannot be read" in incompatibilities(old, new, "BACKWARD")[0]
    assert len(incompatibilities(new, old, "FULL")) == 1
    assert incompatibilities(old, new, "NONE") == []


_PRIMITIVES = ["boolean", "int", "long", "float", "double", "string", "bytes"]


@st.composite
def _evolutions(draw: st.DrawFn) -> tuple[Schema, Schema, list[dict[str, Any]]]:
    """A schema, a changed one, and records of the first."""
    writer, records = draw(batches())
    reader = copy.deepcopy(writer)
    for _ in range(draw(st.integers(1, 3))):
        _change(draw, reader)
    return writer, reader, records


def _change(draw: st.DrawFn, record: Schema) -> None:
    field = draw(st.sampled_from(record["fields"]))
    kind = field["type"]
    choice = draw(st.sampled_from(["type", "null", "not null", "drop", "add", "add default", "enum", "fixed", "name", "inside"]))
    if choice == "type" and isinstance(kind, str):
        field["type"] = draw(st.sampled_from(_PRIMITIVES))
    elif choice == "null" and not isinstance(kind, list):
        field["type"] = ["null", kind]
    elif choice == "not null" and isinstance(kind, list):
        field["type"] = next(member for member in kind if member != "null")
    elif choice == "drop" and len(record["fields"]) > 1:
        record["fields"].remove(field)
    elif choice.startswith("add"):
        new = {"name": f"n{len(record['fields'])}x{draw(st.integers(0, 999))}", "type": "long"}
        record["fields"].append(new if choice == "add" else new | {"default": 5})
    elif isinstance(kind, dict):
        _change_inside(draw, choice, kind)


def _change_inside(draw: st.DrawFn, choice: str, kind: dict[str, Any]) -> None:
    if choice == "enum" and kind["type"] == "enum":
        kept = kind["symbols"][: draw(st.integers(1, len(kind["symbols"])))]
        kind["symbols"] = kept + ["NEW"] * draw(st.integers(0, 1))
        if draw(st.booleans()):
            kind["default"] = kept[0]
    elif choice == "fixed" and kind["type"] == "fixed":
        kind["size"] += draw(st.integers(0, 1))
    elif choice == "name" and kind["type"] != "array":
        kind["aliases"] = [kind["name"]] * draw(st.integers(0, 1))
        kind["name"] += "x"
    elif choice == "inside" and kind["type"] == "record":
        _change(draw, kind)
    elif choice == "inside" and kind["type"] == "array" and isinstance(kind["items"], str):
        kind["items"] = draw(st.sampled_from(_PRIMITIVES))


_MANY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(_evolutions())
@_MANY
def test_what_is_called_compatible_resolves_in_fastavro_and_in_the_codec(case: tuple[Schema, Schema, list[dict[str, Any]]]) -> None:
    writer, reader, records = case
    if unreadable(writer, reader):
        return
    values = [write(parsed(writer), record) for record in records]
    expected = [fastavro.schemaless_reader(io.BytesIO(value[5:]), parsed(writer), parsed(reader)) for value in values]
    codec = Codec(reader, 9, {7: writer, 9: reader})
    for times in (1, 20):  # one by one, and where the change allows it by columns
        decoded = codec.decode(values * times)
        assert decoded.bad == []
        assert decoded.frame.equals(pl.DataFrame(expected * times, schema=codec.polars_schema, orient="row"))


@given(_evolutions())
@_MANY
def test_what_fastavro_cannot_resolve_is_called_incompatible(case: tuple[Schema, Schema, list[dict[str, Any]]]) -> None:
    writer, reader, records = case
    for record in records:
        value = write(parsed(writer), record)
        try:
            fastavro.schemaless_reader(io.BytesIO(value[5:]), parsed(writer), parsed(reader))
        except Exception:  # whatever fastavro raises: it cannot
            assert unreadable(writer, reader)
            return
