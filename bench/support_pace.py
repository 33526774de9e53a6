"""The steady load of `tripo bench support`, in a process of its own: a ``Plan`` (JSON) in; messages, and how late they were, out.

As bench/pace.py: the times of sending are fixed beforehand, so whoever falls behind shows as age.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np
from confluent_kafka import Producer

from ops.support.customers import Customers
from ops.support.publish import framed
from streams.avro import codec
from streams.settings import settings

TICK_S = 0.002


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate`` messages/s for ``seconds`` from ``start_ms`` (epoch) on, of which the share ``english``."""

    start_ms: int
    seconds: int
    rate: int
    english: float
    seed: int

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))


def main() -> None:
    """Sends the plan given as the only argument, prints one JSON line."""
    plan = Plan(**json.loads(sys.argv[1]))
    count = plan.rate * plan.seconds
    at = plan.start_ms + np.arange(count) * (1000 / plan.rate)
    rows = [row | {"ts": int(ts)} for row, ts in zip(Customers(plan.seed, plan.english).write(count), at, strict=True)]
    values = codec("messages").encode(framed("messages", rows)).values()
    keys = [row["conversation_id"].encode() for row in rows]
    conf = {"bootstrap.servers": settings().brokers, "partitioner": "murmur2_random", "acks": "all"}
    producer, topic, late, failed = Producer(conf), settings().topic("messages"), [], [0]

    def delivered(error: object, message: object) -> None:
        failed[0] += error is not None

    if time.time() * 1000 > plan.start_ms:
        shift = time.time() * 1000 - plan.start_ms
        sys.exit(f"the messages were ready {shift:.0f} ms after the start")
    position = 0
    while position < count:
        now = time.time() * 1000
        while position < count and at[position] <= now:
            producer.produce(topic, values[position], key=keys[position], timestamp=int(at[position]), on_delivery=delivered)
            late.append(now - at[position])
            position += 1
        producer.poll(0)
        time.sleep(TICK_S)
    producer.flush(30)
    figures = {"sent": len(late), "failed": failed[0], "late_p99_ms": float(np.quantile(late, 0.99)), "late_max_ms": float(np.max(late))}
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
