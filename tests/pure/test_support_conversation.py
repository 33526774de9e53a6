"""Conversations: answered, handed over, resolved, reopened; late and repeated events; idle ones end and are forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support import turns
from agents.support.conversation import Conversation
from agents.support.conversations import Conversations
from agents.support.policy import STATUSES
from agents.support.turns import AGAIN, DEFAULT, DUPLICATE, LATE, NEW, STALE, Change, Feedback, Resolution, Turn

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def message(name: str, ts: int, intent: str | None = "status_eta") -> Turn:
    return Turn(name, "USER", "TEXT", ts, f"text of {name}", intent, 0.9, "neutral")


def answer(name: str, ts: int) -> Turn:
    return Turn(f"{name}/answer", "AI", "TEXT", ts, "an answer", "status_eta", 0.9, None, "kb-1")


def person(name: str, ts: int) -> Turn:
    return Turn(name, "AGENT", "TEXT", ts, "a person's message")


def answered(ts: int = 1000) -> Conversation:
    """Asked at ``ts``, and answered."""
    out = Conversation("c1")
    out.asks(message("m1", ts))
    out.answers(answer("m1", ts), at=ts + 80)
    return out


def test_a_conversation_is_open_until_it_is_answered() -> None:
    it = Conversation("c1")
    assert it.asks(message("m1", 1000)) == NEW
    assert (it.status, it.created_ts, it.answered_ts, it.messages) == ("OPEN", 1000, None, 1)
    it.answers(answer("m1", 1000), at=1080)
    assert (it.status, it.last_word, it.answered_ts, it.updated_ts, it.messages) == ("IN_PROGRESS", "answered", 1080, 1000, 2)
    assert [turn.sender for turn in it.history] == ["USER", "AI"]


def test_a_customer_who_writes_after_the_resolution_reopens_it() -> None:
    it = answered()
    assert it.hears(Feedback("f1", 2000, rating=5, helpful=True)) == NEW
    assert it.resolution == Resolution(2000, None, 1000, first=True, alone=True)
    assert it.asks(message("m2", 3000)) == AGAIN
    assert (it.status, it.reopened, it.resolved_ts) == ("IN_PROGRESS", 1, None)
    it.changes(Change("RESOLVED", 4000, "p1"))
    assert it.resolution == Resolution(4000, "p1", 3000, first=False, alone=True)


def test_a_handed_over_conversation_stays_with_the_person_until_it_is_resolved() -> None:
    it = answered()
    it.escalates(2000, "HIGH", ["asks for a person"], "p1")
    assert (it.status, it.priority, it.agent_id, it.reasons) == ("ESCALATED", "HIGH", "p1", ["asks for a person"])
    assert it.asks(message("m2", 3000)) == NEW
    it.answers(answer("m2", 3000))
    assert (it.status, it.agent_id) == ("ESCALATED", "p1")
    assert it.person_says(person("a1", 4000), "p2") == NEW
    assert (it.agent_id, it.last_word) == ("p2", "person")
    assert it.changes(Change("RESOLVED", 5000, "p2")) == NEW
    assert it.resolution == Resolution(5000, "p2", 4000, first=True, alone=False)
    assert it.person_says(person("a2", 6000), "p2") == NEW
    assert it.status == "RESOLVED"
    it.escalates(7000, "LOW", ["safety"])
    assert (it.status, it.priority, it.agent_id, it.escalated_ts) == ("ESCALATED", "HIGH", None, 2000)


def test_what_persons_do_with_it() -> None:
    it = answered()
    assert it.changes(Change("TAKEN", 2000, "p1")) == NEW
    assert (it.status, it.agent_id, it.escalated_ts) == ("ESCALATED", "p1", 2000)
    assert it.changes(Change("CLOSED", 3000, "p1")) == NEW
    assert (it.status, it.resolution) == ("RESOLVED", None)  # closed, but nothing was resolved
    assert it.changes(Change("RESOLVED", 3500, "p1")) == STALE
    assert it.changes(Change("REOPENED", 4000)) == AGAIN
    assert (it.status, it.agent_id, it.reopened) == ("ESCALATED", "p1", 1)
    assert it.changes(Change("RESOLVED", 5000)) == NEW
    assert it.changes(Change("TAKEN", 6000, "p2")) == AGAIN
    assert (it.status, it.agent_id) == ("ESCALATED", "p2")


def test_reopened_without_a_person_it_is_answered_automatically_again() -> None:
    it = answered()
    it.idles()
    assert it.changes(Change("REOPENED", 2000)) == AGAIN
    assert (it.status, it.agent_id) == ("IN_PROGRESS", None)


def test_a_change_older_than_the_last_change_is_ignored() -> None:
    it = answered()
    it.changes(Change("RESOLVED", 3000, "p1"))
    before = it.facts()
    assert it.changes(Change("TAKEN", 2999, "p2")) == STALE
    assert it.facts() == before


@pytest.mark.parametrize("kind", ["RESOLVED", "CLOSED"])
def test_who_has_written_since_is_not_sent_away_by_an_older_change(kind: str) -> None:
    it = answered()
    it.escalates(1000, "MEDIUM", ["low confidence"], "p1")
    it.asks(message("m2", 3000))
    assert it.changes(Change(kind, 2999, "p1")) == STALE
    assert (it.status, it.agent_id) == ("ESCALATED", "p1")


def test_a_late_message_is_put_in_its_place_and_changes_no_status() -> None:
    it = Conversation("c1")
    it.asks(message("m1", 1000))
    it.asks(message("m3", 3000, intent="lost_item"))
    it.answers(answer("m3", 3000))
    it.changes(Change("RESOLVED", 4000, "p1"))
    assert it.asks(message("m2", 2000)) == LATE
    it.answers(answer("m2", 2000))
    assert [turn.message_id for turn in it.history] == ["m1", "m2", "m2/answer", "m3", "m3/answer"]
    assert (it.status, it.intent, it.messages, it.reopened) == ("RESOLVED", "lost_item", 5, 0)
    assert it.person_says(person("a1", 3500), "p2") == LATE
    assert it.agent_id == "p1"


def test_a_late_safety_message_is_handed_over_all_the_same() -> None:
    it = answered()
    it.changes(Change("RESOLVED", 4000, "p1"))
    assert it.asks(message("m0", 500, intent="safety_incident")) == LATE
    it.escalates(500, "URGENT", ["safety"])
    assert (it.status, it.priority, it.agent_id, it.created_ts) == ("ESCALATED", "URGENT", None, 500)


def test_a_message_that_comes_twice_happens_once() -> None:
    it = answered()
    before = it.facts()
    assert it.asks(message("m1", 1000)) == DUPLICATE
    assert it.asks(message("m1", 9000)) == DUPLICATE
    assert it.facts() == before
    it.hears(Feedback("m1", 2000, helpful=False))  # feedback has ids of its own
    before = it.facts()
    assert it.hears(Feedback("m1", 2000, helpful=False)) == DUPLICATE
    assert it.facts() == before


def test_only_the_last_ids_are_remembered() -> None:
    it, limits = Conversation("c1"), replace(DEFAULT, remembered=2)
    assert [it.asks(message(name, i + 1), limits) for i, name in enumerate("abca")] == [NEW] * 4
    assert it.asks(message("c", 9), limits) == DUPLICATE


def test_failures_in_a_row() -> None:
    it = Conversation("c1")
    it.asks(message("m1", 1000))
    it.clarifies(answer("m1", 1000))
    it.asks(message("m2", 2000))
    it.fails()
    assert it.failures == 2
    it.asks(message("m3", 3000))
    it.answers(answer("m3", 3000))
    it.asks(message("m4", 4000))  # the same again: the answer was none
    assert it.failures == 2
    it.answers(answer("m4", 4000))
    it.asks(message("m5", 5000, intent="lost_item"))
    assert it.failures == 0


def test_an_answer_that_did_not_help_is_a_failure_and_resolves_nothing() -> None:
    it = answered()
    it.hears(Feedback("f4", 2000, rating=2, helpful=False))
    assert (it.failures, it.rating, it.last_word) == (1, 2, "asked")
    it.asks(message("m2", 3000, intent="lost_item"))
    assert it.failures == 1  # the answer before was objected to
    it.idles()
    assert it.status == "IN_PROGRESS"


def test_who_needs_more_reopens_it() -> None:
    it = answered()
    it.hears(Feedback("f5", 2000, helpful=True, follow_up=True))
    assert it.status == "IN_PROGRESS"
    it.changes(Change("RESOLVED", 3000, "p1"))
    assert it.hears(Feedback("f6", 4000, follow_up=True)) == AGAIN
    assert (it.status, it.agent_id, it.reopened) == ("IN_PROGRESS", None, 1)


def test_older_feedback_does_not_settle_what_was_asked_since() -> None:
    it = answered()
    it.asks(message("m2", 3000))
    it.answers(answer("m2", 3000))
    it.hears(Feedback("f7", 2000, helpful=True))
    assert it.status == "IN_PROGRESS"


def test_a_corrected_intent_is_the_conversations_intent() -> None:
    it = answered()
    was = it.correct("m1", "fare_dispute")
    assert was is not None
    assert (was.intent, was.text) == ("status_eta", "text of m1")
    assert (it.intent, it.history[0].intent, it.corrected) == ("fare_dispute", "fare_dispute", {"m1": "fare_dispute"})
    assert it.correct("gone", "lost_item") is None
    for i in range(20):
        it.correct(f"x{i}", "lost_item")
    assert list(it.corrected) == [f"x{i}" for i in range(10, 20)]


def test_what_identifies_somebody_is_not_kept() -> None:
    it = Conversation("c1")
    it.mentions([("order_id", "o-17"), ("phone", "+47 22 33 44 55"), ("amount", "12 EUR"), ("amount", "14 EUR")])
    assert it.entities == {"order_id": "o-17", "phone": "[phone]", "amount": "14 EUR"}
    it.asks(Turn("m1", "USER", "TEXT", 1, "x" * 5000))
    assert len(it.history[0].text) == DEFAULT.text


# ---- the collection ----


def begun(*conversations: Conversation) -> Conversations:
    out = Conversations()
    for each in conversations:
        out.touch(out.begin(each))
    return out


def test_what_becomes_known_later_is_filled_in() -> None:
    them = begun(Conversation("c1", service="FOOD"))
    it = them.begin(Conversation("c1", customer_id="u1", service="RIDE", order_id="o1"))
    assert (len(them), it.customer_id, it.service, it.order_id) == (1, "u1", "FOOD", "o1")
    assert them.get("c2") is None


def test_an_answered_conversation_that_goes_idle_is_resolved_as_of_what_happened_last() -> None:
    them = begun(answered(1000))
    assert them.passed(1000 + 30 * MINUTE - 1) == ([], [])
    (ended,), forgotten = them.passed(1000 + 30 * MINUTE)
    assert (ended.status, ended.resolved_ts, forgotten) == ("RESOLVED", 1000, [])
    assert them.passed(1000 + 7 * DAY - 1) == ([], [])
    assert them.passed(1000 + 7 * DAY) == ([], [ended])
    assert len(them) == 0


def test_an_idle_conversation_that_was_not_answered_is_not_resolved_but_ends_once() -> None:
    it = Conversation("c1")
    it.asks(message("m1", 1000))
    it.clarifies(answer("m1", 1000))
    them = begun(it)
    assert them.passed(HOUR)[0] == [it]
    assert (it.status, it.over) == ("IN_PROGRESS", True)
    assert them.passed(2 * HOUR) == ([], [])
    it.asks(message("m2", 3 * HOUR))
    them.touch(it)
    assert not it.over
    assert them.passed(4 * HOUR) == ([it], [])


def test_what_a_person_has_never_ends_by_itself_and_is_forgotten_much_later() -> None:
    it = answered(1000)
    it.escalates(1000, "HIGH", ["safety"])
    them = begun(it)
    assert them.passed(39 * DAY) == ([], [])
    assert it.status == "ESCALATED"
    assert them.passed(41 * DAY) == ([], [it])


def test_a_long_silence_seen_at_once_ends_and_forgets_in_one_step() -> None:
    it = answered(1000)
    assert begun(it).passed(8 * DAY) == ([it], [it])


def test_a_conversation_that_begins_with_a_notice_begins_then() -> None:
    it = Conversation("c1")
    it.tells(Turn("n1", "SYSTEM", "SYSTEM", 1000, "the order was cancelled"))
    it.changes(Change("RESOLVED", 5000, "p1"))
    assert it.resolution == Resolution(5000, "p1", 4000, first=True, alone=True)


def test_only_what_changed_is_shown() -> None:
    them = begun(answered(1000), Conversation("c2", created_ts=1000, updated_ts=1000))
    assert [each.id for each in them.changed()] == ["c1", "c2"]
    assert them.changed() == []
    them.passed(HOUR)
    assert [each.id for each in them.changed()] == ["c1", "c2"]


# ---- whatever happens ----

NAMES = [f"m{i}" for i in range(8)]
TIMES = st.integers(1, 100).map(lambda minutes: minutes * MINUTE)
INTENTS = st.sampled_from(["status_eta", "lost_item", None])


def _event(kind: str, name: str, ts: int, intent: str | None, flag: bool) -> Callable[[Conversation], Any]:
    happens: dict[str, Callable[[Conversation], Any]] = {
        "asks": lambda it: it.asks(message(name, ts, intent)),
        "answers": lambda it: it.answers(answer(name, ts), at=ts + 5),
        "clarifies": lambda it: it.clarifies(answer(name, ts)),
        "fails": lambda it: it.fails(),
        "escalates": lambda it: it.escalates(ts, "HIGH" if flag else "LOW", [name], name if flag else None),
        "person": lambda it: it.person_says(person(name, ts), name),
        "hears": lambda it: it.hears(Feedback(name, ts, 3, helpful=flag, follow_up=intent is None, message_id=name)),
        "correct": lambda it: it.correct(name, "fare_dispute"),
        "mentions": lambda it: it.mentions([("card", name), ("place", name)]),
    }
    happens |= {k: (lambda it: it.changes(Change(kind, ts, name if flag else None))) for k in turns.CHANGES}
    return happens[kind]


KINDS = ["asks", "answers", "clarifies", "fails", "escalates", "person", "hears", "correct", "mentions", *turns.CHANGES]
EVENTS = st.lists(st.builds(_event, st.sampled_from(KINDS), st.sampled_from(NAMES), TIMES, INTENTS, st.booleans()), max_size=40)


@given(EVENTS)
def test_whatever_happens_the_state_is_sound_bounded_and_survives_json(events: list[Callable[[Conversation], Any]]) -> None:
    it, limits = Conversation("c1"), DEFAULT
    for happens in events:
        happens(it)
        times = [turn.ts for turn in it.history]
        assert times == sorted(times)
        assert len(it.history) <= limits.history
        assert len(it.seen) == len(set(it.seen)) <= limits.remembered
        assert it.status in STATUSES
        assert it.resolved_ts is None or it.status == "RESOLVED"
        facts = it.facts()
        assert Conversation.of(json.loads(json.dumps(facts))) == it
        assert Conversation.of(facts).facts() == facts


@given(st.permutations(range(1, 9)), st.data())
def test_the_history_does_not_depend_on_the_order_of_arrival_nor_on_repetition(order: list[int], data: st.DataObject) -> None:
    it, straight = Conversation("c1"), Conversation("c1")
    for i in range(1, 9):
        straight.asks(message(f"m{i}", i * 1000))
    for i in order:
        it.asks(message(f"m{i}", i * 1000))
        it.asks(message(f"m{data.draw(st.sampled_from(order[: order.index(i) + 1]))}", 500))
    kept = ("history", "messages", "created_ts", "updated_ts", "asked_ts", "spoken_ts", "intent", "status")
    assert [getattr(it, name) for name in kept] == [getattr(straight, name) for name in kept]


STEPS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(KINDS), st.integers(0, 3 * DAY), st.booleans()), max_size=40)


@given(STEPS)
def test_loaded_conversations_go_on_like_those_that_were_dumped(steps: list[tuple[str, str, int, bool]]) -> None:
    live, clock = Conversations(), DAY
    for i, (name, kind, later, flag) in enumerate(steps):
        loaded = Conversations.of(json.loads(json.dumps(live.facts())))
        clock += later
        shown = []
        for them in (live, loaded):
            ended, forgotten = them.passed(clock)
            it = (them.get(name) if flag else None) or them.begin(Conversation(name, created_ts=clock, updated_ts=clock))
            _event(kind, f"m{i}", clock, "status_eta", flag)(it)
            them.touch(it)
            changed = them.changed() if flag else []
            shown.append([[each.facts() for each in some] for some in (ended, forgotten, changed)])
        assert shown[0] == shown[1]
        assert json.dumps(live.facts()) == json.dumps(loaded.facts())
        assert orjson.dumps(live.dumped()) == orjson.dumps(loaded.facts())  # however often it was dumped before
        assert all(each.due_ms() > clock for each in live)
