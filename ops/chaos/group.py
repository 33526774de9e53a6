"""What Kafka says of an agent's consumer group: who owns which partitions, and how far it is. In: a broker and a namespace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from streams.contract import contract

T = TypeVar("T")
QUERY_S = 5.0


class Group:
    """The group of one agent in one namespace."""

    def __init__(self, brokers: str, namespace: str, agent: str, inputs: Sequence[str]) -> None:
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

    def owned(self, ordinal: int) -> list[int]:
        """The partitions of the worker of that ordinal; empty while the group is rebalancing or the broker is away."""
        name = f"{self._namespace}{self.agent}-{ordinal}"
        try:
            found = next(
                iter(self._admin.describe_consumer_groups([self._namespace + self.agent], request_timeout=QUERY_S).values())
            ).result()
        except KafkaException:
            return []
        mine = [m for m in found.members if m.group_instance_id == name and m.assignment is not None]
        return sorted({at.partition for m in mine for at in m.assignment.topic_partitions})

    def lag(self) -> int:
        """Records that lie in the inputs beyond the committed offsets. Raises KafkaException when the broker is away."""
        if not self._places:
            metadata = self._consumer.list_topics(timeout=QUERY_S).topics
            self._places = [TopicPartition(self._namespace + t, p) for t in self._inputs for p in metadata[self._namespace + t].partitions]
        committed = self._consumer.committed(self._places, timeout=QUERY_S)
        return sum(self._behind(place) for place in committed)

    def _behind(self, committed: TopicPartition) -> int:
        if committed.error is not None:
            raise KafkaException(committed.error)
        low, high = self._consumer.get_watermark_offsets(committed, timeout=QUERY_S)
        return int(high - max(low, committed.offset))

    def await_lag(self, at_most: int, patience_s: float) -> int:
        """Wait until the lag is that small; the lag that is left when the patience is over."""
        return patiently(self.lag, lambda lag: lag <= at_most, patience_s)


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
