"""Dead-letter topics → their letters, read one by one, and which of them a re-drive has already dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka.admin import AdminClient

from ops.decoding import UnreadableError, decode
from ops.lag import agents
from ops.reading import LogError, Place, Reader, ends, lows, partitions, since
from streams.contract import contract
from streams.dead_letters import REPLAYED_FROM, topic_of
from streams.message import Message
from streams.settings import settings

NO_LETTER = "NoDeadLetter"  # class of records in a dead-letter topic that cannot be read themselves


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter: where it lies, and what it says. ``fields`` are those of schemas/dead-letter.avsc."""

    agent: str
    partition: int
    offset: int
    fields: dict[str, Any]

    @property
    def error(self) -> str:
        """The class of what was wrong."""
        return str(self.fields["error"])

    @property
    def coordinates(self) -> str:
        """Where the letter lies."""
        return f"{topic_of(self.agent)}/{self.partition}/{self.offset}"

    @property
    def source(self) -> str:
        """Where the record lay."""
        return f"{self.fields['topic']}/{self.fields['partition']}/{self.fields['offset']}"

    @property
    def again(self) -> bool:
        """Whether the record had been re-driven already when it became this letter."""
        return any(header["key"] == REPLAYED_FROM for header in self.fields["headers"])


def letter(agent: str, message: Message) -> Letter:
    """A record of a dead-letter topic, read. What is no dead letter itself becomes one of class NO_LETTER."""
    value = message.value()
    try:
        fields = decode(value or b"").fields
        if "error" not in fields:
            raise UnreadableError("not a dead letter's schema")
    except UnreadableError as e:
        fields = {"agent": agent, "topic": topic_of(agent), "partition": message.partition(), "offset": message.offset()}
        fields |= {"timestamp": message.timestamp()[1], "at": message.timestamp()[1], "error": NO_LETTER, "message": str(e)}
        fields |= {"key": message.key(), "value": value, "headers": []}
    return Letter(agent, message.partition(), message.offset(), fields)


def original(found: Letter) -> tuple[bytes | None, list[tuple[str, bytes | None]]]:
    """Value and headers of the record as it came; of a topic with personal data they are read from there. Raises LogError."""
    fields = found.fields
    if not contract().topic(fields["topic"]).personal:
        return fields["value"], [(header["key"], header["value"]) for header in fields["headers"]]
    place = (fields["topic"], fields["partition"])
    with Reader() as reader:
        for message in reader.until({place: fields["offset"]}, {place: fields["offset"] + 1}):
            if message.offset() == fields["offset"]:
                headers = message.headers() or ()
                return message.value(), [(key, value.encode() if isinstance(value, str) else value) for key, value in headers]
    raise LogError(f"{found.source} holds personal data and is gone from its topic: it cannot be written again")


def spans(client: AdminClient, agent: str, since_ms: int | None = None) -> tuple[dict[Place, int], dict[Place, int]]:
    """Begin and end of each partition of an agent's dead letters, from a time on. Raises LogError."""
    topic = topic_of(agent)
    places: list[Place] = [(topic, p) for p in partitions(client, topic)]
    end = ends(client, places)
    if since_ms is None:
        return lows(client, places), end
    return {place: end[place] if first < 0 else first for place, first in since(client, places, since_ms).items()}, end


def letters(agent: str, starts: dict[Place, int], end: dict[Place, int]) -> Iterator[Letter]:
    """The dead letters in a span, partition by partition interleaved, each in offset order. Raises LogError."""
    with Reader() as reader:
        for message in reader.until(starts, end):
            yield letter(agent, message)


def one(client: AdminClient, agent: str, partition: int, offset: int) -> Letter:
    """The dead letter at a place. Raises LogError when there is none."""
    starts, end = spans(client, agent)
    place = (topic_of(agent), partition)
    if place in starts and starts[place] <= offset < end[place]:
        for found in letters(agent, {place: offset}, {place: offset + 1}):
            if found.offset == offset:
                return found
    where = f"{topic_of(agent)}/{partition}/{offset}"
    raise LogError(f"there is no dead letter at {where}; `tripo dead ls {agent}` shows the latest of each class")


def chosen(agent: str | None) -> list[str]:
    """The agent named, or all that have a dead-letter topic. Raises KeyError saying which agents there are."""
    known = sorted(agents())
    if agent is None:
        return known
    if agent not in known:
        raise KeyError(f"there is no agent {agent!r}; the agents are: {', '.join(known)}")
    return [agent]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters a re-drive takes: of one error class or (None) all; first-time letters or, ``again``, only those that came back."""

    agent: str
    error: str | None = None
    again: bool = False

    @property
    def group(self) -> str:
        """The consumer group whose committed offsets say how far letters chosen like this have been re-driven."""
        name = f"dead-replay{'-again' if self.again else ''}.{self.agent}"
        return settings().namespace + (name if self.error is None else f"{name}.{self.error}")
