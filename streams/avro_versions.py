"""Records of another version of a schema → the reader's version: one by one by fastavro, and by columns where that is the same.

By columns go the usual changes: fields added with a default or dropped, numbers widened, null allowed, docs. What they give is
what fastavro gives: the values of fields that the writer lacks are taken from one record that fastavro has resolved.
"""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
import polars as pl

from streams.avro_exact import InvalidRecordError, read_exactly
from streams.avro_schema import Schema, compile_schema

PREFIX_SIZE = 5
_WIDER = {("int", "long"), ("int", "float"), ("int", "double"), ("long", "float"), ("long", "double"), ("float", "double")}


class OtherVersion:
    """Another version, ``writer``, of the schema ``reader``. Raises UnsupportedSchemaError."""

    def __init__(self, writer: Schema, reader: Schema, schema_id: int) -> None:
        self.schema_id, self._node = schema_id, compile_schema(writer)
        self._writer = fastavro.parse_schema(json.loads(json.dumps(writer)))
        self._reader = fastavro.parse_schema(json.loads(json.dumps(reader)))
        self._polars = {name: node.dtype for name, node in compile_schema(reader).fields}
        self._shared = _shared(writer, reader)

    @property
    def by_columns(self) -> bool:
        """Whether ``resolve`` can be used."""
        return self._shared is not None

    def read(self, value: bytes) -> dict[str, Any]:
        """One record as the reader's schema has it. Raises InvalidRecordError."""
        read_exactly(self._node, value, PREFIX_SIZE)
        try:
            record = fastavro.schemaless_reader(io.BytesIO(value[PREFIX_SIZE:]), self._writer, self._reader)
        except Exception as error:  # fastavro raises many kinds
            reason = str(error) or type(error).__name__
            message = f"schema id {self.schema_id} does not resolve to the current version: {reason}"
            raise InvalidRecordError("IncompatibleSchema", message) from error
        assert isinstance(record, dict)
        return record

    def resolve(self, frame: pl.DataFrame, one: dict[str, Any]) -> pl.DataFrame:
        """A frame of the writer's columns as the reader's; ``one`` is any of its records as ``read`` gives it."""
        assert self._shared is not None
        columns = []
        for name, dtype in self._polars.items():
            if name in self._shared:
                columns.append(frame.get_column(name).cast(dtype))
            else:
                columns.append(pl.Series(name, [one[name]], dtype=dtype).new_from_index(0, frame.height))
        return pl.DataFrame(columns)


def _shared(writer: Schema, reader: Schema) -> set[str] | None:
    """The fields that both have, if each is read as it was written or a wider number, and all others have defaults; else None."""
    if _plain(writer["name"]) != _plain(reader["name"]):
        return None
    written = {field["name"]: _undocumented(field["type"]) for field in writer["fields"]}
    shared = set()
    for field in reader["fields"]:
        kind = _undocumented(field["type"])
        if field.get("aliases"):
            return None
        if field["name"] in written:
            if not _same(written[field["name"]], kind):
                return None
            shared.add(field["name"])
        elif "default" not in field:
            return None
    return shared


def _same(writer: Any, reader: Any) -> bool:
    if writer == reader:
        return True
    if isinstance(writer, str) and isinstance(reader, str):
        return (writer, reader) in _WIDER
    return isinstance(reader, list) and not isinstance(writer, list) and writer in reader


def _undocumented(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _undocumented(value) for key, value in schema.items() if key != "doc"}
    return [_undocumented(item) for item in schema] if isinstance(schema, list) else schema


def _plain(name: str) -> str:
    return name.rpartition(".")[2]
