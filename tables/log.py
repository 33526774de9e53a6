"""A broker → the tables' topics as they are now: which log each is, where it begins and ends, how long it keeps tombstones."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]
from confluent_kafka.admin import OffsetSpec as Spec  # type: ignore[attr-defined]

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class TopicLog:
    """One topic. ``log`` names it for good: a topic deleted and made again, or another cluster's, has another.

    ``low`` and ``high`` have one entry per partition: the first offset, and the end of what is committed (last stable offset).
    ``asked_at``: ms, no later than when the ends were read.
    """

    log: str
    low: tuple[int, ...]
    high: tuple[int, ...]
    tombstones_ms: int
    asked_at: int

    @property
    def partitions(self) -> int:
        """How many."""
        return len(self.low)


@dataclass(slots=True)
class Logs:
    """Surveys the topics of one broker. Every method raises KafkaException while the broker is away."""

    admin: AdminClient

    def survey(self, topics: Iterable[str]) -> dict[str, TopicLog]:
        """The topics that exist, by physical name."""
        cluster = _answer(self.admin.describe_cluster(request_timeout=TIMEOUT_S)).cluster_id
        shapes = self._shapes(topics)
        tombstones_ms = self._tombstones_ms(shapes)
        asked_at = time.time_ns() // 1_000_000
        at = [TopicPartition(topic, p) for topic, (_, count) in shapes.items() for p in range(count)]
        low = self._offsets(at, Spec.earliest())  # type: ignore[no-untyped-call]
        high = self._offsets(at, Spec.latest())  # type: ignore[no-untyped-call]
        return {
            topic: TopicLog(
                log=f"{cluster}/{topic_id}",
                low=tuple(low[topic, p] for p in range(count)),
                high=tuple(high[topic, p] for p in range(count)),
                tombstones_ms=tombstones_ms[topic],
                asked_at=asked_at,
            )
            for topic, (topic_id, count) in shapes.items()
        }

    def _shapes(self, topics: Iterable[str]) -> dict[str, tuple[str, int]]:
        found = {}
        for topic, future in self.admin.describe_topics(TopicCollection(list(topics)), request_timeout=TIMEOUT_S).items():
            try:
                described = _answer(future)
            except KafkaException as e:
                if e.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise
                continue
            found[topic] = (str(described.topic_id), len(described.partitions))
        return found

    def _offsets(self, at: list[TopicPartition], spec: Spec) -> Mapping[tuple[str, int], int]:
        if not at:
            return {}
        asked = self.admin.list_offsets(dict.fromkeys(at, spec), isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=TIMEOUT_S)
        return {(tp.topic, tp.partition): _answer(future).offset for tp, future in asked.items()}

    def _tombstones_ms(self, topics: Iterable[str]) -> dict[str, int]:
        asked = [ConfigResource(ResourceType.TOPIC, topic) for topic in topics]
        if not asked:
            return {}
        answers = self.admin.describe_configs(asked, request_timeout=TIMEOUT_S)
        return {resource.name: int(_answer(future)["delete.retention.ms"].value) for resource, future in answers.items()}


def _answer(asked: Future[Any]) -> Any:
    """What the broker answers. Raises KafkaException also when it does not: the client's own time-out may come too late for its future."""
    try:
        return asked.result(TIMEOUT_S + 1)
    except TimeoutError:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT)) from None
