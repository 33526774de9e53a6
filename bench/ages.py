"""How old orders are when their decision can be read: a live read_committed reader of matching.decisions in; ages by order out.

The age of a decision is the time it became readable minus the Kafka timestamp of the order it answers, found by the coordinates that the
decision carries.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from confluent_kafka import Consumer, KafkaException, TopicPartition

from bench.observe import committed_records, end_offsets
from streams.avro import codec

DECISIONS = "matching.decisions"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions as they became readable: one row each with partition, offset (of the order), order_id, outcome, reason, readable_ms."""

    frame: pl.DataFrame

    def ages_ms(self, sent: pl.DataFrame) -> Floats:
        """Ages of the decisions on these orders, in ms; ``sent`` has partition, offset, sent_ms."""
        joined = self.frame.join(sent, on=["partition", "offset"], how="inner")
        return (joined["readable_ms"] - joined["sent_ms"]).to_numpy()

    def matched(self, sent: pl.DataFrame) -> int:
        """How many of these orders found a driver."""
        joined = self.frame.join(sent, on=["partition", "offset"], how="inner")
        return joined.filter(pl.col("outcome").cast(pl.String) == "MATCHED").height


class DecisionReader:
    """Reads a topic of decisions from its end, in a thread, noting when each became readable. A context manager."""

    def __init__(self, brokers: str, topic: str, partitions: int) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "bench-reader",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 100,
                "log_level": 0,
            }
        )
        self._consumer.assign([TopicPartition(topic, p, end) for p, end in enumerate(end_offsets(brokers, topic, partitions))])
        self._values: list[bytes] = []
        self._readable_ms: list[float] = []
        self._leave = threading.Event()
        self._more = threading.Condition()
        self._error: KafkaException | None = None
        self._thread = threading.Thread(target=self._read, name="decisions")

    def __enter__(self) -> DecisionReader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leave.set()
        self._thread.join()
        self._consumer.close()

    @property
    def count(self) -> int:
        """Decisions read so far. Raises KafkaException when reading failed."""
        if self._error:
            raise self._error
        return len(self._readable_ms)

    def wait_for(self, count: int, timeout_s: float) -> bool:
        """Waits until so many decisions were read; False when that takes too long."""
        with self._more:
            return self._more.wait_for(lambda: self.count >= count, timeout_s)

    def decided(self) -> Decided:
        """What was read so far."""
        frame = self.read(DECISIONS)
        return Decided(frame.select(pl.col("partition").cast(pl.Int64), "offset", "order_id", "outcome", "reason", "readable_ms"))

    def read(self, topic: str) -> pl.DataFrame:
        """What was read so far, as records of that topic of the contract, with readable_ms."""
        count = self.count
        decoded = codec(topic).decode(self._values[:count])
        readable = pl.Series("readable_ms", np.array(self._readable_ms[:count], dtype=np.float64)[decoded.rows])
        return decoded.frame.with_columns(readable)

    def _read(self) -> None:
        while not self._leave.is_set():
            message = self._consumer.poll(0.1)
            if message is None:
                continue
            if message.error() is not None:
                self._error = KafkaException(message.error())
                return
            at = time.time() * 1000
            self._values.append(message.value() or b"")
            self._readable_ms.append(at)
            with self._more:
                self._more.notify_all()


def sent_orders(brokers: str, topic: str, partitions: int, since_ms: float, until_ms: float) -> pl.DataFrame:
    """The records of ``orders`` whose timestamps lie in a window: partition, offset, sent_ms."""
    rows: list[tuple[int | None, int | None, int]] = []
    for chunk in committed_records(brokers, topic, partitions):
        rows += [(m.partition(), m.offset(), m.timestamp()[1]) for m in chunk]
    frame = pl.DataFrame(rows, schema={"partition": pl.Int64, "offset": pl.Int64, "sent_ms": pl.Int64}, orient="row")
    return frame.filter(pl.col("sent_ms").is_between(since_ms, until_ms, closed="left"))


def quantiles(ages: Sequence[float] | Floats) -> dict[str, float]:
    """p50, p95, p99 and max in ms; nan of nothing."""
    values = np.asarray(ages, dtype=np.float64)
    if not len(values):
        return dict.fromkeys(("p50_ms", "p95_ms", "p99_ms", "max_ms"), float("nan"))
    p50, p95, p99 = np.quantile(values, [0.5, 0.95, 0.99])
    return {"p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99), "max_ms": float(values.max())}
