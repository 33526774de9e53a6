"""The state of one pricing task: its markets, what policy events said, and the step's time; to bytes and back."""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.pricing.columns import Array, pack, part, part_of, unpack
from agents.pricing.market import Market
from agents.pricing.policy import DEFAULT, Policy
from agents.pricing.settings import Said

FORMAT = 2  # changes whenever older code could not load what this code dumps
READABLE = (1, 2)


@dataclass(slots=True)
class PricingState:
    """What a pricing task knows. ``now`` is the last step's, ms; ``policies``: the latest event of each name, for markets to come."""

    partition: int
    now: int = 0
    policies: dict[str, Said] = field(default_factory=dict)
    markets: dict[str, Market] = field(default_factory=dict)
    forgot: int = 0  # the hour of ``now`` in which it was last looked for what to forget

    def dump(self) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        markets = [self.markets[name] for name in sorted(self.markets)]
        arrays: dict[str, Array] = {}
        for i, market in enumerate(markets):
            arrays |= part(str(i), market.arrays())
        facts = {"format": FORMAT, "partition": self.partition, "now": self.now, "policies": self.policies, "forgot": self.forgot}
        return pack(facts | {"markets": [market.facts() for market in markets]}, arrays)

    @classmethod
    def load(cls, data: bytes, policy: Policy = DEFAULT) -> PricingState:
        """The state that was dumped. Raises ValueError for bytes of another agent or format."""
        facts, arrays = unpack(data)
        if facts["format"] not in READABLE:
            raise ValueError(f"pricing state has format {facts['format']}; this code reads {READABLE}: run the code that wrote it")
        for known in (facts["policies"], *(each["policies"] for each in facts["markets"])):
            for each in known.values():
                each.setdefault("before", None)  # format 1 has none
        state = cls(facts["partition"], facts["now"], facts["policies"], forgot=facts.get("forgot", 0))
        for i, each in enumerate(facts["markets"]):
            state.markets[each["name"]] = Market.of(each, part_of(str(i), arrays), policy)
        return state
