"""A day's events and a world in; the agent's own step is taken over them, its riders answer by the world; what came of it, out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from agents.pricing.agent import PricingAgent
from agents.pricing.policy import Policy
from ops.pricing.city import MARKET, START_MS, STEP_MS, Day, frame
from ops.pricing.log import Log, contexts, log_of
from ops.pricing.worlds import World
from streams.batch import Batch, Decisions

ANSWER_MS = 20_000
SAYS_NO = 0.5  # of those who do not accept; the others let the quote expire


@dataclass(frozen=True, slots=True)
class Ran:
    """A run: its log, how often the agent found drift, and its state's bytes at the end."""

    log: Log
    drifts: int
    state: bytes


def run(day: Day, world: World, policy: Policy) -> Ran:
    """Step the agent through the day."""
    agent = PricingAgent(policy)
    state = agent.start(0)
    count = len(day.zone)
    chance = np.random.default_rng([world.seed, 11]).random((count, 2))
    decided, accepted, answered = [], [], 0
    waiting: dict[str, Batch] = {}
    for step in range(day.steps):
        now = START_MS + (step + 1) * STEP_MS
        out = agent.step(state, day.batches(step) | waiting, now)
        waiting = {}
        decisions = _decisions(out)
        if decisions is None:
            continue
        rows = decisions["offset"].to_numpy()
        ratios = (decisions["price_cents"] / decisions["reference_cents"]).to_numpy()
        likely = world.accepts(contexts(decisions, day.zone[rows]), ratios[:, None], rows / count)[:, 0]
        yes = chance[rows, 0] < likely
        says = yes | (chance[rows, 1] < SAYS_NO)
        answers = {
            "quote_id": decisions["quote_id"].to_numpy()[says],
            "market": [MARKET] * int(says.sum()),
            "ts": decisions["event_ts"].to_numpy()[says] + ANSWER_MS,
            "answer": np.where(yes[says], "ACCEPTED", "REJECTED"),
        }
        if says.any():
            offsets = np.arange(answered, answered + int(says.sum()), dtype=np.int64)
            waiting = {"quote-answers": Batch("quote-answers", 0, offsets, frame("quote-answers", answers))}
            answered += len(offsets)
        decided.append(decisions)
        accepted.append(yes)
    every = pl.concat(decided)
    drifts = sum(each.found for each in state.markets[MARKET].acceptance.drifts)
    return Ran(log_of(every, day.zone[every["offset"].to_numpy()], np.concatenate(accepted)), drifts, agent.dump(state))


def _decisions(out: Decisions) -> pl.DataFrame | None:
    for each in out.outputs:
        if each.topic == "pricing.decisions":
            return each.frame
    return None
