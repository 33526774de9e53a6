"""The knowledge takes records in their order, refuses what no customer should see, and counts what customers say of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.entries import CHANGED, MOST, NEW, PRIOR, REMOVED, SAME, UNKNOWN, Entries
from tests.pure.matching_events import unhurried

Record = dict[str, Any]
LANGUAGE = ("en", "de", "ja")


def record(topic: str = "rides.cancel-free", language: str = "en", **changed: Any) -> Record:
    return {
        "entry_id": f"{topic}.{language}",
        "category": topic.partition(".")[0],
        "language": language,
        "question": "How do I cancel a ride?",
        "answer": "Tap Cancel in the order. It is free for 3 minutes.",
        "keywords": ["cancel", "fee"],
        "services": ["RIDE", "MOTO"],
        "intents": ["cancel_refund"],
        "priority": "HIGH",
        "signed": False,
    } | changed


def gone(topic: str = "rides.cancel-free", language: str = "en") -> Record:
    return record(topic, language, deleted=True)


def test_records_are_put_changed_and_removed_and_the_last_one_counts() -> None:
    entries = Entries()
    assert entries.take(record()) == NEW
    assert entries.take(record()) == SAME
    assert entries.take(record(priority="LOW")) == CHANGED
    assert entries["rides.cancel-free.en"].priority == "LOW"
    assert entries.take(gone()) == REMOVED
    assert entries.take(gone()) == UNKNOWN
    assert len(entries) == 0
    assert entries.of_language("en") == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"entry_id": "rides.cancel-free.de"}, "is not rides.<kebab-name>.en"),
        ({"entry_id": "Rides.Cancel.en"}, "kebab"),
        ({"category": "toys", "entry_id": "toys.cancel.en"}, "category 'toys' is none of"),
        ({"language": "fi", "entry_id": "rides.cancel-free.fi"}, "language 'fi' is none of"),
        ({"priority": "SOON"}, "priority 'SOON' is none of"),
        ({"services": ["ROCKET"]}, "services"),
        ({"services": ["RIDE", "RIDE"]}, "each once"),
        ({"intents": []}, "at least 1"),
        ({"intents": ["out_of_scope"]}, "intents"),
        ({"question": ""}, "the question '' is empty"),
        ({"answer": " Tap it."}, "blanks around"),
        ({"answer": "x" * 1201}, "1201 characters where 1200 are allowed"),
        ({"answer": "It is free for {cancel_free_ride_min} minutes."}, "braces or markup"),
        ({"answer": "Tap <b>Cancel</b>."}, "braces or markup"),
        ({"answer": "Tap\x00 Cancel."}, "control characters"),
        ({"answer": "Tap \u202eCancel."}, "control characters"),
        ({"keywords": []}, "0 keywords"),
        ({"keywords": [""]}, "the keyword '' is empty"),
    ],
)
def test_what_no_customer_should_see_is_refused_with_a_reason(changed: Record, reason: str) -> None:
    entries = Entries()
    entries.take(record())
    with pytest.raises(ValueError, match=reason):
        entries.take(record(**changed))
    assert [entry.answer for entry in entries] == ["Tap Cancel in the order. It is free for 3 minutes."]


def test_blanks_of_other_languages_are_allowed() -> None:
    entries = Entries()
    assert entries.take(record(language="fr", question="Comment annuler une course\u202f?", answer="Touchez «\u00a0Annuler\u00a0».")) == NEW


def test_no_more_entries_are_taken_than_a_task_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.support.entries.MOST", 1)
    entries = Entries()
    entries.take(record())
    with pytest.raises(ValueError, match="remove some"):
        entries.take(record("rides.book"))
    assert entries.take(record(priority="LOW")) == CHANGED
    assert MOST >= 1500


def test_success_is_the_expected_share_of_customers_that_it_helps() -> None:
    entries = Entries()
    entries.take(record())
    unsaid = entries["rides.cancel-free.en"].success
    assert unsaid == PRIOR[0] / sum(PRIOR)
    for helpful in (True, False, False):
        entries.judged("rides.cancel-free.en", helpful)
    entry = entries["rides.cancel-free.en"]
    assert (entry.helpful, entry.unhelpful) == (1, 2)
    assert entry.success == (PRIOR[0] + 1) / (sum(PRIOR) + 3) < unsaid


def test_what_was_said_of_an_answer_does_not_count_for_another_one() -> None:
    entries = Entries()
    entries.take(record())
    entries.cited("rides.cancel-free.en")
    entries.judged("rides.cancel-free.en", False)
    entries.take(record(keywords=["call off"]))
    assert (entries["rides.cancel-free.en"].unhelpful, entries["rides.cancel-free.en"].usage) == (1, 1)
    entries.take(record(answer="Tap Cancel. It is free for 5 minutes."))
    assert (entries["rides.cancel-free.en"].unhelpful, entries["rides.cancel-free.en"].usage) == (0, 1)


def test_judgements_of_entries_that_are_gone_change_nothing() -> None:
    entries = Entries()
    entries.cited("rides.cancel-free.en")
    assert entries.judged("rides.cancel-free.en", True) is None
    assert len(entries) == 0


def test_only_what_can_be_searched_counts_as_a_change() -> None:
    entries = Entries()
    entries.take(record())
    before = dict(entries.revision)
    entries.take(record())
    entries.cited("rides.cancel-free.en")
    entries.judged("rides.cancel-free.en", True)
    assert entries.revision == before
    entries.take(record(keywords=["call off"]))
    assert [language for language in before if entries.revision[language] != before[language]] == ["en"]


steps = st.lists(
    st.tuples(
        st.sampled_from(["take", "remove", "cite", "judge"]),
        st.sampled_from(["rides.a", "rides.b", "food.c"]),
        st.sampled_from(LANGUAGE),
        st.integers(0, 2),
    ),
    max_size=30,
)


def after(given_steps: list[tuple[str, str, str, int]], entries: Entries) -> Entries:
    for step, topic, language, number in given_steps:
        if step == "take":
            entries.take(record(topic, language, answer=f"Answer {number}."))
        elif step == "remove":
            entries.take(gone(topic, language))
        elif step == "cite":
            entries.cited(f"{topic}.{language}")
        else:
            entries.judged(f"{topic}.{language}", bool(number))
    return entries


@given(steps, st.integers(0, 30))
@unhurried
def test_a_state_that_was_stored_in_between_goes_on_the_same(given_steps: list[tuple[str, str, str, int]], cut: int) -> None:
    through = after(given_steps, Entries())
    stored = json.loads(json.dumps(after(given_steps[:cut], Entries()).facts()))
    again = after(given_steps[cut:], Entries.of(stored))
    assert again.facts() == through.facts()
    assert list(again) == list(through)
    assert [again.of_language(name) for name in LANGUAGE] == [through.of_language(name) for name in LANGUAGE]


@given(st.permutations([(topic, language) for topic in ("rides.a", "rides.b", "food.c") for language in LANGUAGE]))
@unhurried
def test_equal_knowledge_has_equal_facts_in_whatever_order_it_came(order: list[tuple[str, str]]) -> None:
    entries = Entries()
    for topic, language in order:
        entries.take(record(topic, language))
    assert [entry.entry_id for entry in entries] == sorted(f"{topic}.{language}" for topic, language in order)
    assert json.dumps(entries.facts()) == json.dumps(Entries.of(entries.facts()).facts())


def test_facts_of_other_code_are_refused() -> None:
    with pytest.raises(ValueError, match="run the code that wrote them"):
        Entries.of({"fields": ["entry_id"], "entries": []})
