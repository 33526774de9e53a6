"""A task, and the journal's records after it → what each of them writes when it is stepped again, with the runtime's own code."""

from __future__ import annotations

from dataclasses import dataclass, field

from audit.log import Log, Stream
from audit.restoring import missing_input
from audit.search import read
from streams import dead_letters, journal
from streams.errors import OffsetOutOfLog
from streams.records import Records
from streams.task import Task, Written


@dataclass(frozen=True, slots=True)
class Again:
    """What stepping over one journal record's ranges gave: by topic keys and values; the journal record that came of it."""

    written: dict[str, tuple[list[bytes | None], list[bytes | None]]]
    record: journal.Record
    value: bytes
    events: int  # input records


@dataclass(slots=True)
class Stepper:
    """Steps one task over its journal, record by record."""

    task: Task
    log: Log
    read: dict[str, Stream] = field(default_factory=dict)
    _letters: dict[tuple[str, int], str] | None = None

    def step(self, record: journal.Record) -> Again:
        """Step over what a journal record names. Raises StepFailed, GoneError, WorkerStop."""
        task = self.task
        task.positions = {p["topic"]: p["offset"] for p in record["positions"]} | task.positions
        events, written = 0, list[Written]()
        for step in record["steps"]:
            inputs = {one["topic"]: self._records(one) for one in step["ranges"]}
            events += sum(len(records.messages) for records in inputs.values())
            crashing = self._crashing(step) if any(one["skipped"] for one in step["ranges"]) else {}
            written += task.step(inputs, step["now"], crashing).written
        task.restepped_from = record["restepped_from"]
        value = task.journal_record(record["snapshot"])
        task.journalled(value)
        return Again(_by_topic(written), journal.decode(f"{task.agent.name}.journal", value), value, events)

    def _records(self, wanted: journal.Range) -> Records:
        topic, partition = wanted["topic"], self.task.partition
        if topic not in self.read:
            self.read[topic] = self.log.stream(topic, partition, wanted["start"])
        try:
            messages = self.read[topic].until(wanted["end"])
        except OffsetOutOfLog as error:
            raise missing_input(topic, partition, wanted["start"], error) from error
        return Records(topic, partition, [m for m in messages if m.offset() >= wanted["start"]], wanted["start"], wanted["end"])

    def _crashing(self, step: journal.Step) -> dict[tuple[str, int], str]:
        """Of the records that the step did not see those that made it raise, with what it said: their dead letters carry it."""
        if self._letters is None:
            topic = dead_letters.topic_of(self.task.agent.name)
            found = [read(topic, self.task.partition, m) for m in self.log.stream(topic, self.task.partition)]
            self._letters = {(one["topic"], one["offset"]): one["message"] for one in found if one["error"] == "StepFailed"}
        skipped = {(one["topic"], offset) for one in step["ranges"] for offset in one["skipped"]}
        return {place: said for place, said in self._letters.items() if place in skipped}


def _by_topic(written: list[Written]) -> dict[str, tuple[list[bytes | None], list[bytes | None]]]:
    out: dict[str, tuple[list[bytes | None], list[bytes | None]]] = {}
    for one in written:
        keys, values = out.setdefault(one.topic, ([], []))
        keys += list(one.keys)
        values += list(one.values)
    return out
