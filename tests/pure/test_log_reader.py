"""Reading a partition of the log: what is no partition's concern is passed over, and only waiting for Kafka counts as waiting."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import pytest
from confluent_kafka import KafkaError

from streams import log_reader
from streams.errors import OffsetOutOfLog
from streams.log_reader import PATIENCE_S, LogReader
from streams.settings import settings

TOPIC = "orders"


class Told:
    """A consumed message, or what Kafka says instead of one."""

    def __init__(self, offset: int | None, code: int | None = None) -> None:
        self._offset, self._code = offset, code

    def topic(self) -> str | None:
        return None if self._offset is None else settings().topic(TOPIC)

    def offset(self) -> int | None:
        return self._offset

    def error(self) -> Any:
        return None if self._code is None else KafkaError(self._code)


class Assigned:
    """A consumer that is told what to read."""

    def assign(self, places: object) -> None:
        pass

    def unassign(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as the test says."""
    now = [0.0]
    monkeypatch.setattr(log_reader.time, "monotonic", lambda: now[0])
    return now


def reading(monkeypatch: pytest.MonkeyPatch, *batches: list[Told], clock: list[float] | None = None) -> Any:
    """Read [0, 3) where Kafka hands over these; each answer without one takes a third of the patience."""
    reader: Any = LogReader.__new__(LogReader)
    reader._settings, reader.consumer = settings(), Assigned()
    left = list(batches)

    def consume(self: object) -> list[Told]:
        if left:
            return left.pop(0)
        if clock is not None:
            clock[0] += PATIENCE_S / 3
        return []

    monkeypatch.setattr(LogReader, "_consume", consume)
    for name in ("TOPIC", "OFFSET", "ERROR"):  # of confluent-kafka's own messages alone
        monkeypatch.setattr(log_reader, name, methodcaller(name.lower()))
    return reader.read({TOPIC: 0}, 0, {TOPIC: 3})


def test_who_is_told_that_groups_are_not_for_it_reads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Told(None, KafkaError.GROUP_AUTHORIZATION_FAILED)
    found = [m.offset() for batch in reading(monkeypatch, [refused, Told(0), Told(1)], [Told(2)]) for m in batch]
    assert found == [0, 1, 2]


def test_a_reader_that_was_left_for_long_goes_on(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    """Whoever takes its records may do much between two of them; the end comes with nothing but a marker."""
    read = reading(monkeypatch, [Told(0)], [], [Told(3, KafkaError._PARTITION_EOF)], clock=clock)
    assert [m.offset() for m in next(read)] == [0]
    clock[0] += 10 * PATIENCE_S
    assert [m for batch in read for m in batch] == []


def test_kafka_that_says_nothing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> None:
    with pytest.raises(OffsetOutOfLog, match="is the broker up"):
        list(reading(monkeypatch, [Told(0)], clock=clock))
