"""A market right before a matching, an order and a driver in; why the driver did not get it, and the least change that had won, out.

The orders are assigned again without the driver. By the least dual prices of that optimum each order then pays what serving it costs all
orders together when he is not there: its **price to beat**. He gets an order just if he costs it less than that, and by more than any
other order: exact for whatever is changed about one driver, since least prices are what each costs the others (Leonard: Elicitation of
honest preferences for the assignment of individuals to positions, Journal of Political Economy 91, 1983).

Costs, eligibility and assignments are those of the matching itself: see explain_selves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from agents.matching.acceptance import risk_ms
from agents.matching.drivers import NO_PROFILE
from agents.matching.explain_changes import Change, lead_ms, least, quantities
from agents.matching.explain_moment import Moment
from agents.matching.explain_rules import NOTHING, Rule, rules
from agents.matching.explain_selves import Row, all_pairs, gains_ms, row_of, selves
from agents.matching.match import Assignment
from agents.matching.optimal import NEVER
from agents.matching.orders import Asked
from agents.matching.outlook import outlook
from agents.matching.policy import FACTORS, OPTIMAL, Policy
from agents.matching.rounds import outside_ms
from agents.matching.score import QUALITIES, own_cost_ms
from columns.table import F64, I64, Array

PAIRS_AT_ONCE = 500_000
FAR_S = 86_400.0  # an ETA limit beyond all


@dataclass(frozen=True, slots=True)
class Cost:
    """What an order costs with a driver: ETA, how much of it is the drive, its distance, and the cost in whole ms with its parts."""

    eta_s: float
    drive_s: float
    distance_m: float
    cost_ms: int
    parts_ms: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """Why a driver got an order, or not.

    ``got``: the order that it was matched with, if any; ``acted_on``: it was decided or offered then, not held. ``rules``: all, met or not;
    what follows is of the driver as it would be if it met those about itself. ``cost``: None where too little is known of the driver.
    ``beat_ms``: the price to beat; ``best_ms``: by how much the driver stays below that of the other order where it is worth most, 0 for
    none. ``short_ms``: by how much its cost for this order would have to fall to win, negative for a driver that would win with more, None
    for one beyond the ETA limit. ``changes``: none where the driver wins as it is. ``proven``: the prices are those of an optimum over all
    eligible drivers.
    """

    order_id: str
    driver_id: str
    got: str | None
    acted_on: bool
    rules: list[Rule]
    cost: Cost | None
    beat_ms: int | None = None
    best_ms: int = 0
    short_ms: int | None = None
    changes: tuple[Change, ...] = ()
    proven: bool = False

    @property
    def chosen(self) -> bool:
        """It got the order."""
        return self.got == self.order_id

    @property
    def eligible(self) -> bool:
        """It met every rule."""
        return all(rule.met for rule in self.rules)


def why_not(moment: Moment, order_id: str, driver_id: str, search: bool = True) -> Answer:
    """Why ``driver_id`` did or did not get ``order_id`` when the moment's orders were matched; ``search``: and what changes had won.

    Raises KeyError for an order that was not among them, or a driver that the market does not know.
    """
    market = moment.market
    if order_id not in moment.place or driver_id not in market.drivers.index:
        raise KeyError(driver_id if order_id in moment.place else order_id)
    order, row = moment.place[order_id], market.drivers.index[driver_id]
    one = moment.asked.take(np.array([order]))
    was, refused = row_of(market.drivers, row), market.refusals.number[market.refusals.row == row]
    found, driver = rules(market, was, market.drivers.orders.get(row), one, moment.clock, moment.policy)
    number = int(one["number"][0])
    found.append(Rule("refused", "yes" if number in refused else "no", "no", "", met=number not in refused))
    got, acted_on = _got(moment, row)
    got = order_id if got is not None and moment.place[got] == order else got
    answer = Answer(order_id, driver_id, got, acted_on, found, None)
    if was["standing"] == NO_PROFILE or was["position_ts"] == 0:
        return answer
    known = outlook(selves(market, driver, NOTHING, {}, 1), one, NOTHING, moment.clock, moment.policy)
    cost, limit_s = cost_of(moment, driver, one), float(known.limit_s[0])
    if driver["holds"]:
        wait_s, patience_s = float(known.wait_s[0]), float(known.patience_s[0])
        found.append(Rule("free_in", wait_s, patience_s, "s", met=wait_s <= patience_s))
    if cost is None:
        return answer
    found.append(Rule("pickup_time", cost.drive_s, limit_s, "s", met=cost.drive_s <= limit_s))
    answer = replace(answer, cost=cost)
    if moment.policy.assignment != OPTIMAL:
        return answer
    return _contest(moment, answer, row, driver, refused[refused != number], search)


def _contest(moment: Moment, answer: Answer, row: int, driver: Row, refused: I64, search: bool) -> Answer:
    """The answer with prices and changes, for the driver as it would be if it met the rules."""
    market, order, ids = moment.market, moment.place[answer.order_id], moment.ids
    others = moment.without(row)
    beat = beat_ms(moment, others)

    def gains(columns: Mapping[str, Array], count: int) -> I64:
        return gains_ms(selves(market, driver, refused, columns, count), moment.asked, beat, moment.clock, moment.policy)

    own = gains({}, 1)
    in_reach = own[0, order] > -NEVER
    answer = replace(
        answer,
        beat_ms=int(beat[order]),
        best_ms=int(np.delete(own[0], order).max(initial=0)),
        short_ms=-int(lead_ms(own, order)[0]) if in_reach else None,
        proven=bool(others.proven.all()),
    )
    if not search or answer.cost is None or (answer.short_ms is not None and answer.short_ms < 0):
        return answer
    most = max(16, PAIRS_AT_ONCE // len(ids))
    asked, distance_m = moment.asked.take(np.array([order])), answer.cost.distance_m
    point = selves(market, driver, NOTHING, {}, 1).drivers.free_points(np.zeros(1, np.int64))[0]
    all_of = quantities(driver, point, asked, distance_m, moment.policy)
    return replace(answer, changes=tuple(least(each, ids, order, gains, most) for each in all_of))


def cost_of(moment: Moment, driver: Row, one: Asked) -> Cost | None:
    """What the one order of ``one`` costs with a driver that may serve it, however far it is; None if it is free too late."""
    policy = moment.policy
    wide = replace(policy, eta_limit_s=FAR_S, future=replace(policy.future, hold=False))
    market = selves(moment.market, driver, NOTHING, {}, 1)
    pairs = all_pairs(market, one, moment.clock, wide)
    if len(pairs) == 0:
        return None
    known = outlook(market, one, np.zeros(1, np.int64), moment.clock, wide)
    parts = lacks_ms(pairs.factors[:, 0], policy)
    parts |= {"refusal": int(risk_ms(pairs.chance, policy.acceptance)[0]), "fairness": int(driver["boost_ms"])}
    parts["future"] = int(known.future_ms[0])
    cost_ms, eta_s = int(pairs.cost_ms[0]), float(pairs.eta_s[0])
    parts = {"pickup": cost_ms - sum(parts.values())} | parts
    return Cost(eta_s, eta_s - float(known.wait_s[0]), float(pairs.distance_m[0]), cost_ms, parts)


def lacks_ms(factors: F64, policy: Policy) -> dict[str, int]:
    """What each quality adds to a cost, whole ms; ``factors`` (5,). Each is the cost of a driver that lacks nothing else."""
    each = np.ones((len(FACTORS), len(QUALITIES)))
    for i, name in enumerate(QUALITIES):
        each[FACTORS.index(name), i] = factors[FACTORS.index(name)]
    lacking = own_cost_ms(np.zeros(len(QUALITIES)), each, policy).tolist()
    return dict(zip(QUALITIES, lacking, strict=True))


def beat_ms(moment: Moment, others: Assignment) -> I64:
    """What each order costs all orders together, as assigned in ``others``, whole ms, shape (orders,): its cost and its driver's price."""
    out: I64 = outside_ms(moment.asked, moment.clock, moment.policy)
    hit = np.flatnonzero(others.chosen >= 0)
    out[hit] = others.pairs.cost_ms[others.chosen[hit]] + others.price_ms[hit]
    return out


def _got(moment: Moment, row: int) -> tuple[str | None, bool]:
    """The order, or the first of the bundle, that the driver in that row was matched with, and whether that was acted on."""
    done = moment.without(-1)
    hit = np.flatnonzero(done.chosen >= 0)
    mine = hit[done.pairs.driver[done.chosen[hit]] == row].tolist()
    return (moment.ids[mine[0]], int(moment.result.chosen[mine[0]]) >= 0) if mine else (None, False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that decides: its weight in the score, and by how many seconds of the cost it can differ between two drivers."""

    name: str
    weight: float | None
    most_s: float


def parameters(policy: Policy) -> list[Parameter]:
    """The main parameters and their relative importance (EU directive 2024/2831, Art. 9), the weightiest in the cost first."""
    weight = dict(zip(FACTORS, policy.weights, strict=True))
    out = [Parameter("pickup", weight["eta"], policy.eta_limit_s - policy.pickup_overhead_s)]
    out += [Parameter(name, weight[name], most / 1000) for name, most in lacks_ms(np.zeros(len(FACTORS)), policy).items()]
    out.append(Parameter("fairness", weight["fairness"], 2 * policy.fairness.bound_s))
    out.append(Parameter("refusal", None, policy.acceptance.limit_s))
    out.append(Parameter("future", None, 2 * policy.future.limit_s if policy.future.weight else 0.0))
    return sorted(out, key=lambda one: -one.most_s)
