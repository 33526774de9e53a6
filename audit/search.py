"""What is looked for in a task's journal in; the record, found by halving, out: a journal of thirty days has millions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams import journal
from streams.log_reader import LogReader
from streams.message import Message, payload


@dataclass(frozen=True, slots=True)
class Journalled:
    """A record of a journal, and where it is."""

    message: Message
    record: journal.Record


def first(reader: LogReader, topic: str, partition: int, reached: Callable[[journal.Record], bool | None]) -> Journalled | None:
    """The first record of which ``reached`` holds, as it must of all after it but those of which it cannot tell; None where of none."""
    low, high = reader.bounds(topic, partition)
    found = None
    while low < high:
        middle = (low + high) // 2
        at = after(reader, topic, partition, middle, high)
        while at is not None and reached(at.record) is None:
            at = after(reader, topic, partition, at.message.offset() + 1, high)
        if at is None:
            high = middle
        elif reached(at.record):
            found, high = at, middle
        else:
            low = at.message.offset() + 1
    return found


def after(reader: LogReader, topic: str, partition: int, offset: int, end: int | None = None) -> Journalled | None:
    """The first record at or after ``offset`` and before ``end``, or the journal's end."""
    end = reader.bounds(topic, partition)[1] if end is None else end
    for messages in reader.read({topic: offset}, partition, {topic: end}):
        if messages:
            return Journalled(messages[0], journal.decode(topic, payload(messages[0])))
    return None


def numbered(reader: LogReader, topic: str, partition: int, sequence: int) -> Journalled | None:
    """The record of that number; None where there is none."""
    found = first(reader, topic, partition, lambda record: record["sequence"] >= sequence)
    return found if found is not None and found.record["sequence"] == sequence else None


def since(reader: LogReader, topic: str, partition: int, ms: int) -> Journalled | None:
    """The first record with a step at or after a time."""
    return first(reader, topic, partition, lambda record: record["steps"][-1]["now"] >= ms if record["steps"] else None)
