"""The dev servers: they keep their records, say what is wrong, and never outlive who started them."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from ops.broker import FORMATTED_BY, Broker, RedisServer, ServerError, free_port, java
from ops.server import Server, is_free
from streams.log_reader import patiently

COMPLETE_COMMIT = 4  # the state of a transaction, in __transaction_state
BATCH_HEADER = 12  # bytes of a record batch before those that its length counts

OWNER = """
import sys
from pathlib import Path
from ops.broker import Broker, RedisServer
server = {kind}(Path(sys.argv[1]), int(sys.argv[2])).start()
print(server.pid, server._guard.pid, flush=True)
if sys.stdin.read(1) != "x":
    raise SystemExit(1)
"""


def start_owner(kind: str, home: Path, port: int) -> tuple[subprocess.Popen[str], psutil.Process, psutil.Process]:
    """A process that starts a server and waits for its stdin: the process, the server, the server's guard."""
    program = OWNER.format(kind=kind)
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(home), str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    server, guard = map(int, owner.stdout.readline().split())
    return owner, psutil.Process(server), psutil.Process(guard)


def close(owner: subprocess.Popen[str]) -> None:
    """Waits for an owner that is ending."""
    with owner:
        owner.wait(30)


def ends(process: psutil.Process, seconds: float = 20) -> bool:
    """Whether a process that is no child of ours ends in time."""
    try:
        process.wait(seconds)
    except psutil.TimeoutExpired:
        return process.status() == psutil.STATUS_ZOMBIE
    return True


@pytest.fixture
def own_broker(environment: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Broker]:
    """A broker of the test's own, not started."""
    broker = Broker(tmp_path / "kafka", free_port())
    yield broker
    broker.stop()


def read_all(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False, "log_level": 0})
    try:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return [record.value() for record in consumer.consume(count, timeout=20)]
    finally:
        consumer.close()


def test_a_killed_broker_goes_on_with_its_records(own_broker: Broker) -> None:
    own_broker.start()
    first = own_broker.pid
    admin = AdminClient({"bootstrap.servers": own_broker.bootstrap, "log_level": 0})
    admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(20)
    producer = Producer({"bootstrap.servers": own_broker.bootstrap, "acks": "all", "log_level": 0})
    for number in range(3):
        producer.produce("kept", str(number).encode())
    assert producer.flush(20) == 0
    own_broker.kill()
    assert not psutil.pid_exists(first)
    own_broker.start()
    assert own_broker.pid != first
    assert read_all(own_broker.bootstrap, "kept", 3) == [b"0", b"1", b"2"]
    own_broker.stop()
    assert not own_broker.running
    assert is_free(own_broker.port)


def ended(bootstrap: str, producer_id: str) -> tuple[int, int]:
    """Where the record that says that a producer's transaction is complete lies: partition and offset of __transaction_state."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "enable.auto.commit": False, "log_level": 0})
    try:
        partitions = consumer.list_topics("__transaction_state", 20).topics["__transaction_state"].partitions
        consumer.assign([TopicPartition("__transaction_state", partition, 0) for partition in partitions])
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for record in consumer.consume(100, timeout=1):
                key, value = record.key(), record.value()
                if isinstance(key, bytes) and key.endswith(producer_id.encode()) and value and value[16] == COMPLETE_COMMIT:
                    partition, offset = record.partition(), record.offset()
                    assert partition is not None
                    assert offset is not None
                    return partition, offset
    finally:
        consumer.close()
    raise AssertionError(f"the transaction of {producer_id} is not complete")


def cut(folder: Path, offset: int) -> None:
    """A partition's log as it was before that offset was written."""
    segment = folder / "00000000000000000000.log"
    data, at = segment.read_bytes(), 0
    while (found := struct.unpack_from(">qi", data, at))[0] < offset:
        at += BATCH_HEADER + found[1]
    os.truncate(segment, at)


def test_a_killed_broker_ends_the_transactions_that_it_had_begun_to_end(own_broker: Broker) -> None:
    """It was killed when it had decided on the commit, and had told no partition of it; Kafka 4.3 and 4.4 never tell them (KAFKA-20734)."""
    own_broker.start()
    admin = AdminClient({"bootstrap.servers": own_broker.bootstrap, "log_level": 0})
    admin.create_topics([NewTopic("ends", 3, 1)])["ends"].result(20)
    producer = Producer({"bootstrap.servers": own_broker.bootstrap, "transactional.id": "killed", "log_level": 0})
    producer.init_transactions(20)
    producer.begin_transaction()
    for partition in range(3):
        producer.produce("ends", b"kept", partition=partition)
    producer.commit_transaction(20)
    decided, complete = ended(own_broker.bootstrap, "killed")
    own_broker.kill()
    for partition in range(3):
        cut(own_broker.home / "data" / f"ends-{partition}", 1)
    cut(own_broker.home / "data" / f"__transaction_state-{decided}", complete)
    own_broker.start()
    assert ended(own_broker.bootstrap, "killed") == (decided, complete)
    committed = {"bootstrap.servers": own_broker.bootstrap, "group.id": "reader", "isolation.level": "read_committed", "log_level": 0}
    consumer = Consumer(committed)
    try:
        places = [TopicPartition("ends", partition) for partition in range(3)]
        stable = [patiently(partial(consumer.get_watermark_offsets, place, 20))[1] for place in places]
    finally:
        consumer.close()
    assert stable == [2, 2, 2]


@pytest.mark.parametrize("kind", ["RedisServer", "Broker"])
@pytest.mark.parametrize("end", ["exit", "terminate", "kill"])
def test_a_server_ends_with_its_owner(kind: str, end: str, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owner, server, guard = start_owner(kind, tmp_path, free_port())
    if end == "exit":
        owner.communicate("x", timeout=30)
    else:
        owner.send_signal(signal.SIGKILL if end == "kill" else signal.SIGTERM)
        close(owner)
    assert ends(server)
    assert ends(guard)


def test_a_server_that_an_earlier_run_left_is_ended_and_its_data_kept(tmp_path: Path) -> None:
    port = free_port()
    owner, server, guard = start_owner("RedisServer", tmp_path, port)
    guard.kill()
    owner.kill()
    close(owner)
    assert server.is_running()
    with RedisServer(tmp_path, port) as redis:
        assert ends(server)
        assert redis.pid != server.pid


def test_a_home_in_use_is_refused(tmp_path: Path) -> None:
    with (
        RedisServer(tmp_path, free_port()) as first,
        pytest.raises(ServerError, match=f"already runs as process {first.pid}, started by process {os.getpid()}"),
    ):
        RedisServer(tmp_path, free_port()).start()


def test_a_taken_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "port_timeout_s", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} on 127.0.0.1 is taken"):
            RedisServer(tmp_path, port).start()


def test_a_start_that_fails_shows_why(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"num\.io\.threads"):
        Broker(tmp_path, free_port(), {"num.io.threads": 0}).start()


def test_a_server_that_ends_while_starting_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "appendonlydir").write_text("in the way")
    with pytest.raises(ServerError, match=r"redis ended with code 1 while starting; the end of .*redis\.log:\n(.*\n)*.*append"):
        RedisServer(tmp_path, free_port()).start()


def test_what_is_missing_is_said_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TRIPO_KAFKA_JARS", str(tmp_path))
        with pytest.raises(ServerError, match="run `make setup`"):
            Broker(tmp_path / "kafka", free_port()).start()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java.cache_clear()
    with pytest.raises(ServerError, match="apt-get install openjdk-17"):
        Broker(tmp_path / "kafka", free_port()).start()
    with pytest.raises(ServerError, match="apt-get install redis-server"):
        RedisServer(tmp_path / "redis", free_port()).start()


def test_data_of_a_newer_kafka_is_named(own_broker: Broker) -> None:
    own_broker.start()
    own_broker.stop()
    for made in ("99.0.1", None):  # homes of before there were markers were made by 4.3.1
        marker = own_broker.home / FORMATTED_BY
        marker.unlink() if made is None else marker.write_text(made)
        with pytest.raises(ServerError, match=f"was made by Kafka {made or '4.3.1'}, and Kafka .* cannot read it. Delete"):
            own_broker.start()


def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java.cache_clear()
    try:
        with pytest.raises(ServerError, match=f"Java 17 or newer, found Java 11 at {old}"):
            java()
    finally:
        java.cache_clear()


def test_the_broker_listens_on_loopback_only(broker: Broker) -> None:
    listening = [c.laddr for c in psutil.Process(broker.pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    assert broker.port in {address.port for address in listening}
    assert {address.ip.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}


def test_the_broker_is_set_for_exactly_once_on_one_node(broker: Broker) -> None:
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    resource = ConfigResource(ResourceType.BROKER, "1")
    shown = {name: entry.value for name, entry in admin.describe_configs([resource])[resource].result(20).items()}
    assert shown["auto.create.topics.enable"] == "false"
    assert shown["message.max.bytes"] == "4194304"
    assert shown["group.initial.rebalance.delay.ms"] == "0"
    assert {
        shown[name]
        for name in ("transaction.state.log.min.isr", "transaction.state.log.replication.factor", "offsets.topic.replication.factor")
    } == {"1"}


def test_free_ports_are_below_those_of_outgoing_connections() -> None:
    ports = {free_port() for _ in range(20)}
    assert max(ports) < 32_768
    assert all(is_free(port) for port in ports)
