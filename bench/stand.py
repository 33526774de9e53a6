"""Where a bench runs: a broker of its own (or a given one), a namespace of its own, its topics, and its child processes.

In: bootstrap servers or none. Out: a ``Stand`` whose broker answers, with this process's settings pointed at it while it is open.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from ops.broker import OPTIMISED, Broker, free_port
from ops.server import GUARD
from streams.contract import Topic, contract
from streams.publish import Publisher
from streams.settings import ROOT, settings

APPEND_TIME = {"message.timestamp.type": "LogAppendTime"}
TAIL_LINES = 30
STOP_TIMEOUT_S = 40


class BenchError(RuntimeError):
    """A bench could not be run; the message says what happened and shows the end of the log."""


@dataclass(slots=True)
class Child:
    """A process under measurement, its output in ``log``."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    guard: subprocess.Popen[bytes]  # ends it when this process is gone
    health_port: int = 0  # of a worker's /live and /ready

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def check(self) -> None:
        """Raises BenchError when the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise BenchError(f"{self.name} ended by itself with code {code}; the end of its log:\n{self.tail()}")

    def kill(self) -> None:
        """SIGKILL, and wait."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and SIGKILL when that takes too long. Gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.guard.stdin is not None and not self.guard.stdin.closed:
            self.guard.communicate(b"done\n")
        return self.process.wait()

    def answers(self, probe: str) -> int:
        """The HTTP status of a worker's probe ("live", "ready"); 0 while nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.health_port}/{probe}", timeout=1) as answer:
                return int(answer.status)
        except HTTPError as error:
            return error.code
        except (URLError, OSError):
            return 0

    def wait_until_ready(self, timeout_s: float = 60.0) -> None:
        """Waits until a worker has recovered its tasks. Raises BenchError when it ends, or takes longer."""
        until = time.monotonic() + timeout_s
        while self.answers("ready") != 200:
            self.check()
            if time.monotonic() > until:
                raise BenchError(f"{self.name} is not ready after {timeout_s:g} s:\n{self.tail()}")
            time.sleep(0.2)

    def tail(self) -> str:
        """The last lines of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


@dataclass(slots=True)
class Stand:
    """An open stand."""

    brokers: str
    namespace: str
    home: Path
    broker_pid: int | None = None
    children: list[Child] = field(default_factory=list)

    def topic(self, name: str) -> str:
        """A topic's physical name."""
        return self.namespace + name

    def create(self, names: Sequence[str], config: Mapping[str, str] | None = None, like: str | None = None) -> None:
        """Creates topics as the contract says (``like`` one topic of it, for topics outside it), with ``config`` added."""
        new = [_new(self.topic(name), contract().topic(like or name), config or {}) for name in names]
        admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
        for future in admin.create_topics(new).values():
            try:
                future.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise

    def create_for(self, agent: str) -> None:
        """Creates all topics that an agent reads or writes; those that exist stay as they are."""
        self.create([name for name, topic in contract().topics.items() if agent == topic.writer or agent in topic.readers])

    def spawn(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> Child:
        """Starts a process in the repository's root, with this stand's settings in its environment."""
        log = self.home / f"{name}-{len(self.children)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                list(command), cwd=ROOT, env=self._env(env or {}), stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        watch = ["/bin/sh", "-c", GUARD, f"{name}-guard", str(process.pid)]
        guard = subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        child = Child(name, process, log, guard)
        self.children.append(child)
        return child

    def worker(self, agent: str, env: Mapping[str, str] | None = None) -> Child:
        """Starts the real worker process of an agent, ordinal 0."""
        port = free_port()
        command = [sys.executable, "-m", "ops.cli", "worker", agent, "--ordinal", "0"]
        child = self.spawn(agent, command, {"TRIPO_METRICS_PORT": str(port), **(env or {})})
        child.health_port = port
        return child

    def publisher(self) -> Publisher:
        """A publisher on this stand; its log is silent, for its errors are raised."""
        return Publisher(self.brokers, log_level=0)

    def _env(self, env: Mapping[str, str]) -> dict[str, str]:
        own = {"TRIPO_BROKERS": self.brokers, "TRIPO_NAMESPACE": self.namespace, "PYTHONPATH": str(ROOT)}
        return {**os.environ, **own, **env}


@contextmanager
def stand(brokers: str | None = None) -> Iterator[Stand]:
    """Opens a stand; a broker of its own, its files and all children are gone when it closes."""
    with tempfile.TemporaryDirectory(prefix="tripo-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        own = None if brokers else Broker(home / "broker", free_port(), compilers=OPTIMISED).start()
        opened = Stand(brokers or (own.bootstrap if own else ""), f"b{uuid.uuid4().hex[:6]}.", home, own.pid if own else None)
        try:
            with _settings_of(opened):
                yield opened
        finally:
            for child in opened.children:
                child.stop()
            if own:
                own.stop()


@contextmanager
def _settings_of(opened: Stand) -> Iterator[None]:
    """Points this process's settings (and so codecs and publishers) at the stand."""
    names = {"TRIPO_BROKERS": opened.brokers, "TRIPO_NAMESPACE": opened.namespace}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    settings.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        settings.cache_clear()


def _new(name: str, topic: Topic, config: Mapping[str, str]) -> NewTopic:
    return NewTopic(name, topic.partitions, topic.replication, config={"cleanup.policy": topic.cleanup, **config})


def memory(pid: int) -> int:
    """Resident bytes of a process and its descendants; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def cpu(pid: int) -> float:
    """User and system seconds of a process and its living descendants; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        times = [p.cpu_times() for p in [process, *process.children(recursive=True)]]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(t.user + t.system for t in times)


def pause(until: float) -> None:
    """Waits until a moment of time.monotonic(), if it is yet to come."""
    time.sleep(max(0.0, until - time.monotonic()))
