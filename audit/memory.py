"""Records in memory where an audit reads Kafka: a piece of a log that may be damaged, to see that the damage is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """A record, with a consumed message's accessors."""

    at: int
    of_key: bytes | None
    of_value: bytes | None
    ts: int

    def offset(self) -> int:
        """Where it lies."""
        return self.at

    def key(self) -> bytes | None:
        """Its key."""
        return self.of_key

    def value(self) -> bytes | None:
        """Its value."""
        return self.of_value

    def timestamp(self) -> tuple[int, int]:
        """Kind of time, and ms."""
        return 1, self.ts

    @property
    def size(self) -> int:
        """Bytes of its key and value."""
        return len(self.of_key or b"") + len(self.of_value or b"")

    def flipped(self, byte: int, bit: int) -> Kept:
        """The record with one bit of its key and value, joined, flipped."""
        cut = len(self.of_key or b"")
        both = bytearray((self.of_key or b"") + (self.of_value or b""))
        both[byte] ^= 1 << bit
        return replace(self, of_key=None if self.of_key is None else bytes(both[:cut]), of_value=bytes(both[cut:]))


def kept(message: Any) -> Kept:
    """A consumed record, to be kept."""
    return Kept(message.offset(), message.key(), message.value(), message.timestamp()[1])


class MemoryStream:
    """Records in memory as a stream; see audit.log.Stream."""

    def __init__(self, records: Sequence[Kept], low: int, start: int | None) -> None:
        self._left = [m for m in records if start is None or m.offset() >= start]
        self.start = low if start is None else start
        self.end = records[-1].offset() + 2 if records else low
        self.read = len(self._left)

    def peek(self, count: int, patient: bool = False) -> list[Any]:
        """The next records; they stay."""
        return list(islice(self._left, count))

    def skip(self, count: int) -> None:
        """The next records are done with."""
        del self._left[:count]

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._left))


@dataclass(frozen=True, slots=True)
class MemoryLog:
    """Stands for audit.log.Log over one partition; ``lows`` are the topics' first offsets where retention deleted something."""

    topics: Mapping[str, Sequence[Kept]]
    lows: Mapping[str, int] = field(default_factory=dict)

    def stream(self, topic: str, partition: int, start: int | None = None, end: int | None = None) -> MemoryStream:
        """The records of a topic."""
        records = [m for m in self.topics.get(topic, ()) if end is None or m.at < end]
        return MemoryStream(records, self.lows.get(topic, 0), start)

    def since(self, topic: str, partition: int, ms: int) -> int:
        """The first offset at or after a time."""
        return next((m.at for m in self.topics.get(topic, ()) if m.ts >= ms), self.lows.get(topic, 0))

    def begins(self, topic: str, partition: int) -> int:
        """The first offset that is still there."""
        return self.lows.get(topic, 0)

    def grew(self, topic: str, partition: int, beyond: int) -> bool:
        """It never does."""
        return False
