"""Avro schema (parsed JSON) → a tree of nodes that the codec walks, and the polars schema its frames have.

Supported are records, arrays, enums, fixed, the primitive types but ``null`` alone, and unions of null and one type.
Everything else is rejected by ``compile_schema`` with the place and the reason: polars panics on maps and wider unions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

Schema = dict[str, Any]
Kind = Literal["boolean", "int", "long", "float", "double", "string", "bytes", "fixed", "enum", "record", "array", "nullable"]

_PRIMITIVES: dict[str, pl.DataType] = {
    "boolean": pl.Boolean(),
    "int": pl.Int32(),
    "long": pl.Int64(),
    "float": pl.Float32(),
    "double": pl.Float64(),
    "string": pl.String(),
    "bytes": pl.Binary(),
}
_FIXED_SIZES = {"float": 4, "double": 8}


class UnsupportedSchemaError(ValueError):
    """A schema that the columnar codec cannot carry; the message names the field and the reason."""


@dataclass(frozen=True, slots=True)
class Node:
    """One type of a schema. Which attributes mean something depends on ``kind``."""

    kind: Kind
    dtype: pl.DataType
    min_size: int  # bytes of its shortest encoding
    fixed_size: int | None = None  # bytes, where every value has as many and all bytes are valid
    symbols: tuple[str, ...] = ()  # enum
    fields: tuple[tuple[str, Node], ...] = ()  # record
    inner: Node | None = None  # array: its items; nullable: the other type
    null_first: bool = True  # nullable

    @property
    def child(self) -> Node:
        """The items of an array, the other type of a nullable."""
        assert self.inner is not None
        return self.inner


def compile_schema(schema: Schema) -> Node:
    """The node of a record schema. Raises UnsupportedSchemaError."""
    node = _Compiler().compile(schema, str(schema.get("name", "schema")), None)
    if node.kind != "record" or not node.fields:
        raise UnsupportedSchemaError(f"a topic's schema must be a record with fields, not {node.kind}")
    return node


def polars_schema(schema: Schema) -> pl.Schema:
    """The columns and types of every frame that is decoded by, or encoded to, a record schema."""
    return pl.Schema({name: node.dtype for name, node in compile_schema(schema).fields})


class _Compiler:
    """Resolves names while it descends; a name met inside its own definition would be a recursive type."""

    def __init__(self) -> None:
        self.named: dict[str, Node | None] = {}

    def compile(self, schema: Any, path: str, namespace: str | None) -> Node:
        """The node of any schema at ``path``, which is only used for messages."""
        if isinstance(schema, list):
            return self._union(schema, path, namespace)
        if isinstance(schema, str):
            return self._name(schema, path, namespace)
        if not isinstance(schema, dict) or "type" not in schema:
            raise UnsupportedSchemaError(f"{path}: {schema!r} is no Avro type")
        if "logicalType" in schema:
            raise UnsupportedSchemaError(f"{path}: logical types are not supported; use the plain type and say the unit in the doc")
        kind = schema["type"]
        if kind == "array":
            return self._array(schema, path, namespace)
        if kind in ("record", "enum", "fixed"):
            return self._definition(schema, path, namespace)
        if kind == "map":
            raise UnsupportedSchemaError(f"{path}: maps are not supported; use an array of records with a key and a value")
        return self.compile(kind, path, namespace)

    def _name(self, name: str, path: str, namespace: str | None) -> Node:
        if name in _PRIMITIVES:
            size = _FIXED_SIZES.get(name)
            return Node(name, _PRIMITIVES[name], size or 1, size)  # type: ignore[arg-type]
        full = _full_name(name, namespace)
        if full not in self.named:
            raise UnsupportedSchemaError(f"{path}: type {name!r} is not supported or not defined before its use")
        node = self.named[full]
        if node is None:
            raise UnsupportedSchemaError(f"{path}: {name!r} contains itself; recursive types are not supported")
        return node

    def _union(self, members: list[Any], path: str, namespace: str | None) -> Node:
        others = [m for m in members if m != "null"]
        if len(members) != 2 or len(others) != 1:
            raise UnsupportedSchemaError(f"{path}: only unions of null and one type are supported, not {members!r}")
        inner = self.compile(others[0], path, namespace)
        return Node("nullable", inner.dtype, 1, inner=inner, null_first=members[0] == "null")

    def _array(self, schema: Schema, path: str, namespace: str | None) -> Node:
        items = self.compile(schema.get("items"), f"{path}[]", namespace)
        if items.min_size == 0:
            raise UnsupportedSchemaError(f"{path}: items of zero bytes are not supported: a short record could claim any number of them")
        return Node("array", pl.List(items.dtype), 1, inner=items)

    def _definition(self, schema: Schema, path: str, namespace: str | None) -> Node:
        full = _full_name(schema["name"], schema.get("namespace", namespace))
        if full in self.named:
            raise UnsupportedSchemaError(f"{path}: {full} is defined twice")
        self.named[full] = None
        node = self._named(schema, path, full.rpartition(".")[0] or None)
        self.named[full] = node
        return node

    def _named(self, schema: Schema, path: str, namespace: str | None) -> Node:
        if schema["type"] == "fixed":
            size = int(schema["size"])
            return Node("fixed", pl.Binary(), size, size)
        if schema["type"] == "enum":
            symbols = tuple(schema["symbols"])
            if not symbols:
                raise UnsupportedSchemaError(f"{path}: an enum needs symbols")
            return Node("enum", pl.Enum(symbols), 1, symbols=symbols)
        fields = tuple((f["name"], self.compile(f["type"], f"{path}.{f['name']}", namespace)) for f in schema["fields"])
        sizes = [node.fixed_size for _, node in fields]
        known = [size for size in sizes if size is not None]
        return Node(
            "record",
            pl.Struct({name: node.dtype for name, node in fields}),
            sum(node.min_size for _, node in fields),
            sum(known) if len(known) == len(sizes) else None,
            fields=fields,
        )


def _full_name(name: str, namespace: str | None) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def container_type(node: Node, names: list[int]) -> Any:
    """The schema handed to polars for a node: named types inlined, enums as the ints they are on the wire.

    polars' Avro reader resolves no names and panics on enums anywhere but directly in the top record. ``names`` is a
    counter (a list of one number) that keeps the generated type names apart.
    """
    if node.kind == "enum":
        return "int"
    if node.kind == "nullable":
        inner = container_type(node.child, names)
        return ["null", inner] if node.null_first else [inner, "null"]
    if node.kind == "array":
        return {"type": "array", "items": container_type(node.child, names)}
    names[0] += 1
    if node.kind == "fixed":
        return {"type": "fixed", "name": f"T{names[0]}", "size": node.fixed_size}
    if node.kind == "record":
        name = f"T{names[0]}"
        return {"type": "record", "name": name, "fields": [{"name": f, "type": container_type(n, names)} for f, n in node.fields]}
    return node.kind


def has_enum(node: Node) -> bool:
    """Whether the frame of a container needs a conversion at this node."""
    if node.kind == "enum":
        return True
    children = [n for _, n in node.fields] if node.inner is None else [node.inner]
    return any(has_enum(child) for child in children)


def from_container(node: Node, expr: pl.Expr) -> pl.Expr:
    """The expression that turns a container's column into the node's type: ints into enums, wherever they are nested."""
    if not has_enum(node):
        return expr
    if node.kind == "enum":
        small = pl.UInt8 if len(node.symbols) < 255 else pl.UInt16 if len(node.symbols) < 65535 else pl.UInt32
        return expr.cast(small).cat.to(node.dtype)
    if node.kind == "nullable":
        return from_container(node.child, expr)
    if node.kind == "array":
        return expr.list.eval(from_container(node.child, pl.element()))
    return expr.struct.with_fields(*[from_container(n, pl.field(name)) for name, n in node.fields if has_enum(n)])
