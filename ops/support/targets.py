"""Figures in; which of the targets that apply to them are reached, out. The targets are those of the support agent's specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ops.listing import print_rows


@dataclass(frozen=True, slots=True)
class Target:
    """A figure shall be at least ``bound``, or with ``falls`` at most. ``figure``: its name, with dots into what it is a part of.

    ``both``: only where the second stage looked, too.
    """

    figure: str
    bound: float
    falls: bool = False
    both: bool = False


PIPELINE = (Target("ece", 0.02, falls=True), Target("first_ms_p50", 2.0, falls=True), Target("first_per_second", 3000.0))
PRODUCT = (*PIPELINE, Target("coverage_98", 0.8))
SETS: Mapping[str, tuple[Target, ...]] = {  # by the map's name of the set, for what is fitted on a part of it
    "banking77": (Target("accuracy", 0.935, both=True), Target("first.accuracy", 0.915)),
    "clinc150": (Target("accuracy", 0.96, both=True), Target("oos_auroc", 0.97, both=True)),
}
SECOND = "second_share"  # a figure there is where the second stage looked
RIDES = "uber_tweets_B"  # real messages about rides
AHEAD = Target("ahead_of_baseline", 0.10)
SAFETY = (Target("escalated", 1.0),)
RETRIEVAL = (Target("recall_at_5", 0.95),)


def judged(figures: Mapping[str, Any], targets: Sequence[Target]) -> dict[str, Any]:
    """What was asked, measured and reached, as parts of a summary: ``targets``, and ``met``, whether all are reached.

    A target whose figure was not measured is left out: there was nothing in the file to measure it on, or nobody asked for it.
    """
    asked = [target for target in targets if SECOND in figures or not target.both]
    found = [(target, _figure(figures, target.figure)) for target in asked]
    rows = [asdict(target) | {"measured": value, "met": _met(target, value)} for target, value in found if value is not None]
    return {"targets": rows, "met": all(row["met"] for row in rows)}


def show(judgement: Mapping[str, Any]) -> None:
    """Print what was asked, what was measured, and whether that is enough."""
    rows = []
    for row in judgement["targets"]:
        asked = f"{'≤' if row['falls'] else '≥'} {row['bound']:g}"
        rows.append((row["figure"].replace("_", " "), asked, f"{row['measured']:.4g}", "yes" if row["met"] else "NO"))
    print_rows("targets", ("figure", "asked", "measured", "met"), rows)


def _met(target: Target, value: float) -> bool:
    return value <= target.bound if target.falls else value >= target.bound


def _figure(figures: Mapping[str, Any], name: str) -> float | None:
    found: Any = figures
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return None if found is None else float(found)
