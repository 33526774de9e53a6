"""The dev broker and the dev Redis: real servers on loopback, for `tripo dev`, tests, benches and chaos.

In: a home folder and a port. Out: Apache Kafka (one KRaft node, its jars from ops/kafka/pom.xml) at ``Broker.bootstrap``, Redis at
``RedisServer.url``. Both keep their data in their home, so that a start after a stop or a kill goes on with it.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import redis
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from ops.server import Server, ServerError, free_port, listens
from streams.settings import settings

__all__ = ["Broker", "RedisServer", "ServerError", "free_port", "jars_folder", "java"]

LOGGING = Path(__file__).parent / "kafka" / "log4j2.properties"
OLDEST_JAVA = 17
FORMATTED_BY = "formatted-by"  # file in a broker's home: the version of Kafka that made its data folder
HEAP = ("-Xms256m", "-Xmx768m")
# Brokers of dev and tests live for minutes: the optimising compiler would take two fifths of a core in the second of them, and pays off
# later. One that is measured warms up for a minute, and then does the same with a quarter less of the processor.
QUICK, OPTIMISED = ("-XX:TieredStopAtLevel=1",), ()

# One node, so every internal topic has one replica; small and quick elsewhere: it must start, rebalance, give up on the dead, in seconds.
PROPERTIES: Mapping[str, str | int] = {
    "node.id": 1,
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "BROKER",
    "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 10,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 10,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 2,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "group.consumer.min.session.timeout.ms": 1000,
    "group.consumer.min.heartbeat.interval.ms": 500,
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 1000,
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "auto.create.topics.enable": "false",
    "message.max.bytes": 4 * 1024 * 1024,
    "replica.fetch.max.bytes": 4 * 1024 * 1024,
    "log.segment.bytes": 128 * 1024 * 1024,
    "log.segment.delete.delay.ms": 1000,
    "log.retention.hours": 168,
    "log.retention.check.interval.ms": 30_000,
    "log.cleaner.enable": "true",
    "log.cleaner.threads": 1,
    "log.cleaner.backoff.ms": 1000,
    "offsets.retention.minutes": 86_400,
    "log.cleaner.dedupe.buffer.size": 32 * 1024 * 1024,
    "log.index.size.max.bytes": 2 * 1024 * 1024,
    "num.network.threads": 2,
    "num.io.threads": 4,
    "num.recovery.threads.per.data.dir": 2,
    "socket.request.max.bytes": 100 * 1024 * 1024,
}


def jars_folder() -> Path:
    """Where Kafka's jars are: ``TRIPO_KAFKA_JARS``, else ``jars`` in the settings' home."""
    return Path(os.environ.get("TRIPO_KAFKA_JARS") or settings().home / "jars")


@lru_cache(maxsize=1)
def java() -> str:
    """The path of a Java that can run Kafka. Raises ServerError saying what to install."""
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home) / "bin" / "java"] if home else []
    candidates += [Path(found)] if (found := shutil.which("java")) else []
    versions = {path: _java_version(path) for path in candidates if path.exists()}
    for path, version in versions.items():
        if version >= OLDEST_JAVA:
            return str(path)
    seen = ", ".join(f"Java {version} at {path}" for path, version in versions.items()) or "no java on the path"
    raise ServerError(
        f"Kafka needs Java {OLDEST_JAVA} or newer, found {seen}. Install it: Debian or Ubuntu `apt-get install openjdk-17-jdk-headless`, "
        "Fedora `dnf install java-17-openjdk-headless`, macOS `brew install openjdk@17`; or set JAVA_HOME"
    )


def _java_version(path: Path) -> int:
    shown = subprocess.run([str(path), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(found.group(1)) if found else 0


class Broker(Server):
    """Apache Kafka, one KRaft node that is broker and controller; ``properties`` add to or replace the dev ones; ``compilers``: QUICK, or
    OPTIMISED as Kafka's own scripts start it."""

    name = "kafka"
    start_timeout_s = 180.0  # 3 s on an idle machine

    def __init__(
        self, home: Path, port: int = 9092, properties: Mapping[str, str | int] | None = None, compilers: Sequence[str] = QUICK
    ) -> None:
        super().__init__(home, port)
        self.properties, self._compilers = dict(properties or {}), compilers
        self._admin: AdminClient | None = None

    @property
    def bootstrap(self) -> str:
        """The bootstrap address for clients."""
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """Writes the configuration, formats an empty data folder, and gives Kafka's command line."""
        self._admin = None
        config = self._write_config()
        jvm = [java(), *HEAP, *self._compilers, "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:+ExitOnOutOfMemoryError", *self._options()]
        if not (self.home / "data" / "meta.properties").exists():
            self._format(config)
        self._check_format()
        return [*jvm, "kafka.Kafka", str(config)]

    def answers(self) -> bool:
        """Whether the broker is registered with its controller and lists its topics."""
        if not listens(self.port):
            return False
        if self._admin is None:
            quiet = {"log_level": 0, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200}
            self._admin = AdminClient({"bootstrap.servers": self.bootstrap, "socket.timeout.ms": 2000, **quiet})
        try:
            return bool(self._admin.list_topics(timeout=1).brokers)
        except KafkaException:
            return False

    @staticmethod
    def _version() -> str:
        """Of the jars. Raises ServerError where there are none."""
        jars = jars_folder()
        for jar in jars.glob("kafka_2.13-*.jar"):
            return jar.stem.removeprefix("kafka_2.13-")
        raise ServerError(f"Kafka's jars are not in {jars}; run `make setup` (Maven fetches them), or set TRIPO_KAFKA_JARS to their folder")

    def _options(self) -> list[str]:
        self._version()
        return [
            "-cp",
            f"{jars_folder().resolve()}/*",
            f"-Dlog4j2.configurationFile={LOGGING}",
            f"-Dkafka.logs.dir={self.home}",
            "-Djava.awt.headless=true",
        ]

    def _write_config(self) -> Path:
        controller = free_port()
        own = {
            "listeners": f"BROKER://{self.bootstrap},CONTROLLER://127.0.0.1:{controller}",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "log.dirs": self.home / "data",
        }
        config = self.home / "server.properties"
        config.write_text("".join(f"{key}={value}\n" for key, value in {**PROPERTIES, **own, **self.properties}.items()))
        return config

    def _format(self, config: Path) -> None:
        """Formats the data folder. Raises ServerError with the tool's output."""
        cluster = base64.urlsafe_b64encode(b"\x10" + uuid.uuid4().bytes[1:]).decode().rstrip("=")  # an id must not begin with a dash
        quick = ["-Xmx128m", *QUICK, "-XX:+UseSerialGC"]
        tool = [java(), *quick, *self._options(), "kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(config)]
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerError(f"Kafka's data folder could not be formatted:\n{done.stdout}{done.stderr}")
        (self.home / FORMATTED_BY).write_text(self._version())

    def _check_format(self) -> None:
        """Raises ServerError where a newer Kafka made the data folder: an older one does not read it."""
        marker, version = self.home / FORMATTED_BY, self._version()
        made = marker.read_text() if marker.exists() else "4.3.1"  # the only one before there were markers
        if _release(made) > _release(version):
            raise ServerError(
                f"{self.home / 'data'} was made by Kafka {made}, and Kafka {version} cannot read it. Delete {self.home} to begin anew "
                "(its records are lost), or set TRIPO_KAFKA_JARS to a folder with the newer Kafka's jars"
            )


def _release(version: str) -> tuple[int, ...]:
    """Major and minor: what a data folder's format goes by."""
    return tuple(int(part) for part in version.split(".")[:2])


class RedisServer(Server):
    """Redis with an append-only file in its home."""

    name = "redis"
    start_timeout_s = 20.0

    def __init__(self, home: Path, port: int = 6379) -> None:
        super().__init__(home, port)

    @property
    def url(self) -> str:
        """The address for clients, database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Redis's command line. Raises ServerError when redis-server is not installed."""
        binary = shutil.which("redis-server")
        if binary is None:
            raise ServerError(
                "redis-server is not installed. Install it: Debian or Ubuntu `apt-get install redis-server`, Fedora `dnf install redis`, "
                "macOS `brew install redis`; or set TRIPO_REDIS_URL to a Redis of your own"
            )
        keep = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        return [binary, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.home), "--daemonize", "no", *keep]

    def answers(self) -> bool:
        """Whether Redis answers PING, its data loaded."""
        if not listens(self.port):
            return False
        client = redis.Redis(port=self.port, socket_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
