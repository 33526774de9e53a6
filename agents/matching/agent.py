"""The matching agent as the runtime sees it: its topics, its tick and its step. ``faust -A agents.matching worker`` runs it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import columns
from agents.matching.outputs import ADVICE, DECISIONS, DRIVERS, FAIRNESS, MARKETS, OFFERS
from agents.matching.policy import DEFAULT, Policy
from agents.matching.state import FORMAT, MatchingState
from agents.matching.step import READERS, due, step
from streams.agent import source_version
from streams.batch import Batch, Decisions, Output, Rejected

OUTPUTS = (DECISIONS, OFFERS, DRIVERS, MARKETS, FAIRNESS, ADVICE)


class MatchingAgent:
    """Matches orders with drivers, market by market; see streams.agent.Agent. Another policy than the default is part of its version."""

    name = "matching"
    inputs: tuple[str, ...] = tuple(READERS)
    outputs: tuple[str, ...] = OUTPUTS
    tick_ms: int | None = 500
    state_format = FORMAT

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy
        self.code_version = source_version(Path(__file__).parent, Path(columns.__file__).parent)
        if policy != DEFAULT:
            self.code_version += f"-{policy.version}"

    def start(self, partition: int) -> MatchingState:
        """The state of a task that has seen nothing."""
        return MatchingState(partition)

    def warm(self) -> None:
        """Load what only scarce drivers need; see streams.agent.Warms."""
        importlib.import_module("scipy.sparse.csgraph")

    def due(self, state: MatchingState, now: int) -> bool:
        """Whether a step without records at ``now`` could change anything but the clocks."""
        return due(state, now, self.policy)

    def step(self, state: MatchingState, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide; see agents.matching.step."""
        stepped = step(state, batches, now, self.policy, self.code_version)
        outputs = [Output(topic, frame) for topic, frame in stepped.frames.items()]
        return Decisions(outputs, [Rejected(*rejection) for rejection in stepped.rejected])

    def dump(self, state: MatchingState) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        return state.dump()

    def load(self, data: bytes) -> MatchingState:
        """The state that was dumped."""
        return MatchingState.load(data, self.policy)


AGENT = MatchingAgent()


def __getattr__(name: str) -> Any:
    """``app``, the Faust app, made when first asked for: the agent itself needs no Faust."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from streams.app import faust_app

    app = globals()["app"] = faust_app(AGENT)
    return app
