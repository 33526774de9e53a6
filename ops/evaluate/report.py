"""Figures of several seeds or days, by group and policy, in; their comparison with the baseline, as tables and as an object, out.

A group is what is compared on its own: a state of the market, a day of the week. In a group every policy has as many samples, and the i-th
of each policy met the same demand, so differences are of pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from columns.table import F64
from ops.evaluate.intervals import Estimate, difference, estimate, relative
from ops.listing import print_rows

Sample = Mapping[str, float]  # figures by name
Samples = Mapping[str, Mapping[str, Sequence[Sample]]]  # group → policy → one for each seed or day


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is shown: its heading, its factor, its digits. A share's difference is shown in points, others' in percent."""

    heading: str
    scale: float = 1.0
    digits: int = 1

    @property
    def is_share(self) -> bool:
        """Whether it is a share, shown in percent."""
        return self.scale == 100.0


def column(samples: Sequence[Sample], figure: str) -> F64:
    """A figure of each sample, shape (n,)."""
    return np.array([sample[figure] for sample in samples], np.float64)


def compared(samples: Samples, baseline: str) -> dict[str, Any]:
    """By group and policy: each figure's mean and half interval; but for the baseline the paired differences, in units and as shares."""
    out: dict[str, Any] = {}
    for group, by_policy in samples.items():
        out[group] = {name: {figure: plain(estimate(column(own, figure))) for figure in own[0]} for name, own in by_policy.items()}
        for name, own in by_policy.items():
            if name != baseline and baseline in by_policy:
                out[group][name] |= {"against_" + baseline: _differences(own, by_policy[baseline])}
    return out


def plain(one: Estimate) -> dict[str, float | None]:
    """As JSON can hold it: null where nothing is known."""
    return {"mean": _finite(one.mean), "half": _finite(one.half)}


def show(samples: Samples, figures: Mapping[str, Figure], baseline: str, what: str) -> None:
    """Print each group's figures by policy, and the differences to the baseline, each with the half of its 95 % interval."""
    for group, by_policy in samples.items():
        count = len(next(iter(by_policy.values())))
        rows = [(name, *(_value(estimate(column(own, f)), shape) for f, shape in figures.items())) for name, own in by_policy.items()]
        print_rows(f"{group}: mean of {count} {what}", ("policy", *(shape.heading for shape in figures.values())), rows)
        others = [(name, own) for name, own in by_policy.items() if name != baseline] if baseline in by_policy else []
        lines = [(name, *(_change(own, by_policy[baseline], f, shape) for f, shape in figures.items())) for name, own in others]
        if lines:
            print_rows(f"{group}: difference to {baseline}, ± 95 %", ("policy", *(shape.heading for shape in figures.values())), lines)


def _differences(own: Sequence[Sample], other: Sequence[Sample]) -> dict[str, Any]:
    out = {}
    for figure in (name for name in own[0] if name in other[0]):
        mine, theirs = column(own, figure), column(other, figure)
        share = plain(relative(mine, theirs)) if bool((theirs > 0).all()) else {"mean": None, "half": None}
        absolute = plain(difference(mine, theirs))
        out[figure] = {"difference": absolute["mean"], "half": absolute["half"], "relative": share["mean"], "relative_half": share["half"]}
    return out


def _value(one: Estimate, shape: Figure) -> str | None:
    if not np.isfinite(one.mean):
        return None
    return f"{one.mean * shape.scale:,.{shape.digits}f}{' %' if shape.is_share else ''}"


def _change(own: Sequence[Sample], other: Sequence[Sample], figure: str, shape: Figure) -> str | None:
    mine, theirs = column(own, figure), column(other, figure)
    if shape.is_share:
        one, unit = difference(mine, theirs), "pt"
    elif bool((theirs > 0).all()):
        one, unit = relative(mine, theirs), "%"
    else:
        return None
    if not np.isfinite(one.mean):
        return None
    half = f" ±{100 * one.half:.1f}" if np.isfinite(one.half) else ""
    return f"{100 * one.mean:+.1f}{half} {unit}"


def _finite(value: float) -> float | None:
    return round(value, 6) if np.isfinite(value) else None
