"""`tripo matching evaluate --simulate SEEDS`: seeds in; policies on the same riders, drivers and roads, and targets judged, out.

Each simulation is one seed in one state of the market under one policy, and goes through the agent's own step.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from functools import partial
from typing import Any

import orjson
import typer

from agents.matching.policy import Policy
from ops.evaluate.closed_loop import ClosedLoop
from ops.evaluate.figures import SHOWN, figures
from ops.evaluate.policies import BASELINE, POLICIES, chosen
from ops.evaluate.report import Sample, Samples, compared, show
from ops.evaluate.runs import run_all
from ops.evaluate.scenario import LOADS, scenario
from ops.evaluate.targets import Target, judge, show_verdicts
from ops.evaluate.world import Setting
from ops.summary import fail

STATES = tuple(LOADS)
COMPARED = tuple(POLICIES)
TARGETS = (  # issue 4; what fairness and future value bring is judged against the same policy without them
    Target("pickup time, drivers plenty", "optimal", BASELINE, ("plenty",), "pickup_s", -0.15, falls=True),
    Target("completed orders, drivers scarce", "optimal", BASELINE, ("scarce",), "completed", 0.04, points=True),
    *(Target(f"the agreed objective, drivers {state}", "optimal", BASELINE, (state,), "objective_s", 0.0, falls=True) for state in STATES),
    Target("Gini of income per active hour, by fairness", "optimal", "no-fairness", STATES, "gini", -0.10, falls=True),
    Target("driver income kept, with fairness", "optimal", "no-fairness", STATES, "income", -0.005),
    Target("driver income, by future value", "future-value", "optimal", STATES, "income", 0.013, sure=True),
)

Task = tuple[str, str, int]  # state, policy's name, seed


def evaluate_simulated(
    seeds: int,
    *,
    states: Sequence[str] = STATES,
    policies: Sequence[str] = COMPARED,
    setting: Setting | None = None,
    workers: int = 2,
    as_json: bool = False,
) -> int:
    """Print the comparison over the seeds 1 to ``seeds``. → 0, or 1 when a target is missed or not measured; exits 2 for what cannot be.

    ``policies``: names of POLICIES, the baseline is always among them; ``workers``: processes; ``as_json``: the last line is one object.
    """
    setting, started = setting or Setting(), time.monotonic()
    if seeds < 1 or not states or not set(states) <= LOADS.keys():
        fail(f"simulate at least 1 seed, and states of {', '.join(LOADS)}; not {seeds}, {', '.join(states)}", 2)
    by_name = chosen(policies)
    try:
        samples = simulate(seeds, states, by_name, setting, workers)
    except BrokenProcessPool:
        fail("a process of the simulation was ended from outside; run it again")
    show(samples, SHOWN, BASELINE, "seeds")
    verdicts = judge(TARGETS, samples)
    show_verdicts(verdicts)
    passed = all(verdict.met for verdict in verdicts)
    if as_json:
        found: dict[str, Any] = {"seeds": seeds, "seconds": round(time.monotonic() - started, 1), "setting": asdict(setting)}
        found |= {"loads": {state: LOADS[state] for state in states}, "baseline": BASELINE}
        found |= {"policy_versions": {name: policy.version for name, policy in by_name.items()}}
        found |= {"states": compared(samples, BASELINE), "targets": [verdict.as_dict() for verdict in verdicts], "passed": passed}
        typer.echo(orjson.dumps(found).decode())
    return 0 if passed else 1


def simulate(seeds: int, states: Sequence[str], policies: Mapping[str, Policy], setting: Setting, workers: int) -> Samples:
    """Figures of every state, policy and seed, in that order, by as many processes."""
    tasks: list[Task] = [(state, name, seed) for seed in range(1, seeds + 1) for state in states for name in policies]
    found = run_all(tasks, partial(one, policies=policies, setting=setting), workers, "simulations")
    return {s: {name: [found[s, name, seed] for seed in range(1, seeds + 1)] for name in policies} for s in states}


def one(task: Task, policies: Mapping[str, Policy], setting: Setting) -> Sample:
    """The figures of one simulation."""
    state, name, seed = task
    return figures(ClosedLoop(scenario(seed, state, setting), policies[name]).run())
