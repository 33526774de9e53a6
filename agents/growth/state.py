"""The state of one growth task: offers and riders, markets, settings, alerts and recommendations; to bytes and back."""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.growth.alerts import Alerts
from agents.growth.backlog import Backlog
from agents.growth.market import Market
from agents.growth.monetization import Monetization
from agents.growth.policy import DEFAULT, Policy, Settings
from agents.growth.reading import OF_MARKETS, OF_RIDERS
from agents.growth.recommendations import NOT_APPLIED, Recommendations
from columns.packing import pack, unpack
from columns.table import Array

MAGIC = b"TRPG1\n"
FORMAT = 2  # changes whenever older code could not load what this code dumps

_BACKLOGS = ("of_riders", "of_markets")


@dataclass(slots=True)
class GrowthState:
    """What a growth task knows. ``now``: the last step's, ms; ``latest``: the riders' latest event time, and ``since``: the step's time
    then."""

    partition: int
    settings: Settings
    monetization: Monetization
    now: int = 0
    latest: int = 0
    since: int = 0
    markets: dict[str, Market] = field(default_factory=dict)
    alerts: Alerts = field(default_factory=Alerts)
    recommendations: Recommendations = field(default_factory=Recommendations)
    of_riders: Backlog = field(default_factory=lambda: Backlog(OF_RIDERS))
    of_markets: Backlog = field(default_factory=lambda: Backlog(OF_MARKETS))

    @classmethod
    def fresh(cls, partition: int, policy: Policy = DEFAULT) -> GrowthState:
        """The state of a task that has seen nothing."""
        return cls(partition, Settings.of(policy), Monetization(partition))

    def clock_at(self, now: int) -> int:
        """The riders' event time, ms: the latest seen, and what has passed since then by the steps' time; 0 before the first record."""
        return self.latest + max(0, now - self.since) if self.latest else 0

    def dump(self) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        markets = [self.markets[name] for name in sorted(self.markets)]
        arrays: dict[str, Array] = {f"m.{name}": array for name, array in self.monetization.arrays().items()}
        for i, market in enumerate(markets):
            arrays |= {f"{i}.{name}": array for name, array in market.arrays().items()}
        for name in _BACKLOGS:
            arrays |= {f"{name}.{key}": array for key, array in getattr(self, name).arrays().items()}
        facts = {name: getattr(self, name) for name in ("partition", "now", "latest", "since")}
        facts |= {name: getattr(self, name).facts() for name in _BACKLOGS}
        facts |= {"format": FORMAT, "monetization": self.monetization.facts(), "markets": [market.facts() for market in markets]}
        facts |= {"settings": {"values": self.settings.values, "changed": self.settings.changed}}
        facts |= {"alerts": self.alerts.active, "told": self.recommendations.told}
        return pack(MAGIC, facts, arrays)

    @classmethod
    def load(cls, data: bytes, policy: Policy = DEFAULT) -> GrowthState:
        """The state that was dumped. Raises ValueError for bytes of another agent or format."""
        facts, arrays = unpack(MAGIC, data)
        if facts["format"] != FORMAT:
            raise ValueError(f"growth state has format {facts['format']}; this code reads {FORMAT}: run the code that wrote it")
        parts: dict[str, dict[str, Array]] = {}
        for name, array in arrays.items():
            part, _, key = name.partition(".")
            parts.setdefault(part, {})[key] = array
        saved, changed = facts["settings"]["values"], facts["settings"]["changed"]  # what no event changed is the policy's, also of another
        settings = Settings(Settings.of(policy).values | {name: value for name, value in saved.items() if name in changed}, changed)
        out = cls(facts["partition"], settings, Monetization.of(facts["partition"], facts["monetization"], parts["m"]))
        for name in ("now", "latest", "since"):
            setattr(out, name, facts[name])
        out.of_riders = Backlog.of(OF_RIDERS, facts["of_riders"], parts.get("of_riders", {}))
        out.of_markets = Backlog.of(OF_MARKETS, facts["of_markets"], parts.get("of_markets", {}))
        for i, each in enumerate(facts["markets"]):
            out.markets[each["name"]] = Market.of(each, parts[str(i)])
        out.alerts.active = {name: (severity, since) for name, (severity, since) in sorted(facts["alerts"].items())}
        out.recommendations.told = {name: NOT_APPLIED | row for name, row in sorted(facts["told"].items())}
        return out
