"""A task's log in memory, as a worker would have written it: for tests that damage it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import confluent_kafka
import polars as pl

from ops.chaos.probe import AGENT, DECISIONS, EVENTS
from streams.avro import codec
from streams.records import Records
from streams.task import Task

JOURNAL, DEAD = "probe.journal", "probe.dead-letters"
NOW = 1_700_000_000_000


@dataclass(frozen=True)
class Kept:
    """A record in memory, with a consumed message's accessors."""

    at: int
    of_key: bytes | None
    of_value: bytes | None
    ts: int

    def offset(self) -> int:
        return self.at

    def key(self) -> bytes | None:
        return self.of_key

    def value(self) -> bytes | None:
        return self.of_value

    def timestamp(self) -> tuple[int, int]:
        return 1, self.ts


Topics = dict[str, list[Kept]]


class ListStream:
    """Records in memory as a stream."""

    def __init__(self, records: Sequence[Any], low: int, start: int | None) -> None:
        self._left = [m for m in records if start is None or m.offset() >= start]
        self.start = low if start is None else start
        self.end = records[-1].offset() + 2 if records else low
        self.read = len(self._left)

    def peek(self, count: int, patient: bool = False) -> list[Any]:
        return list(islice(self._left, count))

    def skip(self, count: int) -> None:
        del self._left[:count]

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._left))


@dataclass
class MemoryLog:
    """Stands for audit.log.Log over one partition; ``lows`` are the topics' first offsets where retention deleted something."""

    topics: Topics
    lows: dict[str, int] = field(default_factory=dict)

    @property
    def reader(self) -> MemoryLog:
        return self

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        return self.lows.get(topic, 0), 0

    def stream(self, topic: str, partition: int, start: int | None = None, end: int | None = None) -> ListStream:
        return ListStream(self.topics.get(topic, []), self.lows.get(topic, 0), start)

    def since(self, topic: str, partition: int, ms: int) -> int:
        return next((m.at for m in self.topics.get(topic, []) if m.ts >= ms), self.lows.get(topic, 0))

    def grew(self, topic: str, partition: int, beyond: int) -> bool:
        return False


def written(steps: Sequence[int], seed: int = 0) -> Topics:
    """What the agent of the chaos workload writes when it commits after every step, each over so many records: some of them refused."""
    task = Task(AGENT, 0, AGENT.start(0), {EVENTS: 0}, fresh=True)
    topics: Topics = {JOURNAL: [], DECISIONS: [], DEAD: []}
    offset = 0
    for number, count in enumerate(steps):
        now = NOW + 50 * number
        records = Records(EVENTS, 0, _events(offset, count, seed, now), offset, offset + count)
        offset += count
        for one in task.step({EVENTS: records}, now, {}).written:
            for key, value in zip(one.keys, one.values, strict=True):
                _put(topics[one.topic], key, value, now + 5)
            _marker(topics[one.topic])
        value = task.journal_record(None)
        _put(topics[JOURNAL], None, value, now + 10)
        _marker(topics[JOURNAL])
        task.journalled(value)
    return {topic: [m for m in records if m.of_value is not None] for topic, records in topics.items()}


def _put(records: list[Kept], key: bytes | None, value: bytes | None, ts: int) -> None:
    records.append(Kept(len(records), key, value, ts))


def _marker(records: list[Kept]) -> None:
    """A transaction's end takes an offset, too."""
    _put(records, None, None, 0)


def _events(start: int, count: int, seed: int, now: int) -> list[Any]:
    seqs = range(start, start + count)
    frame = pl.DataFrame(
        {
            "run_id": "test",
            "seq": list(seqs),
            "key": [f"key-{i % 5}" for i in seqs],
            "key_seq": [i // 5 for i in seqs],
            "ts": now,
            "amount": [-1 if i % 7 == 6 else i for i in seqs],
            "sha": [hashlib.sha256(f"{seed} {i}".encode()).hexdigest() for i in seqs],
            "crash": False,
        },
        schema=codec(EVENTS).polars_schema,
    )
    values = codec(EVENTS).encode(frame).values()
    return [
        confluent_kafka.Message(topic=EVENTS, partition=0, offset=i, key=f"key-{i % 5}".encode(), value=value, timestamp=(1, now))
        for i, value in zip(seqs, values, strict=True)
    ]


def flipped(record: Kept, byte: int, bit: int) -> Kept:
    """A record with one bit of its key and value, joined, flipped."""
    key, value = record.of_key or b"", record.of_value or b""
    both = bytearray(key + value)
    both[byte] ^= 1 << bit
    return replace(record, of_key=None if record.of_key is None else bytes(both[: len(key)]), of_value=bytes(both[len(key) :]))


def size(record: Kept) -> int:
    """Bytes of its key and value."""
    return len(record.of_key or b"") + len(record.of_value or b"")
