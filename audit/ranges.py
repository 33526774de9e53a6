"""A task and two times → the journal records between them that can be stepped again: where to begin, where to end, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field

from audit.faults import DamagedError, Fault
from audit.log import Log
from audit.restoring import GoneError, restored
from audit.search import Journalled, after, first, read, since
from streams.agent import Agent
from streams.snapshot import HOUR_MS

BEFORE = 64  # offsets before a range that are looked at for damage


@dataclass(slots=True)
class Range:
    """Journal records from ``begin`` to before the offset ``end`` (None: to the journal's end), whose last number is about ``last``."""

    begin: Journalled | None = None
    end: int | None = None
    last: int = 0
    missing: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def asked(agent: Agent, partition: int, since_ms: int | None, until_ms: int | None, log: Log) -> Range:
    """The range that is asked for, as far as there is a state before it, and the inputs after that. Raises GoneError, DamagedError."""
    topic, found = f"{agent.name}.journal", Range()
    low, high = log.reader.bounds(topic, partition)
    if low == high:
        return found
    begin = _readable(topic, partition, low, high, log, found) if since_ms is None else since(log.reader, topic, partition, since_ms)
    if since_ms is not None:
        found.faults += _damaged_before(topic, partition, high if begin is None else begin.message.offset(), log)
    end = None if until_ms is None else since(log.reader, topic, partition, until_ms)
    if begin is None or (end is not None and end.message.offset() <= begin.message.offset()):
        return found
    if since_ms is None and begin.record["sequence"] and low:
        found.missing.append(f"{topic}[{partition}] begins at sequence {begin.record['sequence']}: retention deleted what was before")
    found.end = None if end is None else end.message.offset()
    found.begin = _possible(agent, partition, begin, found, log)
    message = log.reader.last(topic, partition) if end is None else end.message
    found.last = begin.record["sequence"] if message is None else read(topic, partition, message)["sequence"]
    return found


def _damaged_before(topic: str, partition: int, offset: int, log: Log) -> list[Fault]:
    """The records directly before an offset that cannot be read: their times are not known, so they may be of the range."""
    low, _ = log.reader.bounds(topic, partition)
    found: list[Fault] = []
    for message in reversed(log.some(topic, partition, max(low, offset - BEFORE), offset)):
        try:
            read(topic, partition, message)
        except DamagedError as error:
            found.append(error.fault)
        else:
            break
    return found[::-1]


def _readable(topic: str, partition: int, offset: int, high: int, log: Log, found: Range) -> Journalled | None:
    """The first record that can be read; those before it are faults."""
    while True:
        try:
            return after(log.reader, topic, partition, offset, high)
        except DamagedError as error:
            found.faults.append(error.fault)
            offset = error.offset + 1


def _possible(agent: Agent, partition: int, begin: Journalled, found: Range, log: Log) -> Journalled:
    """The first record that there is a state before, and the inputs after it. Raises GoneError, DamagedError where there is none.

    The one asked for is tried, then those that begin later hours, then the one after the latest snapshot.
    """
    at: Journalled | None = begin
    gone: GoneError | DamagedError | None = None
    while at is not None and _within(at, found):
        try:
            restored(agent, partition, at, log, None)
        except (GoneError, DamagedError) as error:
            gone = error
            found.missing.append(str(error))
        else:
            if gone is not None:
                found.missing.append(f"{agent.name}[{partition}]: replayed from journal sequence {at.record['sequence']} on only")
            return at
        at = _later(agent, partition, at, log)
    assert gone is not None
    found.missing.pop()  # whoever catches it says it
    raise gone


def _within(at: Journalled, found: Range) -> bool:
    return found.end is None or at.message.offset() < found.end


def _later(agent: Agent, partition: int, at: Journalled, log: Log) -> Journalled | None:
    """The first record of the next hour; in the journal's last hour, the first after its latest snapshot."""
    topic = f"{agent.name}.journal"
    now = at.record["steps"][-1]["now"] if at.record["steps"] else at.message.timestamp()[1]
    hour = since(log.reader, topic, partition, (now // HOUR_MS + 1) * HOUR_MS)
    if hour is not None:
        return hour
    last = log.reader.last(topic, partition)
    latest = read(topic, partition, last)["snapshot"] if last is not None else None
    if latest is None or latest["sequence"] < at.record["sequence"]:
        return None
    return first(log.reader, topic, partition, lambda record: record["sequence"] > latest["sequence"])
