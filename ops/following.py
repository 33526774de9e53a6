"""Topics of the contract → their committed records from now on (or from some way back), as frames, for whoever only watches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from ops.reading import TIMEOUT_S, LogError, Place, admin, away, ends, lows, partitions
from streams import clients
from streams.avro import codec
from streams.message import Message
from streams.settings import settings

ALL = 2**62  # records back: from the beginning of the log
MOST = 20_000  # messages of one poll


@dataclass(frozen=True, slots=True)
class Part:
    """Readable records of one partition in offset order; each array has the frame's height."""

    topic: str  # the contract's name
    partition: int
    offsets: npt.NDArray[np.int64]
    timestamps: npt.NDArray[np.int64]  # the records' own, ms
    frame: pl.DataFrame


class Follower:
    """Reads in assign mode, read_committed, and commits nothing. Not for several threads."""

    def __init__(self, topics: Iterable[str], back: Mapping[str, int] | None = None) -> None:
        """Follow ``topics`` from their ends of this moment, or from as many offsets ``back`` in every partition. Raises LogError."""
        self._admin = admin()
        places = [(topic, p) for topic in topics for p in partitions(self._admin, topic)]
        first, last = lows(self._admin, places), ends(self._admin, places)
        self.starts: dict[Place, int] = {at: max(first[at], last[at] - (back or {}).get(at[0], 0)) for at in places}
        self.positions = dict(self.starts)  # the offset after the last record handed out
        self._consumer = Consumer(clients.reader(settings(), "following") | {"auto.offset.reset": "earliest", "log_level": 0})
        self._consumer.assign([TopicPartition(settings().topic(topic), p, offset) for (topic, p), offset in self.starts.items()])

    def close(self) -> None:
        """Give back the connections."""
        self._consumer.close()

    def poll(self, timeout_s: float) -> list[Part]:
        """What has come; waits up to ``timeout_s`` for a first record. Unreadable records are passed over."""
        first = self._consumer.poll(timeout_s)
        if first is None:
            return []
        by_place: dict[Place, list[Message]] = {}
        for message in cast("list[Message]", [first, *self._consumer.consume(MOST, 0)]):
            at = (settings().logical(message.topic()), message.partition())
            error = message.error()
            if error is None:
                by_place.setdefault(at, []).append(message)
                self.positions[at] = message.offset() + 1
            elif error.code() == KafkaError._PARTITION_EOF:
                self.positions[at] = max(self.positions[at], message.offset())  # past the markers of transactions, too
            elif error.fatal():
                raise away(KafkaException(error))
        return [_part(*at, messages) for at, messages in by_place.items()]

    def ends(self, topics: Iterable[str]) -> dict[Place, int]:
        """The present ends of what is committed in some of the topics. Raises LogError."""
        wanted = set(topics)
        return ends(self._admin, [at for at in self.starts if at[0] in wanted])

    def has_read(self, until: Mapping[Place, int]) -> bool:
        """Whether everything before those offsets has been handed out."""
        return all(self.positions[at] >= offset for at, offset in until.items())

    def read_to_end(self) -> list[Part]:
        """All from the starts to the present ends. Raises LogError when it does not come."""
        until, parts = self.ends({topic for topic, _ in self.starts}), []
        heard = time.monotonic()
        while not self.has_read(until):
            found = self.poll(0.5)
            parts += found
            if found:
                heard = time.monotonic()
            elif time.monotonic() - heard > TIMEOUT_S:
                raise LogError(f"no records for {TIMEOUT_S:.0f} s before the topics' ends; is the broker at {settings().brokers} running?")
        return parts


def _part(topic: str, partition: int, messages: list[Message]) -> Part:
    decoded = codec(topic).decode([m.value() for m in messages])
    good = [messages[i] for i in decoded.rows.tolist()]
    offsets = np.fromiter((m.offset() for m in good), np.int64, len(good))
    return Part(topic, partition, offsets, np.fromiter((m.timestamp()[1] for m in good), np.int64, len(good)), decoded.frame)
