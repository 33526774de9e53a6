"""What Redis holds of a partition, and what the log is → where the mirror goes on, or why it must rebuild. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tables.log import TopicLog
from tables.store import Held


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on reading at ``start``."""

    start: int


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Read the whole partition again. ``reason`` is a metric's label: empty, other-log, ahead, stale."""

    reason: str


def plan(held: Held, log: TopicLog, partition: int, now: int) -> Resume | Rebuild:
    """How to go on with a partition.

    - Redis holds nothing: ``empty``. It holds another log's rows: ``other-log``. Its position is beyond the end: ``ahead``.
    - The position was last level with the log so long ago that compaction may have removed tombstones after it (half of the topic's
      delete.retention.ms, for margin): ``stale``. Catching up would let deleted rows live.
    - Else the position, or the log's beginning where retention has deleted what came before it: every row whose tombstone is gone that
      way is older than the tombstone, so trimming the rows below the beginning removes it.
    """
    low, high = log.low[partition], log.high[partition]
    if not held.log:
        return Rebuild("empty")
    if held.log != log.log:
        return Rebuild("other-log")
    if held.next > high:
        return Rebuild("ahead")
    if held.next < high and now - held.level_at > log.tombstones_ms // 2:
        return Rebuild("stale")
    return Resume(max(held.next, low))
