"""A publisher writes events where Java's producers would, and says what Kafka refused."""

from __future__ import annotations

import polars as pl
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from ops.broker import Broker, free_port
from streams.avro import codec
from streams.publish import Publisher, PublishError
from tests.conftest import CreateTopics
from tests.workers import committed

EVENTS = pl.DataFrame(
    {"id": [f"e{i}" for i in range(3000)], "market": [f"city-{i % 50}" for i in range(3000)], "ts": range(3000)}
).with_columns(lat=1.0, lon=2.0, price=pl.col("ts") / 10, rider=pl.lit("r"), note=pl.lit(None, pl.String))
HUGE = EVENTS[2:3].with_columns(note=pl.lit("x" * 20_000))


def _murmur2(data: bytes) -> int:
    """Kafka's hash of keys (org.apache.kafka.common.utils.Utils.murmur2), positive."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    if tail := data[whole:]:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7FFFFFFF


def test_records_carry_their_key_their_time_and_go_where_java_would_put_them(topics: CreateTopics) -> None:
    topics(["bench.events"], 4)
    with Publisher() as publisher:
        assert publisher.publish("bench.events", EVENTS, [1_000_000 + i for i in range(3000)]) == 3000
    messages = committed("bench.events")
    frame = codec("bench.events").decode([m.value() for m in messages]).frame
    assert frame.sort("ts").equals(EVENTS.select(frame.columns))
    assert [m.key().decode() for m in messages] == frame["market"].to_list()
    assert [m.timestamp()[1] - 1_000_000 for m in messages] == frame["ts"].to_list()
    assert all(m.partition() == _murmur2(m.key()) % 4 for m in messages)


def test_a_full_queue_waits_and_keeps_order(topics: CreateTopics) -> None:
    topics(["bench.events"], 1)
    with Publisher(**{"queue.buffering.max.messages": 100}) as publisher:
        publisher.publish("bench.events", EVENTS)
    frame = codec("bench.events").decode([m.value() for m in committed("bench.events")]).frame
    assert frame["ts"].to_list() == EVENTS["ts"].to_list()


def test_what_kafka_refuses_is_raised_at_flush_with_topic_and_reason(broker: Broker, namespace: str) -> None:
    small = NewTopic(namespace + "bench.events", 1, 1, config={"max.message.bytes": "1000"})
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([small])[small.topic].result(30)
    publisher = Publisher()
    publisher.publish("bench.events", HUGE)
    with pytest.raises(PublishError, match=rf"topic {namespace}bench.events: 1 records were not written: .*[Mm]essage size"):
        publisher.flush()
    publisher.flush()
    admin.delete_topics([small.topic])[small.topic].result(30)


def test_what_is_too_large_for_the_client_is_named_and_the_rest_is_written(topics: CreateTopics) -> None:
    topics(["bench.events"], 1)
    publisher = Publisher(**{"message.max.bytes": 10_000})
    with pytest.raises(PublishError, match=r"bench\.events: 1 records were not written: .*[Mm]essage size"):
        publisher.publish("bench.events", pl.concat([EVENTS[:2], HUGE, EVENTS[3:5]]))
    publisher.flush()
    frame = codec("bench.events").decode([m.value() for m in committed("bench.events")]).frame
    assert frame["ts"].to_list() == [0, 1, 3, 4]


def test_a_topic_that_does_not_exist_is_named(broker: Broker, namespace: str) -> None:
    publisher = Publisher(**{"message.timeout.ms": 5000})
    publisher.publish("bench.events", EVENTS[:3])
    with pytest.raises(PublishError, match=f"topic {namespace}bench.events: 3 records were not written"):
        publisher.flush()


def test_no_broker_is_said_after_the_timeout(namespace: str) -> None:
    publisher = Publisher(brokers=f"127.0.0.1:{free_port()}", log_level=0)
    publisher.publish("bench.events", EVENTS[:3])
    with pytest.raises(PublishError, match=r"3 records were not delivered within 0\.2 s; is Kafka at 127"):
        publisher.flush(0.2)


def test_a_frame_that_does_not_fit_writes_nothing(namespace: str) -> None:
    publisher = Publisher(brokers=f"127.0.0.1:{free_port()}", log_level=0)
    with pytest.raises(ValueError, match="missing market"):
        publisher.publish("bench.events", EVENTS.drop("market"))
    publisher.flush(0)
