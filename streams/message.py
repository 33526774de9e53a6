"""The type of a consumed Kafka message: confluent-kafka's own, whose accessors are optional only for messages not yet delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

import confluent_kafka
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


# Unbound, so that map and groupby call them without a Python frame each: these are the inner loops of a batch.
PARTITION: Callable[[Message], int] = cast(Any, confluent_kafka.Message.partition)
TOPIC: Callable[[Message], str] = cast(Any, confluent_kafka.Message.topic)
OFFSET: Callable[[Message], int] = cast(Any, confluent_kafka.Message.offset)
KEY: Callable[[Message], bytes | None] = cast(Any, confluent_kafka.Message.key)
VALUE: Callable[[Message], bytes | None] = cast(Any, confluent_kafka.Message.value)
ERROR: Callable[[Message], KafkaError | None] = cast(Any, confluent_kafka.Message.error)
