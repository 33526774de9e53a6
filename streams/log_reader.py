"""Ranges of offsets → the committed records in them, read by a consumer that belongs to no group's membership and commits nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from streams import clients
from streams.errors import OffsetOutOfLog
from streams.message import ERROR, OFFSET, TOPIC, Message
from streams.settings import Settings

T = TypeVar("T")

PATIENCE_S = 60.0  # the broker may be away for a while


class LogReader:
    """Reads topics of the contract by partition and offset."""

    def __init__(self, settings: Settings, name: str = "recovery", log_level: int = 6) -> None:
        self._settings = settings
        self._conf = clients.reader(settings, name) | {"log_level": log_level}
        self.consumer = Consumer(self._conf)
        self._uncommitted: Consumer | None = None  # sees open transactions, too; made when it is needed

    def close(self) -> None:
        """Give back the connections."""
        self.consumer.close()
        if self._uncommitted is not None:
            self._uncommitted.close()

    def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        """First offset of the log, and the end of what is committed in it (the last stable offset)."""
        low, high = patiently(lambda: self.consumer.get_watermark_offsets(self._at(topic, partition), timeout=5))
        return low, high

    def settled(self, topic: str, partition: int) -> bool:
        """Whether all that was in a partition when this was called is committed or aborted: no transaction in it is still to end."""
        if self._uncommitted is None:
            self._uncommitted = Consumer(self._conf | {"isolation.level": "read_uncommitted"})
        asked, place = self._uncommitted, self._at(topic, partition)
        end = patiently(lambda: asked.get_watermark_offsets(place, timeout=5))[1]
        return self.bounds(topic, partition)[1] >= end

    def last(self, topic: str, partition: int) -> Message | None:
        """The last committed record of a partition."""
        low, high = self.bounds(topic, partition)
        back = 16
        while high > low:
            start = max(low, high - back)
            found = None
            for messages in self.read({topic: start}, partition, {topic: high}):
                found = messages[-1] if messages else found
            if found is not None or start == low:
                return found
            back *= 8
        return None

    def read(self, starts: Mapping[str, int], partition: int, ends: Mapping[str, int]) -> Generator[list[Message], None, None]:
        """The records of one partition of some topics, topic by topic in offset order, as they arrive; empty lists while waiting.

        Ends when every topic's end is reached. Raises OffsetOutOfLog when a start is no longer in the log.
        """
        left = {topic for topic in starts if starts[topic] < ends[topic]}
        if not left:
            return
        self.consumer.assign([self._at(topic, partition, starts[topic]) for topic in sorted(left)])
        names = {self._settings.topic(topic): topic for topic in left}
        deadline = time.monotonic() + PATIENCE_S
        try:
            while left:
                batch = []
                for message in self._consume():
                    topic = names.get(TOPIC(message))
                    if topic is None:  # of no partition: who may only read topics is told that groups are not for it
                        continue
                    error, offset, end = ERROR(message), OFFSET(message), ends[topic]
                    if error is not None:
                        _check(message, error, topic, starts)
                    elif offset < end:
                        batch.append(message)
                    if offset >= end - (error is None) and (error is None or error.code() == KafkaError._PARTITION_EOF):
                        left.discard(topic)
                if batch:
                    deadline = time.monotonic() + PATIENCE_S
                elif left and time.monotonic() > deadline:
                    raise OffsetOutOfLog(
                        f"no records of {sorted(left)}, partition {partition}, up to {dict(ends)} within {PATIENCE_S:.0f} s; "
                        "is the broker up?"
                    )
                paused = time.monotonic()
                yield batch
                deadline += time.monotonic() - paused  # only waiting for Kafka counts
        finally:
            self.consumer.unassign()

    def _consume(self) -> list[Message]:
        first = self.consumer.poll(0.1)
        return [] if first is None else cast("list[Message]", [first, *self.consumer.consume(10_000, 0)])

    def _at(self, topic: str, partition: int, offset: int = 0) -> TopicPartition:
        return TopicPartition(self._settings.topic(topic), partition, offset)


def _check(message: Message, error: KafkaError, topic: str, starts: Mapping[str, int]) -> None:
    if error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        raise OffsetOutOfLog(
            f"offset {starts[topic]} of {topic}, partition {message.partition()}, is no longer in the log: "
            "its retention is shorter than the snapshots' interval, or the topic was made anew"
        )
    if error.fatal() or error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
        raise KafkaException(error)


def patiently(call: Callable[[], T], patience_s: float = PATIENCE_S) -> T:
    """Call again while Kafka cannot be asked. Raises what it raised last after ``patience_s``, and fatal errors at once."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return call()
        except KafkaException as error:
            if time.monotonic() > deadline or error.args[0].fatal():
                raise
            time.sleep(0.2)
