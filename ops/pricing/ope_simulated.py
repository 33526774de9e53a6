"""`tripo pricing ope --simulate SEEDS`: seeds in; how far the estimates of candidates' values are from the truth, out.

In each run riders of a known world answer prices that the agent's model and choice draw, learning as it goes. Its first decisions are what
candidates learn from; then it goes on several times with other quotes and other luck, which are the logs that they are judged by. The truth
is a candidate's expected profit over all quotes of the world.

Nine tenths of an estimate's variance is whether riders took the few prices of great weight, and estimates of one log err together
(correlation 0.9 between candidates). So a share of intervals that cover has a standard error by logs, not by estimates: it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import product
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
from ops.pricing.candidates import CENTS, WEIGHTS, Chances, chances, fitted, foretold_acceptance, judge, priced
from ops.pricing.estimators import Estimated, Estimates, RefusedError
from ops.pricing.goals import Goal, show_goals
from ops.pricing.log import Log
from ops.pricing.worlds import SERVICES, World

ZONES = 8
FIT, SIZES = 5000, (5000, 20_000)
LOGS = 8  # of a run
BLOCK = 1000  # decisions between two looks at what riders answered
POPULATION = 100_000
LOGGED = "maximize_profit"
COMPARED = ("profit", "maximize_profit", "maximize_revenue", "balanced", "prior")
KINDS = ("logistic", "segments")
ESTIMATORS = ("ips", "snips", "dr")
REFERENCE, FLOOR, CAP = 1500.0, 0.6, 2.5
Task = tuple[str, int]
Judged = tuple[float, Estimates] | None  # the truth and the estimates; None where refused
Found = dict[tuple[str, int], list[Judged]]  # by candidate and size, of each log


def evaluate_ope(seeds: Sequence[int], least_share: float, workers: int, keep: Path | None, as_json: bool) -> int:
    """Print errors and coverage over the seeds. → 0, or 1 when a target is missed.

    ``keep``: a file of runs judged before, which are not judged again; those judged now are added to it one by one.
    """
    tasks = [(kind, seed) for kind in KINDS for seed in seeds]
    before = kept(keep, least_share) if keep is not None and keep.exists() else {}
    fresh = [task for task in tasks if task not in before]
    found = before | run_all(fresh, partial(_sample_kept, least_share=least_share, keep=keep), workers, "runs")
    found = {task: found[task] for task in tasks}
    rows, figures = [], []
    for kind in KINDS:
        for name in COMPARED:
            for size in SIZES:
                own = [each for seed in seeds for each in found[kind, seed][name, size]]
                one = _figures([each for each in own if each is not None])
                figures.append({"world": kind, "candidate": name, "decisions": size, "refused": own.count(None), **one})
                cells = [f"{100 * one[f'{e}_error']:.2f} %" if one else None for e in ESTIMATORS]
                cells += [f"{100 * one[f'{e}_covered']:.1f} %" if one else None for e in ESTIMATORS]
                rows.append((kind, name, size, own.count(None), *cells, f"{one['ess']:.0f}" if one else None))
    head = ("world", "candidate", "decisions", "refused", *(f"{e} error" for e in ESTIMATORS), *(f"{e} covers" for e in ESTIMATORS), "ess")
    print_rows(f"off-policy estimates against the truth: mean absolute error, {LOGS * len(seeds)} simulated logs each", head, rows)
    goals = _goals(found)
    code = show_goals(goals)
    if as_json:
        out = {"seeds": list(seeds), "simulated": True, "figures": figures, "targets": [goal.as_dict() for goal in goals]}
        typer.echo(orjson.dumps(out).decode())
    return code


def kept(file: Path, least_share: float) -> dict[Task, Found]:
    """What a file says of runs that were judged with this least share."""
    out: dict[Task, Found] = {}
    for line in file.read_bytes().splitlines():
        row = orjson.loads(line)
        if row["least_share"] == least_share:
            own = out.setdefault((row["world"], row["seed"]), {})
            for one in row["found"]:
                own.setdefault((one["candidate"], one["decisions"]), []).append(_judged(one))
    return out


def _judged(one: Mapping[str, Any]) -> Judged:
    if one["estimates"] is None:
        return None
    fields: dict[str, Any] = {name: Estimated(**value) if isinstance(value, dict) else value for name, value in one["estimates"].items()}
    return one["truth"], Estimates(**fields)


def _sample_kept(task: Task, least_share: float, keep: Path | None) -> Found:
    found = sample(task, least_share)
    if keep is not None:
        told = [
            {"candidate": name, "decisions": size, "truth": each and each[0], "estimates": each and asdict(each[1])}
            for (name, size), every in found.items()
            for each in every
        ]
        row = orjson.dumps({"world": task[0], "seed": task[1], "least_share": least_share, "found": told})
        with keep.open("ab") as file:
            file.write(row + b"\n")
    return found


def sample(task: Task, least_share: float) -> Found:
    """One run: what its logs say of each candidate."""
    kind, seed = task
    world, of = World.of(kind, seed, ZONES), [seed, KINDS.index(kind)]
    seen, logging = logged(world, np.random.default_rng([*of, 17]), FIT, Acceptance(AcceptancePolicy()))
    model, policy = fitted(seen), ChoicePolicy()
    truths = _truths(world, quotes(np.random.default_rng([*of, 18]), POPULATION), model, policy)
    out: Found = {}
    for number in range(LOGS):
        again = Acceptance.of(logging.facts(), logging.arrays(), logging.policy)
        log, _ = logged(world, np.random.default_rng([*of, 19, number]), SIZES[-1], again)
        every = {name: chances(name, log, model, policy) for name in COMPARED}
        likely = foretold_acceptance(log, every[LOGGED].prices, model)
        for name, size in product(COMPARED, SIZES):
            part = Chances(every[name].prices[:size], every[name].chances[:size])
            try:
                one: Judged = (truths[name], judge(log[:size], part, likely[:size], least_share))
            except RefusedError:
                one = None
            out.setdefault((name, size), []).append(one)
    return out


def _truths(world: World, everything: Log, model: Acceptance, policy: ChoicePolicy) -> dict[str, float]:
    """Candidates' expected profit per quote."""
    out = {}
    for name in COMPARED:
        own = chances(name, everything, model, policy)
        likely = world.accepts(everything.contexts, own.prices / everything.reference[:, None], np.zeros(len(everything.price)))
        out[name] = float((own.chances * likely * (own.prices - everything.cost[:, None])).sum(axis=1).mean())
    return out


def logged(world: World, rng: np.random.Generator, count: int, model: Acceptance) -> tuple[Log, Acceptance]:
    """Quotes priced by the agent's choice and this model, which goes on to learn from the answers every so many; and the model."""
    log, policy, luck = quotes(rng, count), ChoicePolicy(), rng.random(count)
    draws, every = int(rng.integers(2**62)), model.policy.every_ms
    for start in range(0, count, BLOCK):
        rows = slice(start, start + BLOCK)
        part, now = log[rows], (model.tick + 1) * every
        keys = np.arange(start, start + len(part.price), dtype=np.uint64)
        chosen = priced(model, part, WEIGHTS[LOGGED], draws, keys, policy)
        ratios = CENTS * chosen.effects.price / part.reference
        accepted = luck[rows] < world.accepts(part.contexts, ratios[:, None], np.zeros(len(keys)))[:, 0]
        model.observe(part.contexts, np.log(ratios), accepted, np.full(len(keys), now))
        model.learn(now + every)
        log.price[rows], log.propensity[rows] = np.rint(CENTS * chosen.effects.price), chosen.propensity
        log.accepted[rows] = accepted
    return log, model


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
        runs = [[each for (_, n), every in one.items() if n == size for each in every if each is not None] for one in found.values()]
        one = _figures([each for run in runs for each in run])
        out.append(Goal(f"doubly robust error at {size} decisions", one.get("dr_error", float("nan")), most=most))
        name = f"coverage of its 95 % intervals at {size} (standard error {100 * _error_of_coverage(runs):.1f} points)"
        out.append(Goal(name, one.get("dr_covered", float("nan")), least=0.93, most=0.97))
    return out


def _error_of_coverage(runs: Sequence[Sequence[tuple[float, Estimates]]]) -> float:
    """The standard error of the share of intervals that cover, where those of one run may err together (a ratio of sums by cluster)."""
    count = np.array([len(run) for run in runs], np.float64)
    covered = np.array([sum(abs(one.dr.value - truth) <= one.dr.half for truth, one in run) for run in runs], np.float64)
    return float(np.sqrt(np.square(covered - count * covered.sum() / count.sum()).sum()) / count.sum()) if count.sum() else float("nan")
