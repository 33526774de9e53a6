"""The mirror against real Kafka and Redis: the tables equal their topics, whatever the topics hold."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import redis
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType

from streams.settings import settings
from tables.lookup import Tables
from tables.mirror import Mirror
from tests.conftest import CreateTopics
from tests.mirrors import TOPICS, Writer, await_equal, decision, driver, expected, held, market, mirror
from tests.workers import committed, eventually

pytestmark = pytest.mark.usefixtures("redis_url")


@pytest.fixture
def writer(topics: CreateTopics) -> Writer:
    """Writes to the table topics, which have two partitions."""
    topics(TOPICS.values(), partitions=2)
    return Writer()


def mirror_once(*names: str) -> None:
    """Run a mirror until the tables are level."""
    one = Mirror(names or None)
    stop = threading.Event()
    timer = threading.Timer(60, stop.set)
    timer.start()
    try:
        one.run(stop, once=True)
        assert not stop.is_set(), "the mirror was not level within a minute"
    finally:
        timer.cancel()
        one.close()


def test_the_latest_committed_record_of_each_key_is_its_row(writer: Writer) -> None:
    writer.write("drivers", 0, [(f"d{i % 50}", driver(f"d{i % 50}", i)) for i in range(500)])
    writer.write("drivers", 1, [(f"e{i}", driver(f"e{i}", i, status="ASSIGNED", order_id="o-1")) for i in range(100)])
    writer.write("drivers", 1, [("e1", driver("e1", 999)), ("gone", driver("gone", 1))], commit=False)
    writer.write("markets", 0, [("sf", market("sf", n)) for n in range(10)])
    mirror_once()
    assert len(held("drivers")) == 150
    for table in TOPICS:
        assert held(table) == expected(table)


def test_a_tombstone_removes_the_row_of_its_partition_only(writer: Writer) -> None:
    writer.write("drivers", 0, [("d1", driver("d1", 1)), ("d2", driver("d2", 2))])
    writer.write("drivers", 1, [("d1", driver("d1", 3, market="la"))])
    mirror_once()
    found = Tables().get("drivers", "d1")
    assert found is not None
    assert found.row is not None
    assert (found.partition, found.row["market"]) == (1, "la"), "the later record of a key in two partitions is the current one"
    writer.write("drivers", 1, [("d1", None)])
    writer.write("drivers", 0, [("d2", None), ("d3", driver("d3", 5)), ("d3", None)])
    mirror_once()
    assert set(held("drivers")) == {("d1", 0)} == set(expected("drivers"))
    assert Tables().count("drivers") == 1


def test_an_unreadable_record_hides_the_row_before_it_and_says_why(writer: Writer) -> None:
    writer.write("drivers", 0, [("d1", driver("d1", 1)), ("d2", driver("d2", 2)), ("d1", b"\0\0\0\0\1broken"), ("d3", b"")])
    mirror_once()
    broken, empty, whole = Tables().many("drivers", ["d1", "d3", "d2"])
    assert broken is not None
    assert (broken.row, broken.offset) == (None, 2)
    assert broken.error
    assert empty is not None
    assert empty.error
    assert whole is not None
    assert whole.row is not None
    assert whole.row["assignments"] == 2


def test_keys_of_any_bytes_and_values_of_any_text_are_mirrored(writer: Writer) -> None:
    names = ["ключ", "a b:c#1", "*?[]", "日本", '"quoted"\\']
    writer.write("drivers", 0, [(name, driver(name, i, market='Zürich "x"\n\t\u2028')) for i, name in enumerate(names)])
    mirror_once()
    assert held("drivers") == expected("drivers")
    assert [row and row.key for row in Tables().many("drivers", names)] == names


def test_rows_deleted_while_the_mirror_was_away_do_not_survive_a_rebuild(writer: Writer) -> None:
    """The tombstones are gone from the log (as compaction removes them), and so is the mirror's position: only the sweep can tell."""
    writer.write("drivers", 0, [(f"d{i}", driver(f"d{i}", i)) for i in range(20)])
    writer.write("drivers", 1, [(f"e{i}", driver(f"e{i}", i)) for i in range(20)])
    mirror_once()
    client = redis.Redis.from_url(settings().redis_url)
    prefix = f"tripo:{settings().namespace}drivers"
    ghost = client.hget(f"{prefix}:d1", "0")
    assert ghost is not None
    client.hset(f"{prefix}:ghost", "0", ghost)
    client.hset(f"{prefix}:ghost", "7", ghost)  # of a partition the topic has no more
    client.delete(f"{prefix}#0", f"{prefix}#1")
    client.hset(f"{prefix}#7", mapping={"log": "x", "next": 1})
    mirror_once()
    assert held("drivers") == expected("drivers")
    assert not client.exists(f"{prefix}#7")
    client.close()


def test_rows_that_retention_deleted_are_removed(writer: Writer) -> None:
    writer.write("decisions", 0, [(f"o{i}", decision(f"o{i}", i)) for i in range(20)])
    mirror_once()
    admin = AdminClient({"bootstrap.servers": settings().brokers})
    for done in admin.delete_records([TopicPartition(settings().topic(TOPICS["decisions"]), 0, 15)]).values():
        done.result(30)
    mirror_once()
    assert held("decisions") == expected("decisions")
    assert {key for key, _ in held("decisions")} == {f"o{i}" for i in range(15, 20)}


def test_a_topic_made_anew_while_the_mirror_runs_replaces_the_rows(writer: Writer, tmp_path: Path) -> None:
    writer.write("markets", 0, [(f"m{i}", market(f"m{i}", i)) for i in range(30)])
    name = settings().topic(TOPICS["markets"])
    with mirror(tmp_path):
        await_equal("markets")
        admin = AdminClient({"bootstrap.servers": settings().brokers})
        admin.delete_topics([name])[name].result(30)
        eventually(lambda: name not in admin.list_topics(timeout=10).topics, 30, "the topic is gone")
        admin.create_topics([NewTopic(name, 3, 1, config={"cleanup.policy": "compact"})])[name].result(30)
        anew = Writer()
        anew.write("markets", 0, [(f"n{i}", market(f"n{i}", i)) for i in range(40)])  # beyond the old position: only its id tells the log
        anew.write("markets", 2, [("of-a-new-partition", market("of-a-new-partition", 1))])
        await_equal("markets")
        assert len(held("markets")) == 41


def test_a_mirror_older_than_its_topics_waits_for_them(topics: CreateTopics, tmp_path: Path) -> None:
    with mirror(tmp_path) as running:
        eventually(lambda: "tripo topics apply" in running.log.read_text(), 30, "it says which topics do not exist")
        topics(TOPICS.values(), partitions=2)
        Writer().write("markets", 1, [(f"m{i}", market(f"m{i}", i)) for i in range(5)])
        await_equal("markets")
        assert running.stop() == 0


def test_catching_up_after_tombstones_may_be_gone_rebuilds(writer: Writer) -> None:
    """A real compaction removes a tombstone that the mirror has not seen: going on from the old position would let the row live."""
    admin = AdminClient({"bootstrap.servers": settings().brokers})
    quick = {"segment.ms": "100", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "0", "cleanup.policy": "compact"}
    alter_topic(admin, settings().topic(TOPICS["drivers"]), quick)
    writer.write("drivers", 0, [("dead", driver("dead", 1)), ("alive", driver("alive", 2))])
    mirror_once("drivers")
    assert ("dead", 0) in held("drivers")
    writer.write("drivers", 0, [("dead", None)])

    def compacted() -> bool:
        writer.write("drivers", 0, [("pulse", driver("pulse", 3))])  # closes the segment before it
        return all(message.key() != b"dead" for message in committed(TOPICS["drivers"]))

    eventually(compacted, 120, "compaction removed the tombstone")
    mirror_once("drivers")
    assert held("drivers") == expected("drivers")
    assert ("dead", 0) not in held("drivers")


def alter_topic(admin: AdminClient, topic: str, config: dict[str, str]) -> None:
    """Set a topic's configuration."""
    entries = [ConfigEntry(k, v, incremental_operation=AlterConfigOpType.SET) for k, v in config.items()]
    for done in admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)]).values():
        done.result(30)
