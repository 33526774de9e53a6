"""Words of danger are found in every language, also understated, and idioms are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.support.danger import TABLES, dangers
from agents.support.policy import LANGUAGES
from tests.pure.support_events import unhurried

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
