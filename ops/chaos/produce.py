"""The producer process of a chaos run: paced, seeded input that survives the broker's kill without losing or doubling a record.

In: arguments, and lines on stdin: ``rate N`` (records a second from now on), ``finish`` (publish what is missing to the wanted number,
and end). Out: records on the agent's inputs; on stdout a line ``published N`` twice a second, and at the end one JSON object. Exit code 1
when a record was refused.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from confluent_kafka import KafkaError, Producer

from ops.chaos.events import Encoder, Keyed, ProbeEvents
from streams.contract import contract
from streams.publish import PARTITION_UA
from streams.settings import settings

TICK_S = 0.02
HURRY = 15_000.0  # records a second once the faults are over
QUEUE_FULL_S = 0.2


class Orders(Protocol):
    """A source of records, taken tick by tick."""

    poison: Counter[str]

    def take(self, count: int, now_ms: int) -> Iterable[tuple[str, Keyed]]:
        """The next records, about ``count``, each with its topic."""
        ...

    def close(self, now_ms: int) -> Iterable[tuple[str, Keyed]]:
        """The last records, after which every request can be decided."""
        ...

    def heard(self, topic: str, key: bytes | None, partition: int, offset: int) -> None:
        """Where a record came to lie."""
        ...


class Pace:
    """What stdin says, read by a thread."""

    def __init__(self, rate: float) -> None:
        self.rate, self.finish = rate, False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            word, _, number = line.strip().partition(" ")
            if word == "rate":
                self.rate = float(number)
            elif word == "finish":
                self.rate, self.finish = max(self.rate, HURRY), True
        self.finish = True


class Publishing:
    """An idempotent producer that tries for ever; a record that Kafka refuses ends the process."""

    def __init__(self, heard: Callable[[str, bytes | None, int, int], None]) -> None:
        self.published = 0
        self._heard = heard
        self._refused: KafkaError | None = None
        self._partitions: dict[str, list[int]] = {}
        conf = {
            "bootstrap.servers": settings().brokers,
            "enable.idempotence": True,
            "partitioner": "murmur2_random",
            "message.timeout.ms": 0,
            "message.max.bytes": 2_000_000,
            "linger.ms": 5,
            "reconnect.backoff.max.ms": 500,
            "log_level": 2,
        }
        self._producer = Producer(conf)

    def publish(self, topic: str, record: Keyed) -> None:
        """Queue a record, of a broadcast topic for every partition; waits while the queue is full."""
        physical = settings().topic(topic)
        for partition in self._everywhere(physical) if contract().topic(topic).broadcast else (PARTITION_UA,):
            self._queue(physical, partition, record)
            self.published += 1

    def _queue(self, physical: str, partition: int, record: Keyed) -> None:
        while True:
            try:
                self._producer.produce(physical, record.value, record.key, partition, on_delivery=self._delivered)
                break
            except BufferError:
                self._producer.poll(QUEUE_FULL_S)

    def _everywhere(self, physical: str) -> list[int]:
        if physical not in self._partitions:
            self._partitions[physical] = sorted(self._producer.list_topics(physical, timeout=10).topics[physical].partitions)
        return self._partitions[physical]

    def poll(self) -> None:
        """Serve callbacks. Raises RuntimeError when a record was refused."""
        self._producer.poll(0)
        if self._refused is not None:
            raise RuntimeError(f"Kafka refused an input record: {self._refused.str()}")

    def flush(self) -> None:
        """Wait until everything is in the log."""
        while self._producer.flush(1.0):
            self.poll()
        self.poll()

    def _delivered(self, error: KafkaError | None, message: Any) -> None:
        self._refused = self._refused or error
        if error is None:
            self._heard(settings().logical(message.topic()), message.key(), message.partition(), message.offset())


class _Probe:
    """The probe's events as a source."""

    def __init__(self, seed: int, keys: int, events: int) -> None:
        crash_at = int(events * 0.4) + seed % max(1, events // 5)
        encoder = Encoder(contract().schemas, contract().schema_id("probe.events"))
        self._events = ProbeEvents(encoder, f"run{seed}", seed, keys, crash_at)
        self.poison = self._events.poison

    def take(self, count: int, now_ms: int) -> Iterable[tuple[str, Keyed]]:
        return (("probe.events", record) for record in self._events.take(count, now_ms))

    def close(self, now_ms: int) -> Iterable[tuple[str, Keyed]]:
        return ()

    def heard(self, topic: str, key: bytes | None, partition: int, offset: int) -> None:
        pass


def source(name: str, seed: int, keys: int, events: int, rate: float) -> Orders:
    """The source of that name: an agent's input, or garbage."""
    if name == "probe":
        return _Probe(seed, keys, events)
    if name == "garbage":
        from ops.chaos.garbage import Cities as BrokenCities

        return BrokenCities(seed)
    if name == "babble":
        from ops.chaos.babble import Babble

        return Babble(seed)
    if name == "quotes":
        from ops.chaos.quotes import Quotes

        return Quotes(seed)
    if name == "riders":
        from ops.chaos.riders import Riders

        return Riders(seed)
    from ops.chaos.cities import Cities

    return Cities(seed, rate)


def run(source: Orders, pace: Pace, events: int) -> dict[str, Any]:
    """Publish at the pace until told to finish, and at least ``events`` records."""
    out, due, told = Publishing(source.heard), 0.0, time.monotonic()
    last = time.monotonic()
    while not (pace.finish and out.published >= events):
        now = time.monotonic()
        due += (now - last) * pace.rate
        last = now
        if pace.finish:
            due = min(due, events - out.published)
        for topic, record in source.take(int(due), time.time_ns() // 1_000_000):
            out.publish(topic, record)
        due -= int(due)
        out.poll()
        if now - told >= 0.5:
            told = now
            print(f"published {out.published}", flush=True)
        time.sleep(TICK_S)
    for topic, record in source.close(time.time_ns() // 1_000_000):
        out.publish(topic, record)
    out.flush()
    return {"published": out.published, "poison": dict(source.poison)}


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m ops.chaos.produce")
    parser.add_argument("source")
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--keys", type=int, default=100_000)
    given = parser.parse_args()
    orders = source(given.source, given.seed, given.keys, given.events, given.rate)
    try:
        figures = run(orders, Pace(given.rate), given.events)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
