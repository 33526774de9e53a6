"""Rows that come one batch at a time, kept as numpy columns that grow by doubling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

LEAST = 8  # rows to begin with

Spec = Mapping[str, tuple[str, float]]  # column → (numpy dtype, the value of a new row)


class Columns:
    """Columns of equal length by name; ``table["lat"]`` is a writable view of the rows in use.

    A view is stale once the table has grown: take it again after ``extend``.
    """

    def __init__(self, spec: Spec, count: int = 0) -> None:
        self.spec = spec
        self.count = 0
        self._room: dict[str, Array] = {name: np.full(0, fill, dtype) for name, (dtype, fill) in spec.items()}
        self.extend(count)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, name: str) -> Array:
        return self._room[name][: self.count]

    def items(self) -> Iterator[tuple[str, Array]]:
        """Each column's name and its rows in use, in the order of the spec."""
        return ((name, self[name]) for name in self.spec)

    def extend(self, count: int) -> None:
        """Add ``count`` rows of the spec's values."""
        need = self.count + count
        if need > len(next(iter(self._room.values()))):
            room = max(need, 2 * self.count, LEAST)
            for name, (dtype, fill) in self.spec.items():
                grown = np.full(room, fill, dtype)
                grown[: self.count] = self[name]
                self._room[name] = grown
        self.count = need

    def append(self, values: Mapping[str, Array]) -> None:
        """Add rows, shape (n,) per column; columns not named get the spec's value."""
        start = self.count
        self.extend(len(next(iter(values.values()))))
        for name, column in values.items():
            self[name][start:] = column

    def keep(self, mask: Mask) -> None:
        """Let go of the rows where ``mask`` (n,) is false; the others keep their order."""
        kept = int(np.count_nonzero(mask))
        for name, (dtype, fill) in self.spec.items():
            column = np.full(max(LEAST, kept), fill, dtype)
            column[:kept] = self[name][mask]
            self._room[name] = column
        self.count = kept
