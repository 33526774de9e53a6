"""numpy columns → Avro bytes at given positions of one buffer: the pieces that the encoder is made of.

A piece knows how many bytes each of its rows takes (``sizes``: one int for all rows, or int64 per row) and writes all rows
into an ``Out`` at once, at positions ``at`` (int64, one per row).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Sizes = Positions | int

_SEVEN, _CONTINUE = np.uint64(0x7F), np.uint64(0x8080808080808080)
_MANY_LENGTHS = 40  # with more distinct lengths than this, bytes are copied one by one instead of by length


class Piece(Protocol):
    """The encoding of one column."""

    sizes: Sizes

    def write(self, out: Out, at: Positions) -> None:
        """Writes every row's bytes."""
        ...


class Out:
    """A buffer of ``size`` bytes that values of any width are written into at any byte."""

    def __init__(self, size: int) -> None:
        self.bytes = np.empty(size, np.uint8)
        self._views: dict[int, npt.NDArray[Any]] = {}

    def put(self, at: Positions, rows: npt.NDArray[np.uint8]) -> None:
        """Writes each row of a contiguous (rows, width) array at its position."""
        width = rows.shape[1]
        if width == 0 or len(rows) == 0:
            return
        if width not in self._views:
            self._views[width] = at_any_byte(self.bytes, width)
        self._views[width][at] = rows.view(f"V{width}")[:, 0]


def at_any_byte(data: npt.NDArray[np.uint8], width: int) -> npt.NDArray[Any]:
    """``data`` as the items of ``width`` bytes that start at each of its bytes."""
    return np.ndarray((len(data) - width + 1,), np.dtype(f"V{width}"), data.data, 0, (1,))


class Bytes:
    """Values of one width each: doubles, floats, fixed, booleans, branches of unions."""

    def __init__(self, rows: npt.NDArray[np.uint8]) -> None:
        """``rows``: contiguous (rows, width)."""
        self.rows = rows
        self.sizes: Sizes = rows.shape[1]

    def write(self, out: Out, at: Positions) -> None:
        out.put(at, self.rows)


class Varints:
    """Longs, ints, enum indices, lengths: zigzag, seven bits a byte, lowest first."""

    def __init__(self, values: npt.NDArray[Any]) -> None:
        """``values``: any integers that fit int64."""
        signed = values.astype(np.int64, copy=False)
        self.raw: Words = ((signed << 1) ^ (signed >> 63)).view(np.uint64)
        low, high = (_size(int(self.raw.min())), _size(int(self.raw.max()))) if len(signed) else (1, 1)
        self.low, self.high = low, high
        self.sizes: Sizes = low
        if low != high:
            self.sizes = np.full(len(signed), low, np.int64)
            for n in range(low, high):
                self.sizes += self.raw >= np.uint64(1 << 7 * n)

    def write(self, out: Out, at: Positions) -> None:
        if self.low == self.high:
            out.put(at, _varint_rows(self.raw, self.low))
            return
        for size in range(self.low, self.high + 1):
            rows = np.flatnonzero(self.sizes == size)
            if len(rows):
                out.put(at[rows], _varint_rows(self.raw[rows], size))


def _size(raw: int) -> int:
    return max(1, -(-raw.bit_length() // 7))


def _varint_rows(raw: Words, size: int) -> npt.NDArray[np.uint8]:
    """The varints of ``size`` bytes each, as (rows, size)."""
    if size == 1:
        return raw.astype(np.uint8)[:, None]
    if size <= 8:
        x = (raw & np.uint64(0x000000000FFFFFFF)) | ((raw & np.uint64(0x00FFFFFFF0000000)) << np.uint64(4))
        x = (x & np.uint64(0x00003FFF00003FFF)) | ((x & np.uint64(0x0FFFC0000FFFC000)) << np.uint64(2))
        x = (x & np.uint64(0x007F007F007F007F)) | ((x & np.uint64(0x3F803F803F803F80)) << np.uint64(1))
        x |= _CONTINUE & np.uint64((1 << 8 * (size - 1)) - 1)
        return np.ascontiguousarray(x.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)[:, :size])
    rows = np.empty((len(raw), size), np.uint8)
    for k in range(size):
        rows[:, k] = ((raw >> np.uint64(7 * k)) & _SEVEN) | np.uint64(128 if k < size - 1 else 0)
    return rows


class Text:
    """Strings and bytes: a length each, then as many bytes."""

    def __init__(self, data: npt.NDArray[np.uint8], lengths: Positions) -> None:
        """``data``: all rows' bytes, one row after the other."""
        self.data, self.lengths = data, lengths
        self.heads = Varints(lengths)
        self.sizes: Sizes = self.heads.sizes + lengths

    def write(self, out: Out, at: Positions) -> None:
        self.heads.write(out, at)
        at = at + self.heads.sizes
        starts = np.cumsum(self.lengths) - self.lengths
        lengths = np.flatnonzero(np.bincount(self.lengths)) if self.lengths.max(initial=0) < 4096 else np.unique(self.lengths)
        if len(lengths) == 1:
            out.put(at, self.data.reshape(len(at), -1))
        elif len(lengths) <= _MANY_LENGTHS:
            for length in lengths.tolist():
                self._copy(length, out, at, starts)
        else:
            where = np.repeat(at - starts, self.lengths)
            where += np.arange(len(self.data))
            out.bytes[where] = self.data

    def _copy(self, length: int, out: Out, at: Positions, starts: Positions) -> None:
        if length:
            rows = np.flatnonzero(self.lengths == length)
            out.put(at[rows], at_any_byte(self.data, length)[starts[rows]].view(np.uint8).reshape(-1, length))


class Nullable:
    """A branch byte for all rows, and the values of those that have one."""

    def __init__(self, valid: npt.NDArray[np.bool_], inner: Piece, null_first: bool) -> None:
        """``inner``: the encoding of the valid rows only."""
        self.rows, self.inner = np.flatnonzero(valid), inner
        self.branches = ((valid == null_first).astype(np.uint8) << 1)[:, None]
        sizes = np.ones(len(valid), np.int64)
        sizes[self.rows] += inner.sizes
        self.sizes: Sizes = sizes

    def write(self, out: Out, at: Positions) -> None:
        out.put(at, self.branches)
        self.inner.write(out, at[self.rows] + 1)


class Array:
    """One block of items and a terminating zero; only the zero where there are no items."""

    def __init__(self, counts: Positions, items: Piece) -> None:
        """``items``: the encoding of all rows' items, one row after the other."""
        self.counts, self.items, self.heads = counts, items, Varints(counts)
        total = int(counts.sum())
        self.before = np.zeros(total + 1, np.int64)  # bytes of all items before the i-th
        np.cumsum(np.broadcast_to(items.sizes, total), out=self.before[1:])
        ends = np.cumsum(counts)
        self.first = self.before[ends - counts]
        self.some = np.flatnonzero(counts)
        sizes: Positions = self.heads.sizes + self.before[ends] - self.first
        sizes[self.some] += 1
        self.sizes: Sizes = sizes

    def write(self, out: Out, at: Positions) -> None:
        self.heads.write(out, at)
        items = np.repeat(at + self.heads.sizes - self.first, self.counts)
        self.items.write(out, items + self.before[:-1])
        out.bytes[(at + self.sizes - 1)[self.some]] = 0


class Record:
    """Its fields, one after the other."""

    def __init__(self, fields: list[Piece]) -> None:
        self.fields = fields
        self.sizes: Sizes = 0
        for field in fields:
            self.sizes = self.sizes + field.sizes

    def write(self, out: Out, at: Positions) -> None:
        for field in self.fields:
            field.write(out, at)
            at = at + field.sizes
