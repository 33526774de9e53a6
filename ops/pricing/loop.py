"""A day's events and a world in; the agent's own step is taken over them, its riders answer by the world; what came of it, out."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from agents.pricing.agent import PricingAgent
from agents.pricing.contexts import F64, I64, Contexts
from agents.pricing.policy import SERVICES, Policy
from ops.pricing.city import MARKET, START_MS, STEP_MS, ZONES, Day, frame
from ops.pricing.worlds import World
from streams.batch import Batch, Decisions

ANSWER_MS = 20_000
SAYS_NO = 0.5  # of those who do not accept; the others let the quote expire


@dataclass(frozen=True, slots=True)
class Log:
    """The decisions of a run in their order, shape (n,) each; cents and shares as the agent wrote them."""

    contexts: Contexts  # as the agent saw them; the zones are the simulation's
    reference: F64
    cost: F64
    price: F64
    prior: F64
    least: F64
    most: F64
    arm: I64
    propensity: F64
    expected: F64  # acceptance, as the agent expected it
    confidence: F64
    accepted: F64

    def __getitem__(self, rows: slice) -> Log:
        own = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name != "contexts"}
        return Log(self.contexts.take(np.arange(len(self.price))[rows]), **own)


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
    return Ran(_log(every, day.zone[every["offset"].to_numpy()], np.concatenate(accepted)), drifts, agent.dump(state))


def contexts(decisions: pl.DataFrame, zone: I64) -> Contexts:
    """What the agent knew when it decided, from the factors that the decisions name."""
    seen = {name: decisions["factors"].list.eval(_value(name)).list.first().to_numpy() for name in FACTORS}
    service = decisions["service"].cast(pl.String).replace_strict(list(SERVICES), list(range(len(SERVICES))), return_dtype=pl.Int64)
    return Contexts(
        zone=zone,
        service=service.to_numpy(),
        demand=seen["demand"],
        supply=np.where(np.isnan(seen["supply"]), 0.5, seen["supply"]),
        hour=seen["hour"],
        weekend=seen["weekend"] == 1,
        holiday=seen["holiday"] == 1,
        weather=seen["weather"],
        event=seen["event"],
        competitor=np.where(np.isnan(seen["competitor"]), 1.0, seen["competitor"]),
    )


FACTORS = ("demand", "supply", "hour", "weekend", "holiday", "weather", "event", "competitor")


def _value(name: str) -> pl.Expr:
    return pl.element().struct.field("value").filter(pl.element().struct.field("name") == name)


def _decisions(out: Decisions) -> pl.DataFrame | None:
    for each in out.outputs:
        if each.topic == "pricing.decisions":
            return each.frame
    return None


def _log(decisions: pl.DataFrame, zone: I64, accepted: F64) -> Log:
    """The run's decisions as numbers."""
    assert zone.max(initial=0) < ZONES
    cents = {
        name: decisions[f"{name}_cents"].to_numpy().astype(np.float64) for name in ("reference", "cost", "price", "prior", "least", "most")
    }
    return Log(
        contexts(decisions, zone),
        **cents,
        arm=decisions["arm"].to_numpy().astype(np.int64),
        propensity=decisions["propensity"].to_numpy(),
        expected=decisions["acceptance"].to_numpy(),
        confidence=decisions["confidence"].to_numpy(),
        accepted=accepted.astype(np.float64),
    )
