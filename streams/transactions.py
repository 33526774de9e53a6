"""Outputs and positions in → one committed Kafka transaction, or an exception after which the worker stops (RELIABILITY §2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition

from streams import clients, faults, metrics
from streams.errors import Fenced, TransactionFailed
from streams.librdkafka import BatchProducer, batch_producer
from streams.packed import Packed
from streams.settings import Settings

log = structlog.get_logger(__name__)

SLOW_COMMIT_S = 5.0  # a commit slower than this may have been torn by a delayed EndTxn: take a new epoch
GIVE_UP_S = 10.0  # Kafka ends a transaction that is open for longer (transaction.timeout.ms) anyway
START_S = 60.0  # a broker may be starting, too
TRY_S = 2.0
FENCED = (
    KafkaError._FENCED,
    KafkaError._FATAL,
    KafkaError.FENCED_INSTANCE_ID,
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.PRODUCER_FENCED,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
)


class Transactions:
    """The worker's transactional producer: at most one transaction is open, and everything written is in it. Two threads may write."""

    def __init__(self, settings: Settings, agent: str) -> None:
        self._settings, self._agent = settings, agent
        self._suspect = False  # a transport error was seen: renew before the next transaction
        self._batches: BatchProducer | None = None
        self._opening = threading.Lock()
        self._producer = self._new()
        self.open = False

    def _new(self) -> Producer:
        producer = Producer(clients.transactional_producer(self._settings, self._agent, self._on_error))
        _until_done(lambda: producer.init_transactions(10), "init_transactions", START_S)
        producer.poll(0)  # errors met before the epoch was given do not touch it
        self._suspect = False
        self._batches = batch_producer(producer)
        return producer

    def _on_error(self, error: KafkaError) -> None:
        if error.code() in (KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._TIMED_OUT):
            self._suspect = True

    def begin(self) -> None:
        """Open a transaction unless one is open. A snapshot and a step may come to it at once."""
        with self._opening:
            if not self.open:
                self._kafka(self._producer.begin_transaction, "begin_transaction")
                self.open = True

    def produce(self, topic: str, partition: int, keys: Packed, values: Packed) -> None:
        """Queue records; a full queue waits for the broker."""
        self._kafka(lambda: self._produce(topic, partition, keys, values), "produce")

    def _produce(self, topic: str, partition: int, keys: Packed, values: Packed) -> None:
        if self._batches is None:
            self._produce_singly(topic, partition, keys, values)
            return
        while (queued := self._batches.produce(topic, partition, keys, values)) < len(values):
            keys, values = Packed.of(list(keys)[queued:]), Packed.of(list(values)[queued:])
            self._producer.poll(0.1)

    def _produce_singly(self, topic: str, partition: int, keys: Packed, values: Packed) -> None:
        for key, value in zip(keys, values, strict=True):
            while True:
                try:
                    self._producer.produce(topic, value, key, partition)
                    break
                except BufferError:
                    self._producer.poll(0.1)

    def produce_located(self, topic: str, partition: int, key: bytes | None, value: bytes | None, located: Callable[[int], None]) -> None:
        """Queue one record and learn its offset once it is delivered (at a flush or commit)."""

        def delivered(error: KafkaError | None, message: Any) -> None:
            if error is None:
                located(message.offset())

        self._kafka(lambda: self._producer.produce(topic, value, key, partition, on_delivery=delivered), "produce")

    def flush(self) -> None:
        """Wait until all queued records are delivered."""
        left: list[int] = []
        self._kafka(lambda: left.append(self._producer.flush(GIVE_UP_S)), "flush")
        if left != [0]:
            raise TransactionFailed(f"records were not delivered within {GIVE_UP_S:.0f} s; is the broker reachable?")

    def send(self, positions: list[TopicPartition], membership: Any) -> None:
        """Send the positions that the transaction commits; when it is done more than once, the last counts."""
        faults.point("before-offsets")
        send = partial(self._producer.send_offsets_to_transaction, positions, membership, TRY_S)
        self._kafka(partial(_until_done, send, "send_offsets_to_transaction", GIVE_UP_S), "send_offsets")
        faults.point("after-offsets")

    def commit(self) -> None:
        """Commit everything written together with the positions; on failure nothing of it is visible."""
        started = time.monotonic()
        self._kafka(partial(_until_done, partial(self._producer.commit_transaction, TRY_S), "commit_transaction", GIVE_UP_S), "commit")
        self.open = False
        self._producer.poll(0)  # tells of errors met meanwhile
        elapsed = time.monotonic() - started
        metrics.commit_seconds.labels(self._agent).observe(elapsed)
        metrics.transactions.labels(self._agent).inc()
        if self._suspect or elapsed > SLOW_COMMIT_S:
            self._renew()
        faults.point("after-commit")

    def _renew(self) -> None:
        log.info("new producer epoch", agent=self._agent, reason="a transport error or a slow commit")
        metrics.producers_renewed.labels(self._agent).inc()
        if self._batches is not None:
            self._batches.close()
        self._producer = self._new()

    def abort(self, timeout_s: float = 10) -> None:
        """Abort the open transaction, if any; a failure to do so is left to Kafka's transaction timeout."""
        if not self.open:
            return
        metrics.transaction_aborts.labels(self._agent).inc()
        try:
            self._producer.abort_transaction(timeout_s)
        except KafkaException as error:
            log.warning("abort failed; the broker ends the transaction by itself", error=str(error))
        self.open = False

    def _kafka(self, call: Callable[[], None], what: str) -> None:
        """Call once. Raises Fenced or TransactionFailed for what Kafka raises."""
        try:
            call()
        except KafkaException as error:
            kafka_error = error.args[0]
            if kafka_error.code() in FENCED:
                raise Fenced(f"{what}: {kafka_error.str()}; another worker took over") from error
            raise TransactionFailed(f"{what}: {kafka_error.name()}: {kafka_error.str()}") from error


def _until_done(call: Callable[[], None], what: str, give_up_s: float) -> None:
    """Call again while the failure is retriable. Raises KafkaException otherwise, TransactionFailed after ``give_up_s``."""
    deadline = time.monotonic() + give_up_s
    while True:
        try:
            call()
            return
        except KafkaException as error:
            if not error.args[0].retriable() and error.args[0].code() != KafkaError._TIMED_OUT:
                raise
            if time.monotonic() > deadline:
                raise TransactionFailed(f"{what} did not succeed within {give_up_s:.0f} s: {error.args[0].str()}") from error
