"""Code refuses a state of another format in plain words: which it is, which it reads, and what to do. Never does it read it half."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from agents.growth import state as growth
from agents.growth.agent import AGENT as GROWTH
from agents.matching import state as matching
from agents.matching.agent import AGENT as MATCHING
from agents.pricing import state as pricing
from agents.pricing.agent import AGENT as PRICING
from agents.support import state as support
from agents.support.policy import INTENTS

CASES = [(MATCHING, matching), (PRICING, pricing), (GROWTH, growth)]


@pytest.mark.parametrize(("agent", "module"), CASES, ids=lambda one: getattr(one, "name", ""))
def test_a_state_of_another_format_is_refused(agent: Any, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    data = agent.dump(agent.start(0))
    assert agent.dump(agent.load(data)) == data
    assert agent.state_format == module.FORMAT, "what snapshots say is what the state says"
    written = module.FORMAT
    monkeypatch.setattr(module, "FORMAT", written + 1)
    monkeypatch.setattr(module, "READABLE", (written + 1,), raising=False)  # where older formats are read, too
    with pytest.raises(ValueError, match=rf"format {written}; this code reads \(?{written + 1}"):
        agent.load(data)


def test_a_state_of_support_of_another_format_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = support.SupportState.fresh(0, 8, INTENTS).dump()
    assert support.SupportState.load(data, INTENTS).dump() == data
    monkeypatch.setattr(support, "FORMAT", support.FORMAT + 1)
    with pytest.raises(ValueError, match=rf"format {support.FORMAT - 1}; this code reads {support.FORMAT}"):
        support.SupportState.load(data, INTENTS)
