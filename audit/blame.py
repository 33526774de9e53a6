"""Records whose digest is not the journalled one → which of them is at fault, found by trying what would make it right. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from audit.faults import CHANGED, DROPPED, INSERTED, REORDERED, Fault
from streams.message import Message

HASHED_LIMIT = 256_000_000  # bytes that are hashed at most to find one fault: about half a second

Pair = tuple[bytes | None, bytes | None]


def blame(
    topic: str, partition: int, sequence: int, count: int, digest: bytes, found: Sequence[Message], limit: int = HASHED_LIMIT
) -> Fault:
    """What is wrong with ``found``, the records that lie where ``count`` with this digest were journalled.

    ``limit``: bytes that may be hashed for each kind of damage that is tried.
    """
    pairs = [(m.key(), m.value()) for m in found]
    offset = found[0].offset() if found else None
    where = f"among the {count} records of the journal record" if count > 1 else "the one record of the journal record"

    def fault(what: str, at: int | None, said: str) -> Fault:
        return Fault(what, topic, partition, offset if at is None else found[at].offset(), sequence, said)

    if len(found) < count:
        missing = count - len(found)
        return fault(
            DROPPED, None, f"{missing} of {count} records {'are' if missing > 1 else 'is'} missing {where if count > 1 else ''}".rstrip()
        )
    if len(found) > count:
        extra = _without(pairs, digest, limit) if len(found) == count + 1 else None
        said = "no journal record names it" if extra is not None else f"{len(found)} records where {count} were journalled"
        return fault(INSERTED, extra, said)
    swapped = _swapped(pairs, digest, limit)
    if swapped is not None:
        other = found[swapped[1]].offset()
        return fault(REORDERED, swapped[0], f"this record and that at offset {other} have changed places")
    flipped = _flipped(pairs, digest, limit)
    if flipped is not None:
        at, part, byte, bit = flipped
        return fault(CHANGED, at, f"bit {bit} of byte {byte} of its {part} was flipped")
    return fault(
        CHANGED,
        None,
        f"a record was changed, {where}, offsets {found[0].offset()} to {found[-1].offset()}; `tripo audit replay` tells which",
    )


def _total(pairs: Sequence[Pair]) -> int:
    return sum(len(key or b"") + len(value or b"") for key, value in pairs)


def _digest(pairs: Sequence[Pair]) -> bytes:
    return _joined(_lengths(pairs), b"".join(k or b"" for k, _ in pairs), b"".join(v or b"" for _, v in pairs))


def _lengths(pairs: Sequence[Pair]) -> bytes:
    return np.array([-1 if v is None else len(v) for _, v in pairs], np.int64).astype("<u4").tobytes()


def _joined(lengths: bytes, keys: bytes, values: bytes) -> bytes:
    inner = b"".join(hashlib.sha256(part).digest() for part in (lengths, keys, values))
    return hashlib.sha256(inner).digest()


def _affordable(tries: Iterator[int], each: int, limit: int) -> Iterator[int]:
    """As many tries as the limit allows, each hashing so many bytes."""
    for number, one in enumerate(tries):
        if number * each > limit:
            return
        yield one


def _without(pairs: list[Pair], digest: bytes, limit: int) -> int | None:
    """The record without which the digest is right."""
    tries = _affordable(iter(range(len(pairs))), _total(pairs), limit)
    return next((i for i in tries if _digest(pairs[:i] + pairs[i + 1 :]) == digest), None)


def _swapped(pairs: list[Pair], digest: bytes, limit: int) -> tuple[int, int] | None:
    """The two records whose exchange makes the digest right: neighbours first."""
    near = sorted(combinations(range(len(pairs)), 2), key=lambda pair: pair[1] - pair[0]) if len(pairs) <= 200 else []
    for number, (i, j) in enumerate(near or ((i, i + 1) for i in range(len(pairs) - 1))):
        if number * _total(pairs) > limit:
            return None
        other = list(pairs)
        other[i], other[j] = other[j], other[i]
        if _digest(other) == digest:
            return i, j
    return None


def _flipped(pairs: list[Pair], digest: bytes, limit: int) -> tuple[int, str, int, int] | None:
    """The record, its part (key, value), the byte and the bit whose flip makes the digest right."""
    lengths = hashlib.sha256(_lengths(pairs)).digest()
    parts = [b"".join(p[i] or b"" for p in pairs) for i in (0, 1)]
    fixed = [hashlib.sha256(part).digest() for part in parts]
    for which, name in enumerate(("key", "value")):
        if len(parts[which]) ** 2 * 4 > limit:
            continue
        for at, bit, inner in _flips(parts[which]):
            inners = (inner, fixed[1]) if which == 0 else (fixed[0], inner)
            if hashlib.sha256(lengths + b"".join(inners)).digest() == digest:
                number, byte = _place(pairs, which, at)
                return number, name, byte, bit
    return None


def _flips(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Every byte and bit of some bytes, and the SHA-256 of them with that bit flipped."""
    before = hashlib.sha256()
    for at in range(len(data)):
        rest = data[at + 1 :]
        for bit in range(8):
            one = before.copy()
            one.update(bytes([data[at] ^ 1 << bit]) + rest)
            yield at, bit, one.digest()
        before.update(data[at : at + 1])


def _place(pairs: list[Pair], which: int, at: int) -> tuple[int, int]:
    """Which record a byte of the joined keys or values is in, and where in it."""
    for number, pair in enumerate(pairs):
        size = len(pair[which] or b"")
        if at < size:
            return number, at
        at -= size
    raise AssertionError("the byte is in none of the records")
