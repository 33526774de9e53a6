"""The policies that evaluations compare, by name. A baseline is the same agent with another policy, never a second implementation.

**Greedy nearest** is what dispatchers do without a plan, and what the literature measures against: each order at once, in order of
arrival, gets the nearest driver that may serve it. It is never held, nothing but the distance counts (nothing is learnt of the roads), and
orders that found nobody are tried again, first come first served, when a driver becomes free. **Greedy ETA** takes the driver who is there
first by the learnt travel times instead; what optimal gains on it is the assignment's own doing. **Optimal** is the agent as it runs, and
**least time** the same with nothing but time to the pickup in its costs: what any assignment of these orders could save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.matching.future import FuturePolicy
from agents.matching.policy import BEST_FIRST, DEFAULT, NEAREST_FIRST, Policy
from ops.summary import fail

BASELINE = "greedy-nearest"
UNLEARNT_S = 1e9  # an epoch of travel time that does not end: nothing learnt is ever used

POLICIES: dict[str, Policy] = {
    BASELINE: replace(DEFAULT, assignment=NEAREST_FIRST, window_ms=0, travel=replace(DEFAULT.travel, epoch_s=UNLEARNT_S)),
    "greedy-eta": replace(DEFAULT, assignment=NEAREST_FIRST, window_ms=0),
    "best-score": replace(DEFAULT, assignment=BEST_FIRST),
    "optimal": DEFAULT,
    "least-time": replace(
        DEFAULT, quality_s=0.0, fairness=replace(DEFAULT.fairness, bound_s=0.0), acceptance=replace(DEFAULT.acceptance, lost_s=0.0)
    ),
    "no-fairness": replace(DEFAULT, fairness=replace(DEFAULT.fairness, bound_s=0.0)),
    "future-value": replace(DEFAULT, future=FuturePolicy(weight=0.3, hold=True)),
}


def chosen(names: Sequence[str]) -> dict[str, Policy]:
    """The policies of these names, the baseline first; exits with 2 for an unknown name."""
    if not set(names) <= POLICIES.keys():
        fail(f"policies are {', '.join(POLICIES)}; not {', '.join(names)}", 2)
    return {name: POLICIES[name] for name in (BASELINE, *(each for each in names if each != BASELINE))}
