"""A reply is the entry's own answer in fixed phrases; what a customer wrote stays text; how an order stands is never made up."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.entries import Entries, Entry
from agents.support.phrase_lists import CLOSINGS, INTENT_NAMES, OR, SERVICE_NAMES
from agents.support.phrases import PHRASES
from agents.support.policy import INTENTS, LANGUAGES, SENTIMENTS, SERVICES
from agents.support.reply import cannot_tell_status, compose, handing_over, not_known, not_readable, shown, which_of
from ops.support.tongue import strange_script
from tests.pure.matching_events import unhurried
from tests.pure.test_support_entries import record

SLOTS = {"about_order": {"order"}, "which": {"choices"}}


def entry(topic: str = "rides.cancel-free", language: str = "en", **changed: Any) -> Entry:
    entries = Entries()
    entries.take(record(topic, language, **changed))
    (only,) = entries
    return only


def test_every_phrase_is_there_in_every_language_with_its_slots_in_its_script() -> None:
    for name, phrases in PHRASES.items():
        assert tuple(phrases) == LANGUAGES, name
        for language, phrase in phrases.items():
            slots = {slot for _, slot, _, _ in string.Formatter().parse(phrase) if slot is not None}
            assert slots == SLOTS.get(name, set()), (name, language)
            assert strange_script(re.sub(r"\{\w+\}", "", phrase), language) is None or len(phrase) < 20, (name, language)
    for table in (SERVICE_NAMES, INTENT_NAMES, CLOSINGS, OR):
        assert tuple(table) == LANGUAGES
    for language in LANGUAGES:
        assert len(SERVICE_NAMES[language]) == len(SERVICES)
        assert len(INTENT_NAMES[language]) == len(INTENTS)
        assert len(dict.fromkeys(CLOSINGS[language])) == 3


def test_the_answer_stands_word_for_word_between_phrases_of_the_language() -> None:
    reply = compose(entry(language="de"), "de", {"order_id": "99120", "service": "RIDE"}, sentiment="negative")
    opening, answer, closing = reply.text.split("\n")
    assert opening == "Das tut mir leid. Zur Bestellung 99120:"
    assert answer == entry(language="de").answer
    assert closing in CLOSINGS["de"]
    assert reply.entry_id == "rides.cancel-free.de"


def test_without_anything_known_it_is_the_answer_and_a_closing() -> None:
    assert compose(entry(), "en", {}).text.split("\n")[0] == entry().answer


def test_the_service_is_named_only_by_an_entry_that_is_for_it() -> None:
    assert compose(entry(), "en", {"service": "MOTO"}).text.startswith("Motorcycle taxi:\n")
    assert compose(entry(), "en", {"service": "FOOD"}).text.startswith("Tap Cancel")
    assert compose(entry(services=[]), "en", {"service": "FOOD"}).text.startswith("Tap Cancel")
    assert compose(entry(), "en", {"service": "{0}"}).text.startswith("Tap Cancel")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_opening_follows_the_sentiment(language: str) -> None:
    openings = {sentiment: compose(entry(language=language), language, {}, sentiment=sentiment).text for sentiment in SENTIMENTS}
    assert openings["negative"].startswith(PHRASES["sorry"][language])
    assert openings["positive"].startswith(PHRASES["glad"][language])
    assert openings["neutral"].startswith(entry().answer)


def test_where_safety_is_at_stake_there_is_sympathy_but_no_thanks_and_no_chat() -> None:
    safety = entry("safety.accident", intents=["safety_incident"])
    assert compose(safety, "en", {}, sentiment="positive").text == safety.answer
    assert compose(safety, "en", {}, sentiment="negative").text == f"{PHRASES['sorry']['en']}\n{safety.answer}"


def test_a_conversation_does_not_hear_the_same_closing_twice_in_a_row() -> None:
    heard = [compose(entry(), "en", {}, turn=turn).text for turn in range(4)]
    assert len(set(heard)) == 3
    assert heard[0] == heard[3]


def test_an_answer_in_english_says_so_in_the_customers_language() -> None:
    text = compose(entry(), "ja", {}).text
    assert text.split("\n")[:2] == [PHRASES["in_english"]["ja"], entry().answer]
    assert compose(entry(), "fi", {}).text == compose(entry(), "en", {}).text


def test_questions_are_of_other_topics_in_the_same_language_and_three_at_most() -> None:
    one = entry()
    others = [
        entry("rides.cancel-free", "de", question="Wie?"),
        entry("rides.a", question="First?"),
        one,
        entry("rides.a", question="First again?"),
        entry("rides.b", question="Second?"),
        entry("food.c", question="Third?"),
        entry("food.d", question="Fourth?"),
    ]
    assert compose(one, "en", {}, others=others).questions == ("First?", "Second?", "Third?")
    assert compose(one, "en", {}, others=others, most=1).questions == ("First?",)
    assert compose(one, "en", {}, others=others, most=0).questions == ()


def test_it_says_that_it_does_not_know_how_an_order_stands() -> None:
    for language in LANGUAGES:
        asked = compose(entry(language=language), language, {"order_id": "A1"}, asks_status=True).text
        assert PHRASES["status"][language] in asked.split("\n")[0]
        assert cannot_tell_status(language, {"order_id": "A1"}).endswith(PHRASES["no_status"][language])
        assert "A1" in cannot_tell_status(language, {"order_id": "A1"})
        assert cannot_tell_status(language) == PHRASES["no_status"][language]


@pytest.mark.parametrize("value", ["{order}", "{0}", "%s %(x)d", "${HOME}", "{{7*7}}", "{order.__class__}", "\\N{BULLET}"])
def test_what_looks_like_a_template_stays_text(value: str) -> None:
    assert f"About order {value}:" in compose(entry(), "en", {"order_id": value}).text


def test_markup_and_control_characters_of_customers_do_nothing() -> None:
    text = compose(entry(), "en", {"order_id": "<img src=x onerror=alert(1)>\x1b[2J\u202e\n\n9"}).text
    assert text.startswith("About order &lt;img src=x onerror=alert(1)&gt; [2J 9:\n")
    assert shown("a" * 41) == "a" * 39 + "…"
    assert shown("&") == "&amp;"


def test_masked_and_empty_ids_are_not_named() -> None:
    for value in ("[order_id]", "", " \n", "\u200b"):
        assert compose(entry(), "en", {"order_id": value}).text.startswith("Tap Cancel")


def test_nothing_that_identifies_a_person_is_repeated() -> None:
    known = {
        "phone": "+44 20 7946 0000",
        "email": "a@b.example",
        "person": "Alice",
        "plate": "AB12 CDE",
        "address": "1 High St",
        "card": "4111",
    }
    text = compose(entry(), "en", known, sentiment="negative", asks_status=True).text
    assert not any(value in text for value in known.values())


@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.sampled_from(SENTIMENTS), st.booleans())
@unhurried
def test_whatever_a_customer_writes_the_reply_keeps_its_shape(value: str, language: str, sentiment: str, asks: bool) -> None:
    one = entry(language=language)
    reply = compose(one, language, {"order_id": value, "service": value}, sentiment=sentiment, asks_status=asks)
    lines = reply.text.split("\n")
    assert lines[-2:-1] == [one.answer]
    assert len(lines) <= 3
    assert "<" not in reply.text
    assert all(char.isprintable() or char in "\n\u202f\u00a0" for char in reply.text)
    assert len(lines[0]) < 600


def test_it_asks_which_of_two_or_three_was_meant_in_every_language() -> None:
    for language in LANGUAGES:
        for intents in (INTENTS[:2], INTENTS[3:6], (INTENTS[9], INTENTS[6])):
            asked = which_of(intents, language)
            names = [INTENT_NAMES[language][INTENTS.index(intent)] for intent in intents]
            assert [asked.index(name) for name in names] == sorted(asked.index(name) for name in names)
            assert "{" not in asked
    assert (
        which_of(("lost_item", "cancel_refund"), "en")
        == "So that I answer the right thing, did you mean a lost item or cancelling or a refund?"
    )
    assert which_of(INTENTS[:2], "fi") == which_of(INTENTS[:2], "en")


@pytest.mark.parametrize("intents", [(), INTENTS[:1], INTENTS[:4], (INTENTS[0], INTENTS[0]), (INTENTS[0], "out_of_scope")])
def test_it_cannot_ask_which_of_others(intents: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="two or three different ones"):
        which_of(intents, "en")


def test_handing_over_names_the_emergency_number_only_when_it_is_urgent() -> None:
    assert "emergency" in handing_over("en", urgent=True)
    assert "emergency" not in handing_over("en")
    assert handing_over("fi") == handing_over("en")
    assert {not_known(language) for language in LANGUAGES}.isdisjoint(not_readable(language) for language in LANGUAGES)
