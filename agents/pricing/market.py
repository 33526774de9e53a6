"""One market: its clock, its state by cell, its drivers, signals, open quotes, what it has learnt; into facts and arrays, and back."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.pricing.acceptance import Acceptance
from agents.pricing.alerts import Alerts
from agents.pricing.cells import Cells
from agents.pricing.columns import Array, part, part_of
from agents.pricing.figures import Figures
from agents.pricing.fleet import Fleet
from agents.pricing.policy import Policy
from agents.pricing.quotes import Quotes
from agents.pricing.recommendations import Recommendations
from agents.pricing.settings import Said, Settings, default
from agents.pricing.signals import Competitors, Conditions, Flags, Overcharges

SECOND_MS = 1000
PHASES = 10  # seconds that markets' ticks begin in
SHOWN_AFTER_MS = 2000
PACE = ("clock", "second", "latest", "since", "shown", "looked", "forgot", "stirred", "unshown")


@dataclass(slots=True)
class Market:
    """Event times in ms unless said otherwise. ``stirred``: something came since the newest second began, so its end changes something;
    ``unshown``: something came since the tables were written."""

    name: str
    cells: Cells
    fleet: Fleet
    acceptance: Acceptance
    settings: Settings  # published
    clock: int = 0  # the latest event time, moved on by ticks where no records come
    second: int = 0  # the newest, since the epoch: what was known when it began is what its quotes see
    latest: int = 0  # the clock as records left it …
    since: int = 0  # … and the step's now then
    shown: int = 0  # the span of the last rows in the tables
    looked: int = 0  # … and of the last look for recommendations
    forgot: int = 0
    stirred: bool = False
    unshown: bool = False
    drifted: dict[int, tuple[int, int]] = field(default_factory=dict)  # by service: drifts found, and when the last
    competitors: Competitors = field(default_factory=Competitors)
    conditions: Conditions = field(default_factory=Conditions)
    flags: Flags = field(default_factory=Flags)
    overcharges: Overcharges = field(default_factory=Overcharges)
    policies: dict[str, Said] = field(default_factory=dict)
    quotes: Quotes = field(default_factory=Quotes)
    figures: Figures = field(default_factory=Figures)
    alerts: Alerts = field(default_factory=Alerts)
    recommendations: Recommendations = field(default_factory=Recommendations)

    @classmethod
    def fresh(cls, name: str, policy: Policy) -> Market:
        """A market that nothing is known of."""
        return cls(name, Cells(policy), Fleet(policy.driver_limit), Acceptance(policy.acceptance), default(policy))

    @property
    def ahead_ms(self) -> int:
        """How far its ticks of learning and its tables are ahead of the clock: markets shall not all be busy in the same second."""
        return zlib.crc32(self.name.encode()) % PHASES * SECOND_MS

    def showing(self, clock_ms: int, show_ms: int) -> int:
        """The number of the span between rows of the tables that the clock is in; it begins in another second than a tick of learning."""
        return (clock_ms + self.ahead_ms + SHOWN_AFTER_MS) // show_ms

    def clock_at(self, now: int) -> int:
        """What the clock is, or would be without further records, when it is ``now`` by the steps' time."""
        return max(self.clock, self.latest + max(0, now - self.since)) if self.latest else 0

    def facts(self) -> dict[str, Any]:
        """The part of the state that is not arrays."""
        own = {name: getattr(self, name) for name in ("name", *PACE)}
        own |= {"cells": self.cells.facts(), "quotes": self.quotes.facts(), "acceptance": self.acceptance.facts()}
        own |= {"competitors": self.competitors.facts(), "conditions": self.conditions.facts(), "flags": self.flags.raised}
        own |= {"overcharges": self.overcharges.counts, "policies": self.policies}
        own |= {"drifted": [[service, *each] for service, each in sorted(self.drifted.items())]}
        return own | {"alerts": self.alerts.facts(), "recommendations": self.recommendations.facts()}

    def arrays(self) -> dict[str, Array]:
        """The part of the state that is arrays."""
        parts = ("cells", "fleet", "quotes", "figures", "acceptance", "settings", "recommendations")
        return {name: array for each in parts for name, array in part(each, getattr(self, each).arrays()).items()}

    @classmethod
    def of(cls, facts: Mapping[str, Any], arrays: Mapping[str, Array], policy: Policy) -> Market:
        """The market whose ``facts()`` and ``arrays()`` these are."""
        own = {name: part_of(name, arrays) for name in ("cells", "fleet", "quotes", "figures", "acceptance", "settings", "recommendations")}
        out = cls(
            name=facts["name"],
            cells=Cells.of(facts["cells"], own["cells"], policy),
            fleet=Fleet.of(own["fleet"], policy.driver_limit),
            acceptance=Acceptance.of(facts["acceptance"], own["acceptance"], policy.acceptance),
            settings=Settings(**own["settings"]),
            competitors=Competitors.of(facts["competitors"]),
            conditions=Conditions.of(facts["conditions"]),
            overcharges=Overcharges.of(facts["overcharges"]),
            policies=facts["policies"],
            quotes=Quotes.of(facts["quotes"], own["quotes"]),
            figures=Figures.of(own["figures"]),
            alerts=Alerts.of(facts["alerts"]),
            recommendations=Recommendations.of(facts["recommendations"], own["recommendations"]),
        )
        out.flags.raised = facts["flags"]
        out.drifted = {service: (found, at) for service, found, at in facts["drifted"]}
        for name in PACE:
            setattr(out, name, facts[name])
        return out
