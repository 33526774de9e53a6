"""Settings → configurations of librdkafka clients: the client rules of RELIABILITY §2, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError

from streams.errors import AccessError
from streams.settings import Settings

Conf = dict[str, Any]
SECURITY = ("security.", "sasl.", "ssl.", "enable.ssl.")
LARGEST_MESSAGE = 8 * 1024 * 1024  # a dead letter wraps a record of any size that a broker takes by default


def access(settings: Settings) -> Conf:
    """Where the brokers are, and who connects to them, and how: the file that TRIPO_KAFKA names. Raises AccessError."""
    conf: Conf = {"bootstrap.servers": settings.brokers}
    try:
        lines = [] if settings.kafka is None else settings.kafka.read_text().splitlines()
    except OSError as error:
        raise AccessError(f"{settings.kafka} cannot be read: {error.strerror}") from None
    for line in (line.strip() for line in lines):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line or line.startswith("#"):
            continue
        if not equals or not name.startswith(SECURITY):
            raise AccessError(f"{settings.kafka}: {name!r} is no property of who connects: only {', '.join(f'{one}*' for one in SECURITY)}")
        conf[name] = value
    return conf


def member_name(settings: Settings, agent: str) -> str:
    """Names a worker to Kafka: its transactional id and its static membership."""
    return f"{settings.namespace}{agent}-{settings.ordinal}"


def group_consumer(settings: Settings, agent: str, on_error: Callable[[KafkaError], None]) -> Conf:
    """The consumer of a worker: static member, range assignment, offsets committed only by the transaction."""
    return {
        **access(settings),
        "group.id": settings.namespace + agent,
        "group.instance.id": member_name(settings, agent),
        "client.id": member_name(settings, agent),
        "partition.assignment.strategy": "range",
        "session.timeout.ms": settings.session_timeout_ms,
        "heartbeat.interval.ms": max(300, settings.session_timeout_ms // 10),
        "max.poll.interval.ms": 300_000,
        "error_cb": on_error,
        **_reading(),
    }


def reader(settings: Settings, name: str) -> Conf:
    """A consumer in assign mode that commits nothing: recovery, replay."""
    reading = _reading() | {
        "fetch.min.bytes": 1,
        "fetch.wait.max.ms": 2,  # a broker answers a connection's requests in order: none may wait behind an idle fetch
        "max.poll.interval.ms": 86_400_000,  # who only reads may take its time between two polls
    }
    return {**access(settings), "group.id": settings.namespace + name, **reading}


def _reading() -> Conf:
    return {
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 10,  # with the next: a fetch names every partition; one for every few records would keep a broker busy
        "fetch.min.bytes": 32 * 1024,
        "fetch.queue.backoff.ms": 2,
        "fetch.message.max.bytes": 4 * 1024 * 1024,
        "fetch.max.bytes": 64 * 1024 * 1024,
        "queued.min.messages": 50_000,
        "queued.max.messages.kbytes": 16 * 1024,
        "reconnect.backoff.max.ms": 1000,
        "allow.auto.create.topics": False,
    }


def transactional_producer(settings: Settings, agent: str, on_error: Callable[[KafkaError], None]) -> Conf:
    """The one producer of a worker."""
    return {
        **access(settings),
        "transactional.id": member_name(settings, agent),
        "client.id": member_name(settings, agent),
        "transaction.timeout.ms": settings.transaction_timeout_ms,
        "retry.backoff.ms": 2,  # and twice as long each time: a coordinator ends the transaction before for a millisecond or two
        "partitioner": "murmur2_random",
        "linger.ms": 5,
        "batch.num.messages": 10_000,
        "batch.size": 1_000_000,
        "message.max.bytes": LARGEST_MESSAGE,
        "queue.buffering.max.messages": 2_000_000,
        "queue.buffering.max.kbytes": 256 * 1024,
        "reconnect.backoff.max.ms": 1000,
        "error_cb": on_error,
    }
