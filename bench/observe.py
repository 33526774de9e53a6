"""The observer: what a group has committed, what its process uses, and what its output topic holds for read_committed readers.

It is the same for every contender and knows nothing of how they work. While they run it asks for committed offsets, CPU time and memory ten
times a second, and reads nothing else; the outputs are read after they have stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import psutil
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from bench.stand import cpu, memory

MOVING = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)

LEADERLESS = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.UNKNOWN_TOPIC_OR_PART)
LEADER_S = 20.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment: ``at`` in s of time.monotonic(), records committed, resident bytes, and CPU seconds used so far: by the process, by the
    broker, and by all else on the machine but this observer."""

    at: float
    committed: int
    rss: int
    cpu_s: float
    broker_cpu_s: float
    other_cpu_s: float


@dataclass(slots=True)
class Watch:
    """Samples of one process and the consumer group it is the only member of."""

    brokers: str
    group: str
    topics: tuple[str, ...]
    partitions: int
    pid: int
    broker_pid: int | None = None
    also: tuple[int, ...] = ()  # other processes of the bench, whose CPU is not "other"
    samples: list[Sample] = field(default_factory=list)
    _reader: Consumer = field(init=False)
    _wanted: list[TopicPartition] = field(init=False)

    def __post_init__(self) -> None:
        # A consumer that never joins. AdminClient.list_consumer_group_offsets would be natural, but librdkafka 2.16 crashes in it
        # (rd_kafka_cgrp_op without a group) when a broker answers that it is not yet the group's coordinator, as a new one does.
        conf = {"bootstrap.servers": self.brokers, "group.id": self.group, "isolation.level": "read_uncommitted", "log_level": 0}
        self._reader = Consumer({**conf, "enable.auto.commit": False})
        self._wanted = [TopicPartition(topic, p) for topic in self.topics for p in range(self.partitions)]

    def committed(self) -> int:
        """Sum of the group's committed offsets; 0 before its first commit, and what was known while its coordinator moves."""
        try:
            found = self._reader.committed(self._wanted, timeout=30)
        except KafkaException as error:
            if error.args[0].code() in MOVING:
                return self.samples[-1].committed if self.samples else 0
            raise
        return sum(max(0, tp.offset) for tp in found)

    def close(self) -> None:
        """Ends the connection; the samples stay."""
        self._reader.close()

    def sample(self) -> Sample:
        """Takes a sample and keeps it."""
        committed, own, broker = self.committed(), cpu(self.pid), cpu(self.broker_pid) if self.broker_pid else float("nan")
        machine, observer = psutil.cpu_times(), psutil.Process().cpu_times()
        bench = own + broker + observer.user + observer.system + sum(cpu(pid) for pid in self.also)
        other = sum(machine) - machine.idle - machine.iowait - bench
        taken = Sample(time.monotonic(), committed, memory(self.pid), own, broker, other)
        self.samples.append(taken)
        return taken

    def cpu_us_per_record(self, since: int = 0) -> tuple[float, float]:
        """CPU microseconds a record of the process and of the broker, after ``since`` records were committed."""
        part = [s for s in self.samples if s.committed > since]
        records = part[-1].committed - part[0].committed if part else 0
        if not records:
            return float("nan"), float("nan")
        first, last = part[0], part[-1]
        return (last.cpu_s - first.cpu_s) / records * 1e6, (last.broker_cpu_s - first.broker_cpu_s) / records * 1e6

    def cores(self) -> float:
        """CPU that the process used, in cores."""
        first, last = self.samples[0], self.samples[-1]
        return (last.cpu_s - first.cpu_s) / max(1e-9, last.at - first.at)

    def others_cores(self) -> float:
        """CPU that processes outside the bench used meanwhile, in cores: what makes a measurement doubtful."""
        first, last = self.samples[0], self.samples[-1]
        return (last.other_cpu_s - first.other_cpu_s) / max(1e-9, last.at - first.at)

    def records_per_s(self) -> float:
        """Records committed a second, from the first sample that shows progress to the last that does; nan without both."""
        part = [s for s, before in zip(self.samples[1:], self.samples, strict=False) if s.committed > before.committed]
        if len(part) < 2:
            return float("nan")
        return (part[-1].committed - part[0].committed) / (part[-1].at - part[0].at)

    def peak_rss(self) -> int:
        """Most resident bytes seen."""
        return max((s.rss for s in self.samples), default=0)


@dataclass(frozen=True, slots=True)
class Rate:
    """Records a second over append timestamps: all after the first batch, and the second half alone."""

    records: int
    seconds: float
    whole: float
    second_half: float


def rate(append_ms: npt.NDArray[np.int64]) -> Rate:
    """The rates of records appended at these times (ms, any order); nan where no time has passed."""
    at = np.sort(append_ms)
    if len(at) == 0:
        return Rate(0, 0.0, float("nan"), float("nan"))
    middle = at[len(at) // 2]
    return Rate(len(at), float(at[-1] - at[0]) / 1000, _per_second(at, at[0]), _per_second(at, middle))


def _per_second(at: npt.NDArray[np.int64], start: np.int64) -> float:
    span = int(at[-1] - start)
    return int(np.count_nonzero(at > start)) / span * 1000 if span else float("nan")


def committed_records(brokers: str, topic: str, partitions: int, chunk: int = 20_000) -> Iterator[list[Message]]:
    """All read_committed records of a topic in lists of at most ``chunk``, up to each partition's last stable offset as of its reading."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "bench-observer",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    consumer.assign([TopicPartition(topic, p, 0) for p in range(partitions)])
    open_partitions = set(range(partitions))
    try:
        while open_partitions:
            records: list[Message] = []
            for message in consumer.consume(chunk, 0.5):
                error = message.error()
                if error is None:
                    records.append(message)
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_partitions.discard(message.partition() or 0)
                else:
                    raise KafkaException(error)
            if records:
                yield records
    finally:
        consumer.close()


def end_offsets(brokers: str, topic: str, partitions: int) -> list[int]:
    """The high watermark of each partition. Raises KafkaException when there is none for LEADER_S, as of a topic that does not exist."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "bench-observer", "log_level": 0})
    try:
        return [_end_offset(consumer, TopicPartition(topic, p)) for p in range(partitions)]
    finally:
        consumer.close()


def _end_offset(consumer: Consumer, partition: TopicPartition) -> int:
    """A new topic's partition may have no leader yet: then asked again."""
    deadline = time.monotonic() + LEADER_S
    while True:
        try:
            _, end = consumer.get_watermark_offsets(partition, timeout=10)
        except KafkaException as error:
            if error.args[0].code() not in LEADERLESS or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return int(end)
