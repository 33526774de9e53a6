"""What drivers are being asked, and have refused: columns of the pending orders, and pairs that will not be tried again.

An order with ``offer_ms`` > 0 is decided when its driver accepts. Until then the driver is kept for it, and what the matching found is kept
with the order. A driver that declined or did not answer in time is not asked about the same order again.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from columns.table import I64, Array, Mask

OFFERED = {  # columns of the pending orders: the offer under way
    "offered": ("i8", 0),  # row of the driver asked, plus 1; 0: none
    "expires": ("i8", 0),  # market clock, ms: an answer of a later time comes too late
    "eta_s": ("f8", 0.0),
    "distance_m": ("f8", 0.0),
    "chance": ("f8", 0.0),
    "score": ("f8", 0.0),
    "cost_ms": ("i8", 0),
    "price_ms": ("i8", 0),
    "boost_ms": ("i8", 0),
    "future_ms": ("i8", 0),
    "proven": ("?", 0),
    **{f"factor_{i}": ("f8", 0.0) for i in range(5)},
}


class Refusals:
    """Orders, by number, and the rows of drivers that refused them, shape (n,) each."""

    def __init__(self) -> None:
        self.number: I64 = np.zeros(0, np.int64)
        self.row: I64 = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.number)

    def add(self, number: int, row: int) -> None:
        """The driver will not be asked about this order again."""
        self.number, self.row = np.append(self.number, number), np.append(self.row, row)

    def among(self, number: I64, row: I64) -> Mask:
        """Which pairs of an order's number and a driver's row, shape (pairs,), have been refused."""
        if len(self) == 0:
            return np.zeros(len(number), np.bool_)
        width = 1 + max(int(self.row.max()), int(row.max(initial=0)))
        out: Mask = np.isin(number * width + row, self.number * width + self.row)
        return out

    def keep(self, pending: I64) -> None:
        """Forget orders that are not among the ``pending`` numbers any more."""
        kept = np.isin(self.number, pending)
        self.number, self.row = self.number[kept], self.row[kept]

    def renumber(self, moved: I64) -> None:
        """Driver rows have moved: old row → new row, -1 for those forgotten."""
        self.row = moved[self.row]
        kept = self.row >= 0
        self.number, self.row = self.number[kept], self.row[kept]

    def arrays(self) -> dict[str, Array]:
        """The state."""
        return {"number": self.number, "row": self.row}

    @classmethod
    def of(cls, arrays: Mapping[str, Array]) -> Refusals:
        """The state whose ``arrays()`` these are."""
        out = cls()
        out.number, out.row = arrays["number"].copy(), arrays["row"].copy()
        return out
