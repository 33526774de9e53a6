"""The guards hold whatever comes: judged by an auditor that follows the quotes row by row and knows nothing of the agent's state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.pricing import pricing
from agents.pricing.guards import BIT, Bounds, Limits, bounds, fired
from ops.pricing.guard_fuzz import fuzz
from tests.pure.pricing_events import unhurried

cents = st.integers(1, 100_000)
share = st.floats(0.01, 20.0)


@given(
    cents, st.integers(0, 200_000), share, share, st.one_of(share, st.just(np.inf)), st.one_of(share, st.just(np.inf)), share,
    st.floats(0.001, 1.0), st.integers(1, 10**7),
)  # fmt: skip
@unhurried
def test_bounds_keep_every_guard_by_its_rank(
    reference: int, cost: int, floor: float, cap: float, emergency: float, ceiling: float, anchor: float, step: float, wanted: int
) -> None:
    one = [np.array([value], float) for value in (floor, cap, emergency, ceiling, anchor, step)]
    found = bounds(Limits(np.array([reference]), np.array([cost]), *one, cell=np.array([0]), latest=np.array([np.nan])))
    price = int(np.clip(wanted, found.least, found.most)[0])
    highest = max(1, int(np.floor(min(cap, emergency, ceiling) * reference * (1 + 1e-9))))
    needed = max(floor * reference, cost)
    up, down = anchor * (1 + step) ** 0.5 * reference, anchor / (1 + step) ** 0.5 * reference
    assert 1 <= found.least[0] <= found.most[0]
    assert price <= highest
    assert price >= min(needed, highest) - 1
    assert price <= max(up, needed) + 1
    assert price >= min(down, highest) - 1
    bits = int(fired(found, np.array([price]), np.array([float(wanted)]), np.array([1], np.uint8))[0])
    if wanted > found.most[0] or wanted < found.least[0]:
        assert bits  # who was bounded is told by what
    if bits & BIT["emergency-cap"]:
        assert price >= found.most[0] or wanted > found.most[0]
        assert int(np.floor(emergency * reference * (1 + 1e-9))) <= max(1, found.most[0])


quotes = st.lists(st.tuples(st.integers(0, 1), st.integers(100, 5000), st.floats(0.2, 6.0)), min_size=1, max_size=12)


@given(quotes, st.floats(0.01, 1.0), st.floats(0.5, 4.0), st.integers(0, 12))
@unhurried
def test_a_quote_that_its_cost_lifts_takes_those_after_it_along(
    given_quotes: list[tuple[int, int, float]], step: float, cap: float, cut: int
) -> None:
    def priced(some: list[tuple[int, int, float]], latest: dict[int, float]) -> list[tuple[int, int, float]]:
        cell, reference, share = (np.array([each[i] for each in some]) for i in range(3))
        cost = np.rint(share * reference).astype(np.int64)
        same = [np.full(len(some), value) for value in (0.1, cap, np.inf, np.inf, 1.0, step)]
        before = np.array([latest.get(each, np.nan) for each in cell.tolist()])
        least = bounds(Limits(reference, cost, *same, cell=cell, latest=before)).least
        latest |= dict(zip(cell.tolist(), (least / reference).tolist(), strict=True))
        return list(zip(cell.tolist(), least.tolist(), (least / reference).tolist(), strict=True))

    whole, seen = priced(given_quotes, {}), {}
    parts = [part for part in (given_quotes[:cut], given_quotes[cut:]) if part]
    assert [each for part in parts for each in priced(part, seen)] == whole
    last: dict[int, float] = {}
    for (cell, price, multiplier), (_, reference, _) in zip(whole, given_quotes, strict=True):
        low = min(last.get(cell, 0.0) / (1 + step), cap) * reference
        assert price >= low - 1
        last[cell] = multiplier


def test_a_hold_that_begins_before_the_first_quote_is_no_breach() -> None:
    assert fuzz(3000, seed=3001).breaches == []


def test_a_hold_that_ended_while_nothing_was_priced_has_ended() -> None:
    assert fuzz(16_000, seed=4007).breaches == []


def test_no_guard_is_breached_by_fuzzed_events() -> None:
    report = fuzz(20_000, seed=3)
    assert report.breaches == []
    assert report.quotes > 4_000
    assert report.fired.keys() >= {"emergency-cap", "step", "floor", "cost-floor", "safety", "overcharge-reports", "hysteresis"}


@pytest.mark.parametrize(
    ("lifted", "breach"),
    [
        ("emergency_cap", "above a cap or a hold"),
        ("ceiling", "above a cap or a hold"),
        ("max_step", "a step up too far"),
        ("cost", "below"),
    ],
)
def test_the_fuzz_sees_a_guard_that_is_lifted(lifted: str, breach: str, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"emergency_cap": np.inf, "ceiling": np.inf, "max_step": 1e6, "cost": 0}[lifted]

    def lifted_bounds(limits: Limits) -> Bounds:
        return bounds(replace(limits, **{lifted: np.full_like(getattr(limits, lifted), free)}))

    monkeypatch.setattr(pricing, "bounds", lifted_bounds)
    assert any(breach in one for one in fuzz(20_000, seed=1).breaches)
