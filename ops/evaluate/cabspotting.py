"""`tripo matching evaluate --cabspotting DIR`: recorded days in; policies on them, against greedy nearest and the recorded service, out.

Each run is one day under one policy, a closed loop through the agent's own step (`recorded_world`); the recorded service is what the cabs
themselves did (`recorded_service`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import typer

from agents.matching.policy import Policy
from ops.city.recorded import NoRecordingError, Recording
from ops.evaluate.closed_loop import ClosedLoop
from ops.evaluate.figures import SHOWN, figures
from ops.evaluate.policies import BASELINE, chosen
from ops.evaluate.recorded_service import recorded_service
from ops.evaluate.recorded_world import SETTING, RecordedDay
from ops.evaluate.report import Sample, Samples, compared, show
from ops.evaluate.runs import run_all
from ops.evaluate.targets import Target, judge, show_verdicts
from ops.evaluate.world import Setting
from ops.summary import fail

RECORDED = "recorded"
COMPARED = (BASELINE, "best-score", "optimal")
ALL = "all days"
FIGURES = {name: shape for name, shape in SHOWN.items() if name not in {"declines", "cancelled"}}  # here nobody declines or cancels
TARGETS = (  # issue 4, on the demand of these days
    Target("pickup time against greedy nearest", "optimal", BASELINE, (ALL,), "pickup_s", -0.15, falls=True),
    Target("pickup time against the recorded service", "optimal", RECORDED, (ALL,), "pickup_s", 0.0, falls=True),
    Target("the agreed objective, against greedy nearest", "optimal", BASELINE, (ALL,), "objective_s", 0.0, falls=True),
    Target("completed orders, as many as greedy nearest", "optimal", BASELINE, (ALL,), "completed", 0.0, points=True),
)

Task = tuple[str, str]  # day, policy's name


def evaluate_cabspotting(
    folder: Path,
    *,
    days: int | None = None,
    hours: tuple[float, float] = (0.0, 24.0),
    policies: Sequence[str] = COMPARED,
    plan: Setting = SETTING,
    workers: int = 2,
    as_json: bool = False,
) -> int:
    """Print the comparison by day and over the first ``days`` (all) of the folder, between two ``hours`` of each.

    → 0, or 1 when a target is missed or was not measured; exits with 2 for a folder without such days. See evaluate_simulated.
    """
    started, by_name = time.monotonic(), chosen(policies)
    try:
        names = list(Recording.find(folder).days)[:days]
        found = run_all(
            [(day, name) for day in names for name in (RECORDED, *by_name)],
            partial(one, folder=folder, hours=hours, plan=plan, policies=by_name),
            workers,
            "days",
        )
    except NoRecordingError as error:
        fail(str(error), 2)
    except BrokenProcessPool:
        fail("a process of the evaluation was ended from outside; run it again")
    samples = by_day(found, names, (RECORDED, *by_name))
    show(samples, FIGURES, BASELINE, "days")
    verdicts = judge(TARGETS, samples)
    show_verdicts(verdicts)
    passed = all(verdict.met for verdict in verdicts)
    if as_json:
        out: dict[str, Any] = {"days": names, "hours": hours, "seconds": round(time.monotonic() - started, 1), "baseline": BASELINE}
        out |= {"policy_versions": {name: policy.version for name, policy in by_name.items()}}
        out |= {"figures": compared(samples, BASELINE), "targets": [verdict.as_dict() for verdict in verdicts], "passed": passed}
        typer.echo(orjson.dumps(out).decode())
    return 0 if passed else 1


def by_day(found: Mapping[Task, Sample], days: Sequence[str], names: Sequence[str]) -> Samples:
    """The figures as groups: each day, and all of them if there are more."""
    samples = {day: {name: [found[day, name]] for name in names} for day in days} if len(days) > 1 else {}
    return samples | {ALL: {name: [found[day, name] for day in days] for name in names}}


def one(task: Task, folder: Path, hours: tuple[float, float], plan: Setting, policies: Mapping[str, Policy]) -> Sample:
    """The figures of one day under one policy, or of the recorded service."""
    day, name = task
    recorded = RecordedDay(folder, day, hours, plan)
    if name == RECORDED:
        return recorded_service(recorded)
    return figures(ClosedLoop(recorded.world(), policies[name]).run())
