"""How many records a poll may bring, so that stepping over them ends well before Kafka ends the transaction they are in.

What a record costs differs by a thousand times between agents and inputs, and nothing says it beforehand. So polls begin small and
double while they are full and quick (as TCP's slow start does), and shrink in proportion when one took too long. Without it, a worker
behind a long backlog of costly records is fenced for its slowness, starts again, and meets the same backlog.
"""

from __future__ import annotations

FIRST = 1000  # records: at 8 ms each, the most that was ever measured, they take half of a transaction's time
LEAST = 16
SHARE = 8  # of a transaction's time: a poll may take one part of so many


class Pace:
    """The bound of the next poll, in ``records``; never more than ``most``."""

    def __init__(self, most: int, transaction_timeout_ms: int) -> None:
        self.most = most
        self.records = min(FIRST, most)
        self._budget_s = transaction_timeout_ms / 1000 / SHARE

    def took(self, records: int, seconds: float) -> None:
        """So many records of one poll were stepped over in so long."""
        if seconds > self._budget_s and records:
            self.records = max(min(LEAST, self.most), min(self.records, int(records * self._budget_s / seconds)))
        elif 2 * records > self.records and seconds < self._budget_s / 2:
            self.records = min(self.most, 2 * self.records)
