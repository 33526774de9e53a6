"""What a step says of n decisions, column by column, in; rows by field, or a frame of the topic's schema, out: with the same values.

Some hundreds are written without making either (streams/avro_tables.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

import numpy as np
import polars as pl

from columns.table import Array, Mask


@dataclass(frozen=True, slots=True)
class Each:
    """In row i, what is at ``places[i]`` of ``kinds``: symbols of an enum, or lists of which there are few."""

    kinds: Sequence[Any]
    places: Array

    def values(self, _: int) -> list[Any]:
        """One for each row."""
        kinds = self.kinds
        return [kinds[place] for place in self.places.tolist()]

    def series(self, dtype: pl.DataType, _: int) -> pl.Series:
        """The values in a type."""
        kinds = _symbols(tuple(self.kinds), dtype) if isinstance(dtype, pl.Enum) else pl.Series(list(self.kinds), dtype=dtype)
        return kinds.gather(self.places)


@dataclass(frozen=True, slots=True)
class Same:
    """The same value in all rows."""

    value: Any

    def values(self, n: int) -> list[Any]:
        """One for each row."""
        return [self.value] * n

    def series(self, dtype: pl.DataType, n: int) -> pl.Series:
        """The values in a type."""
        return pl.Series([self.value], dtype=dtype).new_from_index(0, n)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Some values over and over."""

    kinds: Sequence[Any]

    def values(self, n: int) -> list[Any]:
        """One for each row."""
        return list(self.kinds) * (n // len(self.kinds))

    def series(self, dtype: pl.DataType, n: int) -> pl.Series:
        """The values in a type."""
        return Each(self.kinds, np.arange(n) % len(self.kinds)).series(dtype, n)


@dataclass(frozen=True, slots=True)
class Where:
    """A column's values where ``given`` (n,), else null."""

    given: Mask
    column: Column

    def values(self, n: int) -> list[Any]:
        """One for each row."""
        return [value if given else None for value, given in zip(_values(self.column, n), self.given.tolist(), strict=True)]

    def series(self, dtype: pl.DataType, n: int) -> pl.Series:
        """The values in a type."""
        return _series(self.column, dtype, n).zip_with(pl.Series(self.given), pl.Series([None], dtype=dtype))


@dataclass(frozen=True, slots=True)
class Struct:
    """A record in each row, by field."""

    fields: Mapping[str, Column]

    def values(self, n: int) -> list[Any]:
        """One for each row."""
        return Table(self.fields, n).rows()

    def series(self, dtype: pl.DataType, n: int) -> pl.Series:
        """The values in a type, which must be a struct."""
        assert isinstance(dtype, pl.Struct)
        return Table(self.fields, n).frame(pl.Schema({field.name: field.dtype for field in dtype.fields})).to_struct()


@dataclass(frozen=True, slots=True)
class Structs:
    """Lists of records, of which the first ``counts`` (n,) are told; None: all. ``flat`` has ``width`` of them for each row, one row's
    after the other's."""

    flat: Struct
    width: int
    counts: Array | None = None

    def values(self, n: int) -> list[Any]:
        """One for each row."""
        flat, width = self.flat.values(n * self.width), self.width
        counts = [width] * n if self.counts is None else self.counts.tolist()
        return [flat[i * width : i * width + count] for i, count in enumerate(counts)]

    def series(self, dtype: pl.DataType, n: int) -> pl.Series:
        """The values in a type, which must be a list of structs."""
        assert isinstance(dtype, pl.List)
        lists = self.flat.series(dtype.inner, n * self.width).reshape((n, self.width)).cast(dtype)  # type: ignore[arg-type]
        if self.counts is None:
            return lists
        return pl.DataFrame({"lists": lists, "counts": self.counts}).select(pl.col("lists").list.head("counts")).to_series()


Column = Array | list[Any] | Each | Same | Cycle | Where | Struct | Structs


@dataclass(frozen=True, slots=True)
class Table:
    """``height`` rows by column of a topic's schema; arrays (height,) and lists of values are columns, too."""

    columns: Mapping[str, Column]
    height: int

    def rows(self) -> list[dict[str, Any]]:
        """Row by row, by field; nobody may change them."""
        values = zip(*(_values(column, self.height) for column in self.columns.values()), strict=True)
        return list(map(dict, map(zip, repeat(tuple(self.columns)), values)))

    def frame(self, schema: pl.Schema) -> pl.DataFrame:
        """As a frame with the columns and types of ``schema``."""
        return pl.DataFrame([_series(self.columns[name], dtype, self.height).alias(name) for name, dtype in schema.items()])


def _values(column: Column, n: int) -> list[Any]:
    if isinstance(column, list):
        return column
    values: list[Any] = column.tolist() if isinstance(column, np.ndarray) else column.values(n)
    return values


def _series(column: Column, dtype: pl.DataType, n: int) -> pl.Series:
    if isinstance(column, np.ndarray) and column.dtype != object:
        return pl.Series(column).cast(dtype)
    if isinstance(column, np.ndarray | list):
        return pl.Series(list(column), dtype=dtype)
    return column.series(dtype, n)


@lru_cache(maxsize=64)
def _symbols(symbols: tuple[str, ...], dtype: pl.DataType) -> pl.Series:
    """All symbols once, to be gathered from."""
    return pl.Series(symbols, dtype=dtype)
