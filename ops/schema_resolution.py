"""Two versions of an Avro schema → why records written with one cannot always be read with the other.

Avro's rules of schema resolution (specification 1.12, "Schema Resolution"), stricter in one place: bytes never become strings,
because not all bytes are text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import fastavro
from fastavro.schema import SchemaParseException

Schema = dict[str, Any]
Compatibility = Literal["BACKWARD", "FORWARD", "FULL", "NONE"]

_PROMOTIONS = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
}


def incompatibilities(old: Schema, new: Schema, rule: Compatibility) -> list[str]:
    """What breaks a rule between a version and its successor. Empty when the rule holds.

    BACKWARD: readers with the new one read old records. FORWARD: readers with the old one read new records. FULL: both.
    """
    found: list[str] = []
    if rule in ("BACKWARD", "FULL"):
        found += [f"old records cannot be read with the new schema: {problem}" for problem in unreadable(old, new)]
    if rule in ("FORWARD", "FULL"):
        found += [f"new records cannot be read with the old schema: {problem}" for problem in unreadable(new, old)]
    return found


def unreadable(writer: Schema, reader: Schema) -> list[str]:
    """Why some records written with ``writer`` cannot be read with ``reader``. Empty when all can."""
    try:
        fastavro.parse_schema(reader, _write_hint=False)
    except SchemaParseException as error:  # a default that does not fit its type, for one
        return [f"the reader's schema is not valid: {error}"]
    return list(_Resolution().problems(_Named().of(writer), _Named().of(reader), str(reader.get("name", "record"))))


class _Named:
    """Puts definitions in the place of names. Schemas are not recursive: the codec refuses those."""

    def __init__(self) -> None:
        self.types: dict[str, Any] = {}

    def of(self, schema: Any, namespace: str = "") -> Any:
        """The schema with all names replaced; named types get their short name as ``name``."""
        if isinstance(schema, str):
            full = schema if "." in schema or not namespace else f"{namespace}.{schema}"
            return self.types.get(full, schema)
        if isinstance(schema, list):
            return [self.of(member, namespace) for member in schema]
        kind = schema["type"]
        if kind == "array":
            return {"type": "array", "items": self.of(schema["items"], namespace)}
        if kind not in ("record", "enum", "fixed"):
            return self.of(kind, namespace)
        space, _, name = str(schema["name"]).rpartition(".")
        space = space or schema.get("namespace", namespace)
        whole = dict(schema, name=name, aliases=[alias.rpartition(".")[2] for alias in schema.get("aliases", [])])
        if kind == "record":
            whole["fields"] = [dict(field, type=self.of(field["type"], space)) for field in schema["fields"]]
        self.types[f"{space}.{name}" if space else name] = whole
        return whole


class _Resolution:
    def problems(self, writer: Any, reader: Any, path: str) -> Iterator[str]:
        """Why values of ``writer`` cannot be read as ``reader``; ``path`` names the place."""
        if isinstance(writer, list):
            for member in writer:
                yield from self.problems(member, reader, path)
        elif isinstance(reader, list):
            attempts = [list(self.problems(writer, member, path)) for member in reader]
            if all(attempts):
                yield attempts[0][0] if len(reader) == 1 else f"{path}: {_kind(writer)} fits none of {', '.join(map(_kind, reader))}"
        elif isinstance(writer, Mapping) and isinstance(reader, Mapping) and writer["type"] == reader["type"]:
            yield from self._complex(writer, reader, path)
        elif _kind(writer) != _kind(reader) and _kind(reader) not in _PROMOTIONS.get(_kind(writer), ()):
            yield f"{path}: {_kind(writer)} cannot be read as {_kind(reader)}"

    def _complex(self, writer: Mapping[str, Any], reader: Mapping[str, Any], path: str) -> Iterator[str]:
        if writer["type"] == "array":
            yield from self.problems(writer["items"], reader["items"], f"{path}[]")
            return
        if writer["name"] not in (reader["name"], *reader["aliases"]):
            yield f"{path}: {writer['type']} {writer['name']} is named {reader['name']} for the reader"
        if writer["type"] == "fixed" and writer["size"] != reader["size"]:
            yield f"{path}: fixed of {writer['size']} bytes cannot be read as one of {reader['size']}"
        if writer["type"] == "enum" and "default" not in reader:
            for symbol in writer["symbols"]:
                if symbol not in reader["symbols"]:
                    yield f"{path}: the reader lacks the symbol {symbol}, and its enum has no default"
        if writer["type"] == "record":
            yield from self._fields(writer, reader, path)

    def _fields(self, writer: Mapping[str, Any], reader: Mapping[str, Any], path: str) -> Iterator[str]:
        written = {field["name"]: field for field in writer["fields"]}
        for field in reader["fields"]:
            names = [name for name in (field["name"], *field.get("aliases", [])) if name in written]
            if names:
                yield from self.problems(written[names[0]]["type"], field["type"], f"{path}.{field['name']}")
            elif "default" not in field:
                yield f"{path}.{field['name']}: the writer lacks it, and it has no default"


def _kind(schema: Any) -> str:
    if isinstance(schema, str):
        return schema
    return "union" if isinstance(schema, list) else str(schema["type"])
