"""What goes into a step and what comes out of it: batches of decoded records in, rows of decisions and rejections out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl


@dataclass(frozen=True, slots=True)
class Batch:
    """The readable records of one topic's partition in one cycle, as columns.

    ``frame`` has one column per field of the topic's schema and one row per record, in offset order;
    ``offsets`` (int64, same length) are the rows' offsets.
    """

    topic: str  # the contract's name, without namespace
    partition: int
    offsets: npt.NDArray[np.int64]
    frame: pl.DataFrame

    def __len__(self) -> int:
        return len(self.offsets)


@dataclass(frozen=True, slots=True)
class Output:
    """Rows for one output topic; the frame has the columns of that topic's schema, by name."""

    topic: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that an earlier step was given, as far as the task kept it: partition, key, time (ms), and its fields."""

    partition: int
    key: bytes
    ts: int
    fields: Mapping[str, Any]


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

    outputs: list[Output] = field(default_factory=list)
    rejected: Sequence[Rejected] = ()
