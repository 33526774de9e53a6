"""Whatever comes in whatever order: one decision per order, one live order per driver, and a step that depends on nothing else."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.matching.agent import AGENT
from agents.matching.policy import DEFAULT, SERVED_BY, TIERS
from agents.matching.state import MatchingState
from streams.batch import Decisions
from tests.pure.matching_events import LAT, LON, NOW, Row, answer, batches, change, move, order, profile, unhurried

MARKETS = ("la", "sf")
Steps = list[tuple[int, list[tuple[str, Row]]]]
WHATS = ("PICKED_UP", "COMPLETED", "COMPLETED", "CANCELLED_BY_RIDER", "CANCELLED_BY_DRIVER")


class Chance:
    """Draws events of few drivers and orders, some late, repeated or wrong; an event's ts is minus its age until it is stepped."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.orders = 0

    def one(self, *values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def spot(self) -> float:
        return 0.02 * int(self.rng.integers(-3, 4))

    def event(self) -> tuple[str, Row]:
        kind = self.one("profiles", "moves", "moves", "moves", "orders", "orders", "changes", "changes", "answers", "answers")
        common = {"market": self.one(*MARKETS), "ts": -self.one(0, 0, 0, 0, 0, 1_000, 45_000, 400_000)}
        driver = f"d{self.rng.integers(5)}"
        if kind == "profiles":
            offers = {"features": self.one([], ["CHILD_SEAT"]), "vehicle": self.one("SEDAN", "SEDAN", "CAR")}
            return kind, profile(driver, rating_30d=self.one(3.0, 4.5, 5.0, 7.0), deleted=self.rng.random() < 0.1, **offers, **common)
        if kind == "moves":
            status = self.one("AVAILABLE", "AVAILABLE", "AVAILABLE", "BUSY", "OFFLINE")
            return kind, move(driver, lat=self.one(LAT, LAT, LAT, LAT, 95.0) + self.spot(), lon=LON, status=status, **common)
        if kind == "changes":
            return kind, change(f"o{max(0, self.orders - int(self.rng.integers(-1, 8)))}", self.one(*WHATS), **common)
        if kind == "answers":
            said = self.one("ACCEPTED", "ACCEPTED", "DECLINED")
            return kind, answer(driver, f"o{max(0, self.orders - int(self.rng.integers(0, 4)))}", answer=said, **common)
        self.orders += 1
        wanted = {"tier": self.one("STANDARD", "STANDARD", "GOLD"), "requirements": self.one([], [], ["CHILD_SEAT"])}
        place = {"pickup_lat": LAT + self.spot(), "patience_s": self.one(0, 5, 60, 60, 60, 600)}
        place |= {"offer_s": self.one(0, 0, 2, 15, 700), "fare_cents": self.one(None, None, 900, -1)}
        place |= {"scheduled_ts": self.one(None, None, None, 1_000, 1_500_000), "ready_ts": self.one(None, None, 30_000)}
        place |= {"merchant_id": self.one(None, "m1", "m2")}
        repeated = self.orders - int(self.rng.random() < 0.2)
        return kind, order(f"o{repeated}", service=self.one("RIDE", "RIDE", "RIDE", "FOOD"), **wanted, **place, **common)


def a_history(seed: int, length: int) -> Steps:
    """Steps as (ms since the one before, its events)."""
    chance = Chance(seed)
    return [
        (chance.one(0, 1, 260, 260, 600, 5_000, 61_000), [chance.event() for _ in range(int(chance.rng.integers(0, 9)))])
        for _ in range(length)
    ]


several = settings(parent=unhurried, max_examples=40)  # of the tests that step each history many times
histories = st.builds(a_history, st.integers(0, 10**9), st.integers(1, 30))


@dataclass
class Played:
    """A history as it was stepped: what went in and what came out of every step."""

    given: list[dict[str, list[Row]]] = field(default_factory=list)
    made: list[Decisions] = field(default_factory=list)
    nows: list[int] = field(default_factory=list)
    state: MatchingState = field(default_factory=lambda: AGENT.start(3))


def known_drivers() -> dict[str, list[Row]]:
    """Most histories would be empty of matches if all drivers had to appear by chance."""
    names = [(f"d{i}", market) for i in range(3) for market in MARKETS]
    return {
        "profiles": [profile(name, market=market, ts=-1, rating_30d=5.0) for name, market in names],
        "moves": [move(name, market=market, ts=-1, lat=LAT + i * 0.01) for i, (name, market) in enumerate(names)],
    }


def timed(row: Row, now: int) -> Row:
    """The row with its times, which are relative, around ``now``."""
    return row | {name: row[name] + now for name in ("ts", "scheduled_ts", "ready_ts") if row.get(name) is not None}


def play(history: Steps, reload_at: int | None = None) -> Played:
    """Step through a history; with ``reload_at`` the state goes through bytes before that step."""
    played, now, offset = Played(), NOW, 0
    steps = [known_drivers()]
    waits = [0]
    for wait, each in history:
        rows: dict[str, list[Row]] = defaultdict(list)
        for kind, row in each:
            rows[kind].append(row)
        steps.append(dict(rows))
        waits.append(wait)
    for i, (wait, rows_of_step) in enumerate(zip(waits, steps, strict=True)):
        now += wait
        if i == reload_at:
            played.state = AGENT.load(AGENT.dump(played.state))
        rows = {kind: [timed(row, now) for row in each] for kind, each in rows_of_step.items()}
        played.made.append(AGENT.step(played.state, batches(offset, **rows), now))
        played.given.append(rows)
        played.nows.append(now)
        offset += 100
    return played


def decisions_of(made: Decisions) -> list[Row]:
    return [row for output in made.outputs if output.topic == "matching.decisions" for row in output.frame.to_dicts()]


def offers_of(made: Decisions) -> list[Row]:
    return [row for output in made.outputs if output.topic == "matching.offers" for row in output.frame.to_dicts()]


def accepted(made: Decisions, rows: dict[str, list[Row]], kind: str, topic: str, first: int) -> list[Row]:
    """The rows of a kind that the step did not reject."""
    refused = {one.offset for one in made.rejected if one.topic == topic}
    return [row for i, row in enumerate(rows.get(kind, [])) if first + i not in refused]


@given(histories)
@unhurried
def test_every_accepted_order_gets_exactly_one_decision(history: Steps) -> None:
    played = play(history)
    wanted: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    for i, (made, rows) in enumerate(zip(played.made, played.given, strict=True)):
        first = i * 100
        refused = {one.offset for one in made.rejected if one.topic == "orders"}
        wanted.update(f"matching/orders/3/{first + j}/0" for j in range(len(rows.get("orders", []))) if first + j not in refused)
        decided.update(row["decision_id"] for row in decisions_of(made))
    decided.update(row["decision_id"] for row in decisions_of(AGENT.step(played.state, {}, NOW + 10 * 86_400_000)))
    assert decided == wanted
    assert all(count == 1 for count in decided.values())
    assert AGENT.step(played.state, {}, NOW + 20 * 86_400_000).rejected == []


class Oracle:
    """Follows the drivers of all markets row by row, and judges each match; knows nothing of the agent's state."""

    def __init__(self) -> None:
        self.profiles: dict[tuple[str, str], Row] = {}
        self.moves: dict[tuple[str, str], Row] = {}
        self.orders: dict[tuple[str, str], Row] = {}
        self.live: dict[tuple[str, str], str] = {}  # (market, order) → driver
        self.clocks: dict[str, int] = defaultdict(int)
        self.matches = 0
        self.offers: dict[str, str] = {}  # offer → driver
        self.asked: dict[tuple[str, str], str] = {}  # (market, driver) → the order it is being asked about
        self.expires: dict[str, int] = {}
        self.bundles: dict[str, str | None] = {}

    def take(self, made: Decisions, rows: dict[str, list[Row]], first: int, elapsed: int) -> None:
        topics = {"profiles": "driver-profiles", "moves": "driver-moves", "orders": "orders", "changes": "order-changes"}
        topics |= {"answers": "driver-answers"}
        kept = {kind: accepted(made, rows, kind, topic, first) for kind, topic in topics.items()}
        # a late or repeated record has been read too: it is valid, and its time has been seen
        expected = {(one.topic, one.offset) for one in made.rejected if one.expected}
        seen = [row for kind, topic in topics.items() for i, row in enumerate(rows.get(kind, [])) if (topic, first + i) in expected]
        told = defaultdict(list)
        for row in [row for each in kept.values() for row in each] + seen:
            told[row["market"]].append(row["ts"])
        for market in MARKETS:
            self.clocks[market] = max([self.clocks[market], *told[market]]) if told[market] else self.clocks[market] + elapsed
        self.profiles |= {(row["market"], row["driver_id"]): row for row in kept["profiles"]}
        self.moves |= {(row["market"], row["driver_id"]): row for row in kept["moves"]}
        self.orders |= {(row["market"], row["order_id"]): row for row in kept["orders"]}
        for row in kept["changes"]:
            if row["change"] != "PICKED_UP":
                self.live.pop((row["market"], row["order_id"]), None)
        for row in kept["answers"]:
            self.asked.pop((row["market"], row["driver_id"]), None)
        for row in decisions_of(made):
            if row["offers"] and row["outcome"] == "UNMATCHED":
                self.asked = {key: order for key, order in self.asked.items() if order != row["order_id"]}
        self.asked = {key: order for key, order in self.asked.items() if self.expires[order] >= self.clocks[key[0]]}
        for row in decisions_of(made):
            if row["outcome"] == "MATCHED":
                self.match(row)
        for row in offers_of(made):
            self.judge(row)
            self.offers[row["offer_id"]] = row["driver_id"]
            self.asked[row["market"], row["driver_id"]] = row["order_id"]
            self.expires[row["order_id"]] = row["expires_ts"]

    def match(self, row: Row) -> None:
        """A driver who accepted it, or one that is right."""
        if row["offer_id"] is None:
            self.judge(row)
        else:
            assert self.offers[row["offer_id"]] == row["driver_id"]
            assert (row["market"], row["driver_id"]) not in self.asked
        self.live[row["market"], row["order_id"]] = row["driver_id"]
        self.bundles[row["order_id"]] = row["bundle_id"]
        self.matches += 1

    def judge(self, row: Row) -> None:
        """The driver of this match or offer is free, near and able."""
        key = (row["market"], row["driver_id"])
        driver, there, wanted = self.profiles[key], self.moves[key], self.orders[row["market"], row["order_id"]]
        held = [order for (market, order), name in self.live.items() if (market, name) == key]
        bundle = row.get("bundle_id") or "none"
        assert all(self.bundles[order] == bundle for order in held), "a driver holds one live order, or those of one bundle"
        assert key not in self.asked
        assert not driver["deleted"]
        assert there["status"] == "AVAILABLE"
        assert self.clocks[row["market"]] - there["ts"] <= DEFAULT.position_ttl_s * 1000
        assert wanted["service"] in driver["services"]
        assert driver["vehicle"] in SERVED_BY[wanted["service"]]
        assert set(wanted["requirements"]) <= set(driver["features"])
        assert driver["rating_30d"] >= DEFAULT.tier_minimum[TIERS.index(wanted["tier"])]
        assert row["eta_s"] <= DEFAULT.eta_limit_s
        begins = max(wanted["ts"], max(wanted["scheduled_ts"] or 0, wanted["ready_ts"] or 0) - int(DEFAULT.lead_s * 1000))
        assert begins <= self.clocks[row["market"]] <= begins + wanted["patience_s"] * 1000
        assert row["distance_m"] == pytest.approx(abs(there["lat"] - wanted["pickup_lat"]) * 111_195.08, abs=1)


@given(histories)
@unhurried
def test_no_driver_ever_holds_two_orders_and_every_match_keeps_the_rules(history: Steps) -> None:
    played, oracle = play(history), Oracle()
    before = NOW
    for i, (made, rows, now) in enumerate(zip(played.made, played.given, played.nows, strict=True)):
        oracle.take(made, rows, i * 100, now - before)
        before = now
    for name, market in played.state.markets.items():
        load, row_of = market.drivers.columns["load"], market.drivers.index
        live = Counter(driver for (where, _), driver in oracle.live.items() if where == name)
        assert {driver: int(load[row]) for driver, row in row_of.items() if load[row]} == live
        asked = {driver: order_id for (where, driver), order_id in oracle.asked.items() if where == name}
        assert {market.drivers.ids[row]: order_id for row, order_id in market.drivers.orders.items() if not load[row]} == asked
        assert np.count_nonzero(market.drivers.columns["holds"]) == len(live) + len(asked)
        assert len(market.live) == sum(live.values())
        asleep_ms = played.nows[-1] - market.pace.stepped_now  # its clock is moved on when it wakes
        assert market.pace.clock + asleep_ms == oracle.clocks[name]
    assert oracle.matches == sum(market.counts.matched for market in played.state.markets.values())


def fingerprint(played: Played) -> list[Any]:
    """All that came out, to the last bit, and the state."""
    out: list[Any] = []
    for made in played.made:
        out += [(output.topic, output.frame.to_dicts()) for output in made.outputs]
        out.append(list(made.rejected))
    return [repr(out), hashlib.sha256(AGENT.dump(played.state)).hexdigest()]


@given(histories, st.integers(0, 30))
@several
def test_the_same_batches_step_to_the_same_bytes_also_from_a_loaded_state(history: Steps, reload_at: int) -> None:
    once = fingerprint(play(history))
    assert fingerprint(play(history)) == once
    assert fingerprint(play(history, reload_at)) == once


@given(histories)
@several
def test_a_state_is_the_same_after_its_bytes(history: Steps) -> None:
    data = AGENT.dump(play(history).state)
    assert AGENT.dump(AGENT.load(data)) == data


@given(histories)
@several
def test_ticks_that_are_not_due_would_change_nothing(history: Steps) -> None:
    played = play(history)
    for after in (1, 500, 30_000, 700_000):
        state = AGENT.load(AGENT.dump(played.state))
        now = played.nows[-1] + after
        if not AGENT.due(state, now):
            assert AGENT.step(state, {}, now).outputs == []


@given(histories)
@unhurried
def test_market_rows_agree_with_the_decisions(history: Steps) -> None:
    played = play(history)
    last = AGENT.step(played.state, {}, played.nows[-1] + 5_000)
    made = pl.concat(
        [pl.DataFrame({"market": [], "reason": []}, schema={"market": pl.String, "reason": pl.String}), *_reasons([*played.made, last])]
    )
    for name, market in played.state.markets.items():
        reasons = Counter(made.filter(pl.col("market") == name)["reason"].to_list())
        assert market.counts.matched == reasons["BEST_SCORE"]
        assert market.counts.cancelled == reasons["CANCELLED"]
        assert market.counts.matched + market.counts.unmatched + len(market.pending) == market.counts.orders
        assert market.counts.unmatched == sum(reasons.values()) - reasons["BEST_SCORE"]


def _reasons(steps: list[Decisions]) -> list[pl.DataFrame]:
    frames = [output.frame for made in steps for output in made.outputs if output.topic == "matching.decisions"]
    return [frame.select("market", pl.col("reason").cast(pl.String)) for frame in frames]


def test_bytes_of_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="another agent"):
        AGENT.load(b"something else")
    data = AGENT.dump(AGENT.start(3))
    with pytest.raises(ValueError, match="bytes where its header says"):
        AGENT.load(data + b"x")
    with pytest.raises(ValueError, match="format 5"):
        AGENT.load(data.replace(b'"format":4', b'"format":5'))
