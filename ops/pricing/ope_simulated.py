"""`tripo pricing ope --simulate SEEDS`: seeds in; how far the estimates of candidates' values are from the truth, out.

In each run riders of a known world answer prices that the agent's model and choice draw, learning as it goes; its first decisions are what
candidates learn from, the rest is what they are judged by. The truth is a candidate's expected profit over all quotes of the world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import typer

from agents.pricing.acceptance import Acceptance, AcceptancePolicy
from agents.pricing.choice import ChoicePolicy
from agents.pricing.contexts import F64, Contexts
from ops.evaluate.runs import run_all
from ops.listing import print_rows
from ops.pricing.candidates import CENTS, WEIGHTS, chances, fitted, judge, priced
from ops.pricing.estimators import Estimated, Estimates, RefusedError
from ops.pricing.goals import Goal, show_goals
from ops.pricing.log import Log
from ops.pricing.worlds import SERVICES, World

ZONES = 8
FIT, SIZES = 5000, (5000, 20_000)
BLOCK = 1000  # decisions between two looks at what riders answered
POPULATION = 100_000
LOGGED = "maximize_profit"
COMPARED = ("profit", "maximize_profit", "maximize_revenue", "balanced", "prior")
KINDS = ("logistic", "segments")
ESTIMATORS = ("ips", "snips", "dr")
REFERENCE, FLOOR, CAP = 1500.0, 0.6, 2.5
Task = tuple[str, int]
Found = dict[tuple[str, int], tuple[float, Estimates] | None]  # by candidate and size: the truth and the estimates, None where refused


def evaluate_ope(seeds: Sequence[int], least_share: float, workers: int, keep: Path | None, as_json: bool) -> int:
    """Print errors and coverage over the seeds. → 0, or 1 when a target is missed.

    ``keep``: a file of logs judged before, which are not judged again; those judged now are added to it one by one.
    """
    tasks = [(kind, seed) for kind in KINDS for seed in seeds]
    before = kept(keep, least_share) if keep is not None and keep.exists() else {}
    fresh = [task for task in tasks if task not in before]
    found = before | run_all(fresh, partial(_sample_kept, least_share=least_share, keep=keep), workers, "logs")
    found = {task: found[task] for task in tasks}
    rows, figures = [], []
    for kind in KINDS:
        for name in COMPARED:
            for size in SIZES:
                own = [found[kind, seed][name, size] for seed in seeds]
                one = _figures([each for each in own if each is not None])
                figures.append({"world": kind, "candidate": name, "decisions": size, "refused": own.count(None), **one})
                cells = [f"{100 * one[f'{e}_error']:.2f} %" if one else None for e in ESTIMATORS]
                cells += [f"{100 * one[f'{e}_covered']:.1f} %" if one else None for e in ESTIMATORS]
                rows.append((kind, name, size, own.count(None), *cells, f"{one['ess']:.0f}" if one else None))
    head = ("world", "candidate", "decisions", "refused", *(f"{e} error" for e in ESTIMATORS), *(f"{e} covers" for e in ESTIMATORS), "ess")
    print_rows(f"off-policy estimates against the truth: mean absolute error, {len(seeds)} simulated logs each", head, rows)
    goals = _goals(found)
    code = show_goals(goals)
    if as_json:
        out = {"seeds": list(seeds), "simulated": True, "figures": figures, "targets": [goal.as_dict() for goal in goals]}
        typer.echo(orjson.dumps(out).decode())
    return code


def kept(file: Path, least_share: float) -> dict[Task, Found]:
    """What a file says of logs that were judged with this least share."""
    out: dict[Task, Found] = {}
    for line in file.read_bytes().splitlines():
        row = orjson.loads(line)
        if row["least_share"] == least_share:
            out[row["world"], row["seed"]] = {(one["candidate"], one["decisions"]): _judged(one) for one in row["found"]}
    return out


def _judged(one: Mapping[str, Any]) -> tuple[float, Estimates] | None:
    if one["estimates"] is None:
        return None
    fields: dict[str, Any] = {name: Estimated(**value) if isinstance(value, dict) else value for name, value in one["estimates"].items()}
    return one["truth"], Estimates(**fields)


def _sample_kept(task: Task, least_share: float, keep: Path | None) -> Found:
    found = sample(task, least_share)
    if keep is not None:
        told = [
            {"candidate": name, "decisions": size, "truth": each and each[0], "estimates": each and asdict(each[1])}
            for (name, size), each in found.items()
        ]
        row = orjson.dumps({"world": task[0], "seed": task[1], "least_share": least_share, "found": told})
        with keep.open("ab") as file:
            file.write(row + b"\n")
    return found


def sample(task: Task, least_share: float) -> Found:
    """One log, and what it says of each candidate."""
    kind, seed = task
    world = World.of(kind, seed, ZONES)
    rng = np.random.default_rng([seed, 17])
    log = logged(world, rng, FIT + SIZES[-1])
    model, policy = fitted(log[:FIT]), ChoicePolicy()
    everything = quotes(rng, POPULATION)
    out: Found = {}
    for name in COMPARED:
        all_chances = chances(name, everything, model, policy)
        likely = world.accepts(everything.contexts, all_chances.prices / everything.reference[:, None], np.zeros(POPULATION))
        truth = float((all_chances.chances * likely * (all_chances.prices - everything.cost[:, None])).sum(axis=1).mean())
        own = chances(name, log[FIT:], model, policy)
        for size in SIZES:
            part = type(own)(own.prices[:size], own.chances[:size])
            try:
                out[name, size] = truth, judge(log[FIT : FIT + size], part, model, least_share)
            except RefusedError:
                out[name, size] = None
    return out


def logged(world: World, rng: np.random.Generator, count: int) -> Log:
    """Quotes priced by the agent's model and choice, which learns from the answers every so many."""
    log = quotes(rng, count)
    model, policy = Acceptance(AcceptancePolicy()), ChoicePolicy()
    every, luck = model.policy.every_ms, rng.random(count)
    for tick, start in enumerate(range(0, count, BLOCK)):
        rows = slice(start, start + BLOCK)
        part = log[rows]
        keys = np.arange(start, start + len(part.price), dtype=np.uint64)
        chosen = priced(model, part, WEIGHTS[LOGGED], world.seed, keys, policy)
        ratios = CENTS * chosen.effects.price / part.reference
        accepted = luck[rows] < world.accepts(part.contexts, ratios[:, None], np.zeros(len(keys)))[:, 0]
        model.observe(part.contexts, np.log(ratios), accepted, np.full(len(keys), tick * every))
        model.learn((tick + 1) * every)
        log.price[rows], log.propensity[rows] = np.rint(CENTS * chosen.effects.price), chosen.propensity
        log.accepted[rows] = accepted
    return log


def quotes(rng: np.random.Generator, count: int) -> Log:
    """Quotes of a world by chance, not priced yet."""
    share = 1.0 / np.arange(3, 3 + ZONES)
    contexts = Contexts(
        zone=rng.choice(ZONES, count, p=share / share.sum()),
        service=rng.integers(0, SERVICES, count),
        demand=rng.beta(4, 4, count),
        supply=rng.beta(4, 4, count),
        hour=24 * rng.random(count),
        weekend=rng.random(count) < 0.3,
        holiday=rng.random(count) < 0.05,
        weather=rng.uniform(-1, 1, count),
        event=np.where(rng.random(count) < 0.1, rng.random(count), 0.0),
        competitor=np.exp(rng.normal(0.1, 0.15, count)),
    )
    reference = np.full(count, REFERENCE)
    cost = np.rint(reference * rng.uniform(0.55, 0.8, count))
    return Log(
        contexts,
        reference,
        cost,
        price=np.zeros(count),
        prior=np.rint(reference * np.exp(rng.normal(0.1, 0.2, count))),
        least=np.maximum(FLOOR * reference, cost),
        most=CAP * reference,
        propensity=np.zeros(count),
        accepted=np.zeros(count),
    )


def _figures(found: Sequence[tuple[float, Estimates]]) -> dict[str, float]:
    """Means over logs; none of nothing."""
    if not found:
        return {}
    truth: F64 = np.array([true for true, _ in found])
    out = {"ess": float(np.mean([one.ess for _, one in found]))}
    for name in ESTIMATORS:
        value = np.array([getattr(one, name).value for _, one in found])
        half = np.array([getattr(one, name).half for _, one in found])
        out[f"{name}_error"] = float((np.abs(value - truth) / np.abs(truth)).mean())
        out[f"{name}_bias"] = float(((value - truth) / np.abs(truth)).mean())
        out[f"{name}_covered"] = float((np.abs(value - truth) <= half).mean())
    return out


def _goals(found: Mapping[Task, Found]) -> list[Goal]:
    """Issue 6, over all logs and candidates that were not refused."""
    out = []
    for size, most in zip(SIZES, (0.03, 0.015), strict=True):
        every: list[Any] = [each for one in found.values() for (_, n), each in one.items() if n == size and each is not None]
        one = _figures(every)
        out.append(Goal(f"doubly robust error at {size} decisions", one.get("dr_error", float("nan")), most=most))
        out.append(Goal(f"coverage of its 95 % intervals at {size}", one.get("dr_covered", float("nan")), least=0.93, most=0.97))
    return out
