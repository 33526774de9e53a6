"""Batches put on librdkafka's queue in one call arrive as if produced one by one, inside the producer's transaction."""

from __future__ import annotations

from confluent_kafka import Producer

from ops.broker import Broker
from streams.librdkafka import batch_producer
from streams.packed import Packed
from tests.conftest import CreateTopics
from tests.workers import committed

VALUES = Packed.of([b"%06d" % i + b"x" * (i % 90) for i in range(3000)])
KEYS = Packed.of([b"k%d" % i if i % 3 else None for i in range(3000)])


def test_a_batch_arrives_whole_in_order_and_only_when_committed(topics: CreateTopics, broker: Broker, namespace: str) -> None:
    names = topics(["probe.decisions"], 3)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": namespace + "batch"})
    producer.init_transactions(30)
    batches = batch_producer(producer)
    assert batches is not None, "this platform has no batch interface"
    producer.begin_transaction()
    assert batches.produce(names["probe.decisions"], 1, KEYS, VALUES) == 3000
    producer.produce(names["probe.decisions"], b"one", b"by one", 1)
    producer.commit_transaction(30)
    producer.begin_transaction()
    batches.produce(names["probe.decisions"], 2, KEYS, VALUES)
    assert producer.flush(30) == 0  # the broker has them; and it refuses to abort what it has not yet heard of
    producer.abort_transaction(30)
    batches.close()
    found = committed("probe.decisions")
    assert [(m.partition(), m.key(), m.value()) for m in found] == [
        *((1, k, v) for k, v in zip(KEYS, VALUES, strict=True)),
        (1, b"by one", b"one"),
    ]


def test_a_full_queue_takes_what_fits_and_says_how_much(broker: Broker, topics: CreateTopics) -> None:
    names = topics(["probe.decisions"], 1)
    producer = Producer({"bootstrap.servers": broker.bootstrap, "queue.buffering.max.messages": 1000, "linger.ms": 60_000})
    batches = batch_producer(producer)
    assert batches is not None
    assert batches.produce(names["probe.decisions"], 0, KEYS, VALUES) == 1000
    assert producer.flush(30) == 0
    batches.close()
    assert [m.value() for m in committed("probe.decisions")] == list(VALUES)[:1000]
