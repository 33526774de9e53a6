"""A price is told in words that say what its decision says."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from agents.pricing.guards import NAMES
from ops.pricing import why
from ops.pricing.command import app
from tests.pure.pricing_events import SECOND, Row, Task, competitor, order, policy


@pytest.fixture(scope="module")
def decision() -> Row:
    task = Task()
    task.step(0, policies=[policy(cap=0.9)], competitors=[competitor(1650)], orders=[order(f"o{i}") for i in range(9)])
    return task.quote(SECOND, "q")


def test_a_price_is_told_in_all_its_parts(decision: Row) -> None:
    told = "\n".join(why.said(decision))
    for part in (
        "Quote q of sf, RIDE STANDARD",
        f"{decision['price_cents'] / 100:.2f}",
        f"Base price by the tariff: {decision['reference_cents'] / 100:.2f}",
        "Competitive multiplier times 1.10: of competitors they ask 1.10 of the base price",
        "personal pricing is off",
        "supply-unknown: no driver was heard of",
        "Guard cap: the service's cap",
        "Objective BALANCED: revenue 30%",
        f"drawn with {decision['propensity']:.1%}",
    ):
        assert part in told
    assert all(f"Instead, {one['name']}: {one['price_cents'] / 100:.2f}" in told for one in decision["alternatives"])


def test_every_guard_has_its_words() -> None:
    assert set(why.GUARDS) == set(NAMES)


def test_the_command_tells_it_or_says_that_there_is_none(decision: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(why, "find", lambda name: decision if name == "q" else None)
    assert "Quote q of sf" in CliRunner().invoke(app, ["why", "q"]).output
    assert CliRunner().invoke(app, ["why", "other"]).exit_code == 1
