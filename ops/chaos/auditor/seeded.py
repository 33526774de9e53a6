"""The auditor's self-test: five seeded corruptions of a copy of a real log, each of which it must notice.

One decision deleted, duplicated, changed, two swapped, one journal record dropped. The copy keeps offsets and transaction extents
plausible (what was deleted leaves no hole in the extents), so that the judgement rests on the records' content and not on bookkeeping.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from ops.chaos.auditor.judge import judge
from ops.chaos.auditor.log import Extent, Findings, Log, Partition, Record

LEAST = 5  # decisions and journal records that a task must have to be tried


@dataclass(frozen=True, slots=True)
class Trial:
    """One corruption, and which invariants noticed it."""

    corruption: str
    what: str
    caught_by: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Whether the auditor noticed."""
        return bool(self.caught_by)


def _delete(part: Partition, draw: random.Random) -> str:
    gone = part.records.pop(draw.randrange(len(part.records)))
    _renumber(part)
    return f"offset {gone.offset}"


def _duplicate(part: Partition, draw: random.Random) -> str:
    at = draw.randrange(len(part.records))
    part.records.insert(at + 1, part.records[at])
    what = f"offset {part.records[at].offset}"
    _renumber(part)
    return what


def _swap(part: Partition, draw: random.Random) -> str:
    at = draw.randrange(len(part.records) - 1)
    one, other = part.records[at], part.records[at + 1]
    part.records[at : at + 2] = [other._replace(offset=one.offset), one._replace(offset=other.offset)]
    return f"offsets {one.offset} and {other.offset}"


def _change(part: Partition, draw: random.Random) -> str:
    at = draw.randrange(len(part.records))
    record = part.records[at]
    assert record.value is not None
    byte = draw.randrange(5, len(record.value))
    value = bytearray(record.value)
    value[byte] ^= 1 << draw.randrange(8)
    part.records[at] = record._replace(value=bytes(value))
    return f"offset {record.offset}, byte {byte}"


def _renumber(part: Partition) -> None:
    """Offsets end to end in one committed extent: as if the log had been written like this."""
    part.records[:] = [Record(part.start + i, r.timestamp, r.key, r.value, r.headers) for i, r in enumerate(part.records)]
    part.end = part.stable = part.start + len(part.records)
    part.committed = [Extent(part.start, part.end, len(part.records))]


CORRUPTIONS: dict[str, tuple[str, Callable[[Partition, random.Random], str]]] = {
    "decision deleted": ("decisions", _delete),
    "decision duplicated": ("decisions", _duplicate),
    "decisions swapped": ("decisions", _swap),
    "decision changed": ("decisions", _change),
    "journal record dropped": ("journal", _delete),
}


def self_test(log: Log, seed: int) -> list[Trial]:
    """Try each corruption on a copy of the smallest task that is big enough. Raises ValueError without one, or if it is not clean."""
    task = _task(log)
    before = judge(log.only(task))
    if not before.clean:
        raise ValueError(f"the self-test needs a clean log, task {task} is not: {before.violations[0]}")
    trials = []
    for name, (kind, corrupt) in CORRUPTIONS.items():
        copy = log.only(task)
        topic = copy.workload.decisions if kind == "decisions" else copy.workload.journal
        what = corrupt(copy.partitions[(topic, task)], random.Random(f"{seed}/{name}"))
        found: Findings = judge(copy)
        trials.append(Trial(name, f"{topic}[{task}] {what}", tuple(found.invariants())))
    return trials


def _task(log: Log) -> int:
    sizes = {}
    for task in log.tasks():
        decisions, entries = len(log.at(log.workload.decisions, task).records), len(log.at(log.workload.journal, task).records)
        if min(decisions, entries) >= LEAST:
            sizes[task] = decisions
    if not sizes:
        raise ValueError(f"no task has {LEAST} decisions and journal records to try the auditor on")
    return min(sizes, key=lambda task: (sizes[task], task))
