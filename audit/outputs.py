"""What a task's journal says it wrote to one topic, against what lies there: digest by digest. Pure but for its source of records.

The outputs of journal record n directly follow those of n - 1. Where a digest does not agree, or the beginning is not known (records
that retention has deleted), the records' own times tell which belong to a journal record: they lie between the ``now`` of its first step
and the time of the journal record itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Protocol

from audit.blame import HASHED_LIMIT, blame
from audit.faults import INSERTED, Fault
from streams.journal import OutputDigest
from streams.message import Message
from streams.packed import Packed

MARGIN = 64  # records looked at beyond what was journalled
MOST = 1_000_000  # records that one journal record may plausibly name: more were written into it by damage


class Source(Protocol):
    """The records of one topic's partition, in order, from where the walk begins: offsets [start, end), ``read`` so far."""

    start: int
    end: int
    read: int

    def peek(self, count: int, patient: bool = False) -> Sequence[Message]:
        """The next ``count`` records, fewer at the end; they stay. ``patient``: wait a little for those that may just be coming."""
        ...

    def skip(self, count: int) -> None:
        """The next ``count`` records are done with."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """What a journal record says of one topic: its own number and time, its first step's ``now``, and count and digest of what it wrote."""

    sequence: int
    timestamp: int
    now: int
    count: int
    digest: bytes


@dataclass(slots=True)
class Outputs:
    """One topic's partition. ``sure``: its first record is the first output that the journal's first record names.

    ``compacted``: records may be missing because a later one has the same key: then a digest cannot be checked here.
    Decisions are never compacted away: there is one for each key.
    """

    topic: str
    partition: int
    source: Source
    sure: bool
    compacted: bool
    limit: int = HASHED_LIMIT  # bytes hashed to name a fault
    settled_ms: int = 0  # what was written by then is all to be seen: what is missing need not be waited for
    faults: list[Fault] = field(default_factory=list)
    checked: int = 0  # records whose digest agrees
    unchecked: int = 0  # records of which some are compacted away, or deleted by retention
    gone: int = 0  # of journal records, whose outputs are no longer there
    at: int = field(init=False)  # the offset to go on at

    def __post_init__(self) -> None:
        self.at = self.source.start

    def _done(self, window: Sequence[Message]) -> Sequence[Message]:
        self.source.skip(len(window))
        self.at = window[-1].offset() + 1 if window else self.at
        return window

    def take(self, due: Due) -> Sequence[Message]:
        """The records of one journal record, in order, judged; those that are there."""
        if not 0 <= due.count <= MOST:  # the journal record is damaged, as its chain tells
            return self._done(self._until(due))
        if not self.sure and not self._begin(due):
            self.gone += 1
            return []
        window = self.source.peek(due.count, patient=due.timestamp > self.settled_ms)
        if len(window) == due.count and digest(window) == due.digest:
            self.checked += due.count
            return self._done(window)
        return self._judge(due)

    def _begin(self, due: Due) -> bool:
        """Find where the outputs of the journal's first records lie; whether they are still there, all of them."""
        while (first := self.source.peek(1)) and first[0].timestamp()[1] < due.now:
            self._done(first)
        ahead = self.source.peek(due.count)
        if not ahead or ahead[0].timestamp()[1] > due.timestamp:
            return False
        if len(ahead) == due.count and digest(ahead) == due.digest:
            self.sure = True
            return True
        self.sure = True
        window = self._until(due)
        if len(window) >= due.count:
            return True
        self.unchecked += len(self._done(window))  # the others were deleted
        return False

    def _until(self, due: Due) -> list[Message]:
        """The next records up to the journal record's time: what it wrote, by their times."""
        return list(takewhile(lambda m: m.timestamp()[1] <= due.timestamp, self.source.peek(min(max(due.count, 0), MOST) + MARGIN)))

    def _judge(self, due: Due) -> Sequence[Message]:
        """The digest does not agree: say what is wrong, and how many records to go on after."""
        window = self._until(due)
        missing = due.count - len(window)
        self._done(window)
        if missing > 0 and self.compacted:
            self.unchecked += len(window)
            return window
        self.faults.append(blame(self.topic, self.partition, due.sequence, due.count, due.digest, window, self.limit))
        return window

    def left(self) -> Fault | None:
        """After the last journal record nothing may be left."""
        first = next(iter(self.source.peek(1)), None)
        if first is None:
            return None
        said = "from here on no journal record names what is here: inserted, or the journal's end is missing"
        return Fault(INSERTED, self.topic, self.partition, first.offset(), None, said)


def digest(messages: Sequence[Message]) -> bytes:
    """The digest of records as a journal record has it."""
    one = OutputDigest()
    one.add(Packed.of([m.key() for m in messages]), Packed.of([m.value() for m in messages]))
    return one.digest()
