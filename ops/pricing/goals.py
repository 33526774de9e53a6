"""What is asked for and what was measured, in; a table of goals and whether all are met, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ops.listing import print_rows


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that shall be at least ``least`` and at most ``most``; shares of 1. What was not measured (NaN) is not met."""

    name: str
    measured: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        low = self.least is None or self.measured >= self.least
        high = self.most is None or self.measured <= self.most
        return low and high and self.measured == self.measured

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"measured": self.measured if self.measured == self.measured else None, "met": self.met}


def show_goals(goals: Sequence[Goal]) -> int:
    """Print them. → the exit code: 1 when one is not met."""
    rows = []
    for goal in goals:
        low = "" if goal.least is None else f"≥ {100 * goal.least:g} %"
        high = "" if goal.most is None else f"≤ {100 * goal.most:g} %"
        rows.append((goal.name, " and ".join(filter(None, (low, high))), f"{100 * goal.measured:.2f} %", "yes" if goal.met else "NO"))
    print_rows("targets", ("target", "asked", "measured", "met"), rows)
    return 0 if all(goal.met for goal in goals) else 1
