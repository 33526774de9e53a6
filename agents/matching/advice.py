"""Profiles in; what each driver could do better, out (FACTS §2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agents.matching.reading import Rows
from columns.table import I64, U8


@dataclass(frozen=True, slots=True)
class Measure:
    """Something of a profile that should reach a target, or (``below``) stay under it."""

    name: str
    column: str
    target: float
    text: str
    below: bool = False


MEASURES = (
    Measure("rating", "rating", 4.0, "raise your rating to {target:.1f} stars or more; it is {value:.2f}"),
    Measure("completion_rate", "completion", 0.95, "complete {target:.0%} or more of the orders you take; you complete {value:.1%}"),
    Measure("acceptance_rate", "acceptance", 0.90, "accept {target:.0%} or more of what you are offered; you accept {value:.1%}"),
    Measure("eta_accuracy", "eta_accuracy", 0.85, "arrive when expected {target:.0%} of the time or more; you do {value:.1%}"),
    Measure(
        "cancellation_rate", "cancellation", 0.05, "give back {target:.0%} of your orders or fewer; you give back {value:.1%}", below=True
    ),
)
Advice = dict[str, str | float]


def advised(profiles: Rows, at: I64) -> U8:
    """Which of MEASURES the profiles at these positions fall short of, as bits, shape (n,); none of deleted drivers'."""
    out: U8 = np.zeros(len(at), np.uint8)
    for bit, measure in enumerate(MEASURES):
        value = profiles[measure.column][at]
        short = value > measure.target if measure.below else value < measure.target
        out |= (short & ~profiles["deleted"][at]).astype(np.uint8) << bit
    return out


def advice(profiles: Rows, at: int, bits: int) -> list[Advice]:
    """The advice that ``bits`` stand for, for the profile at that position."""
    out: list[Advice] = []
    for bit, measure in enumerate(MEASURES):
        if bits >> bit & 1:
            value = round(float(profiles[measure.column][at]), 6)
            text = measure.text.format(value=value, target=measure.target)
            out.append({"measure": measure.name, "value": value, "target": measure.target, "text": text})
    return out
