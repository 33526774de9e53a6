"""The growth agent as the runtime sees it: its topics, its tick and its step. ``faust -A agents.growth worker`` runs it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import columns
from agents.growth.policy import DEFAULT, Policy
from agents.growth.state import FORMAT, GrowthState
from agents.growth.step import OUTPUTS, READERS, Stepped, due, step
from columns.records import Rejection
from streams.agent import source_version
from streams.batch import Batch, Decisions, Kept, Rejected, outputs_of


class GrowthAgent:
    """Decides on offers, revenue and drivers by zone; see streams.agent.Agent. Another policy than the default is part of its version."""

    name = "growth"
    inputs: tuple[str, ...] = tuple(READERS)
    outputs: tuple[str, ...] = OUTPUTS
    tick_ms: int | None = 1000
    state_format = FORMAT

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy
        self.code_version = source_version(Path(__file__).parent, Path(columns.__file__).parent)
        if policy != DEFAULT:
            self.code_version += f"-{policy.version}"

    def start(self, partition: int) -> GrowthState:
        """The state of a task that has seen nothing."""
        return GrowthState.fresh(partition, self.policy)

    def warm(self) -> None:
        """Load what only allocation needs; see streams.agent.Warms."""
        importlib.import_module("scipy.optimize")

    def due(self, state: GrowthState, now: int) -> bool:
        """Whether a step without records at ``now`` could change anything but the clocks."""
        return due(state, now, self.policy)

    def step(self, state: GrowthState, batches: Mapping[str, Batch], now: int) -> Decisions:
        """Decide; see agents.growth.step."""
        stepped = step(state, batches, now, self.policy, self.code_version)
        return Decisions(
            outputs_of(OUTPUTS, stepped.rows, stepped.tables), [self._rejected(one, stepped, state.partition) for one in stepped.rejected]
        )

    @staticmethod
    def _rejected(one: Rejection, stepped: Stepped, partition: int) -> Rejected:
        """With where it was found, of a record that an earlier step was given."""
        waited = stepped.waited.get((one.topic, one.offset))
        return Rejected(*one, kept=None if waited is None else Kept(partition, waited[0].encode(), waited[1]))

    def dump(self, state: GrowthState) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        return state.dump()

    def load(self, data: bytes) -> GrowthState:
        """The state that was dumped."""
        return GrowthState.load(data, self.policy)


AGENT = GrowthAgent()


def __getattr__(name: str) -> Any:
    """``app``, the Faust app, made when first asked for: the agent itself needs no Faust."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from streams.app import faust_app

    app = globals()["app"] = faust_app(AGENT)
    return app
