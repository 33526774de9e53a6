"""What is looked for in a task's journal in; the record, found by halving, out: a journal of thirty days has millions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audit.faults import DamagedError
from streams import journal
from streams.log_reader import LogReader
from streams.message import Message


@dataclass(frozen=True, slots=True)
class Journalled:
    """A record of a journal, and where it is."""

    message: Message
    record: journal.Record


def read(topic: str, partition: int, message: Message) -> Any:
    """A record of a journal, of snapshots, dead letters or decisions. Raises DamagedError where its bytes are none."""
    value = message.value()
    try:
        return journal.decode(topic, b"" if value is None else value)
    except Exception as error:  # fastavro raises what the bytes happen to lead it to
        raise DamagedError(topic, partition, message.offset(), f"its bytes are no record of {topic} ({type(error).__name__})") from error


def first(reader: LogReader, topic: str, partition: int, reached: Callable[[journal.Record], bool | None]) -> Journalled | None:
    """The first record of which ``reached`` holds, as it must of all after it but those of which it cannot tell; None where of none."""
    low, high = reader.bounds(topic, partition)
    found = None
    while low < high:
        middle = (low + high) // 2
        at = _telling(reader, topic, partition, middle, high, reached)
        if at is None:
            high = middle
        elif reached(at.record):
            found, high = at, middle
        else:
            low = at.message.offset() + 1
    return found


def _telling(
    reader: LogReader, topic: str, partition: int, offset: int, end: int, reached: Callable[[journal.Record], bool | None]
) -> Journalled | None:
    """The first record at or after ``offset`` of which ``reached`` can tell; those that are damaged are passed over."""
    while True:
        try:
            at = after(reader, topic, partition, offset, end)
        except DamagedError as error:
            offset = error.offset + 1
            continue
        if at is None or reached(at.record) is not None:
            return at
        offset = at.message.offset() + 1


def after(reader: LogReader, topic: str, partition: int, offset: int, end: int | None = None) -> Journalled | None:
    """The first record at or after ``offset`` and before ``end``, or the journal's end. Raises DamagedError."""
    end = reader.bounds(topic, partition)[1] if end is None else end
    for messages in reader.read({topic: offset}, partition, {topic: end}):
        if messages:
            return Journalled(messages[0], read(topic, partition, messages[0]))
    return None


def numbered(reader: LogReader, topic: str, partition: int, sequence: int) -> Journalled | None:
    """The record of that number; None where there is none."""
    found = first(reader, topic, partition, lambda record: record["sequence"] >= sequence)
    return found if found is not None and found.record["sequence"] == sequence else None


def since(reader: LogReader, topic: str, partition: int, ms: int) -> Journalled | None:
    """The first record with a step at or after a time."""
    return first(reader, topic, partition, lambda record: record["steps"][-1]["now"] >= ms if record["steps"] else None)
