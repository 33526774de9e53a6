"""Changes of one table's partition → Redis, atomically and idempotently. Every write is one Lua script that first compares what Redis
holds with what the mirror believes, so a Redis that was emptied, restored or taken over by another mirror is noticed before it is touched.

A partition's *index* names the keys it holds and their offsets. A rebuild starts with an empty index and leaves the rows alone; once it is
level with the log, ``sweep`` removes every row that its index does not name: rows deleted meanwhile do not survive, even when compaction
has removed their tombstones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis

from tables.layout import Layout
from tables.rows import Change

SWEEP_CHUNK = 1000  # keys looked at by one SCAN and one script
TRIM_CHUNK = 1000  # rows trimmed by one script

_APPLY = """
local held = redis.call('HMGET', KEYS[1], 'log', 'next')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {held[1] or '', held[2] or ''} end
local prefix, field = ARGV[5], ARGV[6]
for i = 7, #ARGV, 3 do
  local key, offset, row = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local score = redis.call('ZSCORE', KEYS[2], key)
  if not score or tonumber(score) <= tonumber(offset) then
    if row == '' then
      redis.call('HDEL', prefix .. key, field)
      redis.call('ZREM', KEYS[2], key)
    else
      redis.call('HSET', prefix .. key, field, row)
      redis.call('ZADD', KEYS[2], offset, key)
    end
  end
end
redis.call('HSET', KEYS[1], 'next', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'level_at', ARGV[4]) end
return 0
"""

_BEGIN = """
local held = redis.call('HMGET', KEYS[1], 'log', 'next')
if (held[1] or '') ~= ARGV[1] or (held[2] or '') ~= ARGV[2] then return {held[1] or '', held[2] or ''} end
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'log', ARGV[3], 'next', ARGV[4], 'until', ARGV[5], 'level_at', ARGV[6])
return 0
"""

_FINISH = """
if redis.call('HGET', KEYS[1], 'log') == ARGV[1] then redis.call('HDEL', KEYS[1], 'until') end
return 0
"""

_TRIM = """
if redis.call('HGET', KEYS[1], 'log') ~= ARGV[1] then return -1 end
local keys = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[2], 'LIMIT', 0, ARGV[5])
for _, key in ipairs(keys) do
  redis.call('HDEL', ARGV[3] .. key, ARGV[4])
  redis.call('ZREM', KEYS[2], key)
end
return #keys
"""

# KEYS: row keys; ARGV: rows' prefix, marks' prefix, partitions the topic has, then the partitions to sweep.
_SWEEP = """
local sweep = {}
for i = 4, #ARGV do sweep[ARGV[i]] = true end
local removed = 0
for _, row in ipairs(KEYS) do
  local key = string.sub(row, #ARGV[1] + 1)
  for _, field in ipairs(redis.call('HKEYS', row)) do
    local known = tonumber(field) ~= nil and tonumber(field) < tonumber(ARGV[3])
    if not known or (sweep[field] and not redis.call('ZSCORE', ARGV[2] .. field .. ':keys', key)) then
      removed = removed + redis.call('HDEL', row, field)
    end
  end
end
return removed
"""


class MovedError(Exception):
    """Redis does not hold the position the mirror believes: it was emptied or restored, or another mirror writes too."""


@dataclass(frozen=True, slots=True)
class Held:
    """What Redis says about one partition of a table. ``log`` is empty where it says nothing."""

    log: str = ""  # cluster id / topic id whose records the rows come from
    next: int = 0  # offset after the last one applied
    until: int | None = None  # a rebuild is on, and complete at this offset
    level_at: int = 0  # ms; when the position was last known to be at the log's end


class Store:
    """One table in Redis. Every method raises redis.RedisError when Redis cannot do it."""

    def __init__(self, client: redis.Redis, layout: Layout) -> None:
        self.layout = layout
        self._redis = client
        self._apply, self._begin, self._finish, self._trim, self._sweep = (
            client.register_script(lua) for lua in (_APPLY, _BEGIN, _FINISH, _TRIM, _SWEEP)
        )

    def held(self, partitions: Iterable[int]) -> list[Held]:
        """What Redis holds of each partition, in one round trip."""
        pipe = self._redis.pipeline(transaction=False)
        for p in partitions:
            pipe.hmget(self.layout.position(p), ["log", "next", "until", "level_at"])
        return [_held(*values) for values in pipe.execute()]

    def begin(self, partition: int, seen: Held, rebuild: Held) -> None:
        """Start a rebuild of a partition: an empty index, the rows left for ``sweep``. Raises MovedError unless ``seen`` is still held."""
        was = [seen.log, str(seen.next) if seen.log else ""]
        args: list[Any] = [*was, rebuild.log, rebuild.next, rebuild.next if rebuild.until is None else rebuild.until, rebuild.level_at]
        self._guard(self._begin(keys=self._keys(partition), args=args), partition)

    def apply(self, partition: int, held: Held, following: int, changes: Sequence[Change], level_at: int | None = None) -> None:
        """Apply the changes of offsets [held.next, following) and move the position, all or nothing.

        Raises MovedError, nothing changed, unless the position is exactly ``held``'s. ``level_at``: the position is level with the log.
        """
        args: list[Any] = [held.log, held.next, following, "" if level_at is None else level_at, self.layout.rows, partition]
        for change in changes:
            args += change
        self._guard(self._apply(keys=self._keys(partition), args=args), partition)

    def finish(self, partition: int, log: str) -> None:
        """Note that a partition's rebuild is complete and swept."""
        self._finish(keys=self._keys(partition), args=[log])

    def trim(self, partition: int, log: str, low: int) -> int:
        """Remove the rows whose records the log has deleted (offsets below ``low``). Returns how many."""
        total = 0
        while True:
            args: list[Any] = [log, low, self.layout.rows, partition, TRIM_CHUNK]
            removed = cast(int, self._trim(keys=self._keys(partition), args=args))
            if removed < 0:
                raise MovedError(f"{self.layout.position(partition)} is of another log")
            total += removed
            if removed < TRIM_CHUNK:
                return total

    def sweep(self, partitions: Sequence[int], count: int) -> int:
        """Remove the rows that the given partitions' indexes do not name, and all of partitions the topic (of ``count``) has not."""
        args: list[Any] = [self.layout.rows, self.layout.marks, count, *partitions]
        removed = 0
        for keys in self._scan(self.layout.rows):
            removed += cast(int, self._sweep(keys=keys, args=args))
        for keys in self._scan(self.layout.marks):
            gone = [k for k in keys if int(k[len(self.layout.marks.encode()) :].split(b":")[0]) >= count]
            if gone:
                self._redis.unlink(*gone)
        return removed

    def counts(self, partitions: Iterable[int]) -> list[int]:
        """Rows held of each partition."""
        pipe = self._redis.pipeline(transaction=False)
        for p in partitions:
            pipe.zcard(self.layout.index(p))
        return [int(n) for n in pipe.execute()]

    def _scan(self, prefix: str) -> Iterable[list[bytes]]:
        pattern = "".join(f"\\{c}" if c in "*?[]\\^" else c for c in prefix) + "*"
        cursor = 0
        while True:
            cursor, keys = cast("tuple[int, list[bytes]]", self._redis.scan(cursor, match=pattern, count=SWEEP_CHUNK))
            if keys:
                yield keys
            if cursor == 0:
                return

    def _keys(self, partition: int) -> list[str]:
        return [self.layout.position(partition), self.layout.index(partition)]

    def _guard(self, answer: Any, partition: int) -> None:
        if answer != 0:
            raise MovedError(f"{self.layout.position(partition)} now holds log {answer[0]!r}, next offset {answer[1]!r}")


def _held(log: bytes | None, following: bytes | None, until: bytes | None, level_at: bytes | None) -> Held:
    if log is None or following is None:
        return Held()
    return Held(log.decode(), int(following), None if until is None else int(until), int(level_at or 0))
