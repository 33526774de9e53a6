"""Raw Kafka messages of one topic's partition → a batch the step can read, and the dead letters among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from streams.avro import codec
from streams.batch import Batch, Rejected
from streams.contract import contract
from streams.message import KEY, OFFSET, VALUE, Message
from streams.rows import Rows


@dataclass(slots=True)
class Records:
    """Messages of one topic's partition in offset order; ``start`` is the position before them, ``end`` the one after."""

    topic: str  # the contract's name
    partition: int
    messages: Sequence[Message]
    start: int
    end: int

    def without(self, offsets: Collection[int]) -> Records:
        """The same range without some messages."""
        kept = [m for m in self.messages if m.offset() not in offsets]
        return Records(self.topic, self.partition, kept, self.start, self.end)

    def pieces(self, size: int) -> list[Records]:
        """The same records in consecutive ranges of at most ``size`` messages."""
        cuts = [self.messages[i : i + size] for i in range(0, len(self.messages), size)]
        ends = [cut[-1].offset() + 1 for cut in cuts[:-1]] + [self.end]
        starts = [self.start, *ends[:-1]]
        return [Records(self.topic, self.partition, cut, start, end) for cut, start, end in zip(cuts, starts, ends, strict=True)]


@dataclass(slots=True)
class Read:
    """A batch of the readable records and, for each unreadable one, why."""

    batch: Batch
    unreadable: list[Rejected]


def read(records: Records) -> Read:
    """Decode and check the keys; what fails is listed, and absent from the batch."""
    messages = records.messages
    decoded = codec(records.topic).decode(list(map(VALUE, messages)))
    unreadable = [Rejected(records.topic, messages[bad.row].offset(), bad.error, bad.message) for bad in decoded.bad]
    table, rows = decoded.table, decoded.rows
    offsets = np.fromiter(map(OFFSET, messages), np.int64, len(messages))
    if decoded.bad:
        messages = [messages[i] for i in rows]
        offsets = offsets[rows]
    if not isinstance(table, Rows) or not _right_keys(records.topic, messages, table):
        wrong = _wrong_keys(records.topic, messages, decoded.frame)
        if wrong is not None:
            unreadable += wrong.rejected(records.topic, offsets, decoded.frame)
            table, offsets = decoded.frame.filter(pl.Series(~wrong.mask)), offsets[~wrong.mask]
    return Read(Batch(records.topic, records.partition, offsets, table), unreadable)


@dataclass(slots=True)
class _WrongKeys:
    field: str
    mask: np.ndarray  # bool per row
    keys: list[bytes | None]

    def rejected(self, topic: str, offsets: np.ndarray, frame: pl.DataFrame) -> list[Rejected]:
        rows = np.flatnonzero(self.mask).tolist()
        values = frame[self.field]
        return [self._one(topic, int(offsets[i]), self.keys[i], values[i]) for i in rows]

    def _one(self, topic: str, offset: int, key: bytes | None, value: str) -> Rejected:
        if key is None:
            return Rejected(topic, offset, "MissingKey", f"the record has no key; it must be its field {self.field}, here {value!r}")
        return Rejected(topic, offset, "KeyMismatch", f"the record's key {key!r} is not its field {self.field}, {value!r}")


def _right_keys(topic: str, messages: Sequence[Message], rows: Rows) -> bool:
    """Whether the key of each record is its field, which is a string; told of few records without making columns of them."""
    name = contract().topic(topic).key
    return name is None or list(map(KEY, messages)) == [row[name].encode() if isinstance(row[name], str) else None for row in rows.each]


def _wrong_keys(topic: str, messages: Sequence[Message], frame: pl.DataFrame) -> _WrongKeys | None:
    name = contract().topic(topic).key
    if name is None or not messages:
        return None
    keys = list(map(KEY, messages))
    wanted = frame[name].cast(pl.String).cast(pl.Binary)
    right = pl.Series(keys, dtype=pl.Binary).eq_missing(wanted)
    if right.all():
        return None
    return _WrongKeys(name, ~right.to_numpy(), keys)


def by_inputs(order: Sequence[str], reads: Mapping[str, Read]) -> dict[str, Batch]:
    """The batches that hold records, in the agent's order of inputs."""
    return {topic: reads[topic].batch for topic in order if topic in reads and len(reads[topic].batch)}
