"""A small log as a correct runtime would have left it, made without the runtime: for tests of the auditor.

``probe_log`` and ``matching_log`` give one task's inputs, decisions, dead letters and journal; tests then spoil them.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import fastavro

from ops.chaos.auditor.journal import digest
from ops.chaos.auditor.judge import REGISTRY
from ops.chaos.auditor.log import MATCHING, PROBE, Extent, Log, Partition, Record, Workload

IDS = json.loads(REGISTRY.read_text())["ids"]
NOW = 1_760_000_000_000


def encode(subject: str, record: dict[str, Any]) -> bytes:
    """A value in the wire format."""
    number = next(int(n) for n, entry in IDS.items() if entry["subject"] == subject)
    out = io.BytesIO()
    out.write(b"\0" + number.to_bytes(4, "big"))
    fastavro.schemaless_writer(out, fastavro.parse_schema(IDS[str(number)]["schema"]), record)
    return out.getvalue()


@dataclass
class Writing:
    """A log being written, one task (partition 0) of a workload."""

    workload: Workload
    topics: dict[str, list[Record]] = field(default_factory=dict)
    sequence: int = 0
    previous: bytes = b""
    positions: dict[str, int] = field(default_factory=dict)

    def put(self, topic: str, key: bytes | None, value: bytes | None, timestamp: int = NOW) -> int:
        """Append a record; its offset."""
        records = self.topics.setdefault(topic, [])
        records.append(Record(len(records), timestamp, key, value))
        return len(records) - 1

    def dead_letter(self, topic: str, offset: int, error: str) -> None:
        """The dead letter of an input."""
        one = self.topics[topic][offset]
        letter = {
            "agent": self.workload.agent,
            "topic": topic,
            "partition": 0,
            "offset": offset,
            "timestamp": one.timestamp,
            "error": error,
        }
        letter |= {"message": "as the test wants it", "at": NOW, "key": one.key, "value": one.value, "headers": []}
        self.put(self.workload.dead_letters, one.key, encode("dead-letter", letter))

    def snapshot(self, data: bytes) -> None:
        """A snapshot of one chunk and the journal record that goes with it, as at a clean stop."""
        chunk = {"agent": self.workload.agent, "partition": 0, "sequence": self.sequence, "state_format": 1, "code_version": "t"}
        chunk |= {"index": 0, "count": 1, "digest": hashlib.sha256(data).digest(), "data": data, "compression": "none"}
        offset = self.put(self.workload.snapshots, b"0", encode("snapshot-chunk", chunk))
        last = len(self.topics[self.workload.journal]) - 1
        self.commit([], self.lengths(), {"sequence": self.sequence, "offset": offset, "chunks": 1, "journal_offset": last})

    def commit(self, steps: list[dict[str, Any]], written: dict[str, int], snapshot: dict[str, int] | None = None) -> None:
        """A journal record over steps; ``written`` are the outputs' lengths before them."""
        for step in steps:
            self.positions |= {r["topic"]: r["end"] for r in step["ranges"]}
        outputs = []
        for topic in self.workload.outputs:
            records = self.topics.get(topic, [])[written.get(topic, 0) :]
            if records:
                outputs.append({"topic": topic, "count": len(records), "digest": digest(records)})
        said = [{"topic": t, "offset": self.positions.get(t, 0)} for t in self.workload.inputs]
        entry = {"agent": self.workload.agent, "partition": 0, "sequence": self.sequence, "code_version": "t", "model_versions": []}
        entry |= {
            "steps": steps,
            "positions": said,
            "outputs": outputs,
            "snapshot": snapshot,
            "restepped_from": None,
            "previous": self.previous,
        }
        value = encode("journal", entry)
        self.put(self.workload.journal, None, value)
        self.previous, self.sequence = hashlib.sha256(value).digest(), self.sequence + 1

    def lengths(self) -> dict[str, int]:
        """How many records each topic has."""
        return {topic: len(records) for topic, records in self.topics.items()}

    def log(self) -> Log:
        """What was written, at rest."""
        parts = {}
        for topic in self.workload.topics:
            records = self.topics.get(topic, [])
            end = len(records)
            parts[(topic, 0)] = Partition(list(records), 0, end, end, [Extent(0, end, end)] if records else [])
        return Log(self.workload, parts, {(t, 0): len(self.topics.get(t, [])) for t in self.workload.inputs})


def span(topic: str, start: int, end: int, skipped: tuple[int, ...] = ()) -> dict[str, Any]:
    """A range of a journal step."""
    return {"topic": topic, "start": start, "end": end, "skipped": list(skipped)}


def probe_event(key: str, key_seq: int, **changed: Any) -> dict[str, Any]:
    """An input of the probe."""
    sha = hashlib.sha256(f"{key}{key_seq}".encode()).hexdigest()
    return {"run_id": "t", "seq": 0, "key": key, "key_seq": key_seq, "ts": NOW, "amount": 1 + key_seq, "sha": sha, "crash": False} | changed


def probe_log(rounds: int = 12, keys: int = 3, per_entry: int = 3) -> Log:
    """Keys in turn; an unreadable record, a duplicate and a crashing one among them; ``per_entry`` inputs to a journal record."""
    writing = Writing(PROBE)
    poison: dict[int, str] = {}
    for key_seq in range(rounds):
        for k in range(keys):
            writing.put("probe.events", f"k{k}".encode(), encode("probe-event", probe_event(f"k{k}", key_seq)))
        if key_seq == 3:
            poison[writing.put("probe.events", b"k0", b"\0nonsense")] = "UnknownSchema"
        if key_seq == 5:
            poison[writing.put("probe.events", b"k1", encode("probe-event", probe_event("k1", 2)))] = "Duplicate"
            poison[writing.put("probe.events", b"k2", encode("probe-event", probe_event("k2", 6, crash=True)))] = "StepFailed"
    state: dict[str, tuple[int, int, str]] = {}
    count = len(writing.topics["probe.events"])
    for start in range(0, count, per_entry):
        before, end = writing.lengths(), min(count, start + per_entry)
        for offset in range(start, end):
            if offset in poison:
                writing.dead_letter("probe.events", offset, poison[offset])
            else:
                _decide_probe(writing, state, offset, (offset - sum(p < offset for p in poison)) % keys)
        skipped = tuple(o for o in range(start, end) if poison.get(o, "Duplicate") != "Duplicate")
        writing.commit([{"now": NOW + start, "ranges": [span("probe.events", start, end, skipped)]}], before)
    writing.snapshot(repr(state).encode())
    return writing.log()


def _decide_probe(writing: Writing, state: dict[str, tuple[int, int, str]], offset: int, key_number: int) -> None:
    key = f"k{key_number}"
    count, total, chain = state.get(key, (0, 0, ""))
    event = probe_event(key, count)
    chain = hashlib.sha256((chain + event["sha"]).encode()).hexdigest()
    state[key] = (count + 1, total + event["amount"], chain)
    said = {"decision_id": f"probe/probe.events/0/{offset}/0", "topic": "probe.events", "partition": 0, "offset": offset, "key": key}
    said |= {"key_seq": count, "count": count + 1, "sum": total + event["amount"], "state_hash": chain}
    writing.put("probe.decisions", key.encode(), encode("probe-decided", said))


def order(order_id: str, **changed: Any) -> dict[str, Any]:
    """An order of market m."""
    asked: dict[str, Any] = {
        "order_id": order_id,
        "market": "m",
        "rider_id": "r",
        "service": "RIDE",
        "tier": "STANDARD",
        "premium_required": False,
    }
    asked |= {"requirements": [], "preferred_vehicle": None, "ts": NOW, "scheduled_ts": None, "pickup_lat": 1.0, "pickup_lon": 1.0}
    return asked | {"dropoff_lat": 1.1, "dropoff_lon": 1.1, "patience_s": 60} | changed


def order_decided(order_id: str, offset: int, now: int, driver: str | None) -> dict[str, Any]:
    """The decision on an order: matched with a driver, or with none."""
    said: dict[str, Any] = {
        "decision_id": f"matching/orders/0/{offset}/0",
        "order_id": order_id,
        "market": "m",
        "outcome": "MATCHED" if driver else "UNMATCHED",
    }
    said |= {"reason": "BEST_SCORE" if driver else "NO_DRIVER", "driver_id": driver, "service": "RIDE", "topic": "orders", "partition": 0}
    said |= {
        "offset": offset,
        "event_ts": NOW,
        "decided_at": now,
        "waited_ms": 0,
        "eta_s": None,
        "distance_m": None,
        "score": None,
        "factors": [],
    }
    said |= {"alternatives": [], "candidates": 1, "code_version": "t", "policy_version": "t", "model_versions": [], "propensity": None}
    return said | {"guards": []}


class Dispatch:
    """A matching task written step by step; each call of ``step`` is one journal record."""

    def __init__(self) -> None:
        self.writing = Writing(MATCHING)
        self._read: dict[str, int] = {}

    def step(
        self,
        *,
        orders: Sequence[str] = (),
        changes: Sequence[tuple[str, str]] = (),
        matches: Sequence[tuple[str, str | None]] = (),
    ) -> None:
        """Orders by id and changes (order, change) come; decisions (order, driver) are made."""
        before = self.writing.lengths()
        now = NOW + 1000 * (self.writing.sequence + 1)
        for order_id in orders:
            self.writing.put("orders", b"m", encode("order-requested", order(order_id)))
        for order_id, change in changes:
            changed = {"order_id": order_id, "market": "m", "ts": NOW, "change": change}
            self.writing.put("order-changes", b"m", encode("order-changed", changed))
        for order_id, driver in matches:
            said = order_decided(order_id, self._offset(order_id), now, driver)
            self.writing.put("matching.decisions", order_id.encode(), encode("order-decided", said))
        ranges = []
        for topic in ("order-changes", "orders"):
            start, end = self._read.get(topic, 0), len(self.writing.topics.get(topic, []))
            if end > start:
                ranges.append(span(topic, start, end))
            self._read[topic] = end
        self.writing.commit([{"now": now, "ranges": ranges}], before)

    def _offset(self, order_id: str) -> int:
        wanted = encode("order-requested", order(order_id))
        return next(r.offset for r in self.writing.topics["orders"] if r.value == wanted)
