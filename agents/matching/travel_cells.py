"""Observations by key in; a shrunk, slowly forgotten mean for each key, out. All sums are integers, so their order does not matter.

An observation is a logarithm in millionths and weighs 1000. The mean that is answered is the one **published** last: what came since
is summed up for the next publication, so an answer does not depend on how the observations between two were cut into batches.
"""

from __future__ import annotations

import numpy as np

from columns.table import I64

ONE = 1000  # the weight of an observation that has just come
SHIFT = 20  # fading factors are in units of 2^-20
LOWEST = (1 << SHIFT) - 1


def fading(elapsed_s: float, halflife_s: float) -> int:
    """What is left of a sum after some time: ``2^(-elapsed / halflife)`` in units of 2^-20."""
    return round((1 << SHIFT) * float(2.0 ** (-elapsed_s / halflife_s)))


def faded(sums: I64, factor: int) -> I64:
    """``floor(sums · factor / 2^20)``, without the overflow of the product."""
    return (sums >> SHIFT) * factor + ((sums & LOWEST) * factor >> SHIFT)


class Cells:
    """Keys in ascending order; for each its weight, its total and its published mean, shape (cells,) each."""

    def __init__(self) -> None:
        self.keys, self.weight, self.total, self.mean = (np.zeros(0, np.int64) for _ in range(4))

    def __len__(self) -> int:
        return len(self.keys)

    def arrays(self) -> dict[str, I64]:
        """The state."""
        return {"keys": self.keys, "weight": self.weight, "total": self.total, "mean": self.mean}

    @classmethod
    def of(cls, arrays: dict[str, I64]) -> Cells:
        """The cells whose ``arrays()`` these are."""
        out = cls()
        out.keys, out.weight, out.total, out.mean = (arrays[name].copy() for name in ("keys", "weight", "total", "mean"))
        return out

    def __getitem__(self, keys: I64) -> I64:
        """The published means of ``keys``, any shape: 0 where nothing is known."""
        if len(self.keys) == 0:
            return np.zeros(keys.shape, np.int64)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        out: I64 = np.where(self.keys[at] == keys, self.mean[at], 0)
        return out

    def add(self, keys: I64, values: I64) -> None:
        """Observe ``values`` (n,), in millionths, of ``keys`` (n,)."""
        new = np.setdiff1d(keys, self.keys)
        if len(new):
            at = np.searchsorted(self.keys, new)
            self.keys = np.insert(self.keys, at, new)
            self.weight, self.total, self.mean = (np.insert(column, at, 0) for column in (self.weight, self.total, self.mean))
        place = np.searchsorted(self.keys, keys)
        np.add.at(self.weight, place, ONE)
        np.add.at(self.total, place, values)

    def fade(self, factor: int, limit: int) -> None:
        """Let time pass; cells worth less than a twentieth of an observation are forgotten, and the lightest beyond ``limit``."""
        self.weight, self.total = faded(self.weight, factor), faded(self.total, factor)
        kept = self.weight >= ONE // 20
        if np.count_nonzero(kept) > limit:
            heaviest = np.lexsort((self.keys, -self.weight))[:limit]
            kept = np.zeros(len(self.keys), np.bool_)
            kept[heaviest] = True
        if not kept.all():
            self.keys, self.weight, self.total, self.mean = (x[kept] for x in (self.keys, self.weight, self.total, self.mean))

    def publish(self, prior: int, towards: int = 0) -> None:
        """Means from now on: ``prior`` observations of the value ``towards`` count with each cell's own (shrinkage)."""
        self.mean = (self.total * ONE + towards * prior * ONE) // (self.weight + prior * ONE)
