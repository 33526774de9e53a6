"""`tripo topics plan | apply` on a real broker: topics become what the contract says, and nothing is lost unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
)
from typer.testing import CliRunner

from ops.broker import Broker, free_port
from ops.topics import TopicsError, app, apply_topics
from streams.contract import contract
from streams.publish import Publisher
from streams.settings import settings
from tests.broker.test_publish import EVENTS
from tests.workers import committed, eventually


@pytest.fixture
def admin(broker: Broker, namespace: str) -> Iterator[AdminClient]:
    """The broker's administrator; the namespace's topics are deleted after the test."""
    client = AdminClient({"bootstrap.servers": broker.bootstrap})
    yield client
    left = [name for name in client.list_topics(timeout=10).topics if name.startswith(namespace)]
    for future in client.delete_topics(left).values() if left else ():
        future.result(30)


def _run(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def _plan_shows(count: int) -> list[dict[str, Any]]:
    """The planned changes, once the broker shows as many: it takes in what its controller decided a little later."""
    eventually(lambda: len(_run("plan")[1]["changes"]) == count, what=f"{count} differences")
    changes: list[dict[str, Any]] = _run("plan")[1]["changes"]
    return changes


def _alter(admin: AdminClient, topic: str, **config: str) -> None:
    entries = [ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET) for name, value in config.items()]
    for future in admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)]).values():
        future.result(30)


def test_plan_apply_plan_makes_every_topic_as_the_contract_says(admin: AdminClient, namespace: str) -> None:
    code, planned = _run("plan")
    assert code == 2
    assert {c["kind"] for c in planned["changes"]} == {"missing"}
    assert len(planned["changes"]) == len(contract().topics)
    code, applied = _run("apply")
    assert (code, applied["passed"], applied["left"]) == (0, True, [])
    assert _run("plan") == (0, {"passed": True, "changes": []})
    metadata = admin.list_topics(timeout=10).topics
    assert {name: len(metadata[namespace + name].partitions) for name in contract().topics} == {
        name: topic.partitions for name, topic in contract().topics.items()
    }
    assert apply_topics() == 0


def test_topics_can_be_written_as_soon_as_they_are_made(admin: AdminClient) -> None:
    assert apply_topics(["bench.events"], partitions=3) == 1
    with Publisher() as publisher:
        publisher.publish("bench.events", EVENTS[:100])
    assert len(committed("bench.events")) == 100
    assert apply_topics(["bench.events"], partitions=5) == 1
    assert len(admin.list_topics(timeout=10).topics[settings().topic("bench.events")].partitions) == 5
    assert len(committed("bench.events")) == 100


def test_drift_is_found_and_what_loses_nothing_is_mended(admin: AdminClient, namespace: str) -> None:
    apply_topics()
    _alter(admin, namespace + "orders", retention_ms="1000")
    _alter(admin, namespace + "matching.dead-letters", max_message_bytes="1000")
    assert {(c["topic"], c["what"], c["now"], c["destructive"]) for c in _plan_shows(2)} == {
        (namespace + "orders", "retention.ms", "1000", False),
        (namespace + "matching.dead-letters", "max.message.bytes", "1000", False),
    }
    assert _run("plan")[0] == 2
    assert _run("apply")[0] == 0
    assert _run("plan")[0] == 0


def test_what_could_lose_records_is_only_done_when_asked(admin: AdminClient, namespace: str) -> None:
    apply_topics()
    _alter(admin, namespace + "orders", retention_ms="-1")
    stray = NewTopic(namespace + "forgotten", 1, 1)
    admin.create_topics([stray])[stray.topic].result(30)
    assert {(c["kind"], c["destructive"]) for c in _plan_shows(2)} == {("config", True), ("unknown", True)}
    code, applied = _run("apply")
    assert (code, applied["changes"]) == (1, [])
    assert namespace + "forgotten" in admin.list_topics(timeout=10).topics
    code, applied = _run("apply", "--allow-destructive")
    assert (code, applied["left"]) == (0, [])
    assert namespace + "forgotten" not in admin.list_topics(timeout=10).topics
    assert _run("plan")[0] == 0


def test_an_unknown_topic_alone_is_listed_but_no_drift(admin: AdminClient, namespace: str) -> None:
    apply_topics()
    stray = NewTopic(namespace + "forgotten", 1, 1)
    admin.create_topics([stray])[stray.topic].result(30)
    assert [c["kind"] for c in _plan_shows(1)] == ["unknown"]
    assert _run("plan")[0] == 0
    assert _run("apply")[0] == 0
    assert namespace + "forgotten" in admin.list_topics(timeout=10).topics


def test_partitions_never_shrink(admin: AdminClient, namespace: str) -> None:
    apply_topics()
    admin.create_partitions([NewPartitions(namespace + "orders", 12)])[namespace + "orders"].result(30)
    _plan_shows(1)
    code, applied = _run("apply", "--allow-destructive")
    assert (code, [(c["kind"], c["possible"]) for c in applied["left"]]) == (1, [("partitions", False)])
    assert apply_topics(["orders"]) == 0


def test_without_a_broker_it_says_what_to_check(monkeypatch: pytest.MonkeyPatch, namespace: str) -> None:
    monkeypatch.setenv("TRIPO_BROKERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setattr("ops.topics._ANSWER_S", 1.0)
    settings.cache_clear()
    with pytest.raises(TopicsError, match="is it running, is TRIPO_BROKERS right"):
        apply_topics()
    result = CliRunner().invoke(app, ["plan"])
    assert result.exit_code == 1
