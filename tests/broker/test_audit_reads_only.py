"""`tripo audit` where it may do nothing but read: a broker with ACLs, on which its principal may read and describe topics, and no more.

The auditor has a user and a password, in the file that ``--kafka`` names; the broker itself and the test's own admin are a super user.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from ops.broker import Broker, free_port
from streams.clients import access
from streams.contract import contract
from streams.settings import settings
from tests.broker.test_audit import in_namespace, run, told
from tests.pure.audit_log import DEAD, JOURNAL, inputs, written

STEPS = [6] * 12
MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"


def guarded(home: Path, password: str, auditors: str) -> tuple[Broker, dict[str, Any]]:
    """A broker that asks for leave, and its super user's configuration."""
    port, inner, controller = free_port(), free_port(), free_port()
    login = f'{MODULE} required username="root" password="{password}" user_root="{password}" user_auditor="{auditors}";'
    properties = {
        "listeners": f"OPEN://127.0.0.1:{port},INNER://127.0.0.1:{inner},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listener.security.protocol.map": "OPEN:PLAINTEXT,INNER:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "INNER",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.inner.plain.sasl.jaas.config": login,
        "listener.name.controller.plain.sasl.jaas.config": login,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:root",
    }
    root = {"bootstrap.servers": f"127.0.0.1:{inner}", "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}
    return Broker(home, port, properties), root | {"sasl.username": "root", "sasl.password": password, "log_level": 0}


def may(operation: AclOperation) -> AclBinding:
    """The auditor may do this to any topic."""
    return AclBinding(ResourceType.TOPIC, "*", ResourcePatternType.LITERAL, "User:auditor", "*", operation, AclPermissionType.ALLOW)


@pytest.fixture
def root(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The super user of a broker on which a log of the chaos workload's agent lies; settings are those of somebody who may only read."""
    auditors = uuid.uuid4().hex
    broker, root = guarded(tmp_path / "kafka", uuid.uuid4().hex, auditors)
    lines = [
        "# who audits",
        "security.protocol=SASL_PLAINTEXT",
        "sasl.mechanism = PLAIN",
        "sasl.username=auditor",
        f"sasl.password={auditors}",
    ]
    (tmp_path / "auditor").write_text("\n".join(lines))
    with (
        broker,
        in_namespace(
            TRIPO_BROKERS=root["bootstrap.servers"],
            TRIPO_NAMESPACE="a.",
            TRIPO_HOME=str(tmp_path / "home"),
            TRIPO_KAFKA=str(tmp_path / "auditor"),
        ),
    ):
        admin = AdminClient(root)
        names = [t.name for t in contract().topics.values() if t.writer == "probe" or "probe" in t.readers]
        for done in admin.create_topics([NewTopic(settings().topic(name), 1, 1) for name in names]).values():
            done.result(30)
        for allowed in admin.create_acls([may(AclOperation.READ), may(AclOperation.DESCRIBE)]).values():
            allowed.result(30)
        producer = Producer(root)
        for name, records in ({"probe.events": inputs(STEPS)} | written(STEPS)).items():
            for one in records:
                producer.produce(settings().topic(name), one.of_value, one.of_key, 0, timestamp=one.ts)
        assert producer.flush(30) == 0
        yield root


def test_who_may_only_read_can_audit_and_joins_no_group(root: dict[str, Any]) -> None:
    refused(settings().topic(JOURNAL))
    assert told("verify", "--chain", "probe", "--workers", "1")["holds"]
    replayed = told("replay", "probe", "--workers", "1")
    assert replayed["holds"], replayed
    assert (replayed["events"], replayed["different"]) == (sum(STEPS), 0)
    assert len(replayed["missing"]) == 0
    told("index", "probe", "--workers", "1")
    decision = "probe/probe.events/0/3/0"
    assert told("verify", decision)["holds"]
    assert told("explain", decision)["decision_id"] == decision
    exported = told("export", "probe", "--workers", "1", "--out", str(settings().home / "out"))
    assert exported["decisions"] == replayed["decisions"]
    assert run("replay", "probe", "--workers", "1", "--fresh").exit_code == 0
    flipped = told("flips", "probe", "--count", "20", "--workers", "1")
    assert flipped["flips"] == flipped["found"] == 20
    forked = told("fork", "probe", "--code", "HEAD", "--workers", "1")
    assert [(topic["paired"], topic["differ"]) for topic in forked["topics"]] == [(replayed["decisions"], 0)]
    assert f"{DEAD}[0]" in replayed["tasks"][0]["read"]
    groups = AdminClient(root).list_consumer_groups(request_timeout=20).result().valid
    assert [group.group_id for group in groups] == [], "no audit is a member of a group, or commits to one"


def test_credentials_are_named_by_the_command_line_or_refused_plainly(root: dict[str, Any], tmp_path: Path) -> None:
    file = settings().kafka
    assert file is not None
    with in_namespace(TRIPO_KAFKA=str(tmp_path / "nobody")):
        assert run("--kafka", str(file), "replay", "probe", "--workers", "1").exit_code == 0
    broken = {"acks=0": "'acks' is no property of who connects", "sasl.username": "is no property of who connects"}
    for i, (line, said) in enumerate(broken.items()):
        (tmp_path / str(i)).write_text(line)
        done = run("--kafka", str(tmp_path / str(i)), "verify", "--chain", "probe", "--workers", "1")
        assert (done.exit_code, said in done.output) == (2, True), done.output
    done = run("--kafka", str(tmp_path / "none"), "explain", "probe/probe.events/0/3/0")
    assert (done.exit_code, "cannot be read" in done.output) == (2, True), done.output


def refused(topic: str) -> None:
    """The settings' principal may not write."""
    errors: list[KafkaError] = []
    producer = Producer(access(settings()) | {"message.timeout.ms": 30_000, "log_level": 0})
    try:
        producer.produce(topic, b"forged", on_delivery=lambda error, _: errors.append(error))
        producer.flush(40)
    except KafkaException as error:
        errors.append(error.args[0])
    assert [error.code() for error in errors] == [KafkaError.TOPIC_AUTHORIZATION_FAILED]
