"""The steady load of `tripo bench growth`, in a process of its own: a ``Plan`` (JSON) in; records, and how late they were, out.

Open-loop: the times of sending are fixed beforehand, so whoever falls behind shows as age. Each order is completed ten seconds later.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.pricing_events import Traffic
from bench.sending import SLICE_MS, Due, send, slices
from ops.growth.pace import MIX, frame
from ops.growth.riders import Riders
from streams.avro import codec
from streams.contract import contract

COMPLETED_MS = 10_000


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate`` events a second for ``seconds`` from ``start_ms`` (epoch) on, by the shares of MIX, over ``markets``."""

    start_ms: int
    seconds: int
    rate: int
    markets: int
    drivers: int
    riders: int
    seed: int

    def dumps(self) -> str:
        """As one argument."""
        return json.dumps(asdict(self))

    def due(self, topic: str, slices: int) -> int:
        """Events of a topic in the first so many slices."""
        return int(self.rate * MIX[topic] * slices * SLICE_MS / 1000)


class Slices:
    """The records of a plan, slice by slice."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.traffic, self.riders = Traffic(plan.markets, plan.drivers, plan.seed), Riders(plan.riders, plan.seed)
        self.placed: deque[pl.DataFrame] = deque()

    def slice(self, number: int) -> list[Due]:
        """Its records in order of time."""
        frames = {topic: self._frame(topic, number) for topic in MIX}
        due: list[Due] = []
        for topic, rows in frames.items():
            if rows is not None and rows.height:
                keys = [name.encode() for name in rows[str(contract().topic(topic).key)]]
                due += zip(map(float, rows["ts"].to_list()), [topic] * len(keys), keys, codec(topic).encode(rows).values(), strict=True)
        return sorted(due, key=lambda one: one[0])

    def _frame(self, topic: str, number: int) -> pl.DataFrame | None:
        ts = self._times(topic, number)
        match topic:
            case "driver-moves":
                return self.traffic.moves(ts)
            case "monetization-requests":
                rows = self.riders.occasions(len(ts), 0)
                return frame(topic, {name: [row[name] for row in rows] for name in rows[0]} | {"ts": ts}) if rows else None
            case "orders":
                asked = self.traffic.quotes(f"s{number}", ts).rename({"quote_id": "order_id"})
                usual = {"rider_id": "r", "premium_required": False, "patience_s": 300, "offer_s": 0, "fare_cents": 1500}
                own = {name: asked[name].to_list() for name in asked.columns if name in _names(topic)}
                self.placed.append(frame(topic, own | usual | {"requirements": [[]] * len(ts)}))
                return self.placed[-1]
            case _:
                if len(self.placed) <= COMPLETED_MS // SLICE_MS:
                    return None
                over = self.placed.popleft()
                own = {name: over[name].to_list() for name in ("order_id", "market")}
                return frame(topic, own | {"ts": (over["ts"] + COMPLETED_MS).to_list(), "change": "COMPLETED"})

    def _times(self, topic: str, number: int) -> npt.NDArray[np.int64]:
        count = self.plan.due(topic, number + 1) - self.plan.due(topic, number)
        start = self.plan.start_ms + number * SLICE_MS
        return (start + np.arange(count) * (SLICE_MS / max(1, count))).astype(np.int64)


def _names(topic: str) -> set[str]:
    return {str(field["name"]) for field in contract().schema(topic)["fields"]}


def main() -> None:
    """Sends the plan given as the only argument."""
    plan = Plan(**json.loads(sys.argv[1]))
    send(slices(Slices(plan).slice, plan.seconds))


if __name__ == "__main__":
    main()
