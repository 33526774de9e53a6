"""Frames of events → records on the topics of the contract: what upstream systems, feeds and tests write with.

Every record carries its topic's key and goes to the partition that Java's default partitioner would choose; on a broadcast topic, to
every partition. Workers do not write with this: their decisions go out in transactions (streams/transactions.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

import polars as pl
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.avro import codec
from streams.clients import LARGEST_MESSAGE, access
from streams.contract import contract
from streams.settings import settings

PARTITION_UA = -1  # the partitioner chooses
METADATA_S = 20.0


class PublishError(KafkaException):
    """Records that Kafka did not take; the message names topics, reasons and numbers."""


class Publisher:
    """An idempotent producer that waits for all replicas. Use as a context manager: leaving it flushes.

    ``brokers`` are the settings' unless given; ``conf`` (as ``**{"linger.ms": 50}``) overrides librdkafka's settings.
    """

    def __init__(self, brokers: str | None = None, **conf: Any) -> None:
        self._brokers = brokers or settings().brokers
        self._failed: Counter[tuple[str, str]] = Counter()  # by topic and reason
        self._producer = Producer(
            access(settings())
            | {
                "bootstrap.servers": self._brokers,
                "acks": "all",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "batch.num.messages": 10_000,
                "batch.size": 1_000_000,
                "message.max.bytes": LARGEST_MESSAGE,
                "queue.buffering.max.messages": 500_000,
                "queue.buffering.max.kbytes": 256 * 1024,
                "message.timeout.ms": 120_000,
                "allow.auto.create.topics": False,
                "delivery.report.only.error": True,
                "on_delivery": self._report,
            }
            | conf
        )

    def publish(self, topic: str, frame: pl.DataFrame, timestamps: Sequence[int] | None = None) -> int:
        """Encodes a frame's rows and queues them for a topic of the contract, in order; returns how many.

        ``timestamps`` are the records' in ms, the present unless given. Raises ValueError for a frame that does not fit the
        schema, PublishError for records that are too large or that Kafka has refused by now.
        """
        key = contract().topic(topic).key
        values = codec(topic).encode(frame).values()
        keys = [None] * len(values) if key is None else frame.get_column(key).cast(pl.String).to_list()
        times = [0] * len(values) if timestamps is None else timestamps
        physical, of = settings().topic(topic), contract().topic(topic)
        for partition in self.partitions(topic) if of.broadcast else (PARTITION_UA,):
            self._queue(physical, zip(values, keys, times, strict=True), partition)
        self._producer.poll(0)
        self._raise_failures()
        return len(values)

    def partitions(self, topic: str) -> list[int]:
        """All partitions that a topic of the contract has. Raises PublishError where there is no such topic, or Kafka does not answer."""
        physical = settings().topic(topic)
        try:
            found = self._producer.list_topics(physical, METADATA_S).topics[physical]
        except KafkaException as error:
            raise PublishError(
                f"Kafka at {self._brokers} does not answer: {error.args[0].str()}; is it running, and TRIPO_BROKERS right?"
            ) from None
        if found.error is not None:
            raise PublishError(f"topic {physical}: {found.error.str()}; `tripo topics apply` makes the topics of the contract")
        return sorted(found.partitions)

    def _queue(self, physical: str, records: Iterable[tuple[bytes, str | None, int]], partition: int) -> None:
        produce = self._producer.produce
        for value, record_key, time in records:
            while True:
                try:
                    produce(physical, value, record_key, partition, timestamp=time)
                    break
                except BufferError:  # the queue is full
                    self._producer.poll(0.1)
                except KafkaException as refused:  # too large already for this client
                    self._report(refused.args[0], None, physical)
                    break

    def flush(self, timeout_s: float = 120.0) -> None:
        """Waits until Kafka has all queued records. Raises PublishError for those it refused or did not take in time."""
        left = self._producer.flush(timeout_s)
        self._raise_failures()
        if left:
            raise PublishError(f"{left} records were not delivered within {timeout_s:g} s; is Kafka at {self._brokers} reachable?")

    def _report(self, error: KafkaError | None, message: Message | None, topic: str = "") -> None:
        if error is not None:
            self._failed[topic if message is None else message.topic() or "", error.str()] += 1

    def _raise_failures(self) -> None:
        if self._failed:
            parts = [f"topic {topic}: {count} records were not written: {reason}" for (topic, reason), count in self._failed.items()]
            self._failed.clear()
            raise PublishError("; ".join(parts))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.flush()
        else:
            self._producer.flush(5)
