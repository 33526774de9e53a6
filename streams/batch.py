"""What goes into a step and what comes out of it: batches of decoded records in, rows of decisions and rejections out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from columns.output import Table
from streams.avro_schema import polars_schema
from streams.contract import contract
from streams.rows import Rows, frame_of, rows_of


@dataclass(frozen=True, slots=True)
class Batch:
    """The readable records of one topic's partition in one cycle, in offset order: as columns, or row by row.

    ``offsets`` (int64) are the records' offsets; ``table`` holds as many records by the fields of the topic's schema.
    """

    topic: str  # the contract's name, without namespace
    partition: int
    offsets: npt.NDArray[np.int64]
    table: pl.DataFrame | Rows

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def frame(self) -> pl.DataFrame:
        """One column per field of the topic's schema, one row per record."""
        return frame_of(self.table)

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The records by field, for who goes through them one by one; nobody may change them."""
        return rows_of(self.table)


@dataclass(frozen=True, slots=True)
class Output:
    """Rows for one output topic; the frame has the columns of that topic's schema, by name."""

    topic: str
    frame: pl.DataFrame

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.frame.height


@dataclass(frozen=True)
class RowOutput:
    """Rows for one output topic, each by the fields of its schema: where few rows of nested fields are less work than their columns."""

    topic: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows as columns, made when it is asked for."""
        return pl.DataFrame(self.rows, schema=polars_schema(contract().schema(self.topic)), orient="row")


@dataclass(frozen=True)
class TableOutput:
    """Rows for one output topic, column by column as a step has them: tables of its schema, one after the other."""

    topic: str
    tables: Sequence[Table]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return sum(table.height for table in self.tables)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows as one frame, made when it is asked for."""
        schema = polars_schema(contract().schema(self.topic))
        return pl.concat([table.frame(schema) for table in self.tables])


AnyOutput = Output | RowOutput | TableOutput


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that an earlier step was given, as far as the task kept it: partition, key, time (ms), and its fields (None: not kept; the
    dead letter has its coordinates)."""

    partition: int
    key: bytes
    ts: int
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record the agent cannot decide on: it goes to the dead letters.

    ``error`` is a short class name (``InvalidPosition``), ``message`` says what is wrong in plain words.
    ``expected`` marks what normal traffic contains too (late, duplicate, out of order): it does not count
    toward the limit that stops a worker. ``kept`` is looked at where the record came with an earlier step than this one.
    """

    topic: str
    offset: int
    error: str
    message: str
    expected: bool = False
    kept: Kept | None = None


@dataclass(slots=True)
class Decisions:
    """What a step returns."""

    outputs: Sequence[AnyOutput] = ()
    rejected: Sequence[Rejected] = ()


def outputs_of(topics: Sequence[str], rows: Mapping[str, list[dict[str, Any]]], tables: Mapping[str, Sequence[Table]]) -> list[AnyOutput]:
    """What a step says on some topics, in their order: rows by field where it made such, else several tables' rows one after the other."""
    return [RowOutput(t, rows[t]) if t in rows else TableOutput(t, tables[t]) for t in topics if t in rows or t in tables]
