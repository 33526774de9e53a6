"""Escalation: which rules fire, and that danger always does."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.escalation import (
    ACTIONS,
    ALWAYS,
    CONDITIONS,
    DEFAULTS,
    Rule,
    Rules,
    Signals,
    fault,
    fired,
    observed,
    rule_of,
    urgency,
)
from agents.support.policy import INTENTS, LANGUAGES, OUT_OF_SCOPE, PRIORITIES, SERVICES

CALM = Signals(intents={"status_eta": 0.95, "lost_item": 0.05}, confidence=0.95, sentiment=0.1, service="RIDE", language="en")
DANGER = replace(CALM, safety=0.9)


def names(signals: Signals, rules: Rules | None = None) -> list[str]:
    return [rule.name for rule in fired(signals, rules if rules is not None else Rules())]


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        (CALM, []),
        (replace(CALM, sentiment=-0.6), [("negative sentiment", "HIGH")]),
        (replace(CALM, sentiment=-0.59), []),
        (replace(CALM, asks_for_person=True), [("asks for a person", "MEDIUM")]),
        (replace(CALM, confidence=0.7), [("low confidence", "MEDIUM")]),  # above 0.7 it is answered
        (replace(CALM, confidence=0.71), []),
        (replace(CALM, knowledge=False), [("no knowledge found", "MEDIUM")]),
        (replace(CALM, failures=1), []),
        (replace(CALM, failures=2), [("repeated failure", "MEDIUM")]),
        (replace(CALM, safety=0.3), [("safety incident", "URGENT")]),
        (replace(CALM, intents={"safety_incident": 0.3, "lost_item": 0.7}), [("safety incident", "URGENT")]),
        (replace(CALM, takeover=1.0, intents={OUT_OF_SCOPE: 1.0}), []),  # there are such rules, not active
    ],
)
def test_the_default_rules(signals: Signals, expected: list[tuple[str, str]]) -> None:
    assert [(rule.name, rule.priority) for rule in fired(signals, Rules())] == expected


def test_the_most_urgent_rule_comes_first() -> None:
    signals = replace(DANGER, sentiment=-1.0, asks_for_person=True, confidence=0.1)
    assert names(signals) == ["safety incident", "negative sentiment", "asks for a person", "low confidence"]
    assert urgency(fired(signals, Rules())) == "URGENT"
    assert urgency(fired(CALM, Rules())) is None


TAMPERED = {
    "deleted": None,
    "switched off": Rule("safety incident", "SAFETY", 0.3, priority="URGENT", active=False),
    "less urgent": Rule("safety incident", "SAFETY", 0.3, priority="LOW"),
    "weakened": Rule("safety incident", "SAFETY", 1.0, priority="URGENT"),
    "not handing over": Rule("safety incident", "SAFETY", 0.3, action="PRIORITISE", priority="URGENT"),
    "for another service": Rule("safety incident", "SAFETY", 0.3, services=("FOOD",), priority="URGENT"),
    "for another language": Rule("safety incident", "SAFETY", 0.3, languages=("ko",), priority="URGENT"),
    "for another intent": Rule("safety incident", "SAFETY", 0.3, intents=("lost_item",), priority="URGENT"),
    "about something else": Rule("safety incident", "AMOUNT_ABOVE", 1e9),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_danger_is_handed_over_whatever_was_done_to_its_rule(how: str) -> None:
    rules, rule = Rules(), TAMPERED[how]
    if rule is None:
        rules.delete("safety incident")
    else:
        rules.apply(rule)
    first = fired(DANGER, rules)[0]
    assert first == ALWAYS
    assert urgency([first]) == "URGENT"


def test_a_safety_rule_can_be_more_watchful() -> None:
    rules = Rules()
    rules.apply(Rule("hint of danger", "SAFETY", 0.05, priority="HIGH"))
    assert names(replace(CALM, safety=0.1), rules) == ["hint of danger"]


def test_what_is_not_a_number_is_taken_for_danger_and_for_no_confidence() -> None:
    assert names(replace(CALM, safety=nan)) == ["safety incident"]
    assert names(replace(CALM, confidence=nan)) == ["low confidence"]


@pytest.mark.parametrize(
    ("rule", "signals"),
    [
        (Rule("r", "OUT_OF_SCOPE", 0.5), replace(CALM, intents={OUT_OF_SCOPE: 0.5})),
        (Rule("r", "ACCOUNT_TAKEOVER", 0.5), replace(CALM, takeover=0.6)),
        (Rule("r", "INTENT", 0.4, intents=("lost_item", "fare_dispute")), replace(CALM, intents={"status_eta": 0.5, "fare_dispute": 0.5})),
        (Rule("r", "AMOUNT_ABOVE", 100), replace(CALM, amount=100.01)),
        (Rule("r", "NEGATIVE_SENTIMENT", 0.1, services=("RIDE", "MOTO"), languages=("en",)), replace(CALM, sentiment=-0.2)),
        (Rule("r", "REPEATED_FAILURE", 1, intents=("status_eta",)), replace(CALM, failures=1)),
    ],
)
def test_other_conditions(rule: Rule, signals: Signals) -> None:
    assert fired(signals, [rule]) == [rule]
    assert fired(CALM, [rule]) == []
    assert fired(signals, [replace(rule, active=False)]) == []
    assert fired(replace(signals, service="FOOD"), [replace(rule, services=("RIDE",))]) == []
    assert fired(replace(signals, service=None), [replace(rule, services=("RIDE",))]) == []
    assert observed(rule, signals) >= rule.threshold


def test_a_rule_may_only_say_how_urgent_it_is() -> None:
    rules = Rules()
    rules.apply(Rule("food first", "INTENT", 0.1, intents=INTENTS, action="PRIORITISE", priority="HIGH"))
    assert urgency(fired(CALM, rules)) is None
    assert urgency(fired(replace(CALM, knowledge=False), rules)) == "HIGH"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule("", "SAFETY", 0.3), "a rule's name has 1 to 100 characters"),
        (Rule("r", "MOON_FULL"), "condition 'MOON_FULL' is none of NEGATIVE_SENTIMENT, SAFETY"),
        (Rule("r", "SAFETY", 0.3, action="REFUND"), "action 'REFUND'"),
        (Rule("r", "SAFETY", 0.3, priority="NOW"), "priority 'NOW'"),
        (Rule("r", "SAFETY", 0.3, intents=("lost_item", "dance")), "intent 'dance'"),
        (Rule("r", "SAFETY", 0.3, services=("BOAT",)), "service 'BOAT'"),
        (Rule("r", "SAFETY", 0.3, languages=("xx",)), "language 'xx'"),
        (Rule("r", "INTENT", 0.5), "names at least one"),
        (Rule("r", "LOW_CONFIDENCE", 1.5), "threshold 1.5 of LOW_CONFIDENCE is above 1"),
        (Rule("r", "AMOUNT_ABOVE", inf), "no number"),
        (Rule("r", "AMOUNT_ABOVE", -1), "no number"),
        (Rule("r", "REPEATED_FAILURE", 0), "would hold for every message"),
    ],
)
def test_a_bad_rule_is_rejected_with_its_reason_and_the_former_stays(rule: Rule, reason: str) -> None:
    rules = Rules([Rule("r", "NO_KNOWLEDGE")])
    before = (rules.facts(), rules.version)
    with pytest.raises(ValueError, match=reason):
        rules.apply(rule)
    assert (rules.facts(), rules.version) == before


def test_a_record_of_the_topic_becomes_a_rule() -> None:
    record = {"name": "big", "condition": "AMOUNT_ABOVE", "threshold": 200.0, "intents": ["FARE_DISPUTE"], "services": None, "ts": 1}
    assert rule_of(record) == Rule("big", "AMOUNT_ABOVE", 200.0, intents=("fare_dispute",))


def test_a_deleted_rule_fires_no_more() -> None:
    rules = Rules()
    rules.delete("asks for a person")
    rules.delete("no such rule")
    assert names(replace(CALM, asks_for_person=True), rules) == []
    assert len(rules) == len(DEFAULTS) - 1


def some(symbols: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(symbols), unique=True, max_size=3).map(tuple)


RULES = st.builds(
    Rule, name=st.sampled_from("abcdef"), condition=st.sampled_from(CONDITIONS), threshold=st.floats(0, 2), intents=some(INTENTS),
    services=some(SERVICES), languages=some(LANGUAGES), action=st.sampled_from(ACTIONS), priority=st.sampled_from(PRIORITIES),
    active=st.booleans(),
)  # fmt: skip
SHARE = st.floats(0, 1)
SIGNALS = st.builds(
    Signals, intents=st.dictionaries(st.sampled_from((*INTENTS, OUT_OF_SCOPE)), SHARE), confidence=SHARE, safety=SHARE, takeover=SHARE,
    sentiment=st.floats(-1, 1), knowledge=st.booleans(), failures=st.integers(0, 5), asks_for_person=st.booleans(),
    amount=st.none() | st.floats(0, 1e6), service=st.none() | st.sampled_from(SERVICES), language=st.none() | st.sampled_from(LANGUAGES),
)  # fmt: skip


def applied(changes: list[Rule]) -> Rules:
    rules = Rules([])
    for rule in changes:
        if fault(rule) is None:
            rules.apply(rule)
    return rules


@given(st.lists(RULES), SIGNALS)
def test_whatever_the_rules_danger_is_urgent_and_the_order_is_by_urgency(changes: list[Rule], signals: Signals) -> None:
    out = fired(signals, applied(changes))
    ranks = [PRIORITIES.index(rule.priority) for rule in out]
    assert ranks == sorted(ranks, reverse=True)
    if max(signals.safety, signals.intents.get("safety_incident", 0.0)) >= ALWAYS.threshold:
        assert (out[0].condition, out[0].priority, out[0].action) == ("SAFETY", "URGENT", "HAND_OVER")
    assert all(rule.active for rule in out)


@given(st.lists(RULES, unique_by=lambda rule: rule.name), SIGNALS, st.randoms(use_true_random=False))
def test_rules_leave_no_trace_of_their_order_and_survive_json(changes: list[Rule], signals: Signals, random: Random) -> None:
    rules = applied(changes)
    mixed = list(changes)
    random.shuffle(mixed)
    again = applied(mixed)
    loaded = Rules.of(json.loads(json.dumps(rules.facts())))
    assert rules.facts() == again.facts() == loaded.facts()
    assert rules.version == again.version == loaded.version
    assert fired(signals, rules) == fired(signals, again) == fired(signals, loaded)
