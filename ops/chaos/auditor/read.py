"""Kafka → Log, with aiokafka. In: a broker's address, a namespace, a workload. Out: what lies in its topics once nobody writes.

Records are read as a read_committed client sees them; the extents of committed, aborted and open transactions are read a second time from
the raw batches (read_uncommitted fetches), whose markers are interpreted here and not by a client.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest_v4

from ops.chaos.auditor.log import Extent, Log, Partition, Record, Workload
from ops.chaos.auditor.wire import ABORT, Batch, batches

FETCH_BYTES = 8 * 1024 * 1024
PATIENCE_S = 60.0  # without a single record, before the reading is given up


def read(brokers: str, namespace: str, workload: Workload) -> Log:
    """Everything of a workload. Raises TimeoutError when the log cannot be read to its end, LookupError when a topic is missing."""
    return asyncio.run(_read(brokers, namespace, workload))


async def _read(brokers: str, namespace: str, workload: Workload) -> Log:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_bytes=4 * FETCH_BYTES,
        max_partition_fetch_bytes=FETCH_BYTES,
    )
    await consumer.start()
    try:
        places = await _places(brokers, namespace, workload)
        starts, ends = await consumer.beginning_offsets(list(places)), await consumer.end_offsets(list(places))
        raw = await _raw(brokers, {at: starts[at] for at in places})
        log = {name: _partition(starts[at], raw[at]) for at, name in places.items()}
        stables = {at: min(raw[at].stable, ends[at]) for at in places}
        await _records(consumer, {at: (log[name], stables[at]) for at, name in places.items()})
    finally:
        await consumer.stop()
    return Log(workload, log, await _group(brokers, namespace, workload))


async def _places(brokers: str, namespace: str, workload: Workload) -> dict[TopicPartition, tuple[str, int]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        found = await admin.describe_topics([namespace + topic for topic in workload.topics])
    finally:
        await admin.close()
    places: dict[TopicPartition, tuple[str, int]] = {}
    for one in found:
        if one["error_code"]:
            raise LookupError(f"the topic {one['topic']} cannot be read from this broker: error {one['error_code']}")
        topic = one["topic"].removeprefix(namespace)
        places |= {TopicPartition(one["topic"], p["partition"]): (topic, p["partition"]) for p in one["partitions"]}
    return dict(sorted(places.items()))


async def _records(consumer: AIOKafkaConsumer, places: dict[TopicPartition, tuple[Partition, int]]) -> None:
    """Fill each partition's records up to its last stable offset."""
    left = {at for at, (part, stable) in places.items() if stable > part.start}
    consumer.assign(sorted(left))
    for at in left:
        consumer.seek(at, places[at][0].start)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_S
    while left:
        for at, messages in (await consumer.getmany(timeout_ms=200, max_records=50_000)).items():
            places[at][0].records += [_record(m) for m in messages]
            deadline = loop.time() + PATIENCE_S
        for at in [at for at in left if await consumer.position(at) >= places[at][1]]:
            left.discard(at)
            consumer.pause(at)
        if left and loop.time() > deadline:
            raise TimeoutError(f"the log cannot be read to its stable end in {PATIENCE_S:.0f} s: {sorted(left)[:3]}")


def _record(m: Any) -> Record:
    return Record(m.offset, m.timestamp, m.key, m.value, tuple(m.headers))


class _Raw:
    """One partition's batches, read without regard to transactions."""

    __slots__ = ("batches", "end", "stable")

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.end = self.stable = -1


async def _raw(brokers: str, starts: dict[TopicPartition, int]) -> dict[TopicPartition, _Raw]:
    client = AIOKafkaClient(bootstrap_servers=brokers)
    await client.bootstrap()
    try:
        await client.force_metadata_update()
        found = {}
        for at, start in starts.items():
            found[at] = await _raw_partition(client, at, start)
        return found
    finally:
        await client.close()


async def _raw_partition(client: AIOKafkaClient, at: TopicPartition, start: int) -> _Raw:
    raw, position = _Raw(), start
    node = await _leader(client, at)
    while True:
        request = _Fetch(FetchRequest_v4(-1, 0, 1, FETCH_BYTES, 0, [(at.topic, [(at.partition, position, FETCH_BYTES)])]))
        response = await client.send(node, request)
        _, error, raw.end, raw.stable, _, data = response.topics[0][1][0]
        if error:
            raise OSError(f"the broker refuses to read {at.topic}[{at.partition}] at {position}: error {error}")
        new = [b for b in batches(bytes(data or b"")) if b.end > position]
        raw.batches += new
        position = new[-1].end if new else position
        if position >= raw.end:
            return raw
        if not new:
            raise OSError(f"{at.topic}[{at.partition}] holds nothing readable at {position}, before its end {raw.end}")


class _Fetch:
    """A request of a fixed version, for a client that negotiates versions."""

    def __init__(self, struct: FetchRequest_v4) -> None:
        self._struct = struct
        self.API_KEY = struct.API_KEY

    def prepare(self, versions: Any) -> FetchRequest_v4:
        return self._struct


async def _leader(client: AIOKafkaClient, at: TopicPartition) -> int:
    client.add_topic(at.topic)
    for _ in range(100):
        node = client.cluster.leader_for_partition(at)
        if node is not None and node >= 0:
            return int(node)
        await client.force_metadata_update()
        await asyncio.sleep(0.1)
    raise LookupError(f"{at.topic}[{at.partition}] has no leader")


def _partition(start: int, raw: _Raw) -> Partition:
    """Sort a partition's batches by how the transaction of their producer ended."""
    part = Partition(start=start, end=raw.end, stable=raw.stable)
    pending: dict[int, list[Extent]] = defaultdict(list)
    for batch in raw.batches:
        if batch.marker is not None:
            ended = pending.pop(batch.producer, [])
            (part.aborted if batch.marker == ABORT else part.committed).extend(ended)
        elif batch.transactional:
            pending[batch.producer].append(Extent(batch.first, batch.end, batch.held))
        else:
            part.committed.append(Extent(batch.first, batch.end, batch.held))
    part.open = [extent for extents in pending.values() for extent in extents]
    for extents in (part.committed, part.aborted, part.open):
        extents.sort()
    return part


async def _group(brokers: str, namespace: str, workload: Workload) -> dict[tuple[str, int], int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(namespace + workload.agent)
    finally:
        await admin.close()
    return {(at.topic.removeprefix(namespace), at.partition): int(meta.offset) for at, meta in found.items()}
