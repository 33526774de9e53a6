"""The agent "bench": bench.events → bench.decisions with the price multiplied by 1.3; its state counts the records.

It decides next to nothing, so that `tripo bench runtime` measures the runtime around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from streams.batch import Batch, Decisions, Output

EVENTS, DECISIONS = "bench.events", "bench.decisions"
MARKUP = 1.3


@dataclass(slots=True)
class Count:
    """A task's state: how many records it has seen."""

    records: int = 0


class Echo:
    """See streams.agent.Agent."""

    name = "bench"
    inputs: tuple[str, ...] = (EVENTS,)
    outputs: tuple[str, ...] = (DECISIONS,)
    tick_ms: int | None = None
    code_version = "1"
    state_format = 1

    def start(self, partition: int) -> Count:
        """Nothing seen."""
        return Count()

    def due(self, state: Count, now: int) -> bool:
        """Never: it has no tick."""
        return False

    def step(self, state: Count, batches: Mapping[str, Batch], now: int) -> Decisions:
        """One output row for each input row, in order."""
        batch = batches.get(EVENTS)
        if batch is None:
            return Decisions()
        state.records += len(batch)
        return Decisions([Output(DECISIONS, batch.frame.with_columns(pl.col("price") * MARKUP))])

    def dump(self, state: Count) -> bytes:
        """Eight bytes, big-endian."""
        return state.records.to_bytes(8, "big")

    def load(self, data: bytes) -> Count:
        """The count that was dumped."""
        return Count(int.from_bytes(data, "big"))


AGENT = Echo()
