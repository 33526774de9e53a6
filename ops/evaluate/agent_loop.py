"""The matching agent without Kafka: events as frames by topic in, its decisions out, by the agent's own step.

Frames need not have every column: what is missing gets the schema's default, or null, and symbols may be plain strings.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from agents.matching.agent import MatchingAgent
from agents.matching.policy import Policy
from streams.avro_schema import compile_schema
from streams.batch import Batch
from streams.contract import contract

DECISIONS, OFFERS = "matching.decisions", "matching.offers"
RARELY_MS = 3_600_000
QUIET: dict[str, Any] = {"market_every_ms": RARELY_MS, "sweep_every_ms": RARELY_MS}  # tables nobody reads here; no decision depends on it


class BadEventError(ValueError):
    """The agent refused a record that an evaluation made: the evaluation is wrong, so its figures would be."""


@cache
def columns(topic: str) -> dict[str, pl.DataType]:
    """The polars type of each column of a topic's frames, as the decoder makes them."""
    return {name: child.dtype for name, child in compile_schema(contract().schema(topic)).fields}


@cache
def defaults(topic: str) -> dict[str, Any]:
    """The schema's default of each field that has one."""
    return {field["name"]: field["default"] for field in contract().schema(topic)["fields"] if "default" in field}


def shaped(topic: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with exactly the columns and types of the topic's schema. Raises polars' errors where a value does not fit."""
    wanted = columns(topic)
    if frame.columns == list(wanted) and frame.dtypes == list(wanted.values()):
        return frame
    given, missing = set(frame.columns), defaults(topic)
    return frame.select(
        pl.col(name).cast(dtype) if name in given else pl.lit(missing.get(name), dtype=dtype).alias(name) for name, dtype in wanted.items()
    )


class AgentLoop:
    """One task of the agent: ``send`` events, then ``step``; ``step_s`` and ``steps`` are the time and number of its steps.

    ``offers``: the rows of matching.offers of the last step, None for none.
    """

    def __init__(self, policy: Policy, partition: int = 0) -> None:
        self.agent = MatchingAgent(replace(policy, **QUIET))
        self.state = self.agent.start(partition)
        self.partition = partition
        self.offsets: Counter[str] = Counter()
        self.waiting: dict[str, list[pl.DataFrame]] = {}
        self.refused: Counter[str] = Counter()  # by error, those that normal traffic has, too
        self.steps, self.step_s = 0, 0.0
        self.offers: pl.DataFrame | None = None

    def send(self, topic: str, frame: pl.DataFrame) -> None:
        """Add records of a topic, in order, to the next step's batch."""
        if frame.height:
            self.waiting.setdefault(topic, []).append(shaped(topic, frame))

    def step(self, now: int) -> pl.DataFrame | None:
        """Step at ``now`` ms over what was sent; as in the runtime, not at all when there is nothing and none is due.

        → the rows of matching.decisions, None for no rows. Raises BadEventError.
        """
        self.offers = None
        if not self.waiting and not self.agent.due(self.state, now):
            return None
        batches = {topic: self._batch(topic, frames) for topic, frames in self.waiting.items()}
        self.waiting = {}
        started = time.perf_counter()
        made = self.agent.step(self.state, batches, now)
        self.step_s += time.perf_counter() - started
        self.steps += 1
        for refusal in made.rejected:
            if not refusal.expected:
                raise BadEventError(f"{refusal.topic}: {refusal.error}: {refusal.message}")
            self.refused[refusal.error] += 1
        frames = {output.topic: output.frame for output in made.outputs}
        self.offers = frames.get(OFFERS)
        return frames.get(DECISIONS)

    def _batch(self, topic: str, frames: list[pl.DataFrame]) -> Batch:
        frame = pl.concat(frames) if len(frames) > 1 else frames[0]
        first = self.offsets[topic]
        self.offsets[topic] += frame.height
        return Batch(topic, self.partition, np.arange(first, first + frame.height, dtype=np.int64), frame)
