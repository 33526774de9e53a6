"""Few records as they were read, one mapping each; their columns, made when they are asked for.

What a frame costs whatever its length outweighs what few rows cost, and an agent that goes through its records one by one needs none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Rows:
    """``each``: a record by the fields of its schema, with the values that a row of ``frame`` has; nobody may change them."""

    each: Sequence[Mapping[str, Any]]
    schema: pl.Schema

    @property
    def height(self) -> int:
        """How many there are."""
        return len(self.each)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The records as columns."""
        return pl.DataFrame(self.each, schema=self.schema, orient="row")


def rows_of(table: Rows | pl.DataFrame) -> Sequence[Mapping[str, Any]]:
    """The records of a table, one by one."""
    return table.each if isinstance(table, Rows) else list(table.iter_rows(named=True))


def frame_of(table: Rows | pl.DataFrame) -> pl.DataFrame:
    """The records of a table as columns."""
    return table.frame if isinstance(table, Rows) else table
