"""A step that raised → ever smaller pieces of what it was given, until the one record that makes it raise is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from streams.errors import WorkerStop
from streams.records import Records

Inputs = Mapping[str, Records]
SHRINK = 8  # a failing piece is stepped again in pieces of an eighth


@dataclass(slots=True)
class _Suspect:
    ends: dict[str, int]  # by topic, the offset after the last suspected record
    size: int


@dataclass(slots=True)
class Isolation:
    """By partition: what is suspected, and which records are known to make the step raise."""

    _suspects: dict[int, _Suspect] = field(default_factory=dict)
    _crashing: dict[int, dict[tuple[str, int], str]] = field(default_factory=dict)

    def failed(self, partition: int, inputs: Inputs, why: str) -> None:
        """Take in that a step over these records raised. Raises WorkerStop when there is no record to blame."""
        records = [
            (topic, m.offset()) for topic, r in inputs.items() for m in r.messages if (topic, m.offset()) not in self.crashing(partition)
        ]
        if not records:
            raise WorkerStop(f"the step of partition {partition} raises without any record to blame: {why}")
        if len(records) == 1:
            self._crashing.setdefault(partition, {})[records[0]] = why
            self._suspects.pop(partition, None)
        else:
            self._suspects[partition] = _Suspect({topic: r.end for topic, r in inputs.items()}, max(1, len(records) // SHRINK))

    def crashing(self, partition: int) -> Mapping[tuple[str, int], str]:
        """Records (topic, offset) that make the step raise, and how."""
        return self._crashing.get(partition, {})

    def pieces(self, partition: int, inputs: Inputs) -> list[Inputs]:
        """The records as they are to be stepped: whole, or in small pieces while something in them is suspected."""
        suspect = self._suspects.get(partition)
        if suspect is None:
            return [inputs]
        if all(topic not in inputs or inputs[topic].start >= end for topic, end in suspect.ends.items()) and inputs:
            del self._suspects[partition]
            return [inputs]
        return [{topic: piece} for topic, records in inputs.items() for piece in records.pieces(suspect.size)]
