"""What a step reads of a batch, and what it says of a record that cannot be decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import polars as pl

from columns.table import F64, I64, Array


class Records(Protocol):
    """What is read of a batch: ``streams.batch.Batch`` has it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offsets(self) -> I64: ...
    @property
    def table(self) -> object: ...
    @property
    def frame(self) -> pl.DataFrame: ...
    @property
    def rows(self) -> Sequence[Mapping[str, Any]]: ...


class Fields:
    """The fields of a batch's n records, column by column: of few records, which are no frame, without making one of them."""

    def __init__(self, records: Records) -> None:
        frame = isinstance(records.table, pl.DataFrame)
        self._frame: pl.DataFrame | None = records.frame if frame else None
        self._rows: Sequence[Mapping[str, Any]] = () if frame else records.rows
        self._lists: dict[str, list[Any]] = {}

    def values(self, name: str) -> list[Any]:
        """As Python has them, nulls as None; nobody may change the list."""
        if name not in self._lists:
            self._lists[name] = [row[name] for row in self._rows] if self._frame is None else self._frame[name].to_list()
        return self._lists[name]

    def names(self, name: str) -> Array:
        """Strings as objects, nulls as None."""
        values = self.values(name)
        out = np.empty(len(values), object)
        out[:] = values
        return out

    def numbers(self, name: str) -> F64:
        """As float64, nulls as NaN."""
        if self._frame is None:
            return np.array(self.values(name), np.float64)  # of None it makes NaN
        return self._frame[name].cast(pl.Float64).to_numpy()

    def integers(self, name: str) -> I64:
        """As int64, nulls as 0."""
        if self._frame is None:
            return np.array([value or 0 for value in self.values(name)], np.int64)
        return _filled(self._frame[name].cast(pl.Int64), 0)

    def flags(self, name: str) -> Array:
        """Booleans, nulls as false."""
        if self._frame is None:
            return np.array([bool(value) for value in self.values(name)], np.bool_)
        return _filled(self._frame[name], False)

    def places(self, name: str, symbols: Mapping[str, int], other: int) -> list[int]:
        """Of each string its number by ``symbols``; ``other`` for nulls and other strings."""
        return [symbols.get(value, other) for value in self.values(name)]


def _filled(values: pl.Series, null: object) -> Array:
    return (values.fill_null(null) if values.null_count() else values).to_numpy()


class Rejection(NamedTuple):
    """A record that cannot be decided on; the fields of ``streams.batch.Rejected``."""

    topic: str
    offset: int
    error: str
    message: str
    expected: bool
