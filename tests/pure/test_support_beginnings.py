"""Words of a table are found where a text goes on with them, as trying all of them would find them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from agents.support.beginnings import KNOWN, LONGEST_KNOWN, Beginnings
from agents.support.concepts import folded

WORDS = st.lists(st.text("ab", max_size=6), max_size=20)
TEXT = st.text("ab", max_size=12)


@given(WORDS, TEXT)
def test_all_words_are_found_where_they_stand_the_shortest_first(words: list[str], text: str) -> None:
    stand = [(at, word) for at in range(len(text)) for word in sorted(set(words), key=len) if word and text.startswith(word, at)]
    assert Beginnings(words).all(text, range(len(text))) == stand


@given(WORDS, TEXT)
def test_the_longest_is_the_last_of_all_at_its_place(words: list[str], text: str) -> None:
    found = Beginnings(words)
    assert dict(found.longest(text, range(len(text)))) == dict(found.all(text, range(len(text))))


BLANKED = st.text("ab ", max_size=12)


@given(st.lists(BLANKED, max_size=20), st.lists(BLANKED, min_size=1, max_size=3))
def test_of_words_is_what_stands_where_words_begin_however_often_it_is_asked(words: list[str], texts: list[str]) -> None:
    found = Beginnings(words)
    for text in (f"{text} " for text in [*texts, *texts]):
        starts = [0, *(at + 1 for at, char in enumerate(text) if char == " ")]
        stand = {at: tuple(word for _, word in found.all(text, (at,))) for at in starts}
        assert found.of_words(text) == [(place, at, stand[at]) for place, at in enumerate(starts) if stand[at]]


def test_what_is_remembered_of_words_is_bounded() -> None:
    found = Beginnings(["a"])
    for i in range(KNOWN + 10):
        assert found.of_words(f"a{i} ") == [(0, 0, ("a",))]
    found.of_words("a" * (LONGEST_KNOWN + 1) + " ")
    assert len(found._known) == 10


def test_nothing_is_found_of_no_words() -> None:
    assert not Beginnings(())
    assert Beginnings(()).all("abc", range(3)) == []


@given(st.text())
def test_folding_takes_all_marks_but_those_of_kana(text: str) -> None:
    apart = unicodedata.normalize("NFD", folded(text))
    assert not any(unicodedata.category(char) == "Mn" and char not in "\u3099\u309a" for char in apart)
