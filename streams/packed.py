"""Many byte strings as one: what a batch's keys and values are between encoding and Kafka."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NONE = -1  # the length of an absent one


@dataclass(frozen=True, slots=True)
class Packed:
    """``data`` holds the strings one after the other, ``lengths`` (int64) how long each is; NONE for an absent one."""

    data: bytes
    lengths: npt.NDArray[np.int64]

    @classmethod
    def of(cls, strings: Sequence[bytes | None]) -> Packed:
        """Pack a list."""
        lengths = np.fromiter((NONE if s is None else len(s) for s in strings), np.int64, len(strings))
        return cls(b"".join(s for s in strings if s is not None), lengths)

    @classmethod
    def absent(cls, count: int) -> Packed:
        """So many absent ones."""
        return cls(b"", np.full(count, NONE, np.int64))

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[bytes | None]:
        start = 0
        for length in self.lengths.tolist():
            if length == NONE:
                yield None
            else:
                yield self.data[start : start + length]
                start += length

    def starts(self) -> npt.NDArray[np.int64]:
        """Where each begins in ``data``."""
        sizes = np.maximum(self.lengths, 0)
        starts: npt.NDArray[np.int64] = np.cumsum(sizes) - sizes
        return starts
