"""The matching agent, stepped to see what an order was matched with."""

from __future__ import annotations

from collections.abc import Mapping

from agents.matching.agent import MatchingAgent
from agents.matching.explain_moment import Moment, moment_before
from agents.matching.market_step import MarketStep
from agents.matching.policy import Policy
from agents.matching.state import MatchingState
from agents.matching.step import step
from streams.batch import Batch, Decisions, Output, Rejected


class Watched(MatchingAgent):
    """Keeps in ``moment`` what one order was last matched with; ``only_at``: that was in a step at this now, ms."""

    def __init__(self, policy: Policy, market: str, order_id: str, only_at: int | None) -> None:
        super().__init__(policy)
        self.market, self.order_id, self.only_at = market, order_id, only_at
        self.moment: Moment | None = None

    def step(self, state: MatchingState, batches: Mapping[str, Batch], now: int) -> Decisions:
        """As the agent's, watched."""
        stepped = step(state, batches, now, self.policy, self.code_version, self._watch)
        outputs = [Output(topic, frame) for topic, frame in stepped.frames.items()]
        return Decisions(outputs, [Rejected(*rejection) for rejection in stepped.rejected])

    def _watch(self, one: MarketStep) -> None:
        if one.market.name == self.market and self.only_at in {None, one.now}:
            self.moment = moment_before(one, self.order_id) or self.moment
