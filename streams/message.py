"""The type of a consumed Kafka message: confluent-kafka's own, whose accessors are optional only for messages not yet delivered."""

from __future__ import annotations

from typing import Any, Protocol

from confluent_kafka import KafkaError


class Message(Protocol):
    """A consumed record, or an event such as the end of a partition when ``error()`` is set."""

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes | None: ...
    def value(self) -> bytes | None: ...
    def timestamp(self) -> tuple[int, int]: ...
    def headers(self) -> list[tuple[str, Any]] | None: ...
    def error(self) -> KafkaError | None: ...


def payload(message: Message) -> bytes:
    """The value of a record that must have one, such as the runtime's own. Raises ValueError for a tombstone."""
    value = message.value()
    if value is None:
        raise ValueError(f"{message.topic()}, partition {message.partition()}, offset {message.offset()} has no value")
    return value
