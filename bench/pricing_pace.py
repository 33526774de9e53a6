"""The steady load of `tripo bench pricing`, in a process of its own: a ``Plan`` (JSON) in; records, and how late they were, out.

bench/sending.py sends them.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from bench.pricing_events import Traffic
from bench.sending import SLICE_MS, Due, send, slices
from streams.avro import codec

ANSWER_MS = 4000  # riders think so long


@dataclass(frozen=True, slots=True)
class Plan:
    """``quotes`` and ``moves`` a second for ``seconds`` from ``start_ms`` (epoch) on, over ``markets``."""

    start_ms: int
    seconds: int
    quotes: int
    moves: int
    markets: int
    drivers: int
    seed: int

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))


class Slices:
    """The records of a plan, slice by slice."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.traffic = Traffic(plan.markets, plan.drivers, plan.seed)
        self.asked: deque[pl.DataFrame] = deque()

    def slice(self, number: int) -> list[Due]:
        """Its records in order of time."""
        plan = self.plan
        start = plan.start_ms + number * SLICE_MS
        quotes = self.traffic.quotes(f"s{number}", self._times(start, plan.quotes))
        self.asked.append(quotes)
        frames = {
            "quote-requests": quotes,
            "driver-moves": self.traffic.moves(self._times(start, plan.moves)),
            "competitor-prices": self.traffic.competitors(self._times(start, 20)),
        }
        if len(self.asked) > ANSWER_MS // SLICE_MS:
            frames["quote-answers"] = self.traffic.answers(self.asked.popleft(), ANSWER_MS)
        due: list[Due] = []
        for topic, frame in frames.items():
            keys = [name.encode() for name in frame["market"]]
            values = codec(topic).encode(frame).values()
            due += zip(map(float, frame["ts"].to_list()), [topic] * len(keys), keys, values, strict=True)
        return sorted(due, key=lambda one: one[0])

    def _times(self, start: int, rate: int) -> np.typing.NDArray[np.int64]:
        count = max(1, rate * SLICE_MS // 1000)
        return (start + np.arange(count) * (SLICE_MS / count)).astype(np.int64)


def main() -> None:
    """Sends the plan given as the only argument."""
    plan = Plan(**json.loads(sys.argv[1]))
    send(slices(Slices(plan).slice, plan.seconds))


if __name__ == "__main__":
    main()
