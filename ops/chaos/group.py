"""What Kafka says of an agent's consumer group: who owns which partitions, and how far it is. In: a broker and a namespace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import KafkaError
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from streams.contract import contract

T = TypeVar("T")
QUERY_S = 5.0


class Group:
    """The group of one agent in one namespace."""

    def __init__(self, brokers: str, namespace: str, agent: str, inputs: Sequence[str]) -> None:
        self._brokers = brokers
        self._admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0, "reconnect.backoff.max.ms": 500})
        conf = {"bootstrap.servers": brokers, "group.id": namespace + agent, "isolation.level": "read_uncommitted", "log_level": 0}
        self._consumer = Consumer(conf | {"enable.auto.commit": False, "reconnect.backoff.max.ms": 500})  # never subscribes: it only asks
        self._places: list[TopicPartition] = []
        self._namespace, self.agent, self._inputs = namespace, agent, tuple(inputs)

    def create_topics(self, partitions: int) -> None:
        """The agent's topics, as the contract has them but for the number of partitions."""
        own = [t for t in contract().topics.values() if t.name in self._inputs or t.writer == self.agent]
        new = [NewTopic(self._namespace + t.name, partitions, 1, config={"cleanup.policy": t.cleanup}) for t in own]
        for done in self._admin.create_topics(new).values():
            done.result(30)

    def owners(self) -> dict[int, list[int]]:
        """Partitions by the ordinal of their worker; empty while the group is rebalancing or the broker is away."""
        name = self._namespace + self.agent
        try:
            members = asyncio.run(asyncio.wait_for(_members(self._brokers, name), QUERY_S))
        except (KafkaError, OSError, TimeoutError):
            return {}
        return {int(member.removeprefix(f"{name}-")): partitions for member, partitions in members.items()}

    def owned(self, ordinal: int) -> list[int]:
        """The partitions of the worker of that ordinal; empty as ``owners``."""
        return self.owners().get(ordinal, [])

    def lag(self) -> int:
        """Records that lie in the inputs beyond the committed offsets. Raises KafkaException when the broker is away."""
        return sum(self._behind(place) for place in self._committed())

    def waiting(self) -> dict[tuple[str, int], int]:
        """Committed offsets, by topic and partition, beyond which records lie. Raises KafkaException when the broker is away."""
        return {(place.topic, place.partition): place.offset for place in self._committed() if self._behind(place)}

    def _committed(self) -> list[TopicPartition]:
        if not self._places:
            metadata = self._consumer.list_topics(timeout=QUERY_S).topics
            self._places = [TopicPartition(self._namespace + t, p) for t in self._inputs for p in metadata[self._namespace + t].partitions]
        return self._consumer.committed(self._places, timeout=QUERY_S)

    def _behind(self, committed: TopicPartition) -> int:
        if committed.error is not None:
            raise KafkaException(committed.error)
        low, high = self._consumer.get_watermark_offsets(committed, timeout=QUERY_S)
        return int(high - max(low, committed.offset))

    def busiest(self) -> int:
        """How far the busiest task has come: the smaller of its journal's and its decisions' end offsets."""
        journal, decisions = self._written("journal"), self._written("decisions")
        return max(min(entries, made) for entries, made in zip(journal, decisions, strict=True))

    def _written(self, output: str) -> list[int]:
        """End offsets of an output's partitions."""
        topic = f"{self._namespace}{self.agent}.{output}"
        count = len(self._consumer.list_topics(topic, timeout=QUERY_S).topics[topic].partitions)
        return [self._consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=QUERY_S)[1] for p in range(count)]

    def await_quiet(self, most_s: float, still_s: float = 2.0) -> None:
        """Wait until the decisions have stood still for a while, at most ``most_s``."""
        deadline, since, before = time.monotonic() + most_s, time.monotonic(), -1
        while time.monotonic() < deadline and time.monotonic() - since < still_s:
            now = sum(self._written("decisions"))
            if now != before:
                before, since = now, time.monotonic()
            time.sleep(0.2)

    def await_lag(self, at_most: int, patience_s: float) -> int:
        """Wait until the lag is that small; the lag that is left when the patience is over."""
        return patiently(self.lag, lambda lag: lag <= at_most, patience_s)


async def _members(brokers: str, group: str) -> dict[str, list[int]]:
    """Client id → partitions of a group's members. Not by librdkafka: it aborts the process when the broker is killed meanwhile."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers, request_timeout_ms=int(QUERY_S * 1000))
    try:
        await admin.start()
        described = await admin.describe_consumer_groups([group])
    finally:
        await admin.close()
    found = {}
    for group_ in described[0].groups:
        for member in group_[5]:
            client, assignment = member[1], member[4]
            if assignment:
                owned = ConsumerProtocolMemberAssignment.decode(assignment).assignment
                found[client] = sorted({p for _, partitions in owned for p in partitions})
    return found


def patiently(ask: Callable[[], int], enough: Callable[[int], bool], patience_s: float, look_s: float = 0.2) -> int:
    """Ask again until the answer is enough, or the patience is over; the last answer, -1 where Kafka never gave one."""
    deadline, answer = time.monotonic() + patience_s, -1
    while True:
        try:
            answer = ask()
            if enough(answer):
                return answer
        except KafkaException:
            pass  # the broker is away: ask again
        if time.monotonic() > deadline:
            return answer
        time.sleep(look_s)
