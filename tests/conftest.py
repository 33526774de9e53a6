"""Real Kafka and Redis for the tests: one of each for the whole session, on free ports; a namespace for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator

import hypothesis
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from ops.broker import Broker, RedisServer, free_port, jars_folder
from streams.contract import contract
from streams.settings import settings

# The machine may be busy: pytest's own timeout guards. CI tries the same examples each time; `make test` draws others each time.
hypothesis.settings.register_profile("tripo", deadline=None, derandomize="TRIPO_SAME_EXAMPLES" in os.environ)
hypothesis.settings.load_profile("tripo")

CreateTopics = Callable[..., dict[str, str]]

LONGEST_FIRST = ("chaos", "broker", "tour", "contract", "pure")  # folders


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: when several processes share the work, none is left with a long one at the end."""
    items.sort(key=lambda item: LONGEST_FIRST.index(item.path.parent.name))


@pytest.fixture(scope="session")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """The environment of the test session; workers that a test starts inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIPO_KAFKA_JARS", str(jars_folder()))
        yield patch


@pytest.fixture(scope="session")
def broker(environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Kafka, also in TRIPO_BROKERS. A test that kills or stops it starts it again."""
    with Broker(tmp_path_factory.mktemp("kafka"), free_port()) as server:
        environment.setenv("TRIPO_BROKERS", server.bootstrap)
        settings.cache_clear()
        yield server


@pytest.fixture(scope="session")
def redis_server(environment: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Redis, also in TRIPO_REDIS_URL. A test that kills or stops it starts it again."""
    with RedisServer(tmp_path_factory.mktemp("redis"), free_port()) as server:
        environment.setenv("TRIPO_REDIS_URL", server.url)
        settings.cache_clear()
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of the session's Redis."""
    return redis_server.start().url


@pytest.fixture
def namespace(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A prefix of this test alone for topics, groups, transactional ids and Redis keys, e.g. ``t1a2b3c.``; settings() carries it."""
    prefix = f"t{uuid.uuid4().hex[:6]}."
    monkeypatch.setenv("TRIPO_NAMESPACE", prefix)
    settings.cache_clear()
    contract.cache_clear()
    yield prefix
    monkeypatch.undo()
    settings.cache_clear()
    contract.cache_clear()


@pytest.fixture
def topics(broker: Broker, namespace: str) -> Iterator[CreateTopics]:
    """``topics(names, partitions=None)`` creates topics of the contract in the test's namespace: logical name → physical name.

    Without names, all; without partitions, as the contract says. They are deleted after the test.
    """
    admin = AdminClient({"bootstrap.servers": broker.start().bootstrap, "log_level": 0})
    created: list[str] = []

    def create(names: Iterable[str] | None = None, partitions: int | None = None) -> dict[str, str]:
        wanted = [contract().topic(name) for name in (contract().topics if names is None else names)]
        new = [
            NewTopic(namespace + topic.name, partitions or topic.partitions, 1, config={"cleanup.policy": topic.cleanup})
            for topic in wanted
        ]
        for done in admin.create_topics(new).values():
            done.result(30)
        created.extend(topic.topic for topic in new)
        return {topic.name: namespace + topic.name for topic in wanted}

    yield create
    if created and broker.running:
        for done in admin.delete_topics(created).values():
            done.exception(30)
