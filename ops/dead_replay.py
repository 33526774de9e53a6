"""Dead letters → their records again in their source topics, each once however often it is asked for.

A re-drive writes the records and, in the same transaction, the offsets up to which it has come as those of a consumer group: of
``dead-replay.<agent>`` when it takes every class, of ``dead-replay.<agent>.<error>`` when it takes one. So a letter of class E has been
re-driven if and only if its offset is below the position of either; a second re-drive finds nothing. Records that became dead letters
again after a re-drive are left alone, lest they go round for ever: ``again`` takes those and only those, with groups of its own.

Brokers forget a group's offsets some days after the last commit (offsets.retention.minutes). Where a position is missing and a letter is
older than that, nobody can tell whether it was re-driven: the caller must say whether to take such letters or to leave them.

A re-driven record has its letter's partition, key, value and headers, and a new timestamp: with its old one retention could delete it at
once. The original time stays in the letter, whose coordinates are in the header ``tripo-replayed-from``.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Literal

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from ops.dead_letters import NO_LETTER, Choice, Letter, letters, original, spans
from ops.lag import committed_of
from ops.reading import TIMEOUT_S, LogError, Place, answered, away
from streams.clients import LARGEST_MESSAGE, access
from streams.contract import contract
from streams.dead_letters import REPLAYED_FROM, topic_of
from streams.settings import settings

BATCH = 500  # letters of one transaction
CLOCKS_DIFFER_MS = 3_600_000
Older = Literal["ask", "take", "leave"]


class OlderLettersError(LogError):
    """Some letters are so old that the broker may have forgotten that they were re-driven."""


@dataclass(slots=True)
class Progress:
    """Which letters have been re-driven, by the positions that Kafka holds."""

    client: AdminClient
    places: list[Place]  # the partitions of an agent's dead letters
    retention_ms: int = field(init=False)
    _positions: dict[Choice, dict[Place, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.retention_ms = _offsets_retention_ms(self.client)

    def position(self, choice: Choice, partition: int) -> int | None:
        """How far letters chosen that way have been re-driven, or None where Kafka knows of no re-drive."""
        if choice not in self._positions:
            self._positions[choice] = committed_of(choice.group, self.places)
        return self._positions[choice].get((topic_of(choice.agent), partition))

    def state(self, letter: Letter, now: int) -> Literal["waiting", "done", "unknown"]:
        """Whether a letter has been re-driven; ``unknown`` when it is too old to tell."""
        every = Choice(letter.agent, None, letter.again)
        known = [self.position(choice, letter.partition) for choice in (every, replace(every, error=letter.error))]
        if any(position is not None and letter.offset < position for position in known):
            return "done"
        old = int(letter.fields["at"]) < now - self.retention_ms + CLOCKS_DIFFER_MS
        return "unknown" if old and None in known else "waiting"


@dataclass(slots=True)
class Redriven:
    """What a re-drive did: letters taken by class, letters it could not send anywhere, and letters too old to tell that it left."""

    taken: Counter[str] = field(default_factory=Counter)
    homeless: int = 0
    left: int = 0


@dataclass(slots=True)
class Plan:
    """What a re-drive of a choice is to take: walked once to count, and once more to write."""

    progress: Progress
    choice: Choice
    older: Older
    starts: dict[Place, int]
    end: dict[Place, int]
    now: int

    def walk(self, figures: Redriven) -> Iterator[Letter]:
        """The letters to take, in order; ``figures`` counts them and the others. Raises LogError."""
        for found in letters(self.choice.agent, self.starts, self.end):
            if found.again != self.choice.again or self.choice.error not in (None, found.error):
                continue
            state = self.progress.state(found, self.now)
            if state == "unknown" and self.older != "take":
                figures.left += 1
            elif state != "done" and (found.error == NO_LETTER or found.fields["topic"] not in contract().topics):
                figures.homeless += 1
            elif state != "done":
                figures.taken[found.error] += 1
                yield found


def plan(client: AdminClient, choice: Choice, older: Older) -> tuple[Plan, Redriven]:
    """What a re-drive would do, and its figures. Raises LogError, OlderLettersError."""
    starts, end = spans(client, choice.agent)
    progress, figures = Progress(client, list(end)), Redriven()
    starts = {place: max(start, progress.position(choice, place[1]) or 0) for place, start in starts.items()}
    made = Plan(progress, choice, older, starts, end, time.time_ns() // 1_000_000)
    deque(made.walk(figures), maxlen=0)
    if figures.left and older == "ask":
        days = progress.retention_ms / 86_400_000
        raise OlderLettersError(
            f"{figures.left} letters of {choice.agent} are older than the {days:g} days for which the broker remembers a re-drive, so they "
            "may have been re-driven already; say --older take to re-drive them too, or --older leave to leave them for good"
        )
    return made, figures


def redrive(client: AdminClient, choice: Choice, older: Older, advanced: Callable[[int, int], None]) -> Redriven:
    """Re-drive what is waiting; ``advanced(done, of)`` is told. Raises LogError, OlderLettersError: what is committed by then stays so."""
    conf = access(settings()) | {"log_level": 0}
    own = {"transactional.id": f"{settings().namespace}dead-replay.{choice.agent}", "message.max.bytes": LARGEST_MESSAGE}
    producer = Producer(conf | own | {"transaction.timeout.ms": 30_000, "partitioner": "murmur2_random"})
    consumer = Consumer(conf | {"group.id": choice.group})
    try:
        producer.init_transactions(TIMEOUT_S)  # ends another re-drive of this agent: what it left open is undone before this one is planned
        made, figures = plan(client, choice, older)
        rest, done = made.walk(Redriven()), 0
        while batch := list(islice(rest, BATCH)):
            _commit(producer, consumer, batch, {(topic_of(choice.agent), found.partition): found.offset + 1 for found in batch})
            done += len(batch)
            advanced(done, figures.taken.total())
        _commit(producer, consumer, [], made.end)
    except KafkaException as e:
        if e.args[0].code() in (KafkaError._FENCED, KafkaError.INVALID_PRODUCER_EPOCH):
            raise LogError(f"another re-drive of {choice.agent} has begun; this one has stopped") from None
        raise away(e) from None
    finally:
        consumer.close()
    return figures


def _commit(producer: Producer, consumer: Consumer, batch: list[Letter], positions: dict[Place, int]) -> None:
    """One transaction: the letters' records, and the positions. Raises KafkaException, nothing of it then being visible."""
    refused: list[KafkaError] = []

    def delivered(error: KafkaError | None, _: Any) -> None:
        if error is not None:
            refused.append(error)

    producer.begin_transaction()
    try:
        for found in batch:
            _produce(producer, found, delivered)
        producer.flush(TIMEOUT_S)
        if refused:
            raise KafkaException(refused[0])
        offsets = [TopicPartition(settings().topic(topic), partition, offset) for (topic, partition), offset in positions.items()]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), TIMEOUT_S)
        producer.commit_transaction(TIMEOUT_S)
    except KafkaException:
        _abort(producer)
        raise


def _produce(producer: Producer, found: Letter, delivered: Callable[[KafkaError | None, Any], None]) -> None:
    fields = found.fields
    value, given = original(found)
    headers: list[tuple[str, str | bytes | None]] = [(key, each) for key, each in given if key != REPLAYED_FROM]
    headers.append((REPLAYED_FROM, found.coordinates.encode()))
    topic = settings().topic(fields["topic"])
    while True:
        try:
            producer.produce(topic, value, fields["key"], fields["partition"], headers=headers, on_delivery=delivered)
            return
        except BufferError:  # the queue is full: large records
            producer.poll(0.1)


def _abort(producer: Producer) -> None:
    try:
        producer.abort_transaction(TIMEOUT_S)
    except KafkaException:
        return  # fenced, or the broker is away: it ends the transaction by itself


def _offsets_retention_ms(client: AdminClient) -> int:
    """For how long the broker remembers a group's offsets. Raises LogError."""
    try:
        nodes = answered(client.describe_cluster(request_timeout=TIMEOUT_S)).nodes
        resource = ConfigResource(ResourceType.BROKER, str(nodes[0].id))
        (answer,) = client.describe_configs([resource], request_timeout=TIMEOUT_S).values()
        return int(answered(answer)["offsets.retention.minutes"].value) * 60_000
    except KafkaException as e:
        raise away(e) from None
