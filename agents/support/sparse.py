"""Rows of numbers, nearly all zero, as what is not: taken, put beside each other, and multiplied.

Scipy's own loops without its matrices: to import these takes longer than to step over a message, and what surrounds a loop in ``@`` longer
than the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from columns.parts import parts

if TYPE_CHECKING:
    from scipy.sparse import _sparsetools as loops
else:
    loops = parts("scipy.sparse", "_sparsetools")[0]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sparse:
    """Shape (rows, width): row i is ``value[ends[i]:ends[i + 1]]`` at the columns ``column[ends[i]:ends[i + 1]]``, ascending."""

    value: F32
    column: I32
    ends: I32
    width: int

    @classmethod
    def of(cls, dense: F32) -> Sparse:
        """The same rows."""
        row, column = dense.nonzero()
        return cls(
            dense[row, column], column.astype(np.int32), row.searchsorted(np.arange(len(dense) + 1)).astype(np.int32), dense.shape[1]
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, width."""
        return len(self.ends) - 1, self.width

    def __getitem__(self, rows: I64) -> Sparse:
        """These rows."""
        lengths = np.diff(self.ends)[rows]
        ends = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
        at = np.arange(ends[-1]) + np.repeat(self.ends[:-1][rows] - ends[:-1], lengths)
        return Sparse(self.value[at], self.column[at], ends, self.width)

    def __matmul__(self, weights: F32) -> F32:
        """The product with dense weights (width, k): (rows, k), summed in the order of the columns."""
        n, k = self.shape[0], weights.shape[1]
        out = np.zeros((n, k), np.float32)
        flat = np.ascontiguousarray(weights).ravel()
        loops.csr_matvecs(n, self.width, k, self.ends, self.column, self.value, flat, out.ravel())
        return out

    def dense(self) -> F32:
        """All of it."""
        out = np.zeros(self.shape, np.float32)
        out[np.repeat(np.arange(self.shape[0]), np.diff(self.ends)), self.column] = self.value
        return out


def beside(left: Sparse, right: Sparse) -> Sparse:
    """Two of the same rows as one: of each row the left part, then the right one."""
    ends = left.ends + right.ends
    value, column = np.empty(ends[-1], np.float32), np.empty(ends[-1], np.int32)
    for one, before, first in ((left, right.ends[:-1], 0), (right, left.ends[1:], left.width)):
        at = np.arange(len(one.value)) + np.repeat(before, np.diff(one.ends))
        value[at], column[at] = one.value, one.column + np.int32(first)
    return Sparse(value, column, ends, left.width + right.width)


def below(upper: Sparse, lower: Sparse) -> Sparse:
    """Two of the same columns as one: the rows of the upper one, then those of the lower one."""
    value, column = np.concatenate([upper.value, lower.value]), np.concatenate([upper.column, lower.column])
    return Sparse(value, column, np.concatenate([upper.ends, upper.ends[-1] + lower.ends[1:]]), upper.width)


def sums(rows: tuple[I32, I32, F64], weights: tuple[I32, I32, F64], width: int, most: int) -> F64:
    """The product of two sparse matrices, each as where its rows end, its columns and its values, summed in the order of the first one's
    columns: (rows, width). ``most``: how many of its elements are not zero, at most."""
    n = len(rows[0]) - 1
    ends, column, value = np.empty(n + 1, np.int32), np.empty(most, np.int32), np.empty(most, np.float64)
    loops.csr_matmat(n, width, *rows, *weights, ends, column, value)
    out = np.zeros((n, width))
    loops.csr_todense(n, width, ends, column, value, out)
    return out
