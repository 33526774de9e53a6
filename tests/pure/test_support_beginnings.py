"""Words of a table are found where a text goes on with them, as trying all of them would find them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from agents.support.beginnings import Beginnings
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


def test_nothing_is_found_of_no_words() -> None:
    assert not Beginnings(())
    assert Beginnings(()).all("abc", range(3)) == []


@given(st.text())
def test_folding_takes_all_marks_but_those_of_kana(text: str) -> None:
    apart = unicodedata.normalize("NFD", folded(text))
    assert not any(unicodedata.category(char) == "Mn" and char not in "\u3099\u309a" for char in apart)
