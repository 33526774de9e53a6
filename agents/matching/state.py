"""The state of one matching task: its markets, and the step's time; to bytes and back."""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.matching.market import Market
from agents.matching.policy import DEFAULT, Policy
from columns.packing import pack, unpack
from columns.table import Array

MAGIC = b"TRPM1\n"
FORMAT = 4  # changes whenever older code could not load what this code dumps


@dataclass(slots=True)
class MatchingState:
    """What a matching task knows. ``now`` is the last step's, ms; 0 before the first."""

    partition: int
    now: int = 0
    markets: dict[str, Market] = field(default_factory=dict)

    def market(self, name: str, policy: Policy) -> Market:
        """The market of that name, new if it was not known."""
        if name not in self.markets:
            self.markets[name] = Market(name, policy)
        return self.markets[name]

    def dump(self) -> bytes:
        """The state as bytes; equal states give equal bytes."""
        markets = [self.markets[name] for name in sorted(self.markets)]
        arrays: dict[str, Array] = {}
        for i, market in enumerate(markets):
            arrays |= {f"{i}.{name}": array for name, array in market.arrays().items()}
        facts = {"format": FORMAT, "partition": self.partition, "now": self.now, "markets": [market.facts() for market in markets]}
        return pack(MAGIC, facts, arrays)

    @classmethod
    def load(cls, data: bytes, policy: Policy = DEFAULT) -> MatchingState:
        """The state that was dumped. Raises ValueError for bytes of another agent or format."""
        facts, arrays = unpack(MAGIC, data)
        if facts["format"] != FORMAT:
            raise ValueError(f"matching state has format {facts['format']}; this code reads {FORMAT}: run the code that wrote it")
        state = cls(facts["partition"], facts["now"])
        for i, each in enumerate(facts["markets"]):
            own = {name.removeprefix(f"{i}."): array for name, array in arrays.items() if name.startswith(f"{i}.")}
            state.markets[each["name"]] = Market.of(each, own, policy)
        return state
