"""Whatever comes: the same records give the same decisions and the same state, however they were cut into batches or stored in between."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.pricing.agent import AGENT
from agents.pricing.policy import SERVICES
from tests.pure.pricing_events import (
    LAT,
    LON,
    NOW,
    TOPICS,
    Row,
    answer,
    batches,
    competitor,
    condition,
    flag,
    move,
    order,
    overcharge,
    policy,
    profile,
    quote,
    unhurried,
)

LATER = NOW + 3_600_000  # now of all steps
Event = tuple[str, Row]


class Chance:
    """Draws events in the order of their times, some of them late."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.now, self.quotes = NOW, 0

    def one(self, *values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def event(self) -> Event:
        self.now += self.one(0, 0, 1, 5, 300, 700, 2500, 12_000) if self.rng.uniform() < 0.97 else self.one(70_000, 700_000)
        common = {"market": self.one("la", "sf"), "ts": self.now - self.one(0, 0, 0, 0, 0, 0, 400, 5000, 200_000)}
        place = {"lat": LAT + self.one(0.0, 0.03, 0.06), "lon": LON}
        spot = {f"pickup_{name}": value for name, value in place.items()}
        service = {"service": self.one(*SERVICES[:3])}
        driver = f"d{self.rng.integers(12)}"
        kind = self.one(*["quotes"] * 5, "answers", "answers", "answers", "moves", "moves", "moves", "orders", *TOPICS)
        if kind == "quotes":
            self.quotes += 1
            name = f"q{self.quotes - int(self.rng.uniform() < 0.1)}"
            return kind, quote(name, **common, **spot, **service, tier=self.one("STANDARD", "GOLD"), propensity=self.one(None, 0.8))
        status = self.one("AVAILABLE", "AVAILABLE", "BUSY", "OFFLINE")
        said = f"q{max(0, self.quotes - int(self.rng.integers(0, 6)))}"
        row: Row = {
            "answers": lambda: answer(said, self.one("ACCEPTED", "REJECTED"), **common),
            "moves": lambda: move(driver, **common, **place, status=status),
            "orders": lambda: order(**common, **spot, **service),
            "profiles": lambda: profile(driver, **common, services=self.one(["RIDE"], ["RIDE", "FOOD"])),
            "competitors": lambda: competitor(self.one(900, 1500, 2500, -1), **common, **service, **self.one({}, place)),
            "conditions": lambda: condition(self.one("WEATHER", "EVENT"), self.one(0.4, 1.0), **common),
            "flags": lambda: flag(driver, **common, cleared=self.one(False, True)),
            "overcharges": lambda: overcharge(**common, **service),
            "policies": lambda: policy(self.one("a", "b"), **(common | {"market": self.one(None, "sf")}), cap=self.one(None, 1.3)),
        }[kind]()
        return kind, row


def history(seed: int, length: int) -> list[Event]:
    """Events in an order in which the runtime may hand them over: by the second in which they come; within it by chance, but for topics'
    own order, and that answers come after quotes."""
    chance = Chance(seed)
    events = [chance.event() for _ in range(length)]
    latest: dict[tuple[str, str], int] = {}
    came = []
    for kind, row in events:
        topic = TOPICS[kind]
        at = max(row["ts"], *(latest.get((topic, market), 0) for market in [row["market"] or "sf"]))
        if row.get("price_cents", 1) > 0:  # what is refused does not move the clock
            latest[topic, row["market"] or "sf"] = at
        came.append(at)
    luck, second = chance.rng.permutation(length), [at // 1000 for at in came]
    mixed = sorted(range(length), key=lambda i: (second[i], events[i][0] == "answers", luck[i]))
    own = {kind: iter(sorted((i for i in range(length) if events[i][0] == kind), key=lambda i: (came[i], i))) for kind in TOPICS}
    return [events[next(own[events[i][0]])] for i in mixed]


def play(events: list[Event], cuts: list[int], reload: bool = False) -> tuple[list[str], list[str], bytes]:
    """Step over the events cut at these places: the rows written and the rejections, sorted; the state."""
    rows, errors, state = in_order(events, cuts, reload)
    return sorted(each for some in rows.values() for each in some), sorted(errors), state


def in_order(events: list[Event], cuts: list[int], reload: bool) -> tuple[dict[str, list[str]], list[str], bytes]:
    """Step over the events cut at these places: the rows by topic; the rejections; the state. ``reload``: it goes through bytes."""
    state, offsets = AGENT.start(3), Counter[str]()
    rows: dict[str, list[str]] = defaultdict(list)
    errors = []
    for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        given: dict[str, list[Row]] = defaultdict(list)
        for kind, row in events[start:end]:
            given[kind].append(row)
        made = AGENT.step(state, batches(offsets, **given), LATER)
        for kind, each in given.items():
            offsets[kind] += len(each)
        for output in made.outputs:
            rows[output.topic] += map(str, output.frame.to_dicts())
        errors += [f"{one.topic} {one.offset} {one.error}" for one in made.rejected]
        if reload:
            state = AGENT.load(AGENT.dump(state))
    return rows, errors, AGENT.dump(state)


@given(st.integers(0, 10**9), st.integers(1, 80), st.data())
@settings(parent=unhurried, max_examples=8)
def test_a_loaded_state_steps_to_the_same_rows_in_the_same_order(seed: int, length: int, data: st.DataObject) -> None:
    events, cuts = history(seed, length), sorted(data.draw(st.sets(st.integers(0, length), min_size=1, max_size=8)))
    assert in_order(events, cuts, reload=True) == in_order(events, cuts, reload=False)


@given(st.integers(0, 10**9), st.integers(1, 80), st.data())
@settings(parent=unhurried, max_examples=12)
def test_how_records_are_cut_into_batches_changes_nothing(seed: int, length: int, data: st.DataObject) -> None:
    events = history(seed, length)
    cuts = sorted(data.draw(st.sets(st.integers(0, length), max_size=8)))
    whole = play(events, [])
    assert play(events, cuts, reload=data.draw(st.booleans())) == whole


@given(st.integers(0, 10**9))
@settings(parent=unhurried, max_examples=6)
def test_every_quote_is_decided_once_and_ends_at_most_once(seed: int) -> None:
    events = history(seed, 150)
    state = AGENT.start(3)
    given = {kind: [row for of, row in events if of == kind] for kind in TOPICS}
    made = [AGENT.step(state, batches(0, **given), LATER), AGENT.step(state, {}, LATER + 3_600_000)]
    rows: dict[str, list[Row]] = defaultdict(list)
    for each in made:
        for output in each.outputs:
            rows[output.topic] += output.frame.to_dicts()
    refused = {one.offset for one in made[0].rejected if one.topic == "quote-requests"}
    wanted = {f"pricing/quote-requests/3/{i}/0" for i in range(len(given["quotes"])) if i not in refused}
    decided = Counter(row["decision_id"] for row in rows["pricing.decisions"])
    assert decided == Counter(wanted)
    closed = Counter((row["market"], row["quote_id"]) for row in rows["pricing.outcomes"])
    assert closed == Counter((row["market"], row["quote_id"]) for row in rows["pricing.decisions"])
