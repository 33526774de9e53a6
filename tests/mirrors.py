"""For tests of tables: records of their topics written to Kafka, the mirror as a process, the tables recomputed by other code."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fastavro
import redis
from confluent_kafka import Producer

from streams.contract import contract
from streams.settings import settings
from tables.layout import tables
from tests.workers import committed, eventually

TOPICS = tables()  # table → topic
Rows = dict[tuple[str, int], tuple[int, Any]]  # (key, partition) → (offset, row)


def driver(driver_id: str, n: int, **fields: Any) -> dict[str, Any]:
    """A driver's row; ``n`` makes it differ from others."""
    row = {"driver_id": driver_id, "market": "sf", "status": "AVAILABLE", "order_id": None, "lat": 37.0 + n / 1e6, "lon": -122.4}
    return row | {"ts": 1_700_000_000_000 + n, "assignments": n, "updated_at": 1_700_000_000_000 + n} | fields


def market(name: str, n: int) -> dict[str, Any]:
    """A market's row."""
    counts = dict.fromkeys(("drivers", "available", "pending", "live", "orders", "matched", "unmatched", "cancelled"), n)
    return {"market": name, "clock": n, **counts, "pickup_eta_s": None if n % 2 else n / 3, "pickup_distance_m": 1e5 + n, "updated_at": n}


def decision(order_id: str, n: int) -> dict[str, Any]:
    """A decision's row, with nested lists."""
    found = {"driver_id": f"d{n}", "score": n / 7, "eta_s": 60.0 + n, "distance_m": 10.0 * n}
    matched = n % 3 > 0
    row = {"decision_id": f"matching/orders/0/{n}/0", "order_id": order_id, "market": "sf", "service": "RIDE", "topic": "orders"}
    row |= {"outcome": "MATCHED", "reason": "BEST_SCORE"} if matched else {"outcome": "UNMATCHED", "reason": "NO_DRIVER"}
    row |= found if matched else dict.fromkeys(found)
    row |= {"partition": 0, "offset": n, "event_ts": n, "decided_at": n, "waited_ms": n, "candidates": n, "propensity": None}
    factors = [{"name": "eta", "value": 1 / (n + 1), "weight": 0.35}, {"name": "rating", "value": 0.5, "weight": 0.25}]
    row |= {"factors": factors, "alternatives": [found] * (n % 4), "guards": [], "model_versions": ["a", "b"]}
    return row | {"code_version": "1", "policy_version": "1"}


def value(topic: str, row: dict[str, Any]) -> bytes:
    """A record's value in the wire format, by fastavro."""
    out = io.BytesIO(b"\0" + contract().schema_id(topic).to_bytes(4, "big"))
    out.seek(5)
    fastavro.schemaless_writer(out, contract().schema(topic), row)
    return out.getvalue()


class Writer:
    """Writes to table topics in transactions, as an agent does: each leaves a marker behind its records."""

    def __init__(self) -> None:
        conf = {"bootstrap.servers": settings().brokers, "transactional.id": settings().namespace + "writer"}
        self._producer = Producer(conf | {"linger.ms": 1})
        self._producer.init_transactions(90)

    def write(self, table: str, partition: int, rows: Iterable[tuple[str, dict[str, Any] | bytes | None]], commit: bool = True) -> None:
        """Rows by key, in one transaction; None is a tombstone, bytes go as they are."""
        topic = TOPICS[table]
        self._producer.begin_transaction()
        for key, row in rows:
            self._producer.produce(settings().topic(topic), value(topic, row) if isinstance(row, dict) else row, key.encode(), partition)
        if commit:
            self._producer.commit_transaction(30)
        else:
            self._producer.flush(30)
            self._producer.abort_transaction(30)


def expected(table: str) -> Rows:
    """The table as its topic says it is: the last committed record of each key and partition, without tombstones."""
    rows: Rows = {}
    for message in committed(TOPICS[table]):
        at = (message.key().decode(), message.partition())
        rows.pop(at, None)
        if message.value() is not None:
            schema = contract().schemas[int.from_bytes(message.value()[1:5], "big")]
            rows[at] = (message.offset(), fastavro.schemaless_reader(io.BytesIO(message.value()[5:]), schema, None))
    return rows


def held(table: str) -> Rows:
    """The table as Redis holds it."""
    prefix = f"tripo:{settings().namespace}{table}:".encode()
    rows: Rows = {}
    client = redis.Redis.from_url(settings().redis_url)
    try:
        for name in client.scan_iter(match=prefix + b"*", count=1000):
            for field, stored in client.hgetall(name).items():
                row = json.loads(stored)
                assert row["partition"] == int(field)
                assert row["topic"] == TOPICS[table]
                rows[name[len(prefix) :].decode(), int(field)] = (row["offset"], row["row"])
    finally:
        client.close()
    return rows


def await_equal(*names: str, timeout_s: float = 60) -> None:
    """Wait until the tables equal their topics; then show any difference."""
    wanted = {name: expected(name) for name in names}
    try:
        eventually(lambda: all(held(name) == wanted[name] for name in names), timeout_s, "the tables equal their topics")
    except AssertionError:
        for name in names:
            assert held(name) == wanted[name], name
        raise


class MirrorProcess:
    """``tripo mirror`` in a process of its own; its log is kept in a file."""

    def __init__(self, log: Path, **env: str) -> None:
        self.log = log
        self._env = os.environ | {"TRIPO_METRICS_PORT": "-1"} | env
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as out:
            return subprocess.Popen([sys.executable, "-m", "ops.cli", "mirror"], env=self._env, stdout=out, stderr=out)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        """Start it again after its end."""
        self.process = self._start()

    def stop(self) -> int:
        """End it in order; its exit code."""
        self.process.terminate()
        return self.process.wait(20)


@contextmanager
def mirror(folder: Path, **env: str) -> Iterator[MirrorProcess]:
    """A mirror for the time of a block; killed at its end if it still runs."""
    process = MirrorProcess(folder / "mirror.log", **env)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.kill()
