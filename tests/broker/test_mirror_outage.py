"""Redis stopped, emptied or replaced, Kafka killed, the mirror killed: afterwards the tables equal the topics."""

from __future__ import annotations

import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from ops.broker import Broker, RedisServer
from streams.settings import settings
from tests.conftest import CreateTopics
from tests.mirrors import TOPICS, MirrorProcess, Writer, await_equal, decision, driver, expected, held, market, mirror
from tests.workers import eventually


class Traffic:
    """Keeps all three tables changing, with tombstones, until stopped."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._writer = Writer()
        self._random = random.Random(7)
        self.rounds = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.02):
            self.write(self.rounds)
            self.rounds += 1

    def write(self, n: int) -> None:
        """One round: a hundred drivers, of whom one in ten goes, some orders and a market."""
        drivers = [f"d{self._random.randrange(2000)}" for _ in range(100)]
        partition = n % 2
        self._writer.write("drivers", partition, [(d, None if self._random.random() < 0.1 else driver(d, n)) for d in drivers])
        self._writer.write("decisions", partition, [(f"o{n}-{i}", decision(f"o{n}-{i}", n + i)) for i in range(20)])
        self._writer.write("markets", partition, [(f"m{partition}", market(f"m{partition}", n))])

    def stop(self) -> None:
        """Write no more."""
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def traffic(topics: CreateTopics, redis_url: str) -> Iterator[Traffic]:
    """Traffic on the table topics, of two partitions each."""
    topics(TOPICS.values(), partitions=2)
    running = Traffic()
    yield running
    running.stop()


@pytest.fixture
def running(traffic: Traffic, tmp_path: Path) -> Iterator[MirrorProcess]:
    """A mirror that has begun."""
    with mirror(tmp_path) as process:
        eventually(lambda: len(held("markets")) == 2, 30, "the mirror has begun")
        yield process


def passed(traffic: Traffic, rounds: int) -> None:
    """Wait for so many more rounds of traffic."""
    goal = traffic.rounds + rounds
    eventually(lambda: traffic.rounds >= goal, 60, "traffic goes on")


def finish(traffic: Traffic, running: MirrorProcess) -> None:
    """The traffic ends; the tables come to equal their topics; the mirror stops in order."""
    traffic.stop()
    await_equal(*TOPICS)
    assert len(held("drivers")) > 500
    assert running.process.poll() is None, running.log.read_text()[-3000:]
    assert running.stop() == 0


@pytest.mark.parametrize("with_data", [True, False], ids=["with-its-data", "without-its-data"])
def test_redis_stopped_for_a_while(with_data: bool, traffic: Traffic, running: MirrorProcess, redis_server: RedisServer) -> None:
    redis_server.stop()
    memory = psutil.Process(running.process.pid).memory_info().rss
    passed(traffic, 60)
    grown = psutil.Process(running.process.pid).memory_info().rss - memory
    assert grown < 30_000_000, f"the mirror grew by {grown / 1e6:.0f} MB while Redis was away"
    if not with_data:
        shutil.rmtree(redis_server.home / "appendonlydir")
    redis_server.start()
    passed(traffic, 10)
    finish(traffic, running)


def test_redis_killed(traffic: Traffic, running: MirrorProcess, redis_server: RedisServer) -> None:
    """It may lose its last second: the mirror goes on from the position that Redis came back with."""
    for _ in range(3):
        redis_server.kill()
        passed(traffic, 5)
        redis_server.start()
        passed(traffic, 20)
    finish(traffic, running)


def test_redis_hangs(traffic: Traffic, running: MirrorProcess, redis_server: RedisServer) -> None:
    """It takes connections and answers nothing, for longer than the mirror's patience."""
    server = psutil.Process(redis_server.pid)
    server.suspend()
    try:
        goal = time.monotonic() + 5
        eventually(lambda: time.monotonic() > goal, what="five seconds pass")
    finally:
        server.resume()
    passed(traffic, 10)
    assert "the mirror waits" in running.log.read_text()
    finish(traffic, running)


def test_redis_emptied_under_traffic(traffic: Traffic, running: MirrorProcess) -> None:
    client = redis.Redis.from_url(settings().redis_url)
    for _ in range(3):
        client.flushall()
        passed(traffic, 20)
    client.close()
    finish(traffic, running)


def test_redis_emptied_while_no_records_flow(traffic: Traffic, running: MirrorProcess) -> None:
    traffic.stop()
    await_equal(*TOPICS)
    client = redis.Redis.from_url(settings().redis_url)
    wanted = {name: expected(name) for name in TOPICS}  # once: it takes as long as two of the rarer looks, which would meet each time
    for _ in range(3):
        client.flushall()
        eventually(lambda: client.exists(f"tripo:{settings().namespace}markets#0"), 3, "the mirror notices at once")
        eventually(lambda: all(held(name) == rows for name, rows in wanted.items()), 20, "the tables equal their topics")
    assert running.log.read_text().count("Redis holds") >= 2, "found by asking Redis, not by the rarer look at the broker"
    client.close()
    assert running.stop() == 0


def test_the_mirror_killed_at_random_moments(traffic: Traffic, running: MirrorProcess) -> None:
    chance = random.Random(11)
    client = redis.Redis.from_url(settings().redis_url)
    for fault in range(8):
        passed(traffic, chance.randrange(1, 12))
        running.kill()
        if fault in (3, 6):
            client.flushall()  # the next kill then comes in the middle of a rebuild
        running.restart()
    client.close()
    passed(traffic, 10)
    finish(traffic, running)


def test_two_mirrors_at_once_do_no_harm(traffic: Traffic, running: MirrorProcess, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    with mirror(tmp_path / "second") as second:
        passed(traffic, 60)
        redis.Redis.from_url(settings().redis_url).flushall()
        passed(traffic, 30)
        assert second.stop() == 0
    finish(traffic, running)


def test_the_broker_killed(traffic: Traffic, running: MirrorProcess, broker: Broker) -> None:
    passed(traffic, 10)
    traffic.stop()
    broker.kill()
    broker.start()
    Traffic.write(traffic, 10_000)
    await_equal(*TOPICS)
    assert running.stop() == 0
