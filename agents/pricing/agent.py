"""The pricing agent as the runtime sees it: its topics, its tick and its step. ``faust -A agents.pricing worker`` runs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import columns
from agents.pricing.outputs import OUTPUTS
from agents.pricing.policy import DEFAULT, Policy
from agents.pricing.reading import READERS
from agents.pricing.state import FORMAT, PricingState
from agents.pricing.step import due, step
from streams.agent import source_version
from streams.batch import Batch, Decisions, Rejected, outputs_of


class PricingAgent:
    """Quotes prices, market by market; see streams.agent.Agent. Another policy than the default is part of its version."""

    name = "pricing"
    inputs: tuple[str, ...] = tuple(READERS)
    outputs: tuple[str, ...] = OUTPUTS
    tick_ms: int | None = 1000
    state_format = FORMAT

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy
        self.code_version = source_version(Path(__file__).parent, Path(columns.__file__).parent)
        if policy != DEFAULT:
            self.code_version += f"-{policy.version}"

    def start(self, partition: int) -> PricingState:
        """The state of a task that has seen nothing."""
        return PricingState(partition)

    def due(self, state: PricingState, now: int) -> bool:
        """Whether a step without records at ``now`` could change anything but the clocks."""
        return due(state, now, self.policy)

    def step(self, state: PricingState, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide; see agents.pricing.step."""
        stepped = step(state, batches, now, self.policy, self.code_version)
        return Decisions(outputs_of(OUTPUTS, stepped.rows, stepped.tables), [Rejected(*rejection) for rejection in stepped.rejected])

    def dump(self, state: PricingState) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        return state.dump()

    def load(self, data: bytes) -> PricingState:
        """The state that was dumped."""
        return PricingState.load(data, self.policy)


AGENT = PricingAgent()


def __getattr__(name: str) -> Any:
    """``app``, the Faust app, made when first asked for: the agent itself needs no Faust."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from streams.app import faust_app

    app = globals()["app"] = faust_app(AGENT)
    return app
