"""Topics of the contract by partition and offset → their committed records, as many as are asked for at a time.

Every stream has a consumer of its own, in assign mode: it joins no group, commits nothing, and fetches ahead no more than its queue holds.
Where little is read of many topics they all take turns on one: a connection costs more than some thousand records.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from types import TracebackType
from typing import Self

from confluent_kafka import TopicPartition

from streams.log_reader import LogReader, patiently
from streams.message import Message
from streams.settings import settings

COMMIT_S = 2.0
FIRST_S = 8.0  # for the first answer of a broker, which may be away
PIECE = 64  # offsets that a stream reads in its turn, at least
GROUP = "audit"  # a name librdkafka wants; nothing is ever committed under it


class Stream:
    """The committed records of one topic's partition in [start, end), in order; from a ``shared`` reader in pieces, or from its own."""

    def __init__(self, topic: str, partition: int, start: int, end: int, shared: LogReader | None = None) -> None:
        self.topic, self.partition, self.start, self.end = topic, partition, start, end
        self._grows = True
        self.read = 0  # records so far
        self.taken = 0  # of them, those that were read elsewhere
        self._shared, self._next = shared, start
        self._reader: LogReader | None = None
        self._waiting: deque[Message] = deque()
        self._batches: Generator[list[Message], None, None] | None = None

    def peek(self, count: int, patient: bool = False) -> Sequence[Message]:
        """The next records, fewer at the end; they stay. Raises OffsetOutOfLog.

        ``patient``: where the end comes too soon, it is asked for once more: a transaction's records are seen partition by partition.
        """
        while (missing := count - len(self._waiting)) > 0 and (self._more(missing) or (patient and self._grown())):
            pass
        return list(islice(self._waiting, count))

    def take(self, messages: Sequence[Message], end: int) -> None:
        """Records up to ``end``, which were read elsewhere, come next."""
        self.read += len(messages)
        self.taken += len(messages)
        self._waiting.extend(messages)
        self.end = self._next = end

    def skip(self, count: int) -> None:
        """The next records are done with."""
        for _ in range(min(count, len(self._waiting))):
            self._waiting.popleft()

    def until(self, offset: int) -> list[Message]:
        """The next records below an offset, done with. Raises OffsetOutOfLog."""
        while (not self._waiting or self._waiting[-1].offset() < offset - 1) and self._more(offset - self._next):
            pass
        found = []
        while self._waiting and self._waiting[0].offset() < offset:
            found.append(self._waiting.popleft())
        return found

    def __iter__(self) -> Iterator[Message]:
        while self._waiting or self._more(PIECE):
            if self._waiting:
                yield self._waiting.popleft()

    def _more(self, wanted: int) -> bool:
        """Fetch further records, from a shared reader about as many as are wanted; False at the end."""
        if self._shared is not None:
            return self._piece(self._shared, max(wanted, PIECE, self.read))  # who wants more and more is given more at a time
        if self._batches is None:
            if self.start >= self.end:
                return False
            self._reader = self._reader or LogReader(settings(), GROUP, log_level=0)
            self._batches = self._reader.read({self.topic: self.start}, self.partition, {self.topic: self.end})
        batch = next(self._batches, None)
        if batch is None:
            return False
        self.read += len(batch)
        self._waiting.extend(batch)
        return True

    def _piece(self, reader: LogReader, offsets: int) -> bool:
        """Fetch the next piece of so many offsets that has records; False at the end."""
        found: list[Message] = []
        while self._next < self.end and not found:
            until = min(self.end, self._next + offsets)
            found = [m for batch in reader.read({self.topic: self._next}, self.partition, {self.topic: until}) for m in batch]
            self._next = until
        self.read += len(found)
        self._waiting.extend(found)
        return bool(found)

    def _grown(self) -> bool:
        """Whether there is more by now than at the beginning; asked once, for as long as a commit may take to be seen."""
        deadline = time.monotonic() + COMMIT_S
        while self._grows and time.monotonic() < deadline:
            reader = self._shared or self._reader or LogReader(settings(), GROUP, log_level=0)
            self._reader = None if self._shared is not None else reader
            _, high = reader.bounds(self.topic, self.partition)
            if high > self.end:
                if self._shared is None:
                    self._batches = reader.read({self.topic: self.end}, self.partition, {self.topic: high})
                self.end, self._grows = high, False
                return True
            time.sleep(0.05)
        self._grows = False
        return False

    def close(self) -> None:
        """Give back the connection."""
        if self._batches is not None:
            self._batches.close()
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()


Spans = dict[str, int]  # what was read of one partition: ``from`` this offset ``to`` before that one, so many ``records``


def joined(*parts: Mapping[str, Spans]) -> dict[str, Spans]:
    """What was read by several, as one; by ``topic[partition]``."""
    out: dict[str, Spans] = {}
    for place, new in ((place, new) for part in parts for place, new in part.items()):
        old = out.get(place, {"from": new["from"], "to": new["to"], "records": 0})
        out[place] = {"from": min(old["from"], new["from"]), "to": max(old["to"], new["to"]), "records": old["records"] + new["records"]}
    return out


class Log:
    """An agent's topics on the broker of the settings: where they begin and end, and streams of them, closed together.

    ``little``: of each stream a few thousand records are wanted, not all.
    """

    def __init__(self, *, little: bool = False) -> None:
        self.reader = LogReader(settings(), GROUP, log_level=0)
        self.little = little
        self._shared = self.reader if little else None
        self._streams: list[Stream] = []
        self._some: dict[str, Spans] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close_streams()
        self.reader.close()

    def close_streams(self) -> None:
        """Give back the streams' connections."""
        for stream in self._streams:
            stream.close()
        self._streams = []

    def stream(self, topic: str, partition: int, start: int | None = None, end: int | None = None) -> Stream:
        """The records of [start, end), by default all that are committed now."""
        if start is None or end is None:
            low, high = self.reader.bounds(topic, partition)
            start, end = low if start is None else start, high if end is None else end
        found = Stream(topic, partition, start, end, self._shared)
        self._streams.append(found)
        return found

    def some(self, topic: str, partition: int, start: int, end: int) -> list[Message]:
        """The records of a short range [start, end). Raises OffsetOutOfLog."""
        return self.several({topic: (start, end)}, partition)[topic]

    def several(self, spans: Mapping[str, tuple[int, int]], partition: int) -> dict[str, list[Message]]:
        """The records of short ranges [start, end) of several topics, by topic. Raises OffsetOutOfLog."""
        starts, ends = {topic: start for topic, (start, _) in spans.items()}, {topic: end for topic, (_, end) in spans.items()}
        found: dict[str, list[Message]] = {topic: [] for topic in spans}
        for batch in self.reader.read(starts, partition, ends):
            for message in batch:
                found[settings().logical(message.topic())].append(message)
        told = {f"{topic}[{partition}]": {"from": spans[topic][0], "to": spans[topic][1], "records": len(found[topic])} for topic in spans}
        self._some = joined(self._some, told)
        return found

    def read(self) -> dict[str, Spans]:
        """What was read so far, from where; not the few records by which a place in a log was found."""
        streams = [
            {f"{one.topic}[{one.partition}]": {"from": one.start, "to": one.end, "records": one.read - one.taken}}
            for one in self._streams
            if one.read > one.taken
        ]
        return joined(self._some, *streams)

    def partitions(self, topic: str) -> range:
        """The partitions of a topic; none where the broker does not have it."""
        name = settings().topic(topic)
        found = patiently(lambda: self.reader.consumer.list_topics(name, 10)).topics[name]
        return range(0 if found.error is not None else len(found.partitions))

    def since(self, topic: str, partition: int, ms: int) -> int:
        """The offset of the first record at or after a time; the end where there is none."""
        at = TopicPartition(settings().topic(topic), partition, ms)
        (found,) = patiently(lambda: self.reader.consumer.offsets_for_times([at], 10))
        return found.offset if found.offset >= 0 else self.reader.bounds(topic, partition)[1]

    def begins(self, topic: str, partition: int) -> int:
        """The first offset that is still there."""
        return self.reader.bounds(topic, partition)[0]

    def grew(self, topic: str, partition: int, beyond: int) -> bool:
        """Whether a topic goes on beyond an offset by now, or within as long as a commit may take to be seen."""
        deadline = time.monotonic() + COMMIT_S
        while self.reader.bounds(topic, partition)[1] <= beyond:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def cluster(self) -> str:
        """Which cluster this is: what is remembered of one must not be taken for another's."""
        metadata = patiently(lambda: self.reader.consumer.list_topics(timeout=FIRST_S), 0)
        return str(metadata.cluster_id or "unknown")
