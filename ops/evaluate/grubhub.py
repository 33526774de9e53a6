"""`tripo matching evaluate --grubhub DIR`: public meal-delivery instances in; their own objectives by policy, against greedy, out.

The instances are real days of a delivery service (seeds), each in variants: half the orders (o50) or half the restaurants (r50), quicker
travel (t75), other shifts (s2), longer preparation (p125). A group of the tables is a variant, a sample a seed; the last group is each
seed's mean over the variants. Every run is one instance under one policy and goes through the agent's own step.

**Greedy nearest** assigns each order as it is placed to the nearest courier then free; **greedy in time** the same, but from GREEDY_LEAD_S
before its food is ready; **alone** is the agent without bundles; **couriers** is the agent as it is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer

from agents.matching.policy import DEFAULT, NEAREST_FIRST, Policy
from ops.evaluate.grubhub_day import Day
from ops.evaluate.grubhub_figures import SHOWN, figures
from ops.evaluate.grubhub_instances import BadInstanceError, Instance, Rules, instances
from ops.evaluate.report import Sample, Samples, compared, show
from ops.evaluate.runs import run_all
from ops.evaluate.targets import Target, judge, show_verdicts
from ops.summary import fail

VARIANTS = ("o100t100s1p100", "o50t100s1p100", "r50t75s2p125")  # all orders, half of them, and all ways to vary at once
ALL = "all variants"
DAY_S = 86_400.0
GREEDY_LEAD_S = 480.0  # a courier's usual way to a restaurant and its pickup
ROUNDING_S = 30.0  # by which a way takes longer, on average, in whole minutes
BASELINE, IN_TIME, ALONE, COURIERS = "greedy-nearest", "greedy-in-time", "alone", "couriers"

_GREEDY = replace(DEFAULT, assignment=NEAREST_FIRST, window_ms=0, lead_s=DAY_S)
_GREEDY = replace(_GREEDY, courier=replace(DEFAULT.courier, hold=False, soon_s=0.0, most=1))
POLICIES: dict[str, Policy] = {
    BASELINE: _GREEDY,
    IN_TIME: replace(_GREEDY, lead_s=GREEDY_LEAD_S),
    ALONE: replace(DEFAULT, courier=replace(DEFAULT.courier, most=1)),
    COURIERS: DEFAULT,
}
TARGETS = (  # issue 4 asks for the instances' own objectives against greedy: surely sooner at the door, and nothing else worse
    Target("click to door", COURIERS, BASELINE, (ALL,), "click_to_door", 0.0, falls=True, sure=True),
    Target("ready to door", COURIERS, BASELINE, (ALL,), "ready_to_door", 0.0, falls=True, sure=True),
    Target("click to door, greedy in time", COURIERS, IN_TIME, (ALL,), "click_to_door", 0.0, falls=True, sure=True),
    Target("orders a courier hour", COURIERS, BASELINE, (ALL,), "orders_hour", 0.0),
    Target("cost an order delivered", COURIERS, BASELINE, (ALL,), "cost_order", 0.0, falls=True),
    Target("undelivered", COURIERS, BASELINE, (ALL,), "undelivered", 0.0, points=True, falls=True),
)

Task = tuple[str, int, str]  # variant, seed, policy's name


def grubhub(directory: Path, json: bool = False, *, variants: Sequence[str] = VARIANTS, workers: int = 2) -> int:
    """Print the comparison over the instances of these variants under ``directory`` (or in a packed file), by ``workers`` processes.

    → 0, or 1 when a target is missed; exits with 2 where there are no such instances. ``json``: the last line is one object.
    """
    started = time.monotonic()
    try:
        seeds = common_seeds(instances(directory, variants), variants)
        tasks = [(variant, seed, name) for seed in seeds for variant in variants for name in POLICIES]
        found = run_all(tasks, partial(one, directory=directory), workers, "instances")
    except BadInstanceError as error:
        fail(str(error), 2)
    except BrokenProcessPool:
        fail("a process of the evaluation was ended from outside; run it again")
    samples = by_variant(found, variants, seeds)
    show(samples, SHOWN, BASELINE, "days")
    verdicts = judge(TARGETS, samples)
    show_verdicts(verdicts)
    passed = all(verdict.met for verdict in verdicts)
    if json:
        out: dict[str, Any] = {"seeds": seeds, "variants": list(variants), "seconds": round(time.monotonic() - started, 1)}
        out |= {"baseline": BASELINE, "policy_versions": {name: policy.version for name, policy in POLICIES.items()}}
        out |= {"figures": compared(samples, BASELINE), "targets": [verdict.as_dict() for verdict in verdicts], "passed": passed}
        typer.echo(orjson.dumps(out).decode())
    return 0 if passed else 1


def common_seeds(found: Sequence[Instance], variants: Sequence[str]) -> list[int]:
    """The seeds that are there in every variant. Raises BadInstanceError for none."""
    names = {each.name for each in found}
    seeds = [seed for seed in sorted({each.seed for each in found}) if all(f"{seed}{variant}" in names for variant in variants)]
    if not seeds:
        raise BadInstanceError(f"no seed has all of the variants {', '.join(variants)}")
    return seeds


def one(task: Task, directory: Path) -> Sample:
    """The figures of one instance under one policy."""
    variant, seed, name = task
    instance = next(each for each in instances(directory, (variant,)) if each.seed == seed)
    return figures(Day(instance, by_the_rules(POLICIES[name], instance.rules)).run())


def by_the_rules(policy: Policy, rules: Rules) -> Policy:
    """The policy where an instance's speed and service times are known, and nothing of travel is to be learnt.

    Positions come only where couriers stop, so they stay valid; whoever could still deliver within the limit may be asked.
    """
    return replace(
        policy,
        travel=replace(policy.travel, speed_kmh=0.06 * rules.speed_m_min, least_m=float("inf")),
        courier=replace(policy.courier, stop_s=60.0 * rules.dropoff_min + ROUNDING_S),
        fairness=replace(policy.fairness, silent_s=DAY_S, silent_on_order_s=DAY_S),
        pickup_overhead_s=30.0 * rules.pickup_min + ROUNDING_S,
        eta_limit_s=60.0 * rules.limit_min,
        position_ttl_s=DAY_S,
    )


def by_variant(found: Mapping[Task, Sample], variants: Sequence[str], seeds: Sequence[int]) -> Samples:
    """The figures as groups: each variant, and each seed's mean over them."""
    samples = {v: {name: [found[v, seed, name] for seed in seeds] for name in POLICIES} for v in variants}
    means = {name: [_mean([found[v, seed, name] for v in variants]) for seed in seeds] for name in POLICIES}
    return samples | {ALL: means}


def _mean(samples: Sequence[Sample]) -> Sample:
    return {figure: float(np.mean([sample[figure] for sample in samples])) for figure in samples[0]}
