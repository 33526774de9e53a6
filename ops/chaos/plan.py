"""Which faults a run goes through, drawn from a seed: first a round that meets every class and every named point, then a mix. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

POINTS = (
    "after-poll",
    "mid-step",
    "before-offsets",
    "after-offsets",
    "after-commit",
    "on-assign",
    "on-revoke",
    "in-recovery",
    "in-snapshot",
)
MOST_PASSES = {
    "on-assign": 1,
    "on-revoke": 1,
    "in-snapshot": 2,
    "in-recovery": 3,
    "before-offsets": 30,
    "after-offsets": 30,
    "after-commit": 30,
}
ROUND = (*(f"point {p}" for p in POINTS), "kill", "roll", "zombie", "twin", "scale", "broker kill", "broker bounce")
HALVES = {  # where two workloads share one round
    "probe": (
        "point after-poll",
        "point before-offsets",
        "point after-commit",
        "point in-recovery",
        "point on-revoke",
        "kill",
        "zombie",
        "broker kill",
    ),
    "matching": ("point mid-step", "point after-offsets", "point on-assign", "point in-snapshot", "kill", "roll", "scale", "broker bounce"),
}
MIX = {"kill": 40, "point": 30, "roll": 8, "zombie": 4, "twin": 3, "scale": 6, "broker kill": 5, "broker bounce": 4}
COUNTS = {"point": 2, "point on-revoke": 3, "scale": 4}  # faults that an action consists of; one where not said
SECONDS = {"zombie": 16.0, "twin": 16.0, "scale": 20.0, "roll": 12.0, "broker kill": 10.0, "broker bounce": 9.0, "kill": 1.0, "point": 9.0}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to the system: its name, the pass at which a point fires, the pause after it in seconds."""

    name: str
    passes: int
    pause_s: float

    @property
    def kind(self) -> str:
        """The name without the point."""
        return self.name.split(" ")[0] if self.name.startswith("point") else self.name

    @property
    def faults(self) -> int:
        """How many faults it consists of."""
        return COUNTS.get(self.name, COUNTS.get(self.kind, 1))

    @property
    def seconds(self) -> float:
        """About how long it takes, pause included."""
        return SECONDS[self.kind] + self.pause_s


def draw(faults: int, seed: int, agent: str, shared: bool, pause_s: tuple[float, float] = (2.0, 6.0)) -> list[Action]:
    """At least ``faults`` faults for a workload; ``shared``: where they are fewer than a round, another workload meets its other half."""
    rng = random.Random(f"{seed}/{agent}")
    whole = sum(COUNTS.get(n, COUNTS.get(n.split(" ")[0], 1)) for n in ROUND)
    names: list[str] = list(HALVES[agent] if shared and faults < whole else ROUND)
    rng.shuffle(names)
    actions = [_action(name, rng, pause_s) for name in names]
    while sum(action.faults for action in actions) < faults:
        name = rng.choices(list(MIX), list(MIX.values()))[0]
        actions.append(_action(f"point {rng.choice(POINTS)}" if name == "point" else name, rng, pause_s))
    return actions


def _action(name: str, rng: random.Random, pause_s: tuple[float, float]) -> Action:
    most = MOST_PASSES.get(name.removeprefix("point "), 60)
    return Action(name, rng.randint(1, most), rng.uniform(*pause_s))


def seconds(actions: Sequence[Action]) -> float:
    """About how long they take together."""
    return sum(action.seconds for action in actions)
