"""Polars frame → the values of Kafka records, in Avro with the Confluent prefix: a whole batch at a time.

Two passes over the columns (streams/avro_columns.py): the first finds how many bytes each row takes, which gives every row's
and field's position; the second writes column by column to these positions. Few rows are written one by one (streams/avro_rows.py),
or from a step's own tables (streams/avro_tables.py): what a frame costs whatever its length would outweigh what its rows cost. The
bytes are those of fastavro's writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from columns.output import Table
from streams.avro_columns import Array, Bytes, Nullable, Out, Piece, Record, Text, Varints
from streams.avro_rows import NO_FIT, RowWriter
from streams.avro_schema import Node, Schema
from streams.avro_tables import TableWriter

FEW_ROWS = 64  # up to here writing row by row is faster
MOST_ROWS = 1000  # up to here what are rows already are written as such
MOST_OF_TABLES = 600  # up to here tables are written without a frame, measured with pricing.decisions
FEW_TEXTS = 300  # up to here text goes through Python faster than through polars


@dataclass(frozen=True, slots=True)
class Encoded:
    """The values of a frame's rows: all of them in ``data``, row i up to ``ends[i]`` (int64); iterates over bytes objects."""

    data: bytes
    ends: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.values())

    @property
    def buffer(self) -> memoryview:
        """All values, one after the other."""
        return memoryview(self.data)

    def values(self) -> list[bytes]:
        """Each row's value, prefix included."""
        data, start, values = self.data, 0, []
        for end in self.ends.tolist():
            values.append(data[start:end])
            start = end
        return values


class Encoder:
    """Writes frames of one record schema."""

    def __init__(self, schema: Schema, node: Node, prefix: bytes) -> None:
        """``node``: the compiled schema; ``prefix``: the bytes in front of every record."""
        self.node, self.prefix = node, np.frombuffer(prefix, np.uint8)
        self._defaults = _defaults(schema, node)
        self._rows, self._tables = RowWriter(node, prefix), TableWriter(node, prefix)

    def encode_rows(self, rows: Sequence[Mapping[str, Any]]) -> Encoded | None:
        """The values of rows by field; None where they must be made columns: there are many, or one does not fit."""
        return _packed(self._rows.write, rows) if 0 < len(rows) <= MOST_ROWS else None

    def encode_tables(self, tables: Sequence[Table]) -> Encoded | None:
        """The values of tables' rows; None where they must be made a frame: there are many, or one does not fit."""
        return _packed(self._tables.write, tables) if 0 < sum(table.height for table in tables) <= MOST_OF_TABLES else None

    def encode(self, frame: pl.DataFrame) -> Encoded:
        """The rows' values; a column that is missing has its schema's default, if that is null, a number or a string.

        Raises ValueError naming the column for another missing or an unknown one, nulls, and types that do not fit.
        """
        names = {name for name, _ in self.node.fields}
        if self._defaults and (missing := [literal for name, literal in self._defaults.items() if name not in frame.columns]):
            frame = frame.with_columns(missing)
        if wrong := names.symmetric_difference(frame.columns):
            raise ValueError(f"columns do not fit the schema: {_differences(names, set(frame.columns))} ({len(wrong)} in all)")
        rows = frame.height
        if rows == 0:
            return Encoded(b"", np.empty(0, np.int64), np.empty(0, np.int64))
        if rows <= FEW_ROWS and self._fits(frame) and (encoded := _packed(self._rows.write, frame.iter_rows(named=True))):
            return encoded
        head = Bytes(np.tile(self.prefix, (rows, 1)))
        record = Record([head, *(_piece(node, frame.get_column(name), name) for name, node in self.node.fields)])
        lengths = np.broadcast_to(np.asarray(record.sizes, np.int64), rows)
        ends = np.cumsum(lengths)
        out = Out(int(ends[-1]))
        record.write(out, ends - lengths)
        return Encoded(out.bytes.tobytes(), ends, lengths)

    def _fits(self, frame: pl.DataFrame) -> bool:
        """Whether its columns are of the schema's types; else they are cast, or what does not fit is said, column by column."""
        return all(
            (node.child if node.kind == "nullable" else node).kind == "enum" or frame.get_column(name).dtype == node.dtype
            for name, node in self.node.fields
        )


def _packed(write: Callable[[Any], tuple[bytes, list[int]]], what: object) -> Encoded | None:
    """What is written; None where something of it does not fit."""
    try:
        data, sizes = write(what)
    except NO_FIT:
        return None
    lengths = np.array(sizes, np.int64)
    return Encoded(data, lengths.cumsum(), lengths)


def _defaults(schema: Schema, node: Node) -> dict[str, pl.Expr]:
    """The schema's defaults that one literal can stand for, by column."""
    given = {field["name"]: field["default"] for field in schema["fields"] if "default" in field}
    simple = (type(None), bool, int, float, str)
    chosen = [(name, child.dtype) for name, child in node.fields if name in given and isinstance(given[name], simple)]
    return {name: pl.lit(given[name], dtype=dtype).alias(name) for name, dtype in chosen}


def _differences(expected: set[str], got: set[str]) -> str:
    missing, unknown = sorted(expected - got), sorted(got - expected)
    return "; ".join(f"{what} {', '.join(names)}" for what, names in (("missing", missing), ("unknown", unknown)) if names)


def _piece(node: Node, column: pl.Series, path: str) -> Piece:
    """The encoding of a column, which may be nested. ``path`` names it in errors."""
    if node.kind == "nullable":
        return _nullable(node, column, path)
    if column.null_count():
        raise ValueError(f"column {path}: {column.null_count()} nulls, but its type {node.kind} has no null")
    if node.kind == "record":
        return _record(node, column, path)
    if node.kind == "array":
        return _array(node, column, path)
    return _leaf(node, _cast(node, column, path))


def _nullable(node: Node, column: pl.Series, path: str) -> Piece:
    if column.null_count() == 0:
        valid = np.ones(len(column), np.bool_)
        return Nullable(valid, _piece(node.child, column, path), node.null_first)
    valid = column.is_not_null().to_numpy()
    values = column.drop_nulls()
    if len(values) == 0:
        values = pl.Series(path, [], dtype=node.dtype)
    return Nullable(valid, _piece(node.child, values, path), node.null_first)


def _record(node: Node, column: pl.Series, path: str) -> Piece:
    if not isinstance(column.dtype, pl.Struct):
        raise ValueError(f"column {path}: a struct is needed, not {column.dtype}")  # noqa: TRY004
    got = {field.name for field in column.dtype.fields}
    expected = {name for name, _ in node.fields}
    if got != expected:
        raise ValueError(f"column {path}: fields do not fit the schema: {_differences(expected, got)}")
    return Record([_piece(child, column.struct.field(name), f"{path}.{name}") for name, child in node.fields])


def _array(node: Node, column: pl.Series, path: str) -> Piece:
    if isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if not isinstance(column.dtype, pl.List):
        raise ValueError(f"column {path}: a list is needed, not {column.dtype}")  # noqa: TRY004
    counts = column.list.len().to_numpy().astype(np.int64)
    if not counts.any():
        return Array(counts, _piece(node.child, pl.Series(path, [], dtype=node.child.dtype), path))
    items = column.explode(empty_as_null=False, keep_nulls=False)
    return Array(counts, _piece(node.child, items, f"{path}[]"))


def _cast(node: Node, column: pl.Series, path: str) -> pl.Series:
    """The column in the node's own type, where no value can change by that."""
    given, wanted = column.dtype, node.dtype
    if given == wanted:
        return column
    fits = (
        (wanted.is_integer() and given.is_integer())
        or (wanted.is_float() and given.is_numeric())
        or (node.kind == "enum" and given in (pl.String, pl.Categorical, pl.Enum))
        or (node.kind == "bytes" and given == pl.String)
    )
    if not fits:
        raise ValueError(f"column {path}: {wanted} is needed, not {given}")
    try:
        return column.cast(wanted, strict=True)
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"column {path}: does not fit {node.kind}: {error}") from error


def _leaf(node: Node, column: pl.Series) -> Piece:  # noqa: PLR0911 - one a type
    match node.kind:
        case "int" | "long":
            return Varints(column.to_numpy())
        case "enum":
            return Varints(column.to_physical().to_numpy())
        case "double" | "float":
            return _rows(column.to_numpy(), node.fixed_size or 0)
        case "boolean":
            return _rows(column.to_numpy().astype(np.uint8), 1)
        case "string":
            return _text(column)
        case "bytes":
            return _texts(column.to_list())
    return _fixed(node, column)


def _text(column: pl.Series) -> Piece:
    if len(column) <= FEW_TEXTS:
        return _texts([text.encode() for text in column.to_list()])
    joined = column.str.join("").cast(pl.Binary).item()
    return Text(np.frombuffer(joined, np.uint8), column.str.len_bytes().to_numpy().astype(np.int64))


def _texts(texts: list[bytes]) -> Piece:
    return Text(np.frombuffer(b"".join(texts), np.uint8), np.fromiter(map(len, texts), np.int64, len(texts)))


def _rows(values: npt.NDArray[Any], width: int) -> Piece:
    little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
    return Bytes(little.view(np.uint8).reshape(-1, width))


def _fixed(node: Node, column: pl.Series) -> Piece:
    size = node.fixed_size or 0
    sizes = column.bin.size()
    if len(column) and (sizes.min() != size or sizes.max() != size):
        raise ValueError(f"column {column.name}: values must have exactly {size} bytes")
    return Bytes(np.frombuffer(b"".join(column.to_list()), np.uint8).reshape(len(column), size))
