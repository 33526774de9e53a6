"""Avro bodies of many records in one buffer → which of them are whole and valid, found for all records at once.

Every record is a lane with a position of its own; a schema node moves all lanes' positions over its bytes by a few numpy
operations. A lane whose bytes break a rule, or that does not arrive exactly at its record's end, is not valid. The walk is
strict rather than complete: rare encodings (arrays in several blocks, counts that run on in few lanes) count as not valid
here, and the caller reads such records one by one (streams/avro_exact.py), which decides.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from streams.avro_schema import Node

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Lanes = Positions | None  # None: all of them

PADDING = 8  # bytes that must follow the last record in the buffer
_FAR = np.int64(1 << 40)  # no record is longer: keeps positions from overflowing
_FEW, _LONG = 8, 32  # an array going on beyond _LONG items in fewer than _FEW lanes is left to the exact reader
_CONTINUED = np.uint64(0x8080808080808080)
_SEVEN = np.uint64(0x7F7F7F7F7F7F7F7F)
_ONE, _TWO, _FOUR = np.uint64(1), np.uint64(2), np.uint64(4)
_INT_LIMIT = np.uint64(1 << 32)


def words_at_any_byte(data: Bytes) -> Words:
    """``data`` seen as a little-endian 64-bit word starting at each byte; index with arrays only (it is unaligned)."""
    words: Words = np.ndarray((max(len(data) - 7, 0),), np.dtype("<u8"), data.data, 0, (1,))
    return words


class Walk:
    """One pass over records in ``data`` from ``starts`` to ``ends`` (int64, one per lane; bodies, without the prefix)."""

    def __init__(self, data: Bytes, starts: Positions, ends: Positions) -> None:
        self.data, self.words = data, words_at_any_byte(data)
        self.starts, self.ends = starts, ends
        self.bad = np.zeros(len(starts), np.bool_)
        self.spans: list[tuple[Positions, Positions, Positions]] | None = None  # of strings: lanes, starts, ends

    def valid(self, node: Node) -> npt.NDArray[np.bool_]:
        """For each lane, whether its bytes are exactly one value of ``node``; text is not looked at, see ``bad_text``."""
        ends = self._over(node, self.starts, None)
        good: npt.NDArray[np.bool_] = ~self.bad & (ends == self.ends)
        return good

    def bad_text(self, node: Node) -> npt.NDArray[np.bool_]:
        """For each lane, all of which must be valid, whether a string in it is not UTF-8."""
        self.spans = []
        self._over(node, self.starts, None)
        high = np.concatenate(([0], np.cumsum(self.data >= 128)))
        bad = np.zeros(len(self.starts), np.bool_)
        for lanes, start, end in self.spans:
            for i in np.flatnonzero(high[end] != high[start]).tolist():
                try:
                    self.data[start[i] : end[i]].tobytes().decode()
                except UnicodeDecodeError:
                    bad[lanes[i]] = True
        return bad

    def _over(self, node: Node, at: Positions, lanes: Lanes) -> Positions:  # noqa: PLR0911 - one a type
        """The positions behind ``node``, for lanes at positions ``at``."""
        if len(at) == 0:
            return at
        if node.fixed_size is not None:
            return at + node.fixed_size
        match node.kind:
            case "string" | "bytes":
                return self._text(node, at, lanes)
            case "long":
                return self._integer(at, lanes, None)
            case "int":
                return self._integer(at, lanes, _INT_LIMIT)
            case "enum":
                return self._integer(at, lanes, np.uint64(2 * len(node.symbols)), even=True)
            case "boolean":
                self._flag(self._byte(at) > 1, lanes)
                return at + 1
            case "nullable":
                return self._nullable(node, at, lanes)
            case "array":
                return self._array(node, at, lanes)
        for _, field in node.fields:
            at = self._over(field, at, lanes)
        return at

    def _byte(self, at: Positions) -> Bytes:
        return self.data.take(at, mode="clip")

    def _flag(self, wrong: npt.NDArray[np.bool_], lanes: Lanes) -> None:
        if wrong.any():
            self.bad[wrong if lanes is None else lanes[wrong]] = True

    def _varint(self, at: Positions) -> tuple[Positions, Words, npt.NDArray[np.bool_]]:
        """Length, raw value, and whether they are known: varints of up to eight bytes are."""
        word = self.words[np.minimum(at, len(self.words) - 1)]
        stop = ~word & _CONTINUED
        stop &= ~stop + _ONE  # its lowest bit: the end of the varint
        below = stop - _ONE
        size = (np.bitwise_count(below).astype(np.int64) + 1) >> 3
        x = word & below & _SEVEN
        x = (x & np.uint64(0x007F007F007F007F)) | ((x & np.uint64(0x7F007F007F007F00)) >> _ONE)
        x = (x & np.uint64(0x00003FFF00003FFF)) | ((x & np.uint64(0x3FFF00003FFF0000)) >> _TWO)
        x = (x & np.uint64(0x000000000FFFFFFF)) | ((x & np.uint64(0x0FFFFFFF00000000)) >> _FOUR)
        return size, x, stop != 0

    def _count(self, at: Positions, lanes: Lanes) -> tuple[Positions, Positions]:
        """A length or count that must not be negative, and the positions behind it."""
        first = self._byte(at)
        if first.max() < 128:
            self._flag((first & 1).astype(np.bool_), lanes)
            return (first >> 1).astype(np.int64), at + 1
        size, raw, known = self._varint(at)
        self._flag(~known | ((raw & _ONE) != 0), lanes)
        return np.minimum((raw >> _ONE).astype(np.int64), _FAR), at + size

    def _text(self, node: Node, at: Positions, lanes: Lanes) -> Positions:
        length, start = self._count(at, lanes)
        end = start + length
        if self.spans is not None and node.kind == "string":
            self.spans.append((np.arange(len(at)) if lanes is None else lanes, start, end))
        return end

    def _integer(self, at: Positions, lanes: Lanes, limit: np.uint64 | None, even: bool = False) -> Positions:
        first = self._byte(at)
        if first.max() < 128:
            if limit is not None and limit < 128:
                self._flag((first >= limit) | ((first & 1) != 0 if even else False), lanes)
            elif even:
                self._flag((first & 1) != 0, lanes)
            return at + 1
        if limit is None:
            return at + self._long_size(at, lanes)
        size, raw, known = self._varint(at)
        wrong = ~known | (raw >= limit)
        self._flag(wrong | ((raw & _ONE) != 0) if even else wrong, lanes)
        return at + size

    def _long_size(self, at: Positions, lanes: Lanes) -> Positions:
        word = self.words[np.minimum(at, len(self.words) - 1)]
        stop = ~word & _CONTINUED
        size = (np.bitwise_count((stop & (~stop + _ONE)) - _ONE).astype(np.int64) + 1) >> 3
        if not stop.all():
            longer = np.flatnonzero(stop == 0)
            ninth, tenth = self._byte(at[longer] + 8), self._byte(at[longer] + 9)
            size[longer] = np.where(ninth < 128, 9, 10)
            self._flag((ninth >= 128) & (tenth > 1), longer if lanes is None else lanes[longer])
        return size

    def _nullable(self, node: Node, at: Positions, lanes: Lanes) -> Positions:
        branch = self._byte(at)
        some = branch == (2 if node.null_first else 0)
        self._flag((branch & 0xFD) != 0, lanes)
        at = at + 1
        if some.all():
            return self._over(node.child, at, lanes)
        these = np.flatnonzero(some)
        at[these] = self._over(node.child, at[these], these if lanes is None else lanes[these])
        return at

    def _array(self, node: Node, at: Positions, lanes: Lanes) -> Positions:
        """One block and the terminator. Other blocks are valid Avro, but not valid here."""
        count, at = self._count(at, lanes)
        own = np.arange(len(self.starts)) if lanes is None else lanes
        these = np.flatnonzero(count)
        if node.child.fixed_size is not None:
            at[these] += np.minimum(count[these] * node.child.fixed_size, _FAR)
        else:
            self._items(node.child, count, at, own, these)
        self._flag_at(own[these], self._byte(at[these]) != 0)
        at[these] += 1
        return at

    def _items(self, item: Node, count: Positions, at: Positions, own: Positions, these: Positions) -> None:
        """Moves ``at[these]`` over as many items as ``count`` says, the k-th of all lanes at a time."""
        k = 0
        while len(these):
            if k >= _LONG and len(these) < _FEW:
                self.bad[own[these]] = True
                return
            at[these] = self._over(item, at[these], own[these])
            k += 1
            beyond = at[these] >= self.ends[own[these]]  # at least the terminator must follow
            self._flag_at(own[these], beyond)
            these = these[(count[these] > k) & ~beyond]

    def _flag_at(self, lanes: Positions, wrong: npt.NDArray[np.bool_]) -> None:
        if wrong.any():
            self.bad[lanes[wrong]] = True
