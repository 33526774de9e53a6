"""Inputs of the probe workload, seeded: events with zipf-distributed keys, and the poison among them (RELIABILITY §3, C10). Pure.

Out: records (key bytes, value bytes) in the order to publish. A key's events carry key_seq from 0 without gaps and a hash chain of their
own; poison takes no key_seq, except that a duplicate repeats its key's latest event.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import fastavro
import numpy as np

ZIPF = 1.1
HUGE = 1_000_000  # bytes: near the 1 MiB that a topic takes by default
PADDING = 40  # keys are long, so that snapshots take more than one chunk
SHARES = {
    "undecodable": 1e-3,
    "schema": 1e-3,
    "huge unreadable": 5e-5,
    "huge": 5e-5,
    "negative": 2e-4,
    "duplicate": 5e-4,
    "missing key": 1e-4,
    "wrong key": 1e-4,
}


class Keyed(NamedTuple):
    """One record to publish; ``poison`` is what is wrong with it, empty for a good one."""

    key: bytes | None
    value: bytes | None
    poison: str


class Encoder:
    """Values in the wire format, by subject of the registry's schemas."""

    def __init__(self, schemas: Mapping[int, Any], schema_id: int) -> None:
        self._schema = fastavro.parse_schema(schemas[schema_id])
        self.prefix = b"\0" + schema_id.to_bytes(4, "big")
        self.others = [n for n in schemas if n != schema_id]

    def __call__(self, record: Mapping[str, Any]) -> bytes:
        out = io.BytesIO()
        out.write(self.prefix)
        fastavro.schemaless_writer(out, self._schema, dict(record))
        return out.getvalue()


class ProbeEvents:
    """An endless run of records; the same seed gives the same run."""

    def __init__(self, encoder: Encoder, run_id: str, seed: int, keys: int, crash_at: int) -> None:
        self._encode, self._run, self._crash_at = encoder, run_id, crash_at
        self._rng = np.random.default_rng(seed)
        weights = 1.0 / np.arange(1, keys + 1) ** ZIPF
        self._shares = np.cumsum(weights / weights.sum())
        self._next: dict[int, int] = {}
        self._sha: dict[int, str] = {}
        self._last: dict[int, bytes] = {}
        self._kinds, self._limits = list(SHARES), np.cumsum(list(SHARES.values()))
        self._seq = 0
        self.poison: Counter[str] = Counter()

    def take(self, count: int, now_ms: int) -> Iterator[Keyed]:
        """The next records."""
        ranks = np.searchsorted(self._shares, self._rng.random(count)).tolist()
        amounts = self._rng.integers(0, 1_000_000, count).tolist()
        draws = np.searchsorted(self._limits, self._rng.random(count), side="right").tolist()
        for rank, amount, draw in zip(ranks, amounts, draws, strict=True):
            kind = self._kinds[draw] if draw < len(self._kinds) else ""
            record = self._record(rank, amount, "crash" if self._seq == self._crash_at else kind, now_ms)
            self._seq += 1
            if record.poison:
                self.poison[record.poison] += 1
            yield record

    def _record(self, rank: int, amount: int, kind: str, now_ms: int) -> Keyed:
        key = f"{self._run}-{rank:06d}-".ljust(PADDING, "k")
        if kind in ("", "huge"):
            return self._good(rank, key, amount, kind, now_ms)
        if kind == "duplicate" and rank in self._last:
            return Keyed(key.encode(), self._last[rank], kind)
        event = self._event(rank, key, amount, now_ms)
        if kind == "duplicate":
            return self._good(rank, key, amount, "", now_ms)
        if kind == "crash":
            return Keyed(key.encode(), self._encode(event | {"crash": True}), kind)
        if kind == "negative":
            return Keyed(key.encode(), self._encode(event | {"amount": -1 - amount}), kind)
        return self._broken(key.encode(), self._encode(event), kind)

    def _good(self, rank: int, key: str, amount: int, kind: str, now_ms: int) -> Keyed:
        event = self._event(rank, key, amount, now_ms)
        if kind == "huge":
            event["run_id"] = "x" * (HUGE - 400)
        self._next[rank], self._sha[rank] = event["key_seq"] + 1, event["sha"]
        value = self._encode(event)
        if not kind:
            self._last[rank] = value
        else:
            self._last.pop(rank, None)
        return Keyed(key.encode(), value, "")

    def _event(self, rank: int, key: str, amount: int, now_ms: int) -> dict[str, Any]:
        key_seq = self._next.get(rank, 0)
        sha = hashlib.sha256(f"{self._sha.get(rank, '')}{key}{key_seq}{amount}".encode()).hexdigest()
        same = {"run_id": self._run, "seq": self._seq, "ts": now_ms, "crash": False}
        return same | {"key": key, "key_seq": key_seq, "amount": amount, "sha": sha}

    def _broken(self, key: bytes, value: bytes, kind: str) -> Keyed:
        if kind == "missing key":
            return Keyed(None, value, kind)
        if kind == "wrong key":
            return Keyed(key + b"?", value, kind)
        if kind == "schema":
            known = int(self._rng.choice(self._encode.others))
            number = 1_000_000 + known if self._rng.random() < 0.5 else known
            return Keyed(key, b"\0" + number.to_bytes(4, "big") + value[5:], kind)
        if kind == "huge unreadable":
            return Keyed(key, self._rng.bytes(HUGE - 400), kind)
        return Keyed(key, undecodable(value, self._rng), kind)


def undecodable(value: bytes, rng: np.random.Generator) -> bytes | None:
    """A value made unreadable: cut off, followed by more, without its prefix, random, empty, or none at all."""
    ways: list[Callable[[], bytes | None]] = [
        lambda: value[: int(rng.integers(1, len(value)))],
        lambda: value + rng.bytes(int(rng.integers(1, 40))),
        lambda: b"{" + value[1:],
        lambda: b"\0" + rng.bytes(int(rng.integers(4, 200))),
        lambda: b"",
        lambda: None,
    ]
    return ways[int(rng.integers(len(ways)))]()
