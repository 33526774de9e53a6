"""`tripo pricing evaluate --simulate SEEDS`: seeds in; the agent's profit in simulated worlds against the clairvoyant's and others', out.

Each run is one world by one seed: a day of quotes through the agent's own step, which knows nothing of the world but what riders answer.
No real data say how riders answer prices, so whatever is gained here is simulated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import orjson
import typer

from agents.pricing.choice import OBJECTIVES, ChoicePolicy
from agents.pricing.contexts import F64
from agents.pricing.policy import Policy
from ops.evaluate.intervals import estimate
from ops.evaluate.runs import run_all
from ops.listing import print_rows
from ops.pricing.candidates import WEIGHTS
from ops.pricing.city import ZONES, day
from ops.pricing.goals import Goal, show_goals
from ops.pricing.loop import run
from ops.pricing.rivals import NAMES, profits
from ops.pricing.worlds import KINDS, MISSPECIFIED, WELL_SPECIFIED, World
from ops.summary import fail

PROFIT = "profit"

DECISIONS = 20_000
TENTHS = 10
BARS = "▁▂▃▄▅▆▇█"
Task = tuple[str, int]  # world, seed


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: profit by rule as shares of the clairvoyant's, the agent's regret by tenth of the run likewise, drifts found, a digest."""

    shares: Mapping[str, float]
    within: float  # the agent's share of what is best between its guards' bounds
    regret: tuple[float, ...]
    drifts: int
    digest: str


def simulation_policy(objective: str) -> Policy:
    """The agent's policy with these weights in place of those of its objective."""
    return Policy(choice=ChoicePolicy(weights=(WEIGHTS[objective],) * len(OBJECTIVES)))


def sample(task: Task, decisions: int, objective: str) -> Sample:
    """Run one world."""
    kind, seed = task
    world = World.of(kind, seed, ZONES)
    ran = run(day(seed, decisions), world, simulation_policy(objective))
    found = profits(ran.log, world)
    best = found["clairvoyant"]
    lost = [float(part.sum()) for part in np.array_split(best - found["agent"], TENTHS)]
    could = [float(part.sum()) for part in np.array_split(best, TENTHS)]
    shares = {name: float(found[name].sum() / best.sum()) for name in NAMES}
    digest = hashlib.sha256(ran.state + ran.log.price.tobytes()).hexdigest()[:12]
    regret = tuple(a / b for a, b in zip(lost, could, strict=True))
    return Sample(shares, shares["agent"] / shares["bounded"], regret, ran.drifts, digest)


def evaluate_simulated(seeds: Sequence[int], *, worlds: Sequence[str], decisions: int, objective: str, workers: int, as_json: bool) -> int:
    """Print the comparison over the seeds. → 0, or 1 when a target is missed; exits 2 for what cannot be."""
    if not set(worlds) <= set(KINDS) or objective not in WEIGHTS or decisions < 1000:
        fail(f"give worlds of {', '.join(KINDS)}, an objective of {', '.join(WEIGHTS)}, and at least 1000 decisions", 2)
    tasks = [(kind, seed) for kind in worlds for seed in seeds]
    found = run_all(tasks, partial(sample, decisions=decisions, objective=objective), workers, "pricing worlds")
    by_world = {kind: [found[kind, seed] for seed in seeds] for kind in worlds}
    _show(by_world, len(seeds), decisions, objective)
    goals = _goals(by_world) if objective == PROFIT else []
    code = show_goals(goals)
    if as_json:
        out = {kind: _figures(samples) for kind, samples in by_world.items()}
        head = {"seeds": list(seeds), "decisions": decisions, "objective": objective, "simulated": True}
        typer.echo(orjson.dumps(head | {"worlds": out, "targets": [goal.as_dict() for goal in goals]}).decode())
    return code


def _goals(by_world: Mapping[str, Sequence[Sample]]) -> list[Goal]:
    """Issue 6: shares of the clairvoyant's profit; and regret falls, from the first quarter of the run to the last."""
    out = []
    for kind, samples in by_world.items():
        least = 0.95 if kind in WELL_SPECIFIED else 0.88 if kind in MISSPECIFIED else None
        if least is not None:
            share = float(np.mean([one.shares["agent"] for one in samples]))
            out.append(Goal(f"{kind}: share of the clairvoyant's profit", share, least=least))
            out.append(Goal(f"{kind}: regret at the end over that at the beginning", _fall(samples), most=0.99))
    return out


def _fall(samples: Sequence[Sample]) -> float:
    """Slope of cumulated regret in the last quarter of the runs over that in the first."""
    curve = np.mean([one.regret for one in samples], axis=0)
    quarter = np.interp([0.25, 0.75, 1.0], np.linspace(0, 1, TENTHS + 1), np.concatenate([[0.0], np.cumsum(curve)]))
    return float((quarter[2] - quarter[1]) / quarter[0])


def _show(by_world: Mapping[str, Sequence[Sample]], seeds: int, decisions: int, objective: str) -> None:
    rows = []
    for kind, samples in by_world.items():
        cells = [_share([one.shares[name] for one in samples]) for name in NAMES if name != "clairvoyant"]
        rows.append((kind, *cells, _share([one.within for one in samples]), f"{np.mean([one.drifts for one in samples]):.1f}"))
    what = f"simulated profit in shares of the clairvoyant's: {seeds} seeds, {decisions} decisions each, objective {objective}"
    others = [name for name in NAMES if name != "clairvoyant"]
    print_rows(what, ("world", *others, "agent of bounded", "drifts found"), rows)
    curves = [(kind, _bars(curve := _curve(samples)), *(f"{100 * each:.1f}" for each in curve)) for kind, samples in by_world.items()]
    print_rows("the agent's regret by tenth of the run, % of the clairvoyant's profit", ("world", "curve", *map(str, range(1, 11))), curves)


def _curve(samples: Sequence[Sample]) -> F64:
    return np.asarray(np.mean([one.regret for one in samples], axis=0))


def _bars(curve: F64) -> str:
    top = max(float(curve.max()), 1e-9)
    return "".join(BARS[min(len(BARS) - 1, max(0, int(each / top * len(BARS))))] for each in curve)


def _share(values: Sequence[float]) -> str:
    one = estimate(np.array(values))
    return f"{100 * one.mean:.1f} %" + (f" ±{100 * one.half:.1f}" if np.isfinite(one.half) else "")


def _figures(samples: Sequence[Sample]) -> dict[str, Any]:
    shares = {name: float(np.mean([one.shares[name] for one in samples])) for name in NAMES}
    own = {"share_of_bounded": float(np.mean([one.within for one in samples])), "regret_by_tenth": _curve(samples).tolist()}
    by_seed = [{"share": one.shares["agent"], "drifts": one.drifts, "digest": one.digest} for one in samples]
    return {"shares": shares, **own, "by_seed": by_seed}
