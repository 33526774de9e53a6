"""Topics and offsets → their records, for people: read by partition, in no group's membership, committing nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Self, cast

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import OffsetSpec as Spec  # type: ignore[attr-defined]

from streams import clients
from streams.message import Message
from streams.settings import settings

LEADERLESS = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)  # a topic just made, a broker just started
LEADERLESS_S = 15.0
TIMEOUT_S = 10.0
PATIENCE_S = 30.0  # without any record
Place = tuple[str, int]  # a topic of the contract, and a partition


class LogError(Exception):
    """A topic could not be read; the message says why and what to do."""


class MissingTopicError(LogError):
    """The broker has no such topic."""


def admin() -> AdminClient:
    """A client that asks the broker about topics, groups and offsets."""
    return AdminClient(clients.access(settings()) | {"log_level": 0})


def partitions(client: AdminClient, topic: str) -> range:
    """The partitions of a topic of the contract. Raises LogError."""
    name = settings().topic(topic)
    answer = client.describe_topics(TopicCollection([name]), request_timeout=TIMEOUT_S)[name]
    try:
        return range(len(answered(answer).partitions))
    except KafkaException as e:
        if e.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise MissingTopicError(f"topic {name} does not exist on {settings().brokers}; `tripo topics apply` makes it") from None
        raise away(e) from None


def lows(client: AdminClient, places: list[Place]) -> dict[Place, int]:
    """The first offset of each place. Raises LogError."""
    return _offsets(client, places, Spec.earliest())  # type: ignore[no-untyped-call]


def ends(client: AdminClient, places: list[Place], committed: bool = True) -> dict[Place, int]:
    """The offset after the last committed record (the last stable offset) or, not ``committed``, after the last record. Raises LogError."""
    return _offsets(client, places, Spec.latest(), committed)  # type: ignore[no-untyped-call]


def since(client: AdminClient, places: list[Place], ms: int) -> dict[Place, int]:
    """The first offset whose record is at or after a time; -1 where there is none. Raises LogError."""
    return _offsets(client, places, Spec.for_timestamp(ms))


def _offsets(client: AdminClient, places: list[Place], spec: Spec, committed: bool = True) -> dict[Place, int]:
    if not places:
        return {}
    level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
    at = {TopicPartition(settings().topic(topic), partition): spec for topic, partition in places}
    deadline = time.monotonic() + LEADERLESS_S
    while True:
        try:
            answers = client.list_offsets(at, isolation_level=level, request_timeout=TIMEOUT_S)
            return {(settings().logical(tp.topic), tp.partition): answered(future).offset for tp, future in answers.items()}
        except KafkaException as e:
            if e.args[0].code() not in LEADERLESS or time.monotonic() > deadline:
                raise away(e) from None
        time.sleep(0.1)


def answered(asked: Future[Any]) -> Any:
    """What the broker answers. Raises KafkaException also when it does not answer at all."""
    try:
        return asked.result(TIMEOUT_S + 1)
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None


def away(error: KafkaException) -> LogError:
    """A broker's refusal or silence in plain words."""
    return LogError(f"the broker at {settings().brokers} does not answer: {error.args[0].str()}; is it running, and TRIPO_BROKERS right?")


class Reader:
    """Reads records of the contract's topics."""

    def __init__(self, committed: bool = True) -> None:
        conf: dict[str, Any] = {"auto.offset.reset": "earliest", "log_level": 0, "queued.min.messages": 10_000}
        conf["isolation.level"] = "read_committed" if committed else "read_uncommitted"
        self.consumer = Consumer(clients.reader(settings(), "operator") | conf)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.consumer.close()

    def until(self, starts: Mapping[Place, int], ends: Mapping[Place, int], patience_s: float = PATIENCE_S) -> Iterator[Message]:
        """The records of [start, end) of each place, by place in offset order. Raises LogError when nothing arrives for ``patience_s``."""
        left = {place for place in starts if starts[place] < ends[place]}
        heard = time.monotonic()
        for place, offset, message in self._events({place: starts[place] for place in left}, lambda: bool(left)):
            if message is not None and offset < ends[place]:
                heard = time.monotonic()
                yield message
            if place in left and offset + (message is not None) >= ends[place]:
                left.discard(place)
                heard = time.monotonic()
            if time.monotonic() - heard > patience_s:
                raise LogError(f"no records for {patience_s:.0f} s from {sorted(left)}; is the broker at {settings().brokers} running?")

    def follow(self, starts: Mapping[Place, int]) -> Iterator[Message]:
        """The records from the starts on, for ever."""
        for _, _, message in self._events(starts, lambda: True):
            if message is not None:
                yield message

    def _events(self, starts: Mapping[Place, int], wanted: Callable[[], bool]) -> Iterator[tuple[Place, int, Message | None]]:
        """(place, offset, record), or None for the record: the place's end is at the offset, or nothing has happened for a while."""
        if not wanted():
            return
        self.consumer.assign([TopicPartition(settings().topic(topic), p, offset) for (topic, p), offset in starts.items()])
        while wanted():
            message = cast("Message | None", self.consumer.poll(0.2))
            if message is None:
                yield ("", -1), -1, None
                continue
            place = (settings().logical(message.topic()), message.partition())
            error = message.error()
            if error is None:
                yield place, message.offset(), message
            elif error.code() == KafkaError._PARTITION_EOF:
                yield place, message.offset(), None
            elif error.fatal():
                raise away(KafkaException(error))
        self.consumer.unassign()
