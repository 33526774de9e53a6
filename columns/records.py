"""What a step reads of a batch, and what it says of a record that cannot be decided on."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import polars as pl

from columns.table import I64


class Records(Protocol):
    """What is read of a batch: ``streams.batch.Batch`` has it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offsets(self) -> I64: ...
    @property
    def frame(self) -> pl.DataFrame: ...


class Rejection(NamedTuple):
    """A record that cannot be decided on; the fields of ``streams.batch.Rejected``."""

    topic: str
    offset: int
    error: str
    message: str
    expected: bool
