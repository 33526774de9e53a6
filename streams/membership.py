"""The worker's place in its consumer group: which partitions it owns, and their records, polled and sorted by task."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby
from typing import Any, cast

import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from streams import clients
from streams.agent import Agent
from streams.contract import contract
from streams.errors import Fenced, NoProgress, OffsetOutOfLog
from streams.log_reader import patiently
from streams.message import ERROR, PARTITION, TOPIC, Message
from streams.settings import Settings

log = structlog.get_logger(__name__)

SETTLED_S = 15.0  # how long a worker that leaves waits for a rebalance to end: longer than the session of one that is gone
Polled = dict[int, dict[str, list[Message]]]  # by partition, by the contract's topic name


def counted(polled: Polled) -> int:
    """How many records these are."""
    return sum(len(messages) for by_topic in polled.values() for messages in by_topic.values())


def merged(first: Polled, later: Polled) -> Polled:
    """The records of two polls, as one would have brought them; ``first`` may be changed."""
    if not first:
        return later
    for partition, by_topic in later.items():
        mine = first.setdefault(partition, {})
        for topic, messages in by_topic.items():
            mine.setdefault(topic, []).extend(messages)
    return first


class Membership:
    """The group's consumer. Callbacks run inside ``poll``, in the polling thread."""

    def __init__(
        self,
        settings: Settings,
        agent: Agent,
        on_assigned: Callable[[list[int]], None],
        on_revoked: Callable[[], None],
        on_lost: Callable[[], None],
    ) -> None:
        self._settings, self._agent = settings, agent
        self._topics = {settings.topic(name): name for name in agent.inputs}
        self._on_assigned, self._on_revoked, self._on_lost = on_assigned, on_revoked, on_lost
        self._ends: dict[tuple[str, int], int] = {}  # where the log's end was last met
        self._placed: dict[tuple[str, int], int] = {}  # where reading was to begin, by physical topic and partition
        self._failure: BaseException | None = None
        self._awaits = False  # partitions that are on their way
        self.broker_away = False
        self.consumer = Consumer(clients.group_consumer(settings, agent.name, self._on_error))

    def join(self) -> None:
        """Subscribe; the assignment comes in a later poll."""
        self._awaits = True
        self.consumer.subscribe(list(self._topics), on_assign=self._assign, on_revoke=self._revoke, on_lost=self._lose)

    def poll(self, most: int, wait_s: float) -> Polled:
        """Up to ``most`` records, waiting at most ``wait_s`` for the first. Raises what a rebalance callback raised."""
        first = self.consumer.poll(wait_s)
        messages = [] if first is None else [first, *self.consumer.consume(most - 1, 0)]
        self.broker_away = self.broker_away and not messages
        if self._failure is not None:
            raise self._failure
        return self._sorted(cast("list[Message]", messages))

    def _sorted(self, messages: list[Message]) -> Polled:
        polled: Polled = {}
        for partition, of_partition in groupby(messages, PARTITION):
            for topic, found in groupby(of_partition, TOPIC):
                run = list(found)
                if any(map(ERROR, run)):
                    run = [message for message in run if self._is_record(message)]
                if run:
                    polled.setdefault(partition, {}).setdefault(self._topics[topic], []).extend(run)
        return polled

    def _is_record(self, message: Message) -> bool:
        error = message.error()
        if error is not None:
            self._note(message, error)
        return error is None

    def _note(self, message: Message, error: KafkaError) -> None:
        if error.code() == KafkaError._PARTITION_EOF:
            self._ends[(self._topics[message.topic()], message.partition())] = message.offset()
        elif error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
            raise OffsetOutOfLog(f"{message.topic()}, partition {message.partition()}: the position is not in the log: {error.str()}")
        elif _is_fatal(error):
            raise _fenced(error)
        else:
            log.warning("poll", error=error.str())

    def _on_error(self, error: KafkaError) -> None:
        self.broker_away = error.code() == KafkaError._ALL_BROKERS_DOWN or self.broker_away
        if _is_fatal(error):
            self._failure = self._failure or _fenced(error)

    def metadata(self) -> Any:
        """What a transaction needs to know of the group; asked for in the polling thread."""
        return self.consumer.consumer_group_metadata()

    def positions(self, partition: int, offsets: Mapping[str, int]) -> list[TopicPartition]:
        """Offsets of a task's inputs as Kafka wants them."""
        return [TopicPartition(self._settings.topic(topic), partition, offset) for topic, offset in offsets.items()]

    def committed(self, partition: int) -> dict[str, int] | None:
        """The group's offsets of a partition by input, once no transaction may still change them; None where it never committed any."""
        found = self._committed(self.positions(partition, dict.fromkeys(self._agent.inputs, 0)))
        return {self._topics[one.topic]: one.offset for one in found if one.offset >= 0} or None

    def _committed(self, places: list[TopicPartition]) -> list[TopicPartition]:
        def ask() -> list[TopicPartition]:
            found = self.consumer.committed(places, 10)
            for error in (one.error for one in found if one.error is not None):
                raise KafkaException(error)
            return found

        return patiently(ask)

    def resume(self, partition: int, offsets: Mapping[str, int], rewound: bool) -> None:
        """Read a partition's inputs on, from these offsets where they were ``rewound``, or are not those that were assigned."""
        for position in self.positions(partition, offsets):
            if rewound or position.offset != self._placed[position.topic, partition]:
                self.consumer.seek(position)
        self.consumer.resume(self.positions(partition, offsets))

    def pause(self, partitions: Mapping[int, Any]) -> None:
        """Stop reading some partitions' inputs; what was fetched of them is forgotten."""
        self.consumer.pause([place for p in partitions for place in self.positions(p, dict.fromkeys(self._agent.inputs, 0))])

    def lag(self, partition: int, offsets: Mapping[str, int]) -> dict[str, int]:
        """Records of each input between its position and its end, as of the latest fetch."""
        lags = {}
        for position in self.positions(partition, offsets):
            topic = self._topics[position.topic]
            known = self.consumer.get_watermark_offsets(position, cached=True)
            high = known[1] if known else -1
            lags[topic] = max(0, high - max(position.offset, self._ends.get((topic, partition), 0)))
        return lags

    def close(self) -> None:
        """Leave; a static member's partitions stay its own until the session times out. Raises NoProgress.

        A consumer must not be closed before it has the partitions that it awaits: they are never taken then, and librdkafka may wait for
        that for ever, Python's lock in its hand (its issue 4884).
        """
        until = time.monotonic() + SETTLED_S
        while self._awaits:
            self.poll(1, 0.1)
            if time.monotonic() > until:
                raise NoProgress(f"all is committed, but its group does not settle for {SETTLED_S:.0f} s: the worker ends without leaving")
        self.consumer.close()

    def _guarded(self, call: Callable[[], None]) -> None:
        if self._failure is not None:  # the worker ends: it must not wait for what its own transaction holds up
            return
        try:
            call()
        except BaseException as error:  # librdkafka must not see it: poll raises it
            self._failure = self._failure or error

    def _assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        def call() -> None:
            self._check_whole(partitions)
            places = self._located(partitions)
            consumer.assign(places)
            consumer.pause(places)
            self._placed = {(place.topic, place.partition): place.offset for place in places}
            self._ends.clear()
            self._on_assigned(sorted({place.partition for place in places}))

        self._awaits = False
        self._guarded(call)

    def _located(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        """Where to start with each: at the committed offset, or explicitly at the log's first. Raises OffsetOutOfLog."""
        places = []
        for found in self._committed(partitions):
            low, high = patiently(partial(self.consumer.get_watermark_offsets, found, 10))
            if found.offset >= 0 and not low <= found.offset <= high:
                raise OffsetOutOfLog(
                    f"{found.topic}, partition {found.partition}: committed offset {found.offset} is outside the log ({low} to {high}). "
                    "Records were deleted before they were decided, or the topic was made anew: "
                    "restore it, or move the group's offsets and the journal knowingly"
                )
            places.append(TopicPartition(found.topic, found.partition, found.offset if found.offset >= 0 else low))
        return places

    def _check_whole(self, partitions: list[TopicPartition]) -> None:
        found: dict[int, set[str]] = {}
        for place in partitions:
            found.setdefault(place.partition, set()).add(self._topics[place.topic])
        for partition, inputs in found.items():
            if missing := set(self._agent.inputs) - inputs:
                raise ValueError(
                    f"partition {partition} of {sorted(inputs)} came without {sorted(missing)}: "
                    "an agent's topics must have equal partition counts; run `tripo topics plan`"
                )

    def _revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._guarded(self._on_revoked)
        consumer.unassign()
        self._awaits = True

    def _lose(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._guarded(self._on_lost)
        consumer.unassign()
        self._awaits = True


def _is_fatal(error: KafkaError) -> bool:
    return error.fatal() or error.code() in (KafkaError._FATAL, KafkaError.FENCED_INSTANCE_ID)


def _fenced(error: KafkaError) -> Fenced:
    return Fenced(f"{error.str()}; another worker took this one's name, or it was away for too long")


def partition_count(consumer: Consumer, settings: Settings, agent: Agent) -> int:
    """Partitions of the agent's inputs. Raises ValueError saying what to do when topics are missing or differ."""
    counts = {}
    for name in agent.inputs:
        metadata = patiently(partial(consumer.list_topics, settings.topic(name), 10)).topics[settings.topic(name)]
        counts[name] = len(metadata.partitions)
    if min(counts.values()) == 0 or len(set(counts.values())) > 1:
        wanted = {name: contract().topic(name).partitions for name in counts}
        raise ValueError(f"inputs of {agent.name} have partitions {counts}, the contract says {wanted}; run `tripo topics apply`")
    return counts[agent.inputs[0]]
