"""A task, and the journal's records after it → what each of them writes when it is stepped again, with the runtime's own code."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from audit.log import Log, Stream
from audit.restoring import missing_input
from audit.search import read
from streams import dead_letters, journal
from streams.errors import OffsetOutOfLog
from streams.message import Message
from streams.preparing import prepare
from streams.records import Records
from streams.task import Task, Written


@dataclass(frozen=True, slots=True)
class Again:
    """What stepping over one journal record's ranges gave: by topic keys and values; the journal record that came of it."""

    written: dict[str, tuple[list[bytes | None], list[bytes | None]]]
    record: journal.Record
    value: bytes
    events: int  # input records
    step_s: float  # of this thread's processor time that the steps themselves took: to decode, decide and encode, as live


@dataclass(slots=True)
class Stepper:
    """Steps one task over its journal, record by record."""

    task: Task
    log: Log
    read: dict[str, Stream] = field(default_factory=dict)
    _letters: dict[tuple[str, int], str] | None = None

    def step(self, record: journal.Record, written_ms: int | None = None) -> Again:
        """Step over what a journal record names, which was written at ``written_ms``. Raises StepFailed, GoneError, WorkerStop."""
        task = self.task
        task.positions = {p["topic"]: p["offset"] for p in record["positions"]} | task.positions
        if self.log.little:
            self._fetch(record)
        seen = [{one["topic"]: self._records(one) for one in step["ranges"]} for step in record["steps"]]
        letters = self._crashing(record, written_ms) if any(map(_skipped, record["steps"])) else {}
        events, written, began = 0, list[Written](), time.thread_time()
        now = record["steps"][-1]["now"] if record["steps"] else 0
        for step, inputs, decoded in zip(record["steps"], seen, prepare(task.agent, seen, now), strict=True):
            events += sum(len(records.messages) for records in inputs.values())
            skipped = _skipped(step) if letters else set()
            crashing = {place: said for place, said in letters.items() if place in skipped}
            written += task.step(inputs, step["now"], crashing, decoded).written
        took_s = time.thread_time() - began
        task.restepped_from = record["restepped_from"]
        value = task.journal_record(record["snapshot"])
        task.journalled(value)
        return Again(_by_topic(written), journal.decode(f"{task.agent.name}.journal", value), value, events, took_s)

    def _records(self, wanted: journal.Range) -> Records:
        topic, partition = wanted["topic"], self.task.partition
        if topic not in self.read:
            self.read[topic] = self.log.stream(topic, partition, wanted["start"])
        try:
            messages = self.read[topic].until(wanted["end"])
        except OffsetOutOfLog as error:
            raise missing_input(topic, partition, wanted["start"], error) from error
        return Records(topic, partition, [m for m in messages if m.offset() >= wanted["start"]], wanted["start"], wanted["end"])

    def _fetch(self, record: journal.Record) -> None:
        """Read all that a journal record's steps saw in one go: asking for topic after topic takes longer than to step over them."""
        ranges = [one for step in record["steps"] for one in step["ranges"]]
        starts = {one["topic"]: one["start"] for one in reversed(ranges)}
        spans = {topic: (start, max(one["end"] for one in ranges if one["topic"] == topic)) for topic, start in starts.items()}
        try:
            found = self.log.several(spans, self.task.partition)
        except OffsetOutOfLog as error:
            gone = [topic for topic in starts if starts[topic] < self.log.reader.bounds(topic, self.task.partition)[0]]
            topic = next(iter(gone or starts))
            raise missing_input(topic, self.task.partition, starts[topic], error) from error
        for topic, (start, end) in spans.items():
            stream = self.read.setdefault(topic, self.log.stream(topic, self.task.partition, start, start))
            stream.take(found[topic], end)

    def _crashing(self, record: journal.Record, written_ms: int | None) -> dict[tuple[str, int], str]:
        """Records that made a step raise, with what it said: their dead letters carry it. Of a little log only this journal record's."""
        topic, partition = dead_letters.topic_of(self.task.agent.name), self.task.partition
        if self.log.little and written_ms is not None:
            start, end = (self.log.since(topic, partition, ms) for ms in (record["steps"][0]["now"], written_ms + 1))
            return _failed(topic, partition, self.log.some(topic, partition, start, end))
        if self._letters is None:
            self._letters = _failed(topic, partition, self.log.stream(topic, partition))
        return self._letters


def _skipped(step: journal.Step) -> set[tuple[str, int]]:
    """The records of its ranges that a step did not see."""
    return {(one["topic"], offset) for one in step["ranges"] for offset in one["skipped"]}


def _failed(topic: str, partition: int, letters: Iterable[Message]) -> dict[tuple[str, int], str]:
    """Records that made a step raise, by place, and what it said. Nearly all letters are of records that could not be read."""
    found = [read(topic, partition, letter) for letter in letters if b"StepFailed" in (letter.value() or b"")]
    return {(one["topic"], one["offset"]): one["message"] for one in found if one["error"] == "StepFailed"}


def _by_topic(written: list[Written]) -> dict[str, tuple[list[bytes | None], list[bytes | None]]]:
    out: dict[str, tuple[list[bytes | None], list[bytes | None]]] = {}
    for one in written:
        keys, values = out.setdefault(one.topic, ([], []))
        keys += list(one.keys)
        values += list(one.values)
    return out
