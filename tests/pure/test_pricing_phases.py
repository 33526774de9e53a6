"""Markets of a worker do not all learn and publish in the same second."""

from __future__ import annotations

from agents.pricing.policy import DEFAULT
from tests.pure import pricing_events as pricing

MARKETS = ("lisbon", "porto", "faro")


def test_markets_learn_and_show_in_seconds_of_their_own() -> None:
    task = pricing.Task()
    learnt: dict[str, list[int]] = {name: [] for name in MARKETS}
    shown: dict[str, list[int]] = {name: [] for name in MARKETS}
    before = dict.fromkeys(MARKETS, 0)
    for second in range(60):
        ts = pricing.NOW + 1000 * second
        quotes = [pricing.quote(f"{name}-{second}", market=name, ts=ts) for name in MARKETS]
        answers = [pricing.answer(f"{name}-{second - 1}", market=name, ts=ts) for name in MARKETS] if second else []
        task.step(1000 * second, quotes=quotes, answers=answers)
        for name in MARKETS:
            outcomes = task.state.markets[name].acceptance.outcomes
            learnt[name] += [second] if outcomes > before[name] else []
            before[name] = outcomes
        for one in task.made.outputs:
            if one.topic == "pricing.zones":
                for name in set(one.frame["market"].to_list()):
                    shown[name].append(second)
    ticks = {name: {second % (DEFAULT.acceptance.every_ms // 1000) for second in seconds} for name, seconds in learnt.items()}
    assert all(len(seconds) >= 5 for seconds in learnt.values())
    assert all(len(tick) == 1 for tick in ticks.values()), "a tick is ten seconds, whatever second it begins in"
    assert len(set.union(*ticks.values())) == len(MARKETS)
    assert not any(set(learnt[name]) & set(shown[name][1:]) for name in MARKETS), "nor both at once"
