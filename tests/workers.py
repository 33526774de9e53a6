"""Worker processes for tests: started, watched and stopped by pid; and the committed records they leave."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, TopicPartition

from streams import journal
from streams.errors import TransactionFailed
from streams.settings import settings


class WorkerProcess:
    """One `tripo worker AGENT` in a process of its own; its log is kept in a file."""

    def __init__(self, log: Path, agent: str, ordinal: int = 0, **env: str) -> None:
        self.log = log
        self._command = [sys.executable, "-m", "ops.cli", "worker", agent, "--ordinal", str(ordinal)]
        self._env = os.environ | {"TRIPO_METRICS_PORT": "-1"} | env
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen(self._command, env=self._env, stdout=out, stderr=out)

    def goes_on(self) -> bool:
        """True; started again, as its supervisor does, if a transaction failed: librdkafka may lose count of the records of a producer
        whose transaction was taken back while it sent (OUT_OF_ORDER_SEQUENCE_NUMBER)."""
        if self.process.poll() == TransactionFailed.exit_code:
            self.process = self._started()
        return True

    def wait(self, timeout_s: float = 60) -> int:
        """Its exit code, negative for a signal."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the worker still runs after {timeout_s} s; its log ends: {self.tail()}") from None

    def stop(self, signal: int = 15, timeout_s: float = 30) -> int:
        """Send a signal and wait for the end."""
        if self.process.poll() is None:
            self.process.send_signal(signal)
        return self.wait(timeout_s)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text()[-3000:]


@contextmanager
def worker(log: Path, agent: str, ordinal: int = 0, **env: str) -> Iterator[WorkerProcess]:
    """A worker for the time of a block; killed at its end if it still runs."""
    process = WorkerProcess(log, agent, ordinal, **env)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait(10)


def committed(topic: str, isolation: str = "read_committed") -> list[Any]:
    """All records of a topic of the contract up to its end now, by partition and offset."""
    consumer = Consumer(
        {
            "bootstrap.servers": settings().brokers,
            "group.id": "test-reader",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": isolation,
            "enable.partition.eof": True,
        }
    )
    try:
        name = settings().topic(topic)
        partitions = consumer.list_topics(name, 10).topics[name].partitions
        consumer.assign([TopicPartition(name, p, 0) for p in partitions])
        found, left = [], set(partitions)
        while left:
            first = consumer.poll(1)
            for message in [first, *consumer.consume(10_000, 0)] if first is not None else []:
                if message.error() is not None:
                    left.discard(message.partition())
                else:
                    found.append(message)
        return sorted(found, key=lambda m: (m.partition(), m.offset()))
    finally:
        consumer.close()


def decoded(topic: str) -> list[Any]:
    """The values of a topic's committed records."""
    return [journal.decode(topic, m.value()) for m in committed(topic)]


def eventually(check: Callable[[], Any], timeout_s: float = 60, what: str = "") -> Any:
    """What ``check`` gives once it is true; asked again and again until the deadline."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what or check}"
        time.sleep(0.05)
