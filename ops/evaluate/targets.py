"""Targets, and figures by group and policy, in; whether these reach them, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ops.evaluate.intervals import difference, estimate
from ops.evaluate.report import Samples, column, plain
from ops.listing import print_rows


@dataclass(frozen=True, slots=True)
class Target:
    """What a policy shall reach against another on the same demand, over the mean of ``groups``.

    ``bound`` is of the relative change, or with ``points`` of the difference; the change must be at most that if it is asked to fall
    (``falls``), else at least; with ``sure`` its 95 % interval must exclude zero, too.
    """

    name: str
    policy: str
    against: str
    groups: tuple[str, ...]
    figure: str
    bound: float
    points: bool = False
    falls: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target and what was measured: the change and half of its 95 % interval, NaN where it was not measured."""

    target: Target
    change: float
    half: float

    @property
    def met(self) -> bool:
        """Whether the target is reached; what was not measured is not."""
        t = self.target
        good = self.change <= t.bound if t.falls else self.change >= t.bound
        return bool(good and (not t.sure or abs(self.change) > self.half))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the target, what was measured, and whether it is met."""
        measured = plain(estimate(np.array([self.change])))["mean"]
        return asdict(self.target) | {"change": measured, "half": round(self.half, 6) if np.isfinite(self.half) else None, "met": self.met}


def judge(targets: Sequence[Target], samples: Samples) -> list[Verdict]:
    """What was measured for each target."""
    return [_verdict(target, samples) for target in targets]


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print what was asked for, what was measured, and whether that is enough."""
    rows = []
    for v in verdicts:
        unit = "pt" if v.target.points else "%"
        found = "not measured" if np.isnan(v.change) else f"{100 * v.change:+.2f} ±{100 * v.half:.2f} {unit}"
        asked = f"{'≤' if v.target.falls else '≥'} {100 * v.target.bound:+.1f} {unit}{', sure' if v.target.sure else ''}"
        rows.append((v.target.name, f"{v.target.policy} / {v.target.against}", asked, found, "yes" if v.met else "NO"))
    print_rows("targets", ("target", "policy / against", "asked", "measured", "met"), rows)


def _verdict(target: Target, samples: Samples) -> Verdict:
    changes = []
    for group in target.groups:
        by_policy = samples.get(group, {})
        if target.policy not in by_policy or target.against not in by_policy:
            return Verdict(target, float("nan"), float("nan"))
        mine, theirs = column(by_policy[target.policy], target.figure), column(by_policy[target.against], target.figure)
        share = np.divide(mine, theirs, out=np.full(len(mine), np.nan), where=theirs > 0) - 1.0
        changes.append(mine - theirs if target.points else share)
    one = difference(np.mean(changes, axis=0), np.zeros(len(changes[0])))
    return Verdict(target, one.mean, one.half)
