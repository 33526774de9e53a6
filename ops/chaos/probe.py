"""The agent "probe": a small stateful agent for the chaos workload, whose order and state a single thread can recompute.

In: probe.events. Out: probe.decisions, one for each event: the key's count, sum and hash chain ``h = sha256(h_prev + sha)`` after it.
Rules:

- a negative amount → dead letter NegativeAmount;
- a key_seq that is not above the last one decided of its key → dead letter Duplicate (expected in normal traffic). The rule can never
  hide a lost record: its dead letter names coordinates, and the auditor knows from the inputs alone which coordinates are duplicates;
- a gap in key_seq is **decided**, not rejected: were it rejected, a task that lost its state would look like bad input;
- ``crash`` makes the step raise, after it has changed the state for the records before: the runtime must not keep that state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import polars as pl

from streams.batch import Batch, Decisions, Output, Rejected

EVENTS, DECISIONS = "probe.events", "probe.decisions"
HASH_BYTES = 32
SCHEMA = {
    "decision_id": pl.String,
    "topic": pl.String,
    "partition": pl.Int32,
    "offset": pl.Int64,
    "key": pl.String,
    "key_seq": pl.Int64,
    "count": pl.Int64,
    "sum": pl.Int64,
    "state_hash": pl.String,
}


class CrashError(RuntimeError):
    """The step met a record that asks for it."""


@dataclass(slots=True)
class State:
    """By key, in the order the keys were first seen: its row; by row: next key_seq, count, sum, hash in hex."""

    rows: dict[str, int] = field(default_factory=dict)
    next: list[int] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    sum: list[int] = field(default_factory=list)
    hash: list[str] = field(default_factory=list)

    def row(self, key: str) -> int:
        """The key's row, made where it is new."""
        row = self.rows.get(key)
        if row is None:
            row = self.rows[key] = len(self.next)
            self.next.append(0)
            self.count.append(0)
            self.sum.append(0)
            self.hash.append("")
        return row


class Probe:
    """See the module's docstring."""

    name = "probe"
    inputs: tuple[str, ...] = (EVENTS,)
    outputs: tuple[str, ...] = (DECISIONS,)
    tick_ms: int | None = None
    code_version = "probe-1"
    state_format = 1

    def start(self, partition: int) -> State:
        """The state of a task that has seen nothing."""
        return State()

    def due(self, state: State, now: int) -> bool:
        """Time alone changes nothing."""
        return False

    def step(self, state: State, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide every event in order. Raises CrashError at one that asks for it."""
        batch = batches.get(EVENTS)
        if batch is None:
            return Decisions()
        frame = batch.frame
        columns = (frame[name].to_list() for name in ("key", "key_seq", "amount", "sha", "crash"))
        kept: list[int] = []
        said: list[tuple[int, int, str]] = []  # count, sum, hash
        rejected: list[Rejected] = []
        for i, (key, key_seq, amount, sha, crash) in enumerate(zip(*columns, strict=True)):
            if crash:
                raise CrashError(f"event {key!r} {key_seq} asks for it")
            if amount < 0:
                rejected.append(Rejected(EVENTS, int(batch.offsets[i]), "NegativeAmount", f"the amount is {amount}"))
                continue
            row = state.row(key)
            if key_seq < state.next[row]:
                message = f"key_seq {key_seq} of key {key!r} is not above the last one decided, {state.next[row] - 1}"
                rejected.append(Rejected(EVENTS, int(batch.offsets[i]), "Duplicate", message, expected=True))
                continue
            state.next[row] = key_seq + 1
            count = state.count[row] = state.count[row] + 1
            total = state.sum[row] = state.sum[row] + amount
            chain = state.hash[row] = sha256((state.hash[row] + sha).encode()).hexdigest()
            kept.append(i)
            said.append((count, total, chain))
        return Decisions([Output(DECISIONS, _decisions(batch, kept, said))] if kept else [], rejected)

    def prepare(self, batches: Sequence[Mapping[str, Batch]], now: int) -> None:
        """Nothing of it is of use beforehand; but so what the runtime does for agents that prepare is in every test of the runtime."""

    def dump(self, state: State) -> bytes:
        """The state as bytes: number of keys, their lengths, next, count and sum as int64, then the keys' and the hashes' bytes."""
        keys = [key.encode() for key in state.rows]
        head = np.array([len(keys), *map(len, keys), *state.next, *state.count, *state.sum], dtype="<i8")
        return b"".join([head.tobytes(), *keys, bytes.fromhex("".join(state.hash))])

    def load(self, data: bytes) -> State:
        """The state that was dumped."""
        size = int(np.frombuffer(data, "<i8", 1)[0])
        numbers = np.frombuffer(data, "<i8", 4 * size, 8).reshape(4, size)
        ends = np.cumsum(numbers[0]) + 8 + 32 * size
        starts = (ends - numbers[0]).tolist()
        keys = [data[a:b].decode() for a, b in zip(starts, ends.tolist(), strict=True)]
        hashes = data[len(data) - HASH_BYTES * size :].hex()
        chains = [hashes[i : i + 2 * HASH_BYTES] for i in range(0, len(hashes), 2 * HASH_BYTES)]
        return State({key: i for i, key in enumerate(keys)}, numbers[1].tolist(), numbers[2].tolist(), numbers[3].tolist(), chains)


def _decisions(batch: Batch, kept: list[int], said: list[tuple[int, int, str]]) -> pl.DataFrame:
    """One row for each decided event, columns as in schemas/probe-decided.avsc."""
    frame = batch.frame if len(kept) == len(batch) else batch.frame[kept]
    offsets = pl.Series("offset", batch.offsets[kept], pl.Int64)
    counts, sums, hashes = zip(*said, strict=True)
    columns = {
        "decision_id": pl.select(pl.format("probe/" + EVENTS + f"/{batch.partition}/{{}}/0", offsets)).to_series(),
        "topic": pl.repeat(EVENTS, len(kept), dtype=pl.String, eager=True),
        "partition": pl.repeat(batch.partition, len(kept), dtype=pl.Int32, eager=True),
        "offset": offsets,
        "key": frame["key"],
        "key_seq": frame["key_seq"],
        "count": pl.Series(counts, dtype=pl.Int64),
        "sum": pl.Series(sums, dtype=pl.Int64),
        "state_hash": pl.Series(hashes, dtype=pl.String),
    }
    return pl.DataFrame(columns, schema=SCHEMA)


AGENT = Probe()
