"""What the fuzzes of agents share: rows of a topic in; a batch for an agent's step, at the topic's next offsets, out."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from streams.avro_schema import polars_schema
from streams.batch import Batch
from streams.contract import contract

Row = dict[str, Any]


@cache
def schema_of(topic: str) -> pl.Schema:
    """The columns of a topic's frames."""
    return polars_schema(contract().schema(topic))


def batch_of(topic: str, rows: list[Row], offsets: Counter[str]) -> Batch:
    """The rows as they are read; ``offsets`` go on."""
    frame = pl.DataFrame(rows, schema=schema_of(topic), orient="row")
    start = offsets[topic]
    offsets[topic] += len(rows)
    return Batch(topic, 0, np.arange(start, start + len(rows), dtype=np.int64), frame)
