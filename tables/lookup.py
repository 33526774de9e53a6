"""A table's name and keys → its rows, read from Redis.

Works while the mirror, Kafka and the agents are away: the rows are then as of the mirror's last position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import orjson
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streams.settings import settings
from tables.layout import Layout, layout, tables
from tables.store import Held, Store

MOST_PARTITIONS = 1024


@dataclass(frozen=True, slots=True)
class Row:
    """The current row of a key, with the coordinates of the record it comes from.

    ``row`` has the fields of the topic's schema; it is None, and ``error`` says why, where the key's latest record could not be read.
    """

    key: str
    topic: str
    partition: int
    offset: int
    timestamp: int  # the record's, ms since the epoch
    row: dict[str, Any] | None
    error: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TableState:
    """How far a table is: by partition what Redis holds, and how many rows."""

    table: str
    topic: str
    rows: int
    partitions: tuple[Held, ...]

    @property
    def rebuilding(self) -> bool:
        """Rows may be missing or older than they were: a rebuild is on."""
        return any(held.until is not None for held in self.partitions)


class Tables:
    """The tables of this process's namespace. Methods raise UnknownTableError, and redis.RedisError when Redis is away."""

    def __init__(self, client: redis.Redis | None = None) -> None:
        patience = {"socket_timeout": 2, "socket_connect_timeout": 1, "retry": Retry(NoBackoff(), 1)}
        self._redis = client or redis.Redis.from_url(settings().redis_url, **patience)

    @staticmethod
    def known() -> list[str]:
        """The names of the tables."""
        return sorted(tables())

    def get(self, table: str, key: str) -> Row | None:
        """The row of a key, or None."""
        return self.many(table, [key])[0]

    def many(self, table: str, keys: Sequence[str]) -> list[Row | None]:
        """The rows of many keys in one round trip, in the keys' order; None where a key has no row."""
        where = layout(table)
        pipe = self._redis.pipeline(transaction=False)
        for key in keys:
            pipe.hvals(where.row(key))
        return [_current(key, values) for key, values in zip(keys, pipe.execute(), strict=True)]

    def scan(self, table: str, limit: int = 100) -> list[Row]:
        """The rows whose records are the latest, newest first, at most ``limit``."""
        where = layout(table)
        pipe = self._redis.pipeline(transaction=False)
        for partition in self._partitions(where):
            pipe.zrevrange(where.index(partition), 0, limit - 1)
        keys = dict.fromkeys(key.decode(errors="surrogateescape") for found in pipe.execute() for key in found)
        rows = [row for row in self.many(table, list(keys)) if row is not None]
        return sorted(rows, key=_age, reverse=True)[:limit]

    def count(self, table: str) -> int:
        """How many rows a table has; a key that two partitions hold counts twice."""
        where = layout(table)
        return sum(Store(self._redis, where).counts(self._partitions(where)))

    def state(self, table: str) -> TableState:
        """How far the mirror is with a table. No partitions: it has never been mirrored into this Redis."""
        where = layout(table)
        store = Store(self._redis, where)
        held = tuple(store.held(self._partitions(where)))
        return TableState(table, tables()[table], self.count(table), held)

    def _partitions(self, where: Layout) -> range:
        """The partitions the table has in Redis: counted up, all in one round trip for usual topics."""
        at, step = 0, 32
        while at < MOST_PARTITIONS:
            pipe = self._redis.pipeline(transaction=False)
            for partition in range(at, at + step):
                pipe.exists(where.position(partition))
            found = cast("list[int]", pipe.execute())
            at += sum(found)
            if 0 in found:
                break
        return range(at)


def _current(key: str, values: Iterable[bytes]) -> Row | None:
    rows = [_row(key, value) for value in values]
    return max(rows, key=_age) if rows else None


def _row(key: str, value: bytes) -> Row:
    held = orjson.loads(value)
    return Row(key, held["topic"], held["partition"], held["offset"], held["timestamp"], held.get("row"), held.get("error"))


def _age(row: Row) -> tuple[int, int, int]:
    return row.timestamp, row.partition, row.offset
