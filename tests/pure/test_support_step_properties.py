"""Whatever comes in whatever order: every message has one decision, and a step depends on its state, its records and the time alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.support.policy import PRIORITIES
from agents.support.state import SupportState
from agents.support.turns import ESCALATED
from streams.avro import codec
from streams.batch import Batch, Decisions
from tests.pure.support_events import (
    CONDUCT,
    DANGER,
    DAY,
    DOUBTFUL,
    ENTRIES,
    FARE,
    GERMAN,
    HOUR,
    MINUTE,
    NOW,
    OUTSIDE,
    PARTITION,
    PAYMENT,
    SECOND,
    STATUS,
    TOPICS,
    Row,
    agent,
    change,
    columns,
    entry,
    feedback,
    message,
    person,
    rows_of,
    rule,
    says,
    unhurried,
)

TEXTS = (
    STATUS,
    STATUS,
    FARE,
    CONDUCT,
    PAYMENT,
    OUTSIDE,
    DANGER,
    GERMAN,
    DOUBTFUL,
    "card",
    "ok",
    "hello",
    "danke",
    "???",
    "",
    "I want to talk to a human",
    "my name is Ada Lovelace",
)
COURTEOUS = [entry(f"support.{name}.en", f"This is {name}?", "GENERAL_SUPPORT") for name in ("greeting", "thanks", "agreed", "goodbye")]
INTENTS = ("STATUS_ETA", "FARE_DISPUTE", "SAFETY_INCIDENT", "OUT_OF_SCOPE")
RULES = (("negative sentiment", "NEGATIVE_SENTIMENT"), ("low confidence", "LOW_CONFIDENCE"), ("safety incident", "SAFETY"))
REFERENCES = ("entries", "rules", "people")
ORDER = ("messages", "feedback", "changes")  # of equal event time
EXACT = ("support.decisions", "support.events", "support.handovers", "driver-flags", "overcharge-reports")  # however records are cut
Given = tuple[str, int, Row]  # kind, offset, row
Steps = list[tuple[int, list[tuple[str, Row]]]]


class Chance:
    """Draws records of few conversations and persons, some late, repeated or wrong; a row's ts is minus its age until it is stepped."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.names: Counter[str] = Counter()
        self.asked: dict[str, str] = {}  # the last message of each conversation

    def one(self, *values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]

    def new(self, kind: str) -> str:
        """A new name, or, seldom, the last one again."""
        self.names[kind] += self.rng.random() < 0.9
        return f"{kind}{self.names[kind]}"

    def record(self) -> tuple[str, Row]:
        same = {"ts": -self.one(0, 0, 0, SECOND, 5 * SECOND, 10 * MINUTE, HOUR), "conversation_id": f"c{self.rng.integers(4)}"}
        who = self.one("p1", "p2", "p3")
        kind = self.one("messages", "messages", "messages", "messages", "says", "feedback", "changes", "people", "rules", "entries")
        if kind == "messages":
            self.asked[same["conversation_id"]] = name = self.new("m")
            row = message(name, self.one(*TEXTS), driver_id=self.one("d1", "d2", None), market=self.one("sf", None), **same)
            return kind, row | {"language": self.one(None, None, None, "de", "tlh"), "service": self.one(None, "RIDE", "FOOD")}
        if kind == "says":
            return "messages", says(
                self.new("a"), self.one(*TEXTS), sender=self.one("AGENT", "AGENT", "SYSTEM", "AI"), agent_id=who, **same
            )
        if kind == "feedback":
            corrects = {"corrected_intent": self.one(*INTENTS), "agent_id": who} if self.rng.random() < 0.5 else {}
            about = self.asked.get(same["conversation_id"], "m0")
            row = feedback(self.new("f"), message_id=self.one(about, about, None), helpful=self.one(True, False, None), **same)
            return kind, row | {"rating": self.one(None, None, 1, 5, 5, 9), "follow_up": self.one(False, False, True)} | corrects
        if kind == "changes":
            return kind, change(self.one("TAKEN", "RESOLVED", "RESOLVED", "REOPENED", "CLOSED"), **same) | {
                "agent_id": self.one(who, who, None)
            }
        return kind, self.reference(kind, who) | {"ts": same["ts"]}

    def reference(self, kind: str, who: str) -> Row:
        gone = self.rng.random() < 0.1
        if kind == "people":
            free = self.one("AVAILABLE", "AVAILABLE", "BUSY", "OFFLINE")
            return person(who, availability=free, capacity=self.one(1, 8, 80, 0), languages=self.one(["en"], ["en", "de"]), deleted=gone)
        if kind == "rules":
            name, condition = self.one(
                ("negative sentiment", "NEGATIVE_SENTIMENT"), ("low confidence", "LOW_CONFIDENCE"), ("safety incident", "SAFETY")
            )
            return rule(name, condition, threshold=self.one(0.3, 0.9, 7.0), priority=self.one(*PRIORITIES), deleted=gone)
        return entry(
            self.one("rides.late.en", "payment.cash.en"),
            self.one("Why is it late?", "Can I pay with cash?"),
            self.one(*INTENTS),
            deleted=gone,
        )


def a_history(seed: int, length: int) -> Steps:
    """Steps as (ms since the one before, its records)."""
    chance = Chance(seed)
    waits = (0, 1, 500, 2 * SECOND, MINUTE, 6 * MINUTE, 31 * MINUTE, 8 * DAY)
    return [(chance.one(*waits), [chance.record() for _ in range(int(chance.rng.integers(0, 9)))]) for _ in range(length)]


few = settings(parent=unhurried, max_examples=12)
histories = st.builds(a_history, st.integers(0, 10**9), st.integers(1, 12))


def batches_of(records: list[Given], now: int) -> dict[str, Batch]:
    """Records as the batches of a step, by offset."""
    out = {}
    for kind, topic in TOPICS.items():
        some = sorted((offset, row) for one, offset, row in records if one == kind) if records else []
        if some:
            frame = pl.DataFrame([row | {"ts": row["ts"] + now} for _, row in some], schema=columns(topic), orient="row")
            out[topic] = Batch(topic, PARTITION, np.array([offset for offset, _ in some], np.int64), frame)
    return out


def cut(records: list[Given], seed: int) -> Iterator[list[Given]]:
    """The records of a step in several ones: reference data, then the others in the order of their times."""
    rng = np.random.default_rng(seed)
    yield [one for one in records if one[0] in REFERENCES]
    others = [one for one in records if one[0] not in REFERENCES]
    others.sort(key=lambda one: (one[2]["ts"], ORDER.index(one[0]), one[1]))
    while others:
        size = int(rng.integers(1, 4))
        yield others[:size]
        others = others[size:]


@dataclass
class Played:
    """A history as it was stepped: what was given, and what came out, by step."""

    given: list[list[Given]] = field(default_factory=list)
    made: list[list[Decisions]] = field(default_factory=list)
    now: int = NOW
    state: SupportState = field(default_factory=lambda: agent().start(PARTITION))

    def step(self, records: list[Given], pieces: list[list[Given]]) -> None:
        self.given.append(records)
        self.made.append([agent().step(self.state, batches_of(piece, self.now), self.now) for piece in pieces])

    def rows(self, topic: str) -> list[Row]:
        return [row for pieces in self.made for made in pieces for row in rows_of(made, topic)]


def play(history: Steps, *, reload_at: int | None = None, cut_by: int | None = None) -> Played:
    """Step through a history, and once more a second and a half later; ``reload_at``: the state goes through bytes from there on."""
    played = Played()
    steps = [
        (0, [("entries", row | {"ts": -1}) for row in (*ENTRIES, *COURTEOUS)] + [("people", person("p1", ts=-1))]),
        *history,
        (1500, []),
    ]
    offsets: Counter[str] = Counter()
    for i, (wait, each) in enumerate(steps):
        played.now += wait
        if reload_at is not None and i >= reload_at:
            played.state = agent().load(agent().dump(played.state))
        records = []
        for kind, row in each:
            records.append((kind, offsets[kind], row))
            offsets[kind] += 1
        played.step(records, [records] if cut_by is None else list(cut(records, cut_by + i)))
    return played


def written(played: Played) -> list[Any]:
    """All that came out, to the last bit, and the state."""
    out: list[Any] = []
    for pieces in played.made:
        for made in pieces:
            out += [(one.topic, codec(one.topic).encode(one.frame).data) for one in made.outputs]
            out.append(list(made.rejected))
    return [out, agent().dump(played.state)]


@given(histories, st.integers(0, 12))
@few
def test_the_same_batches_step_to_the_same_bytes_also_from_a_loaded_state(history: Steps, reload_at: int) -> None:
    once = written(play(history))
    assert written(play(history)) == once
    assert written(play(history, reload_at=reload_at)) == once


@given(histories, st.integers(0, 10**6))
@few
def test_how_records_are_cut_into_batches_leaves_no_trace(history: Steps, seed: int) -> None:
    whole, pieces = play(history), play(history, cut_by=seed)
    for topic in EXACT:
        assert encoded(pieces, topic) == encoded(whole, topic), topic
    for one, other in zip(whole.made, pieces.made, strict=True):
        assert last_rows(other) == last_rows(one)
        refused = [sorted((each for made in some for each in made.rejected), key=repr) for some in (one, other)]
        assert refused[0] == refused[1]
    assert last_figures(pieces) == last_figures(whole)
    for played in (whole, pieces):
        played.state.shown_at = 0  # figures are shown by the steps' time
    assert agent().dump(pieces.state) == agent().dump(whole.state)


def encoded(played: Played, topic: str) -> list[bytes]:
    """The values written to a topic."""
    frames = [output.frame for pieces in played.made for made in pieces for output in made.outputs if output.topic == topic]
    return [value for frame in frames for value in codec(topic).encode(frame).values()]


def last_rows(pieces: list[Decisions]) -> dict[str, Row]:
    """What a step showed last of each conversation."""
    return {row["conversation_id"]: row for made in pieces for row in rows_of(made, "support.conversations")}


def last_figures(played: Played) -> dict[str, Row]:
    """The figures that were shown last, but for when."""
    when = {"updated_at": 0, "corrections": 0, "drifts": 0}
    return {row["key"]: row | when for row in played.rows("support.analytics")}


@given(histories)
@few
def test_every_customers_message_has_one_decision_and_every_event_a_name_of_its_own(history: Steps) -> None:
    played = play(history)
    refused = {(one.topic, one.offset) for pieces in played.made for made in pieces for one in made.rejected}
    asked = [offset for given in played.given for kind, offset, row in given if kind == "messages" and row["sender"] == "USER"]
    wanted = [offset for offset in asked if ("messages", offset) not in refused]
    assert sorted(row["source_offset"] for row in played.rows("support.decisions")) == sorted(wanted)
    assert max(Counter(row["event_id"] for row in played.rows("support.events")).values(), default=1) == 1
    decided = Counter(row["outcome"] for row in played.rows("support.decisions"))
    triggered = [row for row in played.rows("support.events") if row["type"] == "ESCALATION_TRIGGERED"]
    assert len(triggered) == decided["ESCALATED"]
    for row in played.rows("support.decisions"):
        assert (row["outcome"] == "NOTED") == (row["reply"] is None)
        assert (row["outcome"] == "ANSWERED") == (row["entry_id"] is not None)
        if row["dangers"]:
            assert row["outcome"] in ("ESCALATED", "NOTED")
            assert row["priority"] == "URGENT"


@given(histories)
@few
def test_people_figures_and_flags_agree_with_the_conversations(history: Steps) -> None:
    played = play(history)
    state = played.state
    escalated = {each.id: each.agent_id for each in state.conversations if each.status == ESCALATED}
    waiting = {need.conversation_id for need in state.people.waiting()}
    assert {name: state.people.holder(name) for name in escalated} == escalated
    assert waiting == {name for name, who in escalated.items() if who is None}
    loads = Counter(who for who in escalated.values() if who is not None)
    assert {who: state.people.load(who) for who in ("p1", "p2", "p3")} == {who: loads[who] for who in ("p1", "p2", "p3")}
    flags: dict[tuple[str, str], bool] = {}
    for row in played.rows("driver-flags"):
        flags[row["conversation_id"], row["driver_id"]] = not row["cleared"]
    held = {(name, driver) for name, told in state.flagged.items() for driver in told if driver}
    assert {one for one, is_held in flags.items() if is_held} == held
    days: dict[str, Row] = defaultdict(dict)
    for row in played.rows("support.analytics"):
        days[row["key"]] = row
    everybody = [row for row in days.values() if row["agent_id"] is None]
    resolved = [event for event in played.rows("support.events") if event["type"] == "CONVERSATION_CREATED"]
    assert sum(row["conversations"] for row in everybody) == len(resolved)
    assert all(row[name] >= 0 for row in days.values() for name in ("resolved", "resolved_alone", "first_contact"))
    outcomes = Counter(row["outcome"] for row in played.rows("support.decisions"))
    assert sum(row["escalated"] for row in everybody) == outcomes["ESCALATED"]
    assert sum(row["answered"] for row in everybody) == outcomes["ANSWERED"]


@given(histories)
@few
def test_a_tick_that_is_not_due_would_change_nothing(history: Steps) -> None:
    played = play(history)
    data = agent().dump(played.state)
    assert agent().dump(agent().load(data)) == data
    for after in (1, SECOND, 31 * MINUTE, 50 * DAY):
        state = agent().load(data)
        if not agent().due(state, played.now + after):
            assert agent().step(state, {}, played.now + after).outputs == []
