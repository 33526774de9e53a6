"""A steady load's records, made beforehand → each sent at its appointed time, by the process that calls; how late they were, out.

The times are fixed before the first record is sent, so a producer, broker or worker that falls behind shows as age, not as a lower load
(no coordinated omission). Nothing is made while records are sent: the load shall neither be late nor take what is measured its processor.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
from confluent_kafka import Producer

from streams.settings import settings

SLICE_MS = 200  # loads are made by so much time at once
TICK_S = 0.002
FIRST_MS, SECOND_MS = 6000, 100  # to make the records of a load's first second, and of each further one

Due = tuple[float, str, bytes, bytes]  # when, ms since the epoch; topic, key, value


def start_ms(seconds: int) -> int:
    """When a load of so many seconds may begin, whose producer is started now; ms since the epoch."""
    return int(time.time() * 1000) + FIRST_MS + seconds * SECOND_MS


def slices(slice_of: Callable[[int], list[Due]], seconds: int) -> list[Due]:
    """The records of all slices of a load, each slice in order of time."""
    return [due for number in range(seconds * 1000 // SLICE_MS) for due in slice_of(number)]


def send(records: Sequence[Due]) -> None:
    """Send each when it is due; print one JSON line: sent, failed, late_p99_ms, late_max_ms. Exits where the first was due before."""
    failed = [0]
    producer = Producer({"bootstrap.servers": settings().brokers, "partitioner": "murmur2_random", "acks": "all"})
    topics = {topic: settings().topic(topic) for topic in {topic for _, topic, _, _ in records}}
    late = np.zeros(len(records))
    gc.freeze()
    if (shift := time.time() * 1000 - records[0][0]) > 0:
        sys.exit(f"the records were ready {shift:.0f} ms after the start")

    def delivered(error: object, message: object) -> None:
        failed[0] += error is not None

    position = 0
    while position < len(records):
        now = time.time() * 1000
        while position < len(records) and records[position][0] <= now:
            at, topic, key, value = records[position]
            producer.produce(topics[topic], value, key=key, timestamp=int(at), on_delivery=delivered)
            late[position] = now - at
            position += 1
        producer.poll(0)
        time.sleep(TICK_S)
    producer.flush(30)
    figures = {"sent": len(late), "failed": failed[0], "late_p99_ms": float(np.quantile(late, 0.99)), "late_max_ms": float(late.max())}
    print(json.dumps(figures), flush=True)
