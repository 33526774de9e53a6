"""One partition of a table's topic, on its way into Redis: records in, rows and position out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from streams.avro import Codec
from streams.message import Message
from tables import metrics
from tables.log import TopicLog
from tables.plan import Rebuild, plan
from tables.rows import changes
from tables.store import Held, Store

LEVEL_EVERY_MS = 30_000  # how often a position that stays level is marked so


@dataclass(frozen=True, slots=True)
class Table:
    """A table, its topic, and how the topic's records are read."""

    name: str
    topic: str  # the contract's name
    codec: Codec
    store: Store


@dataclass(slots=True)
class Part:
    """One partition. ``held`` is what the mirror believes Redis to hold; every write compares it first."""

    table: Table
    partition: int
    held: Held
    log: TopicLog

    @classmethod
    def open(cls, table: Table, partition: int, held: Held, log: TopicLog) -> Part:
        """Go on where Redis says, or begin a rebuild. Raises MovedError, redis.RedisError."""
        step = plan(held, log, partition, log.asked_at)
        part = cls(table, partition, held, log)
        if isinstance(step, Rebuild):
            part.held = Held(log.log, log.low[partition], log.high[partition], log.asked_at)
            table.store.begin(partition, held, part.held)
            metrics.rebuilds.labels(table.name, step.reason).inc()
        elif step.start > held.next:
            part.move(step.start)
        part.surveyed(log)
        return part

    def take(self, records: Sequence[Message]) -> None:
        """Apply records that follow the position. Raises MovedError, redis.RedisError."""
        name = self.table.name
        with metrics.apply_seconds.labels(name).time():
            made = changes(self.table.codec, self.table.topic, self.partition, records)
            following = records[-1].offset() + 1
            self.table.store.apply(self.partition, self.held, following, made.rows)
        self.held = replace(self.held, next=following)
        metrics.records.labels(name).inc(len(records))
        deleted = sum(not change.row for change in made.rows)
        metrics.deleted.labels(name).inc(deleted)
        metrics.rows.labels(name).inc(len(made.rows) - deleted)
        metrics.unreadable.labels(name).inc(made.unreadable)
        metrics.keyless.labels(name).inc(made.keyless)

    def move(self, offset: int) -> None:
        """No records are left below ``offset``: what lies there are transactions' markers, or nothing."""
        if offset > self.held.next:
            self.table.store.apply(self.partition, self.held, offset, ())
            self.held = replace(self.held, next=offset)

    def surveyed(self, log: TopicLog) -> None:
        """Compare with the log as it is: trim what it has deleted, mark the position when it is level. Raises as ``take``."""
        trimmed = self.table.store.trim(self.partition, self.held.log, log.low[self.partition])
        metrics.trimmed.labels(self.table.name).inc(trimmed)
        self.log = log
        if self.held.next >= log.high[self.partition] and log.asked_at - self.held.level_at >= LEVEL_EVERY_MS:
            self.table.store.apply(self.partition, self.held, self.held.next, (), log.asked_at)
            self.held = replace(self.held, level_at=log.asked_at)

    @property
    def lag(self) -> int:
        """Offsets between the position and the end as last surveyed."""
        return max(0, self.log.high[self.partition] - self.held.next)

    @property
    def rebuilt(self) -> bool:
        """Whether a rebuild has reached the end that the log had when it began; it is complete once swept."""
        return self.held.until is not None and self.held.next >= self.held.until

    @property
    def rebuilding(self) -> bool:
        """Whether a rebuild is still on its way."""
        return self.held.until is not None and not self.rebuilt
