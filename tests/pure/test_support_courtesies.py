# ruff: noqa: RUF001
"""Courtesies, in all languages: recognised alone, never in what asks for anything; answered from an entry, and never handed over."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.asking import asks_for_person
from agents.support.courtesies import CLOSING, TOPICS, Courtesy, courtesy_of, is_courtesy
from agents.support.courtesy_words import AGREED, FILLER, GOODBYE, GREETING, KINDS, SIGNS, THANKS, WORDS
from agents.support.danger import dangers
from agents.support.policy import LANGUAGES
from ops.support.corpus import corpus
from ops.support.publish import knowledge_rows
from tests.pure.support_events import (
    DANGER,
    ENTRIES,
    GERMAN,
    NOW,
    OUTSIDE,
    SECOND,
    STATUS,
    Row,
    Task,
    change,
    feedback,
    message,
    person,
    rows_of,
    unhurried,
)

HELD_OUT = Path(__file__).parents[1] / "data" / "support"
COURTEOUS = [row | {"ts": NOW} for row in knowledge_rows(0) if is_courtesy(row["entry_id"].rpartition(".")[0])]
SAID = {
    "en": ("hi there", "thanks a lot!", "ok, got it", "bye"),
    "es": ("Buenos días", "muchas gracias por la ayuda", "vale, entendido", "hasta luego"),
    "fr": ("Bonjour !", "merci beaucoup", "d'accord, c'est noté", "au revoir"),
    "de": ("Guten Tag", "vielen Dank für die Hilfe", "alles klar", "tschüss"),
    "pt": ("Olá, bom dia", "muito obrigada", "está bem, entendi", "até logo"),
    "it": ("Buonasera", "grazie mille", "va bene, tutto chiaro", "arrivederci"),
    "nl": ("goedemorgen", "dank je wel", "begrepen", "tot ziens"),
    "pl": ("Dzień dobry", "bardzo dziękuję", "rozumiem", "do widzenia"),
    "sv": ("god morgon", "tack så mycket", "jag förstår", "hej då"),
    "no": ("god dag", "tusen takk", "skjønner", "ha det bra"),
    "ru": ("Здравствуйте", "спасибо большое", "всё понятно", "до свидания"),
    "ar": ("السلام عليكم", "شكراً جزيلاً", "تمام، فهمت", "مع السلامة"),
    "zh": ("你好", "谢谢您的帮助", "好的，明白了", "再见"),
    "ja": ("こんにちは", "どうもありがとうございました", "了解しました", "さようなら"),
    "ko": ("안녕하세요", "네 감사합니다", "알겠습니다", "안녕히 계세요"),
}


def of(text: str, *languages: str, answered: bool = False) -> str | None:
    found = courtesy_of(text, languages, answered)
    return found.kind if found else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_is_recognised_in_each_language(language: str) -> None:
    for kind, text in zip(KINDS, SAID[language], strict=True):
        assert courtesy_of(text, [language], answered=kind == GOODBYE) == Courtesy(kind, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_is_what_the_table_says_and_speaks_of_no_danger(language: str) -> None:
    words = {kind: phrases.split("|") for kind, phrases in WORDS[language].items()}
    for kind in KINDS:
        for phrase in words[kind]:
            kinds = {of(way, language, answered=answered) for way in (phrase, f"{phrase.upper()}!!") for answered in (False, True)}
            assert kind in kinds, phrase
            assert dangers(phrase, language) == (), phrase
            assert not asks_for_person(phrase, language), phrase
    for filler in words[FILLER]:
        found = courtesy_of(filler, [language])
        assert found is None or found.language != language or any(filler in words[kind] for kind in KINDS), filler


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("👍", AGREED), ("👍🏿👍🏿", AGREED), ("🙏🏽", THANKS), ("❤️", THANKS), ("👋", GREETING), ("Thx!!! 😊", THANKS), ("okkkk", AGREED),
        ("Hellooo...", GREETING), ("THANK YOU SO MUCH", THANKS), ("that's all, thanks, bye", THANKS), ("こんにちは〜☺️", GREETING),
        ("谢谢！！！", THANKS), ("네~ 감사합니다ㅎㅎ", THANKS),
        ("", None), ("...", None), ("🍕", None), ("😡", None), ("thanks 😡", None), ("hi 🔪", None), ("ok 2", None), ("yes", None),
        ("no", None),
        ("thanks for nothing", None), ("hello, where is my driver", None), ("ok but the fare is wrong", None), ("so", None), ("help", None),
        ("thanks " * 40, None),
    ],
)  # fmt: skip
def test_what_is_a_courtesy_and_what_is_more(text: str, kind: str | None) -> None:
    assert of(text, "en") == kind


def test_what_both_greets_and_parts_depends_on_what_was_before() -> None:
    assert [of("ciao", "it"), of("ciao", "it", answered=True)] == [GREETING, GOODBYE]
    assert [of("👋", "en"), of("👋", "en", answered=True)] == [GREETING, GOODBYE]
    assert set(SIGNS) == set(KINDS)


def test_nothing_that_asks_for_anything_is_a_courtesy() -> None:
    lines = [line for line in corpus() if line.intent not in ("general_support", "out_of_scope")]
    assert len(lines) > 5000
    assert [line.text for line in lines if courtesy_of(line.text, [line.language])] == []
    for name in ("messages.tsv", "safety.tsv"):
        rows = [row.split("\t") for row in (HELD_OUT / name).read_text(encoding="utf-8").splitlines()[1:]]
        asking = [(row[0], row[3]) for row in rows if row[1] not in ("general_support", "out_of_scope")]
        assert len(asking) > 300
        assert [text for language, text in asking if courtesy_of(text, [language])] == []
        greeted = (f"{SAID[language][i]}, {text}" for i in range(4) for language, text in asking)
        assert [text for text in greeted if courtesy_of(text, LANGUAGES)] == []


@given(st.data())
@unhurried
def test_any_phrases_together_are_one_and_with_any_other_word_none(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(LANGUAGES))
    some = [phrase for kind in KINDS for phrase in WORDS[language][kind].split("|")]
    said = data.draw(st.lists(st.sampled_from(some), min_size=1, max_size=4).filter(lambda each: len(" ".join(each)) < 100))
    text = data.draw(st.sampled_from([", ", " ! ", "… ", ". "])).join(said)
    assert courtesy_of(text, [language]) is not None
    other = data.draw(st.sampled_from(["knife", "refund", "Messer", "remboursement", "деньги", "司机", "환불", "0815"]))
    place = data.draw(st.integers(0, len(said)))
    assert courtesy_of(", ".join([*said[:place], other, *said[place:]]), [language]) is None


# ---- what is done about them ----


def task() -> Task:
    return Task(entries=[*ENTRIES, *COURTEOUS])


def status(of_task: Task) -> str:
    return str(of_task["conversations"][-1]["status"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_courtesies_are_answered_in_their_language_from_an_entry(language: str) -> None:
    one = task()
    for i, (kind, text) in enumerate(zip(KINDS, SAID[language], strict=True)):
        row = one.ask(text, f"m{i}", i * SECOND, conversation_id=f"c{i}", language=language)
        asked = TOPICS[GREETING if kind == AGREED else kind]  # agreement to nothing
        assert (row["outcome"], row["entry_id"], row["language"]) == ("ANSWERED", f"{asked}.{language}", language)
        assert row["reply"] == one.state.entries[row["entry_id"]].answer
        assert (row["intent"], row["confidence"], row["rules"], one["handovers"]) == ("GENERAL_SUPPORT", 1.0, [], [])
        assert status(one) == "IN_PROGRESS"


def test_greetings_however_many_escalate_nothing() -> None:
    one = task()
    for i in range(12):
        row = one.ask(("hello", "hello?", "anyone there", "ok", "👋")[i % 5], f"m{i}", i * SECOND)
        assert (row["outcome"], row["entry_id"]) == ("ANSWERED", "support.greeting.en")
    assert one.ask(STATUS, "m20", 20 * SECOND)["outcome"] == "ANSWERED"
    assert figures(one)["escalated"] == 0


@pytest.mark.parametrize(("text", "kind"), [("thanks!", THANKS), ("ok", AGREED), ("👍", AGREED), ("bye", GOODBYE), ("👋", GOODBYE)])
def test_thanks_after_an_answer_resolve_the_conversation_once(text: str, kind: str) -> None:
    one = task()
    one.ask(STATUS)
    row = one.ask(text, "m2", SECOND)
    assert (row["entry_id"], row["guards"]) == (f"{TOPICS[kind]}.en", [f"courtesy: {kind.lower()}"])
    assert [event["type"] for event in one["events"]] == [
        "MESSAGE_SENT", "INTENT_CLASSIFIED", "SENTIMENT_DETECTED", "MESSAGE_SENT", "CONVERSATION_UPDATED",
    ]  # fmt: skip
    assert (status(one), one["events"][-1]["reason"]) == ("RESOLVED", "RESOLVED")
    for i in range(3):
        one.reload().ask("thank you", f"n{i}", (2 + i) * SECOND)
        assert status(one) == "RESOLVED"
        assert all(event["reason"] is None for event in one["events"])
    day = figures(one)
    assert (day["resolved"], day["resolved_alone"], day["first_contact"], day["answered"]) == (1, 1, 1, 5)
    one.ask(STATUS, "m9", 9 * SECOND)
    assert (status(one), figures(one)["resolved"]) == ("IN_PROGRESS", 0)


def test_a_greeting_after_an_answer_resolves_nothing_and_thanks_without_an_answer_neither() -> None:
    one = task()
    one.ask("thanks")
    assert status(one) == "IN_PROGRESS"
    one.ask(STATUS, "m2", SECOND)
    one.ask("good morning", "m3", 2 * SECOND)
    assert status(one) == "IN_PROGRESS"
    one.ask("thanks", "m4", 3 * SECOND)
    assert status(one) == "RESOLVED"


def test_feedback_after_thanks_is_about_the_answer() -> None:
    one = task()
    one.ask(STATUS)
    one.ask("thanks", "m2", SECOND)
    one.step(2 * SECOND, feedback=[feedback(message_id=None, helpful=True)])
    entries = one.state.entries
    assert (entries["rides.where-is-driver.en"].helpful, entries["support.thanks.en"].helpful) == (1, 0)
    one.step(3 * SECOND, feedback=[feedback("f2", message_id="m2", helpful=False)])
    assert entries["support.thanks.en"].unhelpful == 1


def test_what_a_person_has_is_noted_and_keeps_its_matter() -> None:
    one = task()
    one.step(people=[person("p1")])
    one.ask(OUTSIDE)
    row = one.ask("ok thanks", "m2", SECOND)
    assert (row["outcome"], row["reply"], row["agent_id"], status(one)) == ("NOTED", None, "p1", "ESCALATED")
    conversation = one.state.conversations.get("c1")
    assert conversation is not None
    assert conversation.intent == "out_of_scope"
    one.step(2 * SECOND, changes=[change("RESOLVED")])
    assert (one.ask("thanks", "m3", 3 * SECOND)["outcome"], status(one)) == ("ANSWERED", "RESOLVED")


def test_danger_and_other_matters_are_not_hidden_by_courtesy() -> None:
    one = task()
    assert one.ask(f"hi, thanks, {DANGER}")["priority"] == "URGENT"
    assert one.ask(f"hello! {STATUS}", "m2", SECOND, conversation_id="c2")["entry_id"] == "rides.where-is-driver.en"
    row = one.ask("thanks, agent please", "m3", SECOND, conversation_id="c3")
    assert row["rules"][0]["name"] == "asks for a person"


def test_late_and_repeated_courtesies_change_nothing() -> None:
    one = task()
    one.ask(STATUS, after=5 * SECOND)
    row = one.ask("thanks", "m0", 6 * SECOND, ts=NOW + SECOND)
    assert (row["outcome"], row["guards"], status(one)) == ("NOTED", ["late"], "IN_PROGRESS")
    before = one.agent.dump(one.state)
    one.step(6 * SECOND, messages=[message("m0", "thanks", ts=NOW + SECOND)])
    assert (one.errors(), one.agent.dump(one.state)) == ([("DuplicateMessage", True)], before)


def test_the_reply_is_in_the_language_of_the_conversation_unless_another_was_written_or_set() -> None:
    one = task()
    one.ask(GERMAN)
    assert one.ask("ok thanks", "m2", SECOND)["entry_id"] == "support.thanks.de"
    assert one.ask("muchas gracias", "m3", 2 * SECOND)["entry_id"] == "support.thanks.es"
    assert one["conversations"][0]["language"] == "de"
    assert one.ask("merci", "m4", 3 * SECOND, conversation_id="c2", language="pl")["entry_id"] == "support.thanks.pl"
    english = Task(entries=[*ENTRIES, *(row for row in COURTEOUS if row["language"] == "en")])
    assert english.ask("dziękuję", language="pl")["reply"].startswith("Mam tę odpowiedź tylko po angielsku")
    assert Task().ask("hello")["entry_id"] is None  # nothing to answer with


def test_what_answers_courtesies_is_found_by_nothing_else() -> None:
    one = task()
    for row in COURTEOUS:
        hits = one.state.index.search(row["question"], row["language"], intents={"general_support": 1.0})
        assert not any(is_courtesy(hit.entry_id.rpartition(".")[0]) for hit in hits)
    assert Counter(row["language"] for row in COURTEOUS) == dict.fromkeys(LANGUAGES, 4)
    assert {row["entry_id"].rpartition(".")[0] for row in COURTEOUS} == set(TOPICS.values())
    assert set(CLOSING) == set(KINDS) - {GREETING}


def figures(of_task: Task) -> Row:
    """The last figures of everybody, as a further step shows them."""
    of_task.step(of_task.state.now - NOW + SECOND)
    rows = [row for made in of_task.all for row in rows_of(made, "support.analytics") if row["agent_id"] is None]
    return rows[-1]
