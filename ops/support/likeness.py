"""Texts of one language in; those that are nearly the same out: by the share of their shingles that both have (Broder 1997)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations

from agents.support.concepts import folded
from agents.support.text import plain

UNSPACED = ("zh", "ja")
# Three words that follow one another. The answers that are most alike share a seventh of theirs; of an answer in which every fifth word is
# changed more than a third stays (0.8³ / (2 - 0.8³) = 0.34).
ANSWERS_ALIKE, WORDS, CHARS = 0.3, 3, 5
# Questions are short, and many begin alike: the most alike, in Japanese, share half of their runs of four characters, and of one
# in which one word of eight is changed three fifths stay.
QUESTIONS_ALIKE, RUN = 0.55, {"zh": 2, "ko": 3}
LETTERS = 4


def answer_shingles(text: str, language: str) -> frozenset[str]:
    """Every three words of a text that follow one another, or where no blanks part them, every five characters."""
    looked = folded(plain(text))
    if language in UNSPACED:
        return _runs(looked.replace(" ", ""), CHARS)
    words = looked.split()
    return frozenset(" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1)))


def question_shingles(text: str, language: str) -> frozenset[str]:
    """Every four characters of a text that follow one another, or fewer where a character says more than a letter."""
    return _runs(folded(plain(text)), RUN.get(language, LETTERS))


def alike(shingles: Mapping[str, frozenset[str]], most: float) -> Iterator[tuple[str, str, float]]:
    """Pairs of names whose shingles are the same by more than ``most``, with that share (Jaccard), by name."""
    having: dict[str, list[str]] = {}
    for name in sorted(shingles):
        for shingle in shingles[name]:
            having.setdefault(shingle, []).append(name)
    common = Counter(pair for names in having.values() for pair in combinations(names, 2))
    for (one, other), both in sorted(common.items()):
        share = both / (len(shingles[one]) + len(shingles[other]) - both)
        if share > most:
            yield one, other, share


def _runs(text: str, length: int) -> frozenset[str]:
    return frozenset(text[i : i + length] for i in range(max(1, len(text) - length + 1)))
