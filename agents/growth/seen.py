"""Ids in; whether they came before, out. Kept for a bounded event time as 64-bit hashes, by the hour they came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from agents.growth.policy import HOUR_MS
from columns.table import Array


def hashed(name: str) -> int:
    """The first 64 bits of BLAKE2b."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(slots=True)
class Seen:
    """The hour since the epoch that each hash came in, and the hashes of each hour."""

    when: dict[int, int] = field(default_factory=dict)
    hours: dict[int, list[int]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return hashed(name) in self.when

    def add(self, names: Sequence[str], ts: int) -> list[bool]:
        """Remember names at event time ``ts``. → of each whether it is new, the first of equal ones being so."""
        hour, new = ts // HOUR_MS, []
        of_hour, when = self.hours.setdefault(hour, []), self.when
        for name in names:
            key = hashed(name)
            new.append(key not in when)
            if new[-1]:
                when[key] = hour
                of_hour.append(key)
        return new

    def forget(self, before: int) -> None:
        """Drop the hours that end before that event time, ms."""
        for hour in [hour for hour in self.hours if (hour + 1) * HOUR_MS < before]:
            for key in self.hours.pop(hour):
                del self.when[key]

    def arrays(self) -> dict[str, Array]:
        """The state: each hash and its hour."""
        pairs = sorted((hour, key) for key, hour in self.when.items())
        return {"hour": np.array([hour for hour, _ in pairs], np.int64), "hash": np.array([key for _, key in pairs], np.uint64)}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Seen:
        """The state whose ``arrays()`` these are."""
        out = cls()
        for hour, key in zip(arrays["hour"].tolist(), arrays["hash"].tolist(), strict=True):
            out.when[key] = hour
            out.hours.setdefault(hour, []).append(key)
        return out
