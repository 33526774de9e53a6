"""The tables' topics → Redis, for as long as the process lives.

Positions live in Redis beside the rows, so there is nothing to reconcile: after any outage, kill or restart the mirror forgets what it
knew, asks both sides, and goes on. While Redis is away no partition is assigned, so nothing gathers in memory.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

import redis
import structlog
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from redis.backoff import NoBackoff
from redis.retry import Retry

from streams import clients
from streams.avro import codec
from streams.message import Message
from streams.settings import settings
from tables import metrics
from tables.layout import layout, tables
from tables.log import Logs
from tables.part import Part, Table
from tables.store import MovedError, Store

BATCH = 5000  # records of one poll at most
POLL_S = 0.1
CHECK_S = 0.5  # how often Redis is asked whether it still holds the positions
SURVEY_S = 5.0  # how often the broker is asked for the logs' ends
BACKOFF_S = (0.05, 2.0)
REDIS_TIMEOUT_S = 2.0  # a slower answer counts as Redis being away

log = structlog.get_logger()


class LogChangedError(Exception):
    """A topic was made, made anew, or has more partitions now."""


class Mirror:
    """Mirrors the contract's tables, or those named. ``run`` it in one thread."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        own = settings()
        self.redis = redis.Redis.from_url(
            own.redis_url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S, retry=Retry(NoBackoff(), 0)
        )
        wanted = tables() if names is None else {name: tables()[layout(name).table] for name in names}
        self._tables = {
            own.topic(topic): Table(name, topic, codec(topic), Store(self.redis, layout(name))) for name, topic in wanted.items()
        }
        conf = {"queued.min.messages": 20_000, "topic.metadata.refresh.interval.ms": 5000, "log_level": 3, "error_cb": self._on_error}
        self._consumer = Consumer(clients.reader(own, "tables") | conf)
        self._logs = Logs(AdminClient(clients.access(own) | {"log_level": 3}))
        self._parts: dict[tuple[str, int], Part] = {}
        self._checked = self._surveyed = 0.0
        self._gone: set[str] = set()  # sides that are away

    def run(self, stop: threading.Event, once: bool = False) -> None:
        """Mirror until ``stop`` is set or, with ``once``, until every table is level with its topic."""
        failures = 0
        while not stop.is_set():
            try:
                self._open()
                while not stop.is_set():
                    self._cycle()
                    failures = 0
                    if once and self.level:
                        return
            except redis.RedisError as e:
                self._away("redis", e)
            except KafkaException as e:
                self._away("broker", e)
            except (MovedError, LogChangedError) as e:
                log.warning("the mirror starts over", reason=str(e))
            self._consumer.unassign()
            failures += 1
            stop.wait(min(BACKOFF_S[1], BACKOFF_S[0] * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))

    def close(self) -> None:
        """Give back the connections."""
        self._consumer.close()
        self.redis.close()

    @property
    def level(self) -> bool:
        """Whether every topic exists and every partition has been applied to the end it had at the last survey, rebuilds complete."""
        present = {topic for topic, _ in self._parts}
        return present == set(self._tables) and all(part.lag == 0 and part.held.until is None for part in self._parts.values())

    def rows(self) -> dict[str, int]:
        """Rows held, by table."""
        return {table.name: sum(table.store.counts(p for t, p in self._parts if t == topic)) for topic, table in self._tables.items()}

    def _open(self) -> None:
        """Ask Redis and the broker where things stand, and read on from there."""
        logs = self._logs.survey(self._tables)
        self._warn_of_eviction()
        for topic in self._tables.keys() - logs.keys():
            log.warning("a table's topic does not exist; `tripo topics apply` makes it", topic=topic)
        self._parts = {}
        for topic, found in logs.items():
            table = self._tables[topic]
            for p, held in enumerate(table.store.held(range(found.partitions))):
                self._parts[topic, p] = Part.open(table, p, held, found)
        self._back("redis")
        self._back("broker")
        self._consumer.assign([TopicPartition(topic, p, part.held.next) for (topic, p), part in self._parts.items()])
        self._checked = self._surveyed = time.monotonic()

    def _cycle(self) -> None:
        self._take(self._poll())
        self._sweep()
        now = time.monotonic()
        if now - self._checked >= CHECK_S:
            self._check()
            self._checked = now
        if now - self._surveyed >= SURVEY_S:
            self._survey()
            self._surveyed = now

    def _poll(self) -> list[Message]:
        first = self._consumer.poll(POLL_S)
        return cast("list[Message]", [] if first is None else [first, *self._consumer.consume(BATCH - 1, 0)])

    def _take(self, messages: Sequence[Message]) -> None:
        batches: dict[tuple[str, int], list[Message]] = {}
        ends: dict[tuple[str, int], int] = {}
        for message in messages:
            error = message.error()
            at = (message.topic(), message.partition())
            if error is None:
                batches.setdefault(at, []).append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                ends[at] = message.offset()
            elif error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
                raise LogChangedError(str(error))
            elif error.fatal():
                raise KafkaException(error)
        for at, batch in batches.items():
            self._parts[at].take(batch)
        for at, offset in ends.items():
            self._parts[at].move(offset)

    def _sweep(self) -> None:
        """Complete the rebuilds of each table whose every partition has reached the end it had."""
        for topic, table in self._tables.items():
            parts = [part for (t, _), part in self._parts.items() if t == topic]
            if not any(part.rebuilt for part in parts) or any(part.rebuilding for part in parts):
                continue
            swept = table.store.sweep([part.partition for part in parts], len(parts))
            for part in parts:
                table.store.finish(part.partition, part.held.log)
                part.held = replace(part.held, until=None)
            metrics.swept.labels(table.name).inc(swept)
            log.info("a table is rebuilt", table=table.name, rows=sum(table.store.counts(range(len(parts)))), swept=swept)

    def _check(self) -> None:
        """Redis must still hold the positions: it may have been emptied or restored while no records flow. Raises MovedError."""
        for topic, table in self._tables.items():
            parts = [part for (t, _), part in self._parts.items() if t == topic]
            for part, held in zip(parts, table.store.held(part.partition for part in parts), strict=True):
                metrics.lag.labels(table.name, part.partition).set(part.lag)
                if (held.log, held.next) != (part.held.log, part.held.next):
                    raise MovedError(f"Redis holds {held} of {table.name}, partition {part.partition}, not {part.held}")
            metrics.held.labels(table.name).set(sum(table.store.counts(part.partition for part in parts)))
            metrics.rebuilding.labels(table.name).set(sum(part.held.until is not None for part in parts))

    def _survey(self) -> None:
        """The topics must still be the same logs. Trims, and marks positions that are level. While the broker is away, nothing."""
        try:
            logs = self._logs.survey(self._tables)
        except KafkaException as e:
            self._away("broker", e)
            return
        self._back("broker")
        shape = {(topic, p): found.log for topic, found in logs.items() for p in range(found.partitions)}
        if shape != {at: part.held.log for at, part in self._parts.items()}:
            raise LogChangedError("the topics have changed")
        for (topic, _), part in self._parts.items():
            part.surveyed(logs[topic])

    def _warn_of_eviction(self) -> None:
        try:
            policy = self.redis.info("memory").get("maxmemory_policy", "noeviction")
        except redis.ResponseError:  # this user may not ask
            return
        if policy != "noeviction":
            log.warning("this Redis may evict rows, which nothing puts back: set maxmemory-policy noeviction", policy=policy)

    def _on_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            self._away("broker", error)

    def _away(self, side: str, error: object) -> None:
        metrics.up.labels(side).set(0)
        if side not in self._gone:
            self._gone.add(side)
            metrics.outages.labels(side).inc()
            log.warning("a side is away; the mirror waits", side=side, error=str(error))

    def _back(self, side: str) -> None:
        metrics.up.labels(side).set(1)
        if side in self._gone:
            self._gone.remove(side)
            log.info("the side is back; the mirror goes on", side=side)
