"""A task's journal, record by record → the records that belong to its chain, and every place where the chain does not hold. Pure.

A record names the hash of the one before it. So of what does not fit together, which record is at fault can be told from its neighbours:
a changed record's hash is no longer named by the next one; a dropped record leaves a hole in the sequence; an inserted one is named by
nobody; of records in another order the true next one lies further on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audit.faults import CHANGED, DROPPED, INSERTED, REORDERED, UNREADABLE, Fault
from streams import journal

LOOK_AHEAD = 64  # records within which the true next one is looked for


@dataclass(frozen=True, slots=True)
class Link:
    """A journal record, where it lies, and its hash. ``record`` is None where it cannot be read."""

    offset: int
    timestamp: int
    hash: bytes
    record: journal.Record | None

    @property
    def sequence(self) -> int | None:
        """The record's own number."""
        return None if self.record is None else self.record["sequence"]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain was walked: the last record's number, offset and hash."""

    sequence: int
    offset: int
    hash: bytes


def link(topic: str, offset: int, timestamp: int, value: bytes | None) -> Link:
    """A journal record as the chain needs it; one that cannot be read, or that is not written as the runtime writes, has no record."""
    whole = value or b""
    try:
        record: journal.Record | None = journal.decode(topic, whole)
    except Exception:  # fastavro raises what the bytes happen to lead it to
        record = None
    return Link(offset, timestamp, journal.chain_hash(whole), record)


@dataclass(slots=True)
class Chain:
    """The journal of one task. ``known``: what an earlier walk remembers of it, compared when the walk comes by."""

    topic: str
    partition: int
    known: Head | None = None
    faults: list[Fault] = field(default_factory=list)
    first: int | None = None  # sequence of the first record that was there
    head: Head | None = None
    _due: int = 0  # the sequence of the next record
    _ahead: deque[Link] = field(default_factory=deque)

    def walk(self, links: Iterable[Link]) -> Iterator[Link]:
        """The links that are of the chain, in its order; what is wrong goes to ``faults``."""
        source = iter(links)
        last: Link | None = None
        while True:
            while len(self._ahead) < LOOK_AHEAD and (one := next(source, None)) is not None:
                self._ahead.append(one)
            if not self._ahead:
                break
            here = self._begin() if last is None else self._next(last)
            if here is not None:
                last = here
                self._take(here)
                yield here
        self._ended()

    def _take(self, here: Link) -> None:
        if here.record is not None:
            named = (f"{here.record['agent']}.journal", here.record["partition"])
            if named != (self.topic, self.partition):
                self._fault(CHANGED, here, f"it says that it belongs to {named[0]}[{named[1]}]")
        self.head = Head(self._due, here.offset, here.hash)
        self._due += 1
        if self.known is not None and self.head.sequence == self.known.sequence and here.hash != self.known.hash:
            self._fault(CHANGED, here, "it is not the record that was here when the journal was last walked: it has another hash")

    def _ended(self) -> None:
        """The chain must reach at least as far as it did."""
        if self.known is not None and self.head is not None and self.head.sequence < self.known.sequence:
            said = f"the journal ends at sequence {self.head.sequence}; when it was last walked it went on to {self.known.sequence}"
            self.faults.append(Fault(DROPPED, self.topic, self.partition, self.known.offset, self.known.sequence, said))

    def _begin(self) -> Link:
        one = self._ahead.popleft()
        self.first = one.sequence
        self._due = one.sequence or 0
        if one.record is None:
            self._unreadable(one)
        elif one.record["sequence"] == 0 and one.record["previous"] != b"":
            self._fault(CHANGED, one, "the first record of the chain names one before it")
        return one

    def _next(self, last: Link) -> Link | None:
        """The link after ``last``, or None where one was set aside."""
        one = self._ahead[0]
        if one.record is None or one.record["previous"] != last.hash:
            return self._broken(last, one)
        if one.sequence != self._due:
            self._fault(CHANGED, one, f"it has sequence {one.sequence} where {self._due} is due")
        return self._ahead.popleft()

    def _broken(self, last: Link, one: Link) -> Link | None:
        """The next record does not name the last one: find out which of them, or of those between, is at fault."""
        later = next((i for i, other in enumerate(self._ahead) if other.record is not None and other.record["previous"] == last.hash), None)
        if later:
            return self._out_of_order(last, later)
        kept = self._named(one) or len(self._ahead) == 1
        if one.record is None:
            self._unreadable(one)
        elif kept and one.record["sequence"] > self._due:
            missing = one.record["sequence"] - self._due
            self._fault(DROPPED, one, f"{missing} of the journal's records, from sequence {self._due} on, missing before it", self._due)
            self._due = one.record["sequence"]
        elif not self._named(one) and one.record["sequence"] < self._due:
            self._fault(INSERTED, one, f"sequence {one.sequence} where {self._due} is due, and no record of the chain names it")
            self._ahead.popleft()
            return None
        elif kept:
            beside = "" if self._named(one) else ", or that record itself, the last one, was"
            self._fault(CHANGED, last, f"its bytes do not have the hash that sequence {one.sequence} names: it was changed{beside}")
        else:
            self._fault(CHANGED, one, "neither does it name the record before it, nor does the one after it name it")
        return self._ahead.popleft()

    def _named(self, one: Link) -> bool:
        """Whether a record further on names this one as the one before it."""
        return any(other.record is not None and other.record["previous"] == one.hash for other in self._ahead)

    def _out_of_order(self, last: Link, later: int) -> Link:
        """The true next record lies ``later`` places on: what is between is out of order, or does not belong here at all."""
        between = [self._ahead.popleft() for _ in range(later)]
        true = self._ahead.popleft()
        mine, hashes = list[Link](), {true.hash}
        left = between
        while found := next((b for b in left if b.record is not None and b.record["previous"] in hashes and b.hash != last.hash), None):
            mine.append(found)
            hashes.add(found.hash)
            left = [b for b in left if b is not found]
        for one in between:
            if any(one is other for other in left):
                self._fault(INSERTED, one, "no record of the chain names it, and the true next one follows")
            else:
                self._fault(REORDERED, one, f"it lies before sequence {true.sequence}, which it follows in the chain")
        self._ahead.extendleft(reversed(mine))
        return true

    def _unreadable(self, one: Link) -> None:
        self._fault(UNREADABLE, one, "its bytes are no journal record", self._due)

    def _fault(self, what: str, at: Link, said: str, sequence: int | None = None) -> None:
        """Note what is wrong; one fault for each record is enough."""
        if not any(fault.offset == at.offset for fault in self.faults):
            self.faults.append(Fault(what, self.topic, self.partition, at.offset, at.sequence if sequence is None else sequence, said))
