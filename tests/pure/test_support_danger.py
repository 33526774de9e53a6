"""Words of danger are found in every language, also understated, and idioms are none."""

from __future__ import annotations

import csv
import math
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.customers import Customers
from agents.support.danger import EVERYDAY, TABLES, beginnings, dangers, everyday
from agents.support.escalation import SAFETY_AT, SAFETY_INTENT
from agents.support.hearing import larger, suspected
from agents.support.policy import DEFAULT, LANGUAGES, UNKNOWN
from ops.support.corpus import alarms, corpus
from tests.pure.support_events import unhurried

CLASSES = ("lost_item", "safety_incident")
PLAIN = {
    "en": "he threatened me with a knife",
    "es": "el conductor estaba borracho y chocamos",
    "fr": "le chauffeur m'a touché la cuisse",
    "de": "der Fahrer hat mich geschlagen",
    "pt": "o motorista está bêbado e bateu o carro",
    "it": "l'autista mi ha minacciata con un coltello",
    "nl": "de chauffeur was dronken en we hebben een ongeluk gehad",
    "pl": "kierowca mnie uderzył",
    "sv": "föraren hotade mig med en kniv",
    "no": "sjåføren var full og vi krasjet",
    "ru": "водитель ударил меня",
    "ar": "السائق هددني بسكين",
    "zh": "司机喝醉了,还打我",
    "ja": "運転手に殴られました",
    "ko": "기사님이 저를 때렸어요",
}
UNDERSTATED = [
    "he kept putting his hand on my knee",
    "the driver would not stop when I asked him to let me out",
    "he waited outside my house again",
]
HARMLESS = [
    "the driver killed it, best ride ever", "the app keeps crashing", "this fare is daylight robbery", "I'm dying of hunger",
    "where is my driver", "please refund my last trip", "the pizza was cold",
]  # fmt: skip


def test_every_language_has_a_table() -> None:
    assert set(TABLES) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_found(language: str) -> None:
    assert dangers(PLAIN[language], language)


@pytest.mark.parametrize("text", UNDERSTATED)
def test_understated_danger_is_found(text: str) -> None:
    assert dangers(text, "en")


@pytest.mark.parametrize("text", HARMLESS)
def test_idioms_and_everyday_messages_are_no_danger(text: str) -> None:
    assert dangers(text, "en") == ()


def test_a_single_matter_of_everyday_words_may_be_none_but_not_together_with_another() -> None:
    assert everyday(("weapon",))
    assert not everyday(dangers(PLAIN["en"], "en"))  # a threat with a weapon
    assert not everyday(())
    assert not everyday(("sexual",))
    matters = {name for table in TABLES.values() for name in beginnings(table.TABLE)}
    assert matters >= EVERYDAY


@pytest.mark.parametrize(
    ("found", "suspicion", "language", "classes", "danger"),
    [
        ((), 0.0, "en", CLASSES, False),
        (("weapon",), 0.019, "en", CLASSES, False),  # a knife set, and the model is sure that it is no danger
        (("weapon",), 0.02, "en", CLASSES, True),
        (("weapon", "threat"), 0.0, "en", CLASSES, True),
        (("sexual",), 0.0, "en", CLASSES, True),
        (("weapon",), 0.0, UNKNOWN, CLASSES, True),  # what the model makes of other languages is nothing
        (("weapon",), 0.0, "en", ("lost_item",), True),  # it does not know of danger
        (("weapon",), float("nan"), "en", CLASSES, True),
    ],
)
def test_a_single_everyday_word_is_doubted_only_where_the_model_is_sure(
    found: tuple[str, ...], suspicion: float, language: str, classes: tuple[str, ...], danger: bool
) -> None:
    side: Any = SimpleNamespace(model=SimpleNamespace(classes=classes), policy=DEFAULT)
    heard: Any = SimpleNamespace(dangers=found, suspicion=suspicion, language=language, readable=True)
    assert Customers._endangers(side, heard) is danger


@pytest.mark.parametrize(
    ("danger", "language", "shares", "readable", "grounded"),
    [
        (0.04, "en", {SAFETY_INTENT: 0.04}, True, False),
        (0.05, "en", {SAFETY_INTENT: 0.05}, True, True),
        (0.04, "en", {SAFETY_INTENT: 1.0}, True, True),  # chosen, when asked back
        (float("nan"), "en", {SAFETY_INTENT: 0.0}, True, True),
        (0.0, UNKNOWN, {SAFETY_INTENT: 0.0}, True, True),
        (0.0, "en", {"lost_item": 1.0}, True, True),
        (0.0, "en", {SAFETY_INTENT: 0.0}, False, True),
    ],
)
def test_a_driver_is_grounded_where_the_model_cannot_tell_or_danger_is_likely_or_chosen(
    danger: float, language: str, shares: dict[str, float], readable: bool, grounded: bool
) -> None:
    side: Any = SimpleNamespace(policy=DEFAULT)
    heard: Any = SimpleNamespace(danger=danger, language=language, readable=readable)
    assert Customers._grounds(side, heard, shares) is grounded


def test_what_is_surely_out_of_scope_is_suspected_less_but_not_what_may_be_in_it() -> None:
    assert suspected(0.25, 0.95) < SAFETY_AT <= suspected(0.25, 0.85)
    assert suspected(0.5, 1.0) >= SAFETY_AT
    assert math.isnan(suspected(math.nan, 1.0))  # taken for danger
    assert math.isnan(larger(math.nan, 0.1))
    assert math.isnan(larger(0.1, math.nan))
    assert larger(0.1, 0.2) == larger(0.2, 0.1) == 0.2


def _held(fresh: bool | None = None) -> list[tuple[str, str, bool]]:
    """Language, text and whether it is danger: of all, or only of those that were written last, or before."""
    with (Path(__file__).parents[1] / "data" / "support" / "danger_held.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["language"], row["text"], row["must"] == "1") for row in rows if fresh in (None, "-fresh-" in row["id"])]


@pytest.mark.parametrize(
    ("rows", "least"),  # no words were looked for in those texts that were written last
    [(_held(fresh=False), 0.85), (_held(), 0.82), ([(one.language, one.text, one.must) for one in alarms()], 0.80)],
    ids=["held", "held and fresh", "learnt from"],
)
def test_words_alone_find_most_dangers_of_the_development_sets(rows: list[tuple[str, str, bool]], least: float) -> None:
    """The words' share of it, whatever the model: a table that lost its lines would be far below."""
    found = {must: [bool(dangers(text, language)) for language, text, own in rows if own == must] for must in (True, False)}
    assert {language for language, _, _ in rows} == set(LANGUAGES)
    assert sum(found[True]) >= least * len(found[True])
    assert sum(found[False]) <= 0.30 * len(found[False])


def test_no_danger_to_judge_by_is_learnt_from() -> None:
    learnt = {one.text for one in alarms()} | {line.text for line in corpus()}
    assert [text for _, text, _ in _held() if text in learnt] == []


def test_a_line_that_says_neither_danger_nor_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dangers").mkdir()
    (tmp_path / "dangers" / "en.tsv").write_text("must\ttext\n1\the has a knife\nyes\thelp\n")
    monkeypatch.setattr("ops.support.corpus.SUPPORT", tmp_path)
    alarms.cache_clear()
    with pytest.raises(ValueError, match=r"en.tsv:3: not 1 or 0 and text"):
        alarms()
    alarms.cache_clear()


@pytest.mark.parametrize(
    ("danger", "harmless", "language"),  # an idiom is a part of the first, as that of the second is: "poli", "door het lint", "fired"
    [
        ("de politie is ter plaatse", "we waren in de poli", "nl"),
        ("hij ging door het lint", "de koningin knipte door het lint", "nl"),
        ("shots fired", "they fired the cook", "en"),
        ("he dragged me along", "the dragée candies were missing", "en"),
        ("no me siento cómoda con él", "me siento cómoda con él", "es"),
        ("tentative d'extorsion", "la ligne ext 12", "fr"),
        ("ele não segue o GPS", "segue o código", "pt"),
        ("он взломал дверь", "аккаунт взломали", "ru"),
        ("他一直看手机", "手机套丢了", "zh"),
        ("문 손잡이가 없어요", "손잡이 색", "ko"),
    ],
)
def test_an_idiom_does_not_hide_what_is_longer_than_it(danger: str, harmless: str, language: str) -> None:
    assert dangers(danger, language)
    assert not dangers(harmless, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_is_understood_in_every_language(language: str) -> None:
    assert dangers(PLAIN["en"], language)


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
@unhurried
def test_any_text_gives_known_matters_in_order(text: str, language: str) -> None:
    found = dangers(text, language)
    assert list(found) == sorted(set(found))


@pytest.mark.parametrize("hostile", ["a " * 2000, "no " * 1300, "hand knee " * 400, "他" * 4000, "!?" * 2000])
def test_hostile_texts_take_no_time(hostile: str) -> None:
    for language in LANGUAGES:
        dangers("warm", language)
        began = time.process_time()
        dangers(hostile, language)
        assert time.process_time() - began < 0.5
