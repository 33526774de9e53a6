"""Order ids in; whether they came before, out. Ids are kept for a bounded event time as 64-bit hashes, eight bytes each.

A hash that two ids share would have the second order refused as a duplicate: at a million remembered ids, one order in 2 · 10¹³.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
SEGMENT_IDS = 65_536
SEGMENT_MS = 3_600_000


def hashes(ids: list[str]) -> Hashes:
    """The first 64 bits of BLAKE2b of each id, shape (n,)."""
    return np.frombuffer(b"".join([blake2b(name.encode(), digest_size=8).digest() for name in ids]), "<u8")


@dataclass(slots=True)
class Seen:
    """Sorted segments of hashes, each with the market clock of its last id; the newest ids are still loose."""

    segments: list[tuple[int, Hashes]] = field(default_factory=list)
    loose: dict[int, None] = field(default_factory=dict)
    loose_since: int = 0
    loose_until: int = 0

    def __contains__(self, order_id: str) -> bool:
        key = hashes([order_id])
        return int(key[0]) in self.loose or any(_within(segment, key)[0] for _, segment in self.segments)

    def add(self, ids: list[str], clock: int) -> npt.NDArray[np.bool_]:
        """Remember ``ids``. → mask (n,) of those that are new, the first of equal ones counting as new."""
        keys = hashes(ids)
        old = np.zeros(len(keys), np.bool_)
        for _, segment in self.segments:
            old |= _within(segment, keys)
        new = ~old
        if not self.loose:
            self.loose_since = clock
        for i, key in enumerate(keys.tolist()):
            if key in self.loose:
                new[i] = False
            elif new[i]:
                self.loose[key] = None
        self.loose_until = clock
        return new

    def forget(self, clock: int, ttl_ms: int) -> None:
        """Seal the loose ids when they are many or an hour old, and drop what is older than ``ttl_ms``."""
        if self.loose and (len(self.loose) >= SEGMENT_IDS or clock - self.loose_since >= SEGMENT_MS):
            self.segments.append((self.loose_until, np.sort(np.fromiter(self.loose, np.uint64, len(self.loose)))))
            self.loose = {}
        while self.segments and self.segments[0][0] < clock - ttl_ms:
            self.segments.pop(0)


def _within(segment: Hashes, keys: Hashes) -> npt.NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(segment, keys), len(segment) - 1)
    out: npt.NDArray[np.bool_] = segment[at] == keys
    return out
