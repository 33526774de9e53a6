"""Outputs of a contender against the events they answer: every field of every record.

In: the generated events and the read_committed records of an output topic. Out: how many records there are and when they were appended, how
many are wrong in any field, answered twice, or answer no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from confluent_kafka import Message

from bench.echo import MARKUP
from bench.events import row_numbers
from streams.avro import codec


@dataclass(slots=True)
class Findings:
    """What an output topic holds."""

    append_ms: npt.NDArray[np.int64]
    by_partition: dict[int, int]
    distinct: int
    wrong: int

    @property
    def records(self) -> int:
        """Records for read_committed readers."""
        return len(self.append_ms)

    @property
    def duplicates(self) -> int:
        """Records that answer an event answered already."""
        return self.records - self.wrong - self.distinct


def expected(events: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """What the job makes of the events, in their order."""
    return pl.concat(list(events), rechunk=True).with_columns(pl.col("price") * MARKUP)


def check(records: Iterable[Sequence[Message]], answers: pl.DataFrame) -> Findings:
    """Reads all records of an output topic. ``answers`` has a row per event, row i for event e{i}."""
    seen = np.zeros(answers.height, dtype=np.bool_)
    appended: list[npt.NDArray[np.int64]] = []
    by_partition: dict[int, int] = {}
    wrong = 0
    for chunk in records:
        appended.append(np.array([m.timestamp()[1] for m in chunk], dtype=np.int64))
        for message in chunk:
            partition = message.partition() or 0
            by_partition[partition] = by_partition.get(partition, 0) + 1
        decoded = codec("bench.decisions").decode([m.value() for m in chunk])
        numbers = _right(decoded.frame, answers)
        wrong += len(chunk) - len(numbers)
        seen[numbers] = True
    append_ms = np.concatenate(appended) if appended else np.zeros(0, dtype=np.int64)
    return Findings(append_ms, by_partition, int(seen.sum()), wrong)


def _right(frame: pl.DataFrame, answers: pl.DataFrame) -> npt.NDArray[np.int64]:
    """The event numbers of the rows that are right in every field."""
    numbers = row_numbers(frame["id"])
    known = (numbers >= 0) & (numbers < answers.height)
    frame, numbers = frame.filter(pl.Series(known)), numbers[known]
    should = answers[numbers]
    right = np.ones(len(numbers), dtype=np.bool_)
    for name in answers.columns:
        right &= frame[name].eq_missing(should[name]).to_numpy()
    return numbers[right]
