"""A task's log in memory, as a worker would have written it: for tests that damage it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import confluent_kafka
import polars as pl

from audit.memory import Kept
from ops.chaos.probe import AGENT, DECISIONS, EVENTS
from streams.avro import codec
from streams.records import Records
from streams.task import Task

JOURNAL, DEAD = "probe.journal", "probe.dead-letters"
NOW = 1_700_000_000_000


Topics = dict[str, list[Kept]]


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


def inputs(steps: Sequence[int], seed: int = 0) -> list[Kept]:
    """The events of ``written``."""
    found: list[Kept] = []
    for number, count in enumerate(steps):
        events = _events(len(found), count, seed, NOW + 50 * number)
        found += [Kept(m.offset(), m.key(), m.value(), m.timestamp()[1]) for m in events]
    return found


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
