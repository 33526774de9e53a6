"""schemas/examples/<schema>/*.json → records of the schema, and what is wrong with the examples.

An example is a record as JSON. Bytes are written as strings of one character per byte, as in Avro's JSON; nullable fields hold
null or the plain value. ``invalid/*.json`` hold a record that the reading agent must refuse: ``{"error": class, "because": words,
"record": record}``; with the error ``Unencodable`` the record does not even fit the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from streams.avro import Codec
from streams.avro_schema import Node, compile_schema
from streams.contract import Schema

ENOUGH = 2  # valid examples of each schema
UNENCODABLE = "Unencodable"


@dataclass(frozen=True, slots=True)
class Invalid:
    """An example that must be refused, with the error class and the reason."""

    path: Path
    error: str
    because: str
    record: dict[str, Any]


def valid_examples(folder: Path, name: str) -> dict[Path, dict[str, Any]]:
    """The valid examples of a schema by file, as the JSON they are. Raises ValueError."""
    return {path: _object(path) for path in sorted((folder / "examples" / name).glob("*.json"))}


def invalid_examples(folder: Path, name: str) -> list[Invalid]:
    """The invalid examples of a schema. Raises ValueError."""
    found = []
    for path in sorted((folder / "examples" / name / "invalid").glob("*.json")):
        body = _object(path)
        if sorted(body) != ["because", "error", "record"]:
            raise ValueError(f"{path}: must have exactly error, because and record")
        found.append(Invalid(path, body["error"], body["because"], body["record"]))
    return found


def as_frame(schema: Schema, examples: list[dict[str, Any]]) -> pl.DataFrame:
    """Examples as the frame that the codec encodes. Raises ValueError where one does not fit the schema."""
    node = compile_schema(schema)
    records = [_value(node, example, "the example") for example in examples]
    dtypes = {name: child.dtype for name, child in node.fields}
    return pl.DataFrame(records, schema=dtypes, orient="row")


def problems(folder: Path, name: str, schema: Schema) -> Iterator[str]:
    """What is wrong with a schema's examples: too few, not fitting, or not the same after a round trip."""
    codec = Codec(schema, 1, {1: schema})
    try:
        examples, invalid = valid_examples(folder, name), invalid_examples(folder, name)
    except ValueError as error:
        yield str(error)
        return
    if len(examples) < ENOUGH:
        yield f"{name}: {len(examples)} valid examples, {ENOUGH} are needed in examples/{name}"
    for path, example in examples.items():
        try:
            frame = as_frame(schema, [example])
            if not codec.decode(list(codec.encode(frame))).frame.equals(frame):
                yield f"{name}/{path.name}: reads otherwise than it was written"
        except ValueError as error:
            yield f"{name}/{path.name}: {error}"
    for one in invalid:
        try:
            as_frame(schema, [one.record])
        except ValueError as error:
            if one.error != UNENCODABLE:
                yield f"{name}/invalid/{one.path.name}: must fit the schema to be refused as {one.error}, but {error}"
        else:
            if one.error == UNENCODABLE:
                yield f"{name}/invalid/{one.path.name}: fits the schema"


def _object(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"{path}: must be one JSON object")  # noqa: TRY004
    return body


def _value(node: Node, value: Any, path: str) -> Any:
    """JSON → the value that a frame holds."""
    if node.kind == "nullable":
        return None if value is None else _value(node.child, value, path)
    if node.kind == "record" and isinstance(value, dict):
        names = {name for name, _ in node.fields}
        if set(value) != names:
            raise ValueError(f"{path}: missing {sorted(names - set(value))}, unknown {sorted(set(value) - names)}")
        return {name: _value(child, value[name], name) for name, child in node.fields}
    if node.kind == "array" and isinstance(value, list):
        return [_value(node.child, item, f"{path}[]") for item in value]
    if node.kind in ("bytes", "fixed") and isinstance(value, str):
        return value.encode("latin-1")
    if not _fits(node, value):
        raise ValueError(f"{path}: {value!r} is no {node.kind}")
    return float(value) if node.kind in ("float", "double") else value


def _fits(node: Node, value: Any) -> bool:
    if isinstance(value, bool):
        return node.kind == "boolean"
    if isinstance(value, int):
        limit = {"int": 1 << 31, "long": 1 << 63, "double": 1 << 53, "float": 1 << 24}.get(node.kind, 0)
        return -limit <= value < limit
    if isinstance(value, float):
        return node.kind in ("float", "double")
    return isinstance(value, str) and (node.kind == "string" or (node.kind == "enum" and value in node.symbols))
